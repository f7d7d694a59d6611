"""One file of a kind → its entries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from ctx.kinds import REFERENCE, Kind
from ctx.markdown.document import Document
from ctx.markdown.strays import without_strays
from ctx.model.entry import Entry, clean_tag, split_list
from ctx.model.fields import read_fields
from ctx.model.file_roles import Holds, Role
from ctx.model.handle import digest
from ctx.model.stamp import find_date
from ctx.model.status import read_status
from ctx.reading.heading import date_in
from ctx.reading.split_entries import Segment, segment, segment_sections

# `**Discovered**: 2026-11-21`, `- Date: 2026-11-21`, among the first lines of an entry.
_DATE_LINE = re.compile(
    r"^[ ]{0,3}(?:[-*+][ \t]+)?(?:\*\*|__)?(?:discovered|date)(?:\*\*|__)?[ \t]*:(?P<text>[^\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
# What the front matter of a page says of its entry.
_OF_FRONT = ("status", "tags", "formerly")
_LEAD = 600  # characters of a body in which such a line is looked for


def read_entries(
    text: str, kind: Kind, path: str, *, archived: bool = False, page: bool = False
) -> Iterator[Entry]:
    """The entries of one file's text in file order; their handles are given when all files are read."""
    return entries_of(Document.parse(text), Role(Holds.ENTRIES, kind, archived, page), path)


def entries_of(document: Document, role: Role, path: str, *, category: str = "") -> Iterator[Entry]:
    """The entries of a file, or of a part of one that stands under a category."""
    kind = role.kind or REFERENCE
    name = PurePosixPath(path).stem if role.page else ""
    if kind is REFERENCE:
        found = segment_sections(document, name)
    else:
        found = segment(document, bullets=kind.bullets, page=name, category=category)
    for position, part in enumerate(found):
        yield _entry(document.text, part, kind, path, position, archived=role.archived)


def _entry(text: str, part: Segment, kind: Kind, path: str, position: int, *, archived: bool) -> Entry:
    body = _body(text, part)
    fields = read_fields(body)
    given = part.front.values if part.front else {}
    if given:
        fields |= {name.capitalize(): given[name] for name in _OF_FRONT if given.get(name)}
    return Entry(
        id="",
        kind=kind.name,
        title=part.title,
        stamp=part.stamp,
        date=_date(part, body, given.get("date", "")),
        path=path,
        line=part.line,
        start=part.start,
        end=part.end,
        body=body,
        digest=digest(kind.name, part.stamp or part.date or "", part.title),
        category=part.category,
        position=position,
        level=part.level,
        status=read_status(part.title, "" if given.get("status") else body, fields),
        tags=tuple(filter(None, map(clean_tag, split_list(fields.get("Tags", ""))))),
        fields=fields,
        archived=archived,
        bullet=part.bullet,
    )


def _body(text: str, part: Segment) -> str:
    """What an entry says below its heading, as the text of a heading's section would be written."""
    if part.row is not None:
        whole = part.row.head
        return part.row.body if part.title == whole else "\n\n".join(filter(None, [whole, part.row.body]))
    source = without_strays(text[part.body : part.end])
    if not part.bullet:
        return source.strip("\r\n").rstrip()
    body = _dedent(source)
    return "" if body == part.title else body


def _date(part: Segment, body: str, given: str) -> str | None:
    if part.stamp and (found := find_date(part.stamp)):
        return found
    if part.date or (given and (found := date_in(given))):
        return part.date or found
    written = (line["text"] for line in _DATE_LINE.finditer(body, 0, _LEAD))
    return next((found for text in written if (found := find_date(text))), None)


def _dedent(source: str) -> str:
    """A bullet's content without the indentation its marker gave it."""
    first, *rest = re.split(r"\r\n|\n|\r", source.rstrip())
    margins = [len(line) - len(line.lstrip(" ")) for line in rest if line.strip()]
    margin = min(margins, default=0)
    return "\n".join([first.strip(), *(line[margin:] for line in rest)]).strip("\n")
