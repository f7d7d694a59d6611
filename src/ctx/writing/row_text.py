"""Rows as they are written: a new one, and the cells of one that changes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctx.markdown.document import Document
from ctx.markdown.edits import Edit
from ctx.model.fields import find_fields
from ctx.reading.table import Row, Table, cell_text, find_tables, lines_of


def new_row(table: Table, text: str, title: str, day: str, content: str) -> str:
    """The line of a new entry in a table of a text, without its line break.

    What is a field of a column goes there; the rest follows the title, or stands in the last column of prose.
    """
    head = table.head
    fields, rest = _by_columns(head, content)
    cells = {head.title: title} | fields
    if head.date is not None:
        cells[head.date] = day
    if head.number is not None:
        cells.setdefault(head.number, table.next_number)
    if rest and head.last != head.title and head.last not in cells and not any(find_fields(rest)):
        cells[head.last] = rest
    elif rest:
        cells[head.title] += "\n" + rest
    written = " | ".join(cell_text(cells.get(n, "")) for n in range(len(head.cells)))
    line = text[head.start : head.end].strip()
    return f"{'| ' if line.startswith('|') else ''}{written}{' |' if line.endswith('|') else ''}"


def read_row(table: Table, text: str, line: str) -> Row:
    """A written line as it is read in its table."""
    alone = text[table.start : table.rows[0].start if table.rows else table.end].rstrip("\r\n") + "\n" + line
    document = Document.parse(alone)
    return next(find_tables(document, 0, len(alone))).rows[-1]


def _by_columns(row: Row, content: str) -> tuple[dict[int, str], str]:
    """The fields of a content that have a column, by it, and what is left."""
    cells: dict[int, str] = {}
    left = []
    position = 0
    for field in find_fields(content):
        place = row.place(field.name)
        if place is not None and place not in cells:
            cells[place] = field.text
            left.append(content[position : field.start])
            position = field.end
    left.append(content[position:])
    return cells, re.sub(r"\n{3,}", "\n\n", "".join(left)).strip()


def cell_edits(text: str, row: Row, name: str, value: str) -> Iterator[list[Edit]]:
    """Ways to give a field of a row a text: in its column, else in a line behind the title."""
    place = row.place(name)
    if place is not None and row.cells[place].start < row.end:
        yield [_set(text, row, place, value)]
        return
    lines = lines_of(row.cells[row.title].text)
    lead = re.compile(rf"\*\*{re.escape(name)}(?:\*\*:|:\*\*)", re.IGNORECASE)
    kept = [line for line in lines if not lead.match(line)]
    if value:
        at = next((n for n, line in enumerate(lines) if lead.match(line)), len(kept))
        kept.insert(at, f"**{name}**: {value}")
    yield [_set(text, row, row.title, "\n".join(kept))]


def content_edits(text: str, row: Row, content: str) -> list[Edit]:
    """What makes a row say a content beside its title and date."""
    fields, rest = _by_columns(row, content)
    title = row.lines[0] + ("\n" + rest if rest else "")
    edits = [_set(text, row, row.title, title)]
    for place, cell in enumerate(row.cells):
        told = place not in {row.title, row.date, row.number} or place in fields
        if told and cell.start < row.end and fields.get(place, "") != cell.text:
            edits.append(_set(text, row, place, fields.get(place, "")))
    return sorted(edits, key=lambda edit: edit.start)


def _set(text: str, row: Row, place: int, value: str) -> Edit:
    cell = row.cells[place]
    written = cell_text(value)
    gap = " " if written and text[cell.end : cell.end + 1] == "|" else ""
    return Edit(cell.start, cell.end, written + gap)
