"""A kind's file or TASKS.md as units that can be merged: entries, tasks and the text between."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ctx.kinds import Kind
from ctx.markdown.blocks import Heading, Item
from ctx.markdown.document import Document
from ctx.markdown.lines import split_lines
from ctx.model.stamp import find_date
from ctx.model.task import without_labels
from ctx.reading.read_tasks import BOX
from ctx.reading.split_entries import segment
from ctx.writing.tasks.labels import lead_end

ENTRY, TASK, TEXT = "entry", "task", "text"
HEAD = ("head",)
_TOP = ("top",)
_RULE = re.compile(r"[ \t]*(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})[\r\n]*\Z")

Key = tuple[str, ...]


@dataclass(frozen=True)
class Unit:
    """One piece of a file; the sources of all units concatenate to it.

    `body` ends in no line break; `tail` is the breaks, blank lines and separators behind it. `key` is what it
    is called in every version; `same` what it says without its stamp. A task has `parts`, which concatenate
    to its body. `follower` is the sort of what stood behind it, empty at the end.
    """

    sort: str
    key: Key
    body: str
    tail: str
    stamp: str = ""
    same: str = ""
    parts: tuple[Unit, ...] = ()
    follower: str = ""

    @property
    def source(self) -> str:
        """Its text."""
        return self.body + self.tail


def split_entries(text: str, kind: Kind, page: str = "") -> list[Unit]:
    """The units of a file of entries."""
    document = Document.parse(text)
    units = []
    for part in segment(document, bullets=kind.bullets, page=page):
        body = text[part.start : part.end].rstrip("\r\n")
        content = "\n".join(split_lines(text[part.body : part.end])).split()
        stamp = part.stamp or ""
        units.append(
            (
                part.start,
                Unit(
                    ENTRY,
                    (ENTRY, part.category, stamp, part.title),
                    body,
                    "",
                    stamp if find_date(stamp) else "",
                    f"{part.title}\0{' '.join(content)}",
                ),
            )
        )
    return named(_fill(text, 0, len(text), units, document))


def split_tasks(text: str) -> list[Unit]:
    """The units of TASKS.md or an archive of it: top-level items that are tasks or hold some."""
    document = Document.parse(text)
    items = document.blocks.items
    held = {index for index, item in enumerate(items) if BOX.match(text, item.content, item.end)}
    for index in sorted(held, reverse=True):
        above = items[index].parent
        while above is not None and above not in held:
            held.add(above)
            above = items[above].parent
    below: dict[int | None, list[int]] = {}
    for index in sorted(held):
        below.setdefault(items[index].parent, []).append(index)
    units = [(items[index].start, _item(document, below, index)) for index in below.get(None, ())]
    return named(_fill(text, 0, len(text), units, document))


def _item(
    document: Document, below: Mapping[int | None, Sequence[int]], index: int, heading: str | None = None
) -> Unit:
    text, items = document.text, document.blocks.items
    item = items[index]
    end = item.start + len(text[item.start : item.end].rstrip("\r\n"))
    children = [(items[child].start, _item(document, below, child, "")) for child in below.get(index, ())]
    parts = tuple(named(_fill(text, item.start, end, children, None)))
    box = BOX.match(text, item.content, item.end)
    start = box.end() if box else item.content
    name = without_labels(text[start : lead_end(text, start, _own_end(items, index))])
    under = _heading_of(document, item.start) if heading is None else heading
    return Unit(TASK, (TASK if box else "item", under, name), text[item.start : end], "", parts=parts)


def _own_end(items: Sequence[Item], index: int) -> int:
    following = items[index + 1] if index + 1 < len(items) else None
    return following.start if following and following.parent == index else items[index].end


def _heading_of(document: Document, offset: int) -> str:
    section = document.section_at(offset)
    return section.heading.text if section else ""


def _fill(
    text: str, start: int, end: int, units: Iterable[tuple[int, Unit]], document: Document | None
) -> Iterator[Unit]:
    """The units in order with the text between them; without a document, that of one item."""
    first = HEAD if document is None else _TOP
    position = start
    held: Unit | None = None
    for at, unit in units:
        if at < position or text[at : at + len(unit.body)] != unit.body:
            raise ValueError("units overlap")
        yield from _between(text, position, at, held, document, first)
        held, position = unit, at + len(unit.body)
    yield from _between(text, position, end, held, document, first)


def _between(
    text: str, start: int, end: int, held: Unit | None, document: Document | None, first: Key
) -> Iterator[Unit]:
    """The unit before a gap with what parts it from the next, and the texts in the gap."""
    if held is not None:
        tail = _separator(text[start:end], rules=held.sort == ENTRY)
        yield replace(held, tail=tail)
        start += len(tail)
        if start == end:
            return
    heads = _headings(document, start, end) if document else []
    cuts = sorted({start, *(heading.start for heading in heads), end})
    names = {heading.start: ("heading", str(heading.level), heading.text) for heading in heads}
    if held is None and (start in names or start == end):
        yield Unit(TEXT, first, "", "")
    for at, stop in itertools.pairwise(cuts):
        body = text[at:stop].rstrip("\r\n")
        key = names.get(at) or (first if held is None else (TEXT, body))
        yield Unit(TEXT, key, body, text[at + len(body) : stop])


def _headings(document: Document, start: int, end: int) -> list[Heading]:
    """The headings that begin between two offsets."""
    headings = document.blocks.headings
    first, last = (bisect_left(headings, at, key=lambda heading: heading.start) for at in (start, end))
    return headings[first:last]


def _separator(gap: str, *, rules: bool) -> str:
    """The lines at the start of a gap that only part: blank ones and, between entries, thematic breaks."""
    size = 0
    for line in split_lines(gap):
        if line.strip() and not (rules and size and _RULE.match(line)):
            break
        size += len(line)
    return gap[:size]


def named(units: Iterable[Unit]) -> list[Unit]:
    """The units with an ordinal in the keys that several have, and each with what follows it."""
    found = list(units)
    seen: Counter[Key] = Counter()
    named = []
    for unit, following in zip(found, [*found[1:], None], strict=True):
        seen[unit.key] += 1
        key = unit.key if seen[unit.key] == 1 else (*unit.key, str(seen[unit.key]))
        named.append(replace(unit, key=key, follower=following.sort if following else ""))
    return named
