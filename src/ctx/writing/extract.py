"""Taking entries out of a file, and keeping them word for word in an archive."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from ctx.errors import CtxError
from ctx.kinds import Kind
from ctx.markdown.blocks import scan
from ctx.markdown.document import Document
from ctx.markdown.edits import Edit, apply
from ctx.markdown.lines import newline_of
from ctx.model.entry import Entry
from ctx.model.file_roles import CONTEXT
from ctx.reading.adr import front_matter
from ctx.reading.read_entries import read_entries
from ctx.writing.compose import SEPARATOR

BLANK = "\ufeff \t\r\n"  # what a file may hold and still say nothing


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
    texts = [_own_text(document, entry, span) for entry, span in zip(wanted, plain, strict=True)]
    for spans in (plain, texts, _with_empty_categories(document, wanted, plain)):
        rest = apply(text, [Edit(start, end, "") for start, end in spans])
        if page and not rest.strip(BLANK):  # a byte order mark alone would read as a page's text
            rest = ""
        if _told(read_entries(rest, kind, path, page=page)) == _told(left):
            return rest, [text[entry.start : entry.end] for entry in wanted]
    raise CtxError(
        "cannot be taken out without changing how other entries are read",
        path=path,
        line=wanted[0].line,
        hint="what stands around it holds only with it (an open fence, a heading above); move it by hand",
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


def _own_text(document: Document, entry: Entry, span: tuple[int, int]) -> tuple[int, int]:
    """Of the text of a category only what stands below its heading, which others need."""
    if entry.title != entry.category:
        return span
    body = next((part.body for part in document.sections if part.start == entry.start), entry.start)
    return _after_blanks(document.text, body), span[1]


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
        ends = ends and not text[stop : following.start if following else None].strip()
        if stop > at and ends and any(entry.category == section.heading.text for entry in wanted):
            result = [(section.start, stop) if start == at else (start, end) for start, end in result]
            result = [(s, e) for s, e in result if s == section.start or not section.start < s < stop]
    return result


def keep(text: str | None, kind: Kind, path: str, pieces: list[tuple[Entry, str]]) -> str:
    """An archive's text with entries added byte for byte; one that is there already is not added again."""
    if text is None:
        text = f"# {kind.heading}{newline_of(pieces[0][1]) if pieces else chr(10)}"
    for entry, piece in pieces:
        there = _told(read_entries(text, kind, path, archived=True))
        same = any((digest, body) == (entry.digest, entry.body) for digest, body, _, _ in there)
        written = (piece, *_other_forms(entry, piece, newline_of(piece)))
        if not (same and any(one in text for one in written)):
            text = _append(text, kind, path, entry, piece)
    return text


def _append(text: str, kind: Kind, path: str, entry: Entry, piece: str) -> str:
    """The archive's text with a piece where it reads as before, and so do the others."""
    before = set(_told(read_entries(text, kind, path)))

    def merit(way: str) -> tuple[bool, bool, bool]:
        now = _told(read_entries(way, kind, path))
        said = [one for one in now if one[:2] == (entry.digest, entry.body)]
        # Its category tells where it belongs, should it come back.
        return bool(said), before <= set(now), any(one[2] == entry.category for one in said)

    ways = _ways(text, kind, entry, piece)
    return next((way for way in ways if all(merit(way))), None) or max(ways, key=merit)


def _ways(text: str, kind: Kind, entry: Entry, piece: str) -> list[str]:
    """At the end, there under a heading, and below the title, as list items without a name need it."""
    heading = f"## {entry.category or kind.heading}\n\n"
    title_end = next((section.start for section in Document.parse(text).sections[1:]), len(text))
    first = _joined(text[:title_end], "", piece) + newline_of(text) + text[title_end:]
    ways = [_joined(text, "", piece), _joined(text, heading, piece), first]
    forms = [_joined(text, "", one) for one in _other_forms(entry, piece, newline_of(text))]
    # A list is read as entries where no heading is one, which an archive cannot promise for later.
    return forms + ways if entry.bullet and not kind.bullets else ways + forms


def _other_forms(entry: Entry, piece: str, newline: str) -> Iterator[str]:
    """What would be read as text in an archive: front matter in a comment, an item or row under a heading."""
    front = front_matter(piece)
    if front.end:
        inner, rest = piece[: front.end].strip("\ufeff-. \t\r\n"), piece[front.end :].lstrip("\r\n")
        yield f"<!--{newline}{inner}{newline}-->{newline}{newline}{rest}"
    if not entry.bullet:
        return
    body = f"\n\n{entry.body}" if entry.body else ""
    heads = [f"[{entry.stamp}] {entry.title}"] if entry.stamp else []
    heads += [f"{entry.title} ({entry.date})"] if entry.date else []
    for head in (*heads, entry.title):
        yield f"## {head}{body}\n".replace("\r\n", "\n").replace("\n", newline)


def _joined(text: str, lead: str, piece: str) -> str:
    newline = newline_of(text)
    closer = scan(text).closer
    if text and not text.endswith(("\n", "\r")):
        text += newline
    text += closer + newline if closer else ""
    text += newline + lead.replace("\n", newline) + piece
    text += "" if piece.endswith(("\n", "\r")) else newline
    closer = scan(text).closer
    return text + (closer + newline if closer else "") + newline + SEPARATOR + newline
