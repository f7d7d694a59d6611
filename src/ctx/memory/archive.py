"""Taking entries out of a file, and keeping them word for word in an archive."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from ctx.errors import CtxError
from ctx.kinds import Kind
from ctx.markdown.blocks import scan
from ctx.markdown.document import Document
from ctx.markdown.edits import Edit, apply
from ctx.markdown.lines import newline_of
from ctx.memory.compose import SEPARATOR
from ctx.memory.entry import Entry
from ctx.memory.layout import CONTEXT
from ctx.memory.read_entries import read_entries


def archive_path(kind: Kind, day: date) -> str:
    """The archive of a day: `.context/archive/learnings-2026-Q4.md`."""
    return f"{CONTEXT}/archive/{kind.stem}-{day.year}-Q{(day.month + 2) // 3}.md"


def take_out(
    text: str, kind: Kind, path: str, chosen: Collection[int], *, page: bool = False
) -> tuple[str, list[str]]:
    """A file's text without the entries at some positions, and each of them as it stood.

    Raises CtxError where the others would read differently without them.
    """
    before = list(read_entries(text, kind, path, page=page))
    document = Document.parse(text)
    wanted = [entry for entry in before if entry.position in chosen]
    left = [entry for entry in before if entry.position not in chosen]
    plain = [_span(document, entry.start, entry.end) for entry in wanted]
    for spans in (plain, _with_empty_categories(document, wanted, plain)):
        rest = apply(text, [Edit(start, end, "") for start, end in spans])
        if _told(read_entries(rest, kind, path, page=page)) == _told(left):
            return rest, [text[entry.start : entry.end].rstrip() for entry in wanted]
    raise CtxError(
        "cannot be taken out without changing how other entries are read",
        path=path,
        line=wanted[0].line,
        hint="something is not closed there; move it by hand",
    )


def _told(entries: Iterable[Entry]) -> list[tuple[str, str, str, str]]:
    return [(e.digest, e.body, e.category, e.status) for e in entries]


def _span(document: Document, start: int, end: int) -> tuple[int, int]:
    """An entry with the blank lines and the separator behind it."""
    blocks = document.blocks
    rules = {blocks.offsets[line]: blocks.offsets[line + 1] for line in blocks.rules}
    stop = _after_blanks(document.text, end)
    line_start = max((offset for offset in rules if end <= offset <= stop), default=None)
    if line_start is not None:
        stop = _after_blanks(document.text, rules[line_start])
    return start, stop


def _after_blanks(text: str, at: int) -> int:
    """Behind the blank lines that begin at an offset."""
    stop = at + len(text[at:]) - len(text[at:].lstrip(" \t\r\n"))
    while stop > at and text[stop - 1] in " \t":
        stop -= 1
    return stop


def _with_empty_categories(
    document: Document, wanted: list[Entry], spans: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The spans, each from the heading of its category on where nothing else stands below that heading."""
    text, taken, result = document.text, dict(spans), list(spans)
    for section in document.sections:
        at = _after_blanks(text, section.body)
        stop = at
        while stop in taken and taken[stop] > stop:
            stop = taken[stop]
        following = next((s for s in document.sections if s.start >= stop), None)
        ends = following is None or following.heading.level <= section.heading.level
        if stop > at and ends and any(entry.category == section.heading.text for entry in wanted):
            result = [(section.start, stop) if start == at else (start, end) for start, end in result]
            result = [(s, e) for s, e in result if s == section.start or not section.start < s < stop]
    return result


def keep(text: str | None, kind: Kind, path: str, pieces: list[tuple[Entry, str]]) -> str:
    """An archive's text with entries added word for word; one that is there already is not added again."""
    text = f"# {kind.heading}\n" if text is None else text
    for entry, piece in pieces:
        there = _told(read_entries(text, kind, path, archived=True))
        if not any((digest, body) == (entry.digest, entry.body) for digest, body, _, _ in there):
            text = _append(text, kind, path, entry, piece)
    return text


def _append(text: str, kind: Kind, path: str, entry: Entry, piece: str) -> str:
    heading = f"## {entry.category or kind.heading}\n\n"
    ways = [_joined(text, lead, piece) for lead in ("", heading)]
    for way in ways:
        if any(e.digest == entry.digest and e.body == entry.body for e in read_entries(way, kind, path)):
            return way
    return ways[0]


def _joined(text: str, lead: str, piece: str) -> str:
    newline = newline_of(text)
    closer = scan(text).closer
    if text and not text.endswith(("\n", "\r")):
        text += newline
    text += closer + newline if closer else ""
    text += newline + lead.replace("\n", newline) + piece + newline
    closer = scan(text).closer
    return text + (closer + newline if closer else "") + newline + SEPARATOR + newline
