"""The parts of a text that are prose: code and comments blanked out, every offset as it was."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ctx.markdown.document import Document

_VISIBLE = re.compile(r"[^\r\n]+")
_BACKTICKS = re.compile("`+")
_BETWEEN_PARAGRAPHS = re.compile(r"\n[ \t]*(?=\n)")


class CodeSpan(NamedTuple):
    """A code span with its backticks, and `code`, what stands between them from `at` on."""

    start: int
    end: int
    at: int
    code: str


def without_code(document: Document) -> str:
    """The text with fenced and indented code blanked."""
    blocks = document.blocks
    spans = [(fence.start, fence.end) for fence in blocks.fences]
    spans += [(blocks.offsets[line], blocks.offsets[line + 1]) for line in blocks.indented]
    return blank(document.text, spans)


def prose(document: Document) -> str:
    """The text with code blocks and comments blanked; code spans stay."""
    text = without_code(document)
    spans = [(comment.start, comment.end) for comment in document.blocks.comments]
    text = blank(text, spans)
    return blank(text, _comments(text)) if "<!--" in text else text


def _comments(text: str) -> Iterator[tuple[int, int]]:
    """The spans from each `<!--` to the next `-->`."""
    start = text.find("<!--")
    while start >= 0 and (end := text.find("-->", start + 4)) >= 0:
        yield start, end + 3
        start = text.find("<!--", end + 3)


def code_spans(text: str) -> Iterator[CodeSpan]:
    """Each code span of a prose: from a run of backticks to the next run as long in the same paragraph."""
    runs = [match.span() for match in _BACKTICKS.finditer(text)]
    ends = [match.start() for match in _BETWEEN_PARAGRAPHS.finditer(text)]
    closers = _next_of_same_length(runs)
    number = 0
    while number < len(runs):
        closer = closers[number]
        at = runs[number][1]
        number += 1
        if closer is not None and bisect_left(ends, at) == bisect_left(ends, runs[closer][0]):
            yield CodeSpan(runs[number - 1][0], runs[closer][1], at, text[at : runs[closer][0]])
            number = closer + 1


def _next_of_same_length(runs: Sequence[tuple[int, int]]) -> list[int | None]:
    """For each run the place of the next one that is as long."""
    following: list[int | None] = [None] * len(runs)
    last: dict[int, int] = {}
    for place in range(len(runs) - 1, -1, -1):
        length = runs[place][1] - runs[place][0]
        following[place] = last.get(length)
        last[length] = place
    return following


def without_spans(text: str) -> str:
    """A prose with its code spans blanked."""
    return blank(text, ((span.start, span.end) for span in code_spans(text))) if "`" in text else text


def blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with spans overwritten by blanks, line breaks kept; spans may overlap."""
    parts: list[str] = []
    position = 0
    for start, end in sorted(spans):
        if end <= position:
            continue
        parts += [text[position:start], _VISIBLE.sub(_blanks, text[max(start, position) : end])]
        position = end
    return "".join(parts) + text[position:]


def _blanks(match: re.Match[str]) -> str:
    return " " * len(match[0])
