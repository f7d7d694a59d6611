"""Taking entries out of a file, and keeping them word for word in an archive."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from ctx.errors import CtxError
from ctx.kinds import Kind
from ctx.markdown.blocks import scan
from ctx.markdown.document import Document
from ctx.markdown.edits import Edit
from ctx.markdown.lines import newline_of
from ctx.model.entry import Entry
from ctx.reading.adr import front_matter
from ctx.reading.entry_file import EntryFile, fingerprint
from ctx.writing.compose import SEPARATOR

BLANK = "\ufeff \t\r\n"  # what a file may hold and still say nothing


def take_out(file: EntryFile, chosen: Collection[int]) -> tuple[EntryFile, list[str]]:
    """A file without the entries at some positions, and each of them as it stood.

    Raises CtxError where the others would read differently without them.
    """
    text, document = file.text, file.document
    wanted = [entry for entry in file.entries if entry.position in chosen]
    left = [fingerprint(entry) for entry in file.entries if entry.position not in chosen]
    plain = [_span(document, entry.start, entry.end) for entry in wanted]
    texts = [_own_text(document, entry, span) for entry, span in zip(wanted, plain, strict=True)]
    for spans in (plain, texts, _with_empty_categories(document, wanted, plain)):
        rest = file.apply(Edit(start, end, "") for start, end in spans)
        if file.role.page and not rest.text.strip(BLANK):  # a byte order mark alone reads as text
            rest = file.with_text("")
        if [fingerprint(entry) for entry in rest.entries] == left:
            return rest, [text[entry.start : entry.end] for entry in wanted]
    raise CtxError(
        "cannot be taken out without changing how other entries are read",
        path=file.path,
        line=wanted[0].line,
        hint="what stands around it holds only with it (an open fence, a heading above); move it by hand",
    )


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


def keep(archive: EntryFile, pieces: Sequence[tuple[Entry, str]]) -> EntryFile:
    """An archive with entries added byte for byte; one that is there already is not added again."""
    if not archive.text and pieces:
        archive = archive.with_text(f"# {archive.kind.heading}{newline_of(pieces[0][1])}")
    for entry, piece in pieces:
        same = any((one.digest, one.body) == (entry.digest, entry.body) for one in archive.entries)
        written = (piece, *_other_forms(entry, piece, newline_of(piece)))
        if not (same and any(one in archive.text for one in written)):
            archive = _append(archive, entry, piece)
    return archive


def _append(archive: EntryFile, entry: Entry, piece: str) -> EntryFile:
    """The archive with a piece where it reads as before, and so do the others."""
    before = set(map(fingerprint, archive.entries))

    def merit(way: EntryFile) -> tuple[bool, bool, bool]:
        said = [one for one in way.entries if (one.digest, one.body) == (entry.digest, entry.body)]
        # Its category tells where it belongs, should it come back.
        kept = before <= set(map(fingerprint, way.entries))
        return bool(said), kept, any(one.category == entry.category for one in said)

    ways = [archive.with_text(way) for way in _ways(archive.text, archive.kind, entry, piece)]
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
