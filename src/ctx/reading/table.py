"""Tables whose rows are entries: `| Date | Decision |`, a row each.

A column is known by its heading: the one of the title, of the date, of a number; each other column is a field
of its name. A cell may hold several lines, written `<br>`: the first one of the title's cell is the title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from ctx.markdown.document import Document
from ctx.reading.heading import date_in

_DELIMITER = re.compile(r"[ ]{0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*\Z")
_BREAK = re.compile(r"[ \t]*<br[ \t]*/?>[ \t]*", re.IGNORECASE)
_COUNTED = re.compile(r"(.*?)(\d+)(\D*)")
_FIELD_NAME = re.compile(r"[^\W\d_][^*:\r\n]{0,38}\Z")
_DATES = frozenset(
    "date day when added created recorded discovered decided datum tag fecha data 日期 日付 дата".split()
)
_NUMBERS = frozenset("# id no no. nr nr. number num n° № ref key adr".split())
_TITLES = (
    "title name titel título titre titolo 标题 タイトル заголовок decision entscheidung decisión décision "
    "decisão decisione 决定 決定 решение learning lesson lektion erkenntnis lección leçon 学び урок "
    "convention rule regel regla règle fact fakt error fehler problem issue procedure snippet topic thema "
    "subject what summary description entry"
).split()
_SIDE = frozenset("status state tags tag author by owner source link links url related".split())


class Cell(NamedTuple):
    """A cell under its column's heading: its text, without blanks around, and that text's span."""

    name: str
    text: str
    start: int
    end: int


class Row(NamedTuple):
    """A row from the start of its line to behind the line break; the columns are places in `cells`."""

    cells: tuple[Cell, ...]
    start: int
    end: int
    line: int
    title: int
    date: int | None
    number: int | None

    @property
    def lines(self) -> list[str]:
        """The lines of the title's cell."""
        return lines_of(self.cells[self.title].text)

    @property
    def head(self) -> str:
        """The first line of the title's cell, without the markup around all of it."""
        line = self.lines[0].strip()
        return line[2:-2].strip() if re.fullmatch(r"\*\*(?:(?!\*\*).)+\*\*|__(?:(?!__).)+__", line) else line

    @property
    def says(self) -> bool:
        """Whether there is a title to speak of: an empty row waits to be filled."""
        return bool(re.search(r"\w", self.head))

    @property
    def last(self) -> int:
        """The cell in which there is room for more text: the last one of prose."""
        rest = [n for n, cell in enumerate(self.cells) if n > self.title and cell.name.lower() not in _SIDE]
        return next((n for n in reversed(rest) if n not in {self.date, self.number}), self.title)

    @property
    def day(self) -> str | None:
        """The date in its column, ISO."""
        return None if self.date is None else date_in(self.cells[self.date].text)

    @property
    def body(self) -> str:
        """What the row says beside its title and date, as fields and text."""
        _, *rest = self.lines or [""]
        parts = ["\n".join(rest)]
        for place, cell in enumerate(self.cells):
            text = "\n".join(lines_of(cell.text))
            if place in {self.title, self.date} or (place == self.number and text.strip("#.").isdigit()):
                continue
            named = _FIELD_NAME.match(cell.name) and text
            parts.append(f"**{cell.name}**: {text}" if named else text)
        return "\n\n".join(part for part in map(str.strip, parts) if part)

    def place(self, field: str) -> int | None:
        """The column that holds a field."""
        wanted = field.lower()
        names = (n for n, cell in enumerate(self.cells) if cell.name.lower() == wanted)
        return next((n for n in names if n not in {self.title, self.date}), None)


class Table(NamedTuple):
    """A table at top level: the names of its columns, its rows, and its span."""

    head: Row
    rows: tuple[Row, ...]
    start: int
    end: int

    @property
    def next_number(self) -> str:
        """What stands in the column of the number of the next row: one more than the highest there is."""
        written = [row.cells[row.number].text for row in self.rows if row.number is not None]
        found = [(int(match[2]), match) for text in written if (match := _COUNTED.fullmatch(text))]
        if not found:
            return "" if written else "1"
        highest, match = max(found, key=lambda pair: pair[0])
        return f"{match[1]}{str(highest + 1).zfill(len(match[2]))}{match[3]}"


def find_tables(document: Document, start: int, end: int) -> Iterator[Table]:
    """The tables in a stretch that begins and ends at lines: outside code, comments, lists and quotes."""
    if "|" not in document.text[start:end]:
        return
    blocks = document.blocks
    hidden = _hidden_lines(document)
    lines = [n for n, at in enumerate(blocks.offsets[:-1]) if start <= at < end and n not in hidden]
    free = set(lines)
    at = 0
    while at + 1 < len(lines):
        first = lines[at]
        rows = [first + 2]
        if first + 1 in free and _is_head(blocks.lines[first], blocks.lines[first + 1]):
            while rows[-1] in free and blocks.lines[rows[-1]].strip() and "|" in blocks.lines[rows[-1]]:
                rows.append(rows[-1] + 1)
            yield _table(document, first, rows[:-1])
            at += len(rows) + 1
        else:
            at += 1


def _hidden_lines(document: Document) -> set[int]:
    blocks = document.blocks
    hidden = set(blocks.indented)
    spans = [(one.first, one.last) for one in blocks.items]
    spans += [(one.first, one.last) for one in blocks.fences]
    spans += [(one.first, one.last) for one in blocks.comments]
    for first, last in spans:
        hidden.update(range(first, last))
    return hidden


def _is_head(line: str, below: str) -> bool:
    below = below.rstrip("\r\n")
    if "|" not in line or "|" not in below or not _DELIMITER.match(below):
        return False
    return len(_cells(line, 0)) == len(_cells(below, 0))


def _table(document: Document, first: int, rows: Sequence[int]) -> Table:
    blocks = document.blocks
    head = _cells(blocks.lines[first], blocks.offsets[first])
    names = tuple(_plain(text) for text, _, _ in head)
    found = [_cells(blocks.lines[line], blocks.offsets[line]) for line in rows]
    date = _date_column(names, found)
    number = next((n for n, name in enumerate(names) if name.lower() in _NUMBERS and n != date), None)
    title = _title_column(names, {date, number})
    lines = [(first, head), *zip(rows, found, strict=True)]
    top, *made = (
        Row(
            _named(names, cells, blocks.offsets[line + 1]),
            blocks.offsets[line],
            blocks.offsets[line + 1],
            line,
            title,
            date,
            number,
        )
        for line, cells in lines
    )
    last = (rows[-1] if rows else first + 1) + 1
    return Table(top, tuple(made), blocks.offsets[first], blocks.offsets[last])


def _named(names: Sequence[str], cells: Sequence[tuple[str, int, int]], end: int) -> tuple[Cell, ...]:
    """The cells under their names; those that a short row lacks are empty, what is too much is nameless."""
    count = max(len(names), len(cells))
    padded = [*cells, *[("", end, end)] * (count - len(cells))]
    more = [*names, *[""] * (count - len(names))]
    return tuple(Cell(name, *cell) for name, cell in zip(more, padded, strict=True))


def _date_column(names: Sequence[str], rows: Sequence[Sequence[tuple[str, int, int]]]) -> int | None:
    for place, name in enumerate(names):
        cells = [row[place][0] for row in rows if place < len(row) and row[place][0]]
        dated = sum(date_in(text) is not None for text in cells)
        if cells and dated * 2 > len(cells) and all(len(text) < 32 for text in cells):
            return place
        if not cells and name.lower() in _DATES:
            return place
    return None


def _title_column(names: Sequence[str], taken: set[int | None]) -> int:
    places = {name.lower(): n for n, name in reversed(list(enumerate(names))) if n not in taken}
    for name in _TITLES:
        if name in places:
            return places[name]
    free = [n for name, n in places.items() if name not in _SIDE] or list(places.values())
    return min(free, default=0)


def _cells(line: str, offset: int) -> list[tuple[str, int, int]]:
    """The cells of a line: each one's text without blanks around, and its span."""
    body = line.rstrip("\r\n")
    bars = [match.start() for match in re.finditer(r"(?<!\\)\|", body)]
    first = len(body) - len(body.lstrip(" \t"))
    inner = [-1, *bars, len(body)]
    if bars and bars[0] == first:
        inner = inner[1:]
    if len(inner) > 1 and not body[inner[-2] + 1 :].strip():
        inner = inner[:-1]
    found = []
    for left, right in pairwise(inner):
        raw = body[left + 1 : right]
        text = raw.strip(" \t")
        start = left + 1 + len(raw) - len(raw.lstrip(" \t")) if text else min(left + 2, right)
        found.append((text, offset + start, offset + start + len(text)))
    return found


def _plain(text: str) -> str:
    return text.strip("*_` ")


def lines_of(text: str) -> list[str]:
    r"""A cell's text as lines: `<br>` breaks one, `\|` is a bar."""
    return [line.replace("\\|", "|") for line in _BREAK.split(text)]


def cell_text(text: str) -> str:
    """A text as it is written in a cell."""
    return re.sub(r"(?<!\\)\|", r"\\|", "<br>".join(line.strip() for line in text.strip().split("\n")))
