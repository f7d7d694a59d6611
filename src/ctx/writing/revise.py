"""Changes to an entry that is there: the spans to replace, so that every other byte stays.

Each function yields ways to make a change, best first; `revise` takes the first one after which the entry
reads as wanted and every other entry as before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from ctx.errors import CtxError
from ctx.kinds import Kind
from ctx.markdown.edits import Edit
from ctx.markdown.lines import newline_of
from ctx.model.entry import Entry
from ctx.model.fields import ONE_PARAGRAPH, Field, outside_spans, own_fields
from ctx.model.status import find_status
from ctx.reading.adr import FrontMatter, yaml_value
from ctx.reading.entry_file import EntryFile
from ctx.reading.split_entries import Segment, segment
from ctx.reading.table import Row, cell_text
from ctx.writing import compose
from ctx.writing.row_text import cell_edits, content_edits

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+")
_BOLD = re.compile(r"\*\*(?P<name>(?:(?!\*\*).)+?):?\*\*", re.DOTALL)
_MARKER = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])[ \t]")
_LINE = re.compile(r"^(?=[^\n])", re.MULTILINE)
Ways = Iterator[list[Edit]]
Wanted = Callable[[Entry, Entry], bool]


@dataclass(frozen=True)
class Place:
    """An entry of a file: the file's text and the entry's part of it."""

    text: str
    kind: Kind
    part: Segment

    @property
    def raw(self) -> str:
        """Its source below the heading, up to the last character that is no blank."""
        return self.text[self.part.body : self.part.end].rstrip()

    @property
    def newline(self) -> str:
        """How lines end in its file."""
        return newline_of(self.text)

    @property
    def margin(self) -> str:
        """What the lines of its content are indented by."""
        if not self.part.bullet:
            return ""
        marker = _MARKER.match(self.text, self.part.start, self.part.end)
        return " " * (len(marker[0]) if marker else 2)

    def written(self, text: str) -> str:
        """A text as it is written here: indented, with the file's line breaks."""
        return _LINE.sub(self.margin, compose.unix(text)).replace("\n", self.newline)


def find_place(file: EntryFile, position: int) -> Place:
    """The place of the entry at a position of a file."""
    name = PurePosixPath(file.path).stem if file.role.page else ""
    parts = segment(file.document, bullets=file.kind.bullets, page=name)
    return Place(file.text, file.kind, parts[position])


def revise(
    file: EntryFile, entry: Entry, ways: Callable[[Place], Ways], wanted: Sequence[Wanted]
) -> EntryFile:
    """The file with the entry changed by the first way that is `wanted`.

    The tests look at the entry before and after; where no way passes the first, the next one decides.
    Raises CtxError where no way passes any and leaves the others as they are.
    """
    possible = []
    for edits in ways(find_place(file, entry.position)):
        changed = file.apply(edits)
        if file.reads_alike(changed, but={entry.position}):
            old, now = file.entries[entry.position], changed.entries[entry.position]
            if wanted[0](old, now):
                return changed
            possible.append((changed, old, now))
    for test in wanted[1:]:
        for changed, old, now in possible:
            if test(old, now):
                return changed
    raise CtxError(
        f"{entry.id or entry.title!r} cannot be changed without changing how others are read",
        path=entry.path,
        line=entry.line,
        hint="something is not closed there; edit the file by hand",
    )


def field_ways(place: Place, name: str, value: str) -> Ways:
    """Ways to give a field a text; an empty one takes the field out.

    A status is replaced where it stands, in whatever shape it is written there. Where a field would take the
    text behind it for its own, that text goes before all fields.
    """
    part = place.part
    if part.row is not None:
        yield from cell_edits(place.text, part.row, name, compose.unix(value))
        return
    if part.front and part.front.end:
        yield from _in_front_matter(place, part.front, name, compose.one_line(value))
    if name.lower() == "status" and value and (said := find_status(place.raw)):
        at = place.part.body
        yield [Edit(at + said.start, at + said.end, compose.one_line(value))]
    found = next((f for f in own_fields(place.raw) if f.name.lower() == name.lower()), None)
    if found is None:
        yield from _new_field(place, name, value) if value else [[]]
    elif not value:
        yield [_removal(place, found)]
    elif place.raw[found.start :].lstrip(" ").startswith("#"):
        yield [_headed(place, found, value)]
    else:
        start = place.part.body + found.start
        end = start + len(place.raw[found.start : found.end].rstrip())
        yield [Edit(start, end, place.written(compose.field_text(found.name, value, level=place.part.level)))]
    yield from _outside_first(place, name, value)


def _outside_first(place: Place, name: str, value: str) -> Ways:
    """What is in no field, then the fields, the one named with its new text."""
    raw, level = place.raw, place.part.level
    if not (spans := outside_spans(raw)):
        return
    parts = [raw[start:end] for start, end in spans]
    fields = list(own_fields(raw))
    sources = [raw[field.start : field.end].strip() for field in fields]
    at = next((n for n, field in enumerate(fields) if field.name.lower() == name.lower()), len(fields))
    sources[at : at + 1] = [place.written(compose.field_text(name, value, level=level))] if value else []
    gap = place.newline * 2 + place.margin
    yield [_replaced(place, gap.join([*parts, *sources]))]


def body_ways(place: Place, text: str) -> Ways:
    """Ways to replace all that an entry says in no field; the fields stay as they are."""
    raw, body, newline = place.raw, place.part.body, place.newline
    written = place.written(text)
    spans = outside_spans(raw)
    if spans:
        (start, end), *others = spans
        new = written.removeprefix(place.margin)
        yield [
            _gone(place, start, end) if not new else Edit(body + start, body + end, new),
            *(_gone(place, start, end) for start, end in others),
        ]
    elif raw.strip():
        yield [Edit(body + len(raw), body + len(raw), newline * 2 + written)]
    else:
        yield from content_ways(place, text)
    sources = [raw[field.start : field.end].strip() for field in own_fields(raw)]
    gap = newline * 2 + place.margin
    yield [_replaced(place, gap.join(filter(None, [written.removeprefix(place.margin), *sources])))]


def _gone(place: Place, start: int, end: int) -> Edit:
    """The removal of a span with the blank lines behind it, or, at the end, before it."""
    raw = place.raw
    if raw[end:].strip():
        end += len(raw[end:]) - len(raw[end:].lstrip())
    else:
        start, end = len(raw[:start].rstrip()), len(raw)
    return Edit(place.part.body + start, place.part.body + end, "")


def _replaced(place: Place, written: str) -> Edit:
    """The edit that puts a text, written as it stands in the file, in the place of all of the content."""
    raw, body = place.raw, place.part.body
    lead = len(raw) - len(raw.lstrip())
    return Edit(body + lead, body + len(raw), written)


def _in_front_matter(place: Place, front: FrontMatter, name: str, value: str) -> Ways:
    """Ways to give a field a text that the front matter has, or that has no better place on such a page."""
    key = name.lower()
    if key in front.spans and value:
        start, end = front.spans[key]
        is_list = key == "tags" and place.text[start] == "["
        yield [Edit(start, end, f"[{value}]" if is_list else yaml_value(value))]
    elif key in {"status", "formerly"} and key not in front.values and value and not _is_told(place, key):
        yield [Edit(front.close, front.close, f"{key}: {yaml_value(value)}{place.newline}")]


def _is_told(place: Place, key: str) -> bool:
    """Whether the text itself gives a field."""
    if key == "status" and find_status(place.raw):
        return True
    return any(field.name.lower() == key for field in own_fields(place.raw))


def _new_field(place: Place, name: str, value: str) -> Ways:
    field = place.written(compose.field_text(name, value, level=place.part.level))
    newline, raw, body = place.newline, place.raw, place.part.body
    end = body + len(raw)
    top = [Edit(body, body, _ended(place) + newline + field + newline)]
    if not raw:
        yield top
        return
    behind = [[Edit(end, end, newline * count + field)] for count in ((1, 2) if place.part.bullet else (2,))]
    # Before what ends with its paragraph, such as tags: behind it stands the body, which is no field's.
    if name.lower() not in ONE_PARAGRAPH and not place.part.bullet and (at := _first_short(raw)) is not None:
        yield [Edit(body + at, body + at, field + newline * 2)]
    # Behind the last field, where free text follows it.
    fields = list(own_fields(raw))
    if name != "Status" and fields and raw[fields[-1].end :].strip():
        at = body + len(raw[: fields[-1].end].rstrip())
        yield [Edit(at, at, newline * 2 + field)]
        if not place.part.bullet:
            yield [Edit(body + fields[-1].start, body + fields[-1].start, field + newline * 2)]
    # A status is what a reader must see first.
    if name == "Status" and not place.part.bullet:
        gap = "" if raw[0] in "\r\n" else newline
        yield [Edit(body, body, _ended(place) + newline + field + newline + gap)]
    yield from behind
    yield [Edit(body, body, newline + field + newline + newline)]


def _first_short(raw: str) -> int | None:
    """Where the first field stands that ends with its paragraph; a status leads and does not count."""
    short = ONE_PARAGRAPH - {"status"}
    return next((field.start for field in own_fields(raw) if field.name.lower() in short), None)


def _ended(place: Place) -> str:
    """The line break that a heading on the last line of a file lacks."""
    body = place.part.body
    return "" if place.text[body - 1 : body] in {"\n", "\r"} or not body else place.newline


def _removal(place: Place, found: Field) -> Edit:
    start, end = found.start, found.end
    if not place.raw[end:].strip():
        start, end = len(place.raw[:start].rstrip()), len(place.raw)
    else:
        end += len(place.raw[end:]) - len(place.raw[end:].lstrip("\r\n"))
    return Edit(place.part.body + start, place.part.body + end, "")


def _headed(place: Place, found: Field, value: str) -> Edit:
    """A new text below a `### Name` heading that stays."""
    text = compose.harmless(value, level=place.part.level + 1)
    line = re.match(r"[^\r\n]*(?:\r\n|\n|\r)?", place.raw[found.start :])
    below = found.start + (line.end() if line else 0)
    at = place.raw.find(found.text, below) if found.text else below
    start = place.part.body + at
    return Edit(start, start + len(found.text), place.written(text) + ("" if found.text else place.newline))


def title_ways(place: Place, stamp: str | None, title: str) -> Ways:
    """Ways to give an entry another heading; a bullet has no stamp."""
    part = place.part
    if part.row is not None:
        yield from _row_title(place, part.row, compose.one_line(title))
        return
    if part.bullet:
        yield from _item_title(place, stamp, compose.one_line(title))
        return
    line = place.text[part.start : part.body].rstrip("\r\n")
    at = line.rfind(part.title)
    if re.search(r"[\r\n]", line):
        yield from _underlined(place, line, stamp, title)
    if part.stamp is None and stamp is None and at >= 0:  # a date beside the title stays where it is
        plain = compose.heading("", title).partition("] ")[2]
        yield [Edit(part.start + at, part.start + at + len(part.title), plain)]
    if match := _HEADING.match(line):
        made = compose.heading(stamp or "", title).removeprefix("## ")
        made = made if stamp is not None else made.removeprefix("[] ")
        yield [Edit(part.start + match.end(), part.start + len(line), made)]


def _row_title(place: Place, row: Row, title: str) -> Ways:
    cell = row.cells[row.title]
    at = place.text.find(place.part.title, cell.start, cell.end)
    if at >= 0 and place.part.title == row.head:
        yield [Edit(at, at + len(place.part.title), cell_text(title))]
    yield [Edit(cell.start, cell.start, f"{cell_text(title)}<br>")]


def _item_title(place: Place, stamp: str | None, title: str) -> Ways:
    """A new name where the item has one, else one before its text; a stamp is replaced where it stands."""
    part, text = place.part, place.text
    edits = []
    if part.stamp is not None and stamp is not None and stamp != part.stamp:
        at = text.find(part.stamp, part.start, part.end)
        edits.append(Edit(at, at + len(part.stamp), stamp))
    if title == part.title:
        yield edits
        return
    match = _BOLD.search(text, part.start, part.end)
    if match and " ".join(match["name"].split()) == part.title:
        yield [*edits, Edit(match.start("name"), match.end("name"), title)]
    elif match and match["name"].endswith(part.title):  # a date before it stays
        yield [*edits, Edit(match.end("name") - len(part.title), match.end("name"), title)]
    yield [*edits, Edit(part.body, part.body, f"**{title}**: ")]


def _underlined(place: Place, line: str, stamp: str | None, title: str) -> Ways:
    """A heading with its underline, as long as it is."""
    part = place.part
    text, underline = re.split(r"\r\n|\n|\r", line, maxsplit=1)
    made = compose.heading(stamp or "", title).removeprefix("## ")
    if stamp is None:
        made = text.replace(part.title, made.removeprefix("[] "))
    drawn = underline.strip()[0] * len(made) if underline.strip("-= ") == "" else underline
    yield [Edit(part.start, part.start + len(line), made + place.newline + drawn)]


def content_ways(place: Place, content: str) -> Ways:
    """Ways to replace all that stands under an entry's heading."""
    if place.part.row is not None:
        yield content_edits(place.text, place.part.row, content)
        return
    raw, part = place.raw, place.part
    written = place.written(content).lstrip(" ") if part.bullet else place.written(content)
    lead = len(raw) - len(raw.lstrip("\r\n"))
    if raw.strip():
        start, end = part.body + lead, part.body + len(raw)
        blanks = "" if lead or part.bullet else place.newline
        yield [Edit(start, end, blanks + written if written else "")]
    else:
        yield [Edit(part.body, part.body, f"{_ended(place)}{place.newline}{written}{place.newline}")]
