"""What stands in a kind's file and belongs to nothing: no entry, no preamble, no guidance.

Guidance is comments, INDEX blocks, patterns for entries to come, lists of pages, front matter, and the title
and the headings of categories. The preamble is what stands before the first entry, where there is any.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ctx.kinds import REFERENCE
from ctx.markdown.document import Document
from ctx.model.file_roles import Holds, Role
from ctx.reading.adr import holds_no_entry
from ctx.reading.split_entries import Segment, Segmenter

_WORD = re.compile(r"\w")
_DEFINITION = re.compile(r"[ ]{0,3}\[[^\]\r\n]+\]:[ \t]*\S")


class Stretch(NamedTuple):
    """Lines that are read as nothing, with nothing that is read between: the first one, and how many."""

    line: int
    lines: int
    text: str


def find_unread(document: Document, role: Role, page: str) -> list[Stretch]:
    """The unread stretches of a file, in order; `page` names the page where the file is one."""
    if role.holds is not Holds.ENTRIES or role.kind in {None, REFERENCE} or role.kind is None:
        return []
    segmenter = Segmenter(document, bullets=role.kind.bullets, page=page if role.page else "")
    parts = segmenter.run()
    if not parts and role.page and holds_no_entry(page):
        return []
    return list(_stretches(document, _merged([*_read(segmenter, parts)])))


def _read(segmenter: Segmenter, parts: list[Segment]) -> Iterator[tuple[int, int]]:
    """The spans of what is read, or is known to be nothing to be read."""
    document = segmenter.document
    yield from ((part.start, part.end) for part in parts)
    yield from segmenter.index_blocks
    yield from segmenter.closings
    yield 0, segmenter.front.end
    pattern = 0  # the level of the guidance that the section is below
    for index, section in enumerate(document.sections):
        if section.heading.level <= pattern:
            pattern = 0
        if not pattern and segmenter.is_guidance(index):
            pattern = section.heading.level
        yield section.start, section.end if pattern else section.body
    if any(part.row for part in parts):
        yield from ((table.start, table.end) for table in segmenter.tables)
    if parts:
        titled = bool(document.sections) and segmenter.is_title(0)
        end = document.sections[0].end if titled else document.preamble[1]
        yield 0, min(end, parts[0].start)


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        elif end > start:
            merged.append((start, end))
    return merged


def _stretches(document: Document, read: list[tuple[int, int]]) -> Iterator[Stretch]:
    offsets, lines = document.blocks.offsets, document.blocks.lines
    first, count, place = 0, 0, 0
    for number, line in enumerate(lines):
        while place < len(read) and read[place][1] <= offsets[number]:
            place += 1
        covered = place < len(read) and read[place][0] <= offsets[number]
        if not covered and _WORD.search(line) and not _DEFINITION.match(line):
            first, count = (first, count + 1) if count else (number, 1)
        elif covered and line.strip() and count:
            yield Stretch(first + 1, count, lines[first].strip())
            count = 0
    if count:
        yield Stretch(first + 1, count, lines[first].strip())
