"""Where a new entry goes: one insertion, in the place where the file keeps its newest.

Places are tried in the order of preference; the first one is taken after which every other entry reads as
before and the new one as it was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from ctx.errors import CtxError
from ctx.kinds import Kind
from ctx.markdown.document import Document
from ctx.markdown.edits import Edit
from ctx.markdown.lines import newline_of
from ctx.markdown.spans import is_inside
from ctx.model.entry import Entry
from ctx.reading.entry_file import EntryFile
from ctx.reading.heading import date_in
from ctx.reading.split_entries import Segment, Segmenter
from ctx.reading.table import Table
from ctx.writing.compose import SEPARATOR, Draft, heading, one_line, unix
from ctx.writing.row_text import new_row, read_row

_BULLET = re.compile(
    r"(?P<indent> {0,3})(?P<marker>[-*+]|(?P<number>\d{1,9})(?P<sign>[.)]))(?P<gap>[ \t]{1,4})"
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_STAMPED = re.compile(r"\[\d{4}-\d{2}-\d{2}[^\]\r\n]*\]")
_OPENS_BLOCK = re.compile(r"[`~]{3}|[#>|<]|[-+*=_]|\d+[.)]|    |\t|\*\*")
_LINE = re.compile(r"^(?=[^\n])", re.MULTILINE)


class Placed(NamedTuple):
    """An insertion, the file after it, and the entry that is read there (its handle is not given yet)."""

    edit: Edit
    file: EntryFile
    entry: Entry


class _Place(NamedTuple):
    """A way to write the entry: the insertion, and the content that must be read back."""

    edit: Edit
    content: str
    closes: bool = False


def insert_entry(file: EntryFile, draft: Draft, stamp: str) -> Placed:
    """The insertion that adds an entry to its kind's file.

    Raises CtxError where there is no place for it that leaves the other entries alone.
    """
    for place in _places(file.document, draft, stamp):
        after = file.apply([place.edit])
        entry = _added(file.entries, after.entries, place)
        if entry and entry.stamp in {stamp, None} and entry.title == one_line(draft.title):
            return Placed(place.edit, after, entry)
    raise CtxError(
        "there is no place for an entry that would leave the others as they are",
        path=file.path,
        hint="`ctx drift` names what is not closed there; mend it, then try again",
    )


def _places(document: Document, draft: Draft, stamp: str) -> Iterator[_Place]:
    file = _File(document, draft.kind)
    if bullet := file.neighbour(file.bullets, draft.tags):
        yield file.as_bullet(bullet, draft, stamp)
    if table := file.table(draft.tags):
        yield file.as_row(table, draft, stamp)
    elif draft.kind.bullets and not file.parts:
        yield file.as_first_bullet(draft)
    first = file.stamped[0] if file.newest_first else None
    if first:
        yield file.before(first, draft, stamp)
    levels = dict.fromkeys([2, *(part.level for part in file.stamped[-1:]), 1])
    for level in levels:
        yield file.at_end(draft, stamp, level)
    for end, closer in file.unclosed():
        yield file.behind(end, closer, draft, stamp)


def _added(before: Sequence[Entry], after: Sequence[Entry], place: _Place) -> Entry | None:
    """The one entry that an insertion added, None where it did anything else."""
    edit = place.edit
    stop = edit.start + len(edit.replacement)
    new = [entry for entry in after if edit.start <= entry.start < stop]
    others = [entry for entry in after if not edit.start <= entry.start < stop]
    if len(new) != 1 or len(others) != len(before) or unix(new[0].body) != place.content:
        return None
    above = max((old.start for old in before if old.start < edit.start), default=-1)
    same = all(
        _is_same(old, now, may_grow=place.closes and old.start == above)
        for old, now in zip(before, others, strict=True)
    )
    return new[0] if same else None


def _is_same(old: Entry, now: Entry, *, may_grow: bool) -> bool:
    """Whether an entry reads as before; one that was never closed may have gained the line that closes it."""
    kept = now.body.startswith(old.body) if may_grow else now.body == old.body
    return kept and (old.digest, old.category, old.status, old.level) == (
        now.digest,
        now.category,
        now.status,
        now.level,
    )


class _File:
    """A file of one kind as it is before the insertion."""

    def __init__(self, document: Document, kind: Kind) -> None:
        self.document = document
        self.text = document.text
        self.newline = newline_of(self.text)
        self.segmenter = Segmenter(document, bullets=kind.bullets)
        self.parts = self.segmenter.run()
        blocks = self.segmenter.index_blocks
        outside = [part for part in self.parts if not is_inside(blocks, part.start)]
        self.stamped = [part for part in outside if part.stamp is not None and not part.bullet]
        self.bullets = [part for part in outside if part.bullet and part.row is None]
        self.rows = [part for part in outside if part.row is not None]

    @property
    def newest_first(self) -> bool:
        """Whether the stamps go down more often than up."""
        steps = [_step(above, below) for above, below in pairwise(self.stamped)]
        return steps.count(-1) > steps.count(1)

    @property
    def separated(self) -> bool:
        """Whether entries end in a separator here, as they do in a file that has none yet."""
        return bool(self.document.blocks.rules) or not self.stamped

    def before(self, first: Segment, draft: Draft, stamp: str) -> _Place:
        """The entry above another one, under a heading of the same level."""
        content = draft.content(first.level)
        lines = [self.heading(stamp, draft.title, first.level), *([content] if content else [])]
        block = "\n\n".join([*lines, *([SEPARATOR] if self.separated else []), ""])
        return self._place(first.start, self._gap(first.start, wanted=1) + block, content)

    def at_end(self, draft: Draft, stamp: str, level: int) -> _Place:
        """The entry as the last thing in the file; what is open there is closed first."""
        content = draft.content(level)
        end, closer = len(self.text), self.document.blocks.closer
        lead = f"{self._gap(end, wanted=0)}{closer}\n\n" if closer else self._gap(end, wanted=1)
        rules = self.document.blocks.rules
        ruled = bool(rules) and not self.text[self.document.blocks.offsets[rules[-1] + 1] :].strip()
        parts = [self.heading(stamp, draft.title, level), *([content] if content else [])]
        if self.separated and self.parts and not ruled:
            parts.insert(0, SEPARATOR)
        elif self.separated:
            parts.append(SEPARATOR)
        unended = bool(self.text.strip("\ufeff")) and not self.text.endswith(("\n", "\r"))
        return self._place(
            end, lead + "\n\n".join(parts) + ("" if unended else "\n"), content, closes=bool(closer)
        )

    def behind(self, end: int, closer: str, draft: Draft, stamp: str) -> _Place:
        """The entry behind a block that was never closed, which is closed first."""
        content = draft.content()
        parts = [closer, heading(stamp, draft.title), *([content] if content else [])]
        block = "\n\n".join([*parts, *([SEPARATOR] if self.separated else []), ""])
        return self._place(end, self._gap(end, wanted=0) + block, content, closes=True)

    def unclosed(self) -> Iterator[tuple[int, str]]:
        """Where each top-level fence or comment ends that only a dated heading ended, and what closes it."""
        blocks = self.document.blocks
        for fence in blocks.fences:
            if fence.top and not fence.closed:
                mark = self.text[fence.start :].lstrip(" ")
                yield fence.end, mark[: len(mark) - len(mark.lstrip(mark[0]))]
        for comment in blocks.comments:
            if not comment.closed:
                yield comment.end, "-->"

    def heading(self, stamp: str, title: str, level: int) -> str:
        """The entry's heading, underlined where those of the file are."""
        line = heading(stamp, title, level)
        sections = [section for section in self.document.sections if section.heading.level == level]
        if level > 2 or not sections or any(self._has_signs(section.start) for section in sections):
            return line
        text = line.removeprefix("#" * level + " ")
        return f"{text}\n{'=-'[level - 1] * len(text)}"

    def _has_signs(self, start: int) -> bool:
        return self.text[start : start + 4].lstrip(" ").startswith("#")

    def neighbour(self, parts: Sequence[Segment], tags: Sequence[str]) -> Segment | None:
        """The item beside which a new one goes: of the category that a tag names, else of all, the newest."""
        named = {tag.lower().replace("-", " ") for tag in tags}
        matching = [part for part in parts if part.category.lower().replace("-", " ") in named] or list(parts)
        if not matching:
            return None
        same = [part for part in matching if part.category == matching[-1].category]
        return same[0] if _goes_down(same) else matching[-1]

    def as_bullet(self, beside: Segment, draft: Draft, stamp: str) -> _Place:
        """The entry as an item right beside another one, indented, marked, counted and dated like it."""
        match = _BULLET.match(self.text, beside.start)
        indent, marker, gap = (match["indent"], match["marker"], match["gap"]) if match else ("", "-", " ")
        first = _goes_down([part for part in self.bullets if part.category == beside.category])
        if match and match["number"] and not first:
            marker = self._next_number(beside, int(match["number"])) + match["sign"]
        content = draft.content(body_first=True)
        space = "\n\n" if _OPENS_BLOCK.match(content) else " "
        body = f"{self._date_lead(beside, stamp)}**{one_line(draft.title)}**:{space}{content}"
        gap = gap if "\t" not in gap else " "
        top, *rest = _LINE.sub(" " * len(indent + marker + gap), body).split("\n")
        block = "\n".join([f"{indent}{marker}{gap}{top.strip()}", *rest])
        loose = "\n" if self._is_loose() else ""
        if first:
            return self._place(beside.start, block + "\n" + loose, content)
        at = beside.end
        unended = self.text[at - 1 : at] not in {"\n", "\r"}
        return self._place(at, ("\n" if unended else "") + loose + block + ("" if unended else "\n"), content)

    def as_first_bullet(self, draft: Draft) -> _Place:
        """The entry as the first bullet of a file, at its end; what is open there is closed first."""
        content, end, closer = draft.content(body_first=True), len(self.text), self.document.blocks.closer
        lead = f"{self._gap(end, wanted=0)}{closer}\n\n" if closer else self._gap(end, wanted=1)
        return self._place(end, f"{lead}{_bullet(draft.title, content)}\n", content, closes=bool(closer))

    def _next_number(self, last: Segment, number: int) -> str:
        """The number behind that of the last item; a list that says `1.` throughout goes on so."""
        place = self.bullets.index(last)
        above = _BULLET.match(self.text, self.bullets[place - 1].start) if place else None
        return str(number if above and above["number"] == str(number) else number + 1)

    def _date_lead(self, beside: Segment, stamp: str) -> str:
        """The date before the title, in the form of another item's; empty where that has none."""
        match = _BULLET.match(self.text, beside.start)
        if match is None or beside.date is None:
            return ""
        at = self.text.find(beside.title, match.end(), beside.end)
        lead = self.text[match.end() : at] if at >= 0 else ""
        if lead.count("**") % 2:  # of the bold title itself
            lead = lead.replace("**", "")
        if beside.stamp is not None:
            return _STAMPED.sub(f"[{stamp}]", lead, count=1)
        if _DAY.search(lead):
            return _DAY.sub(stamp[:10], lead, count=1)
        own = date_in(self.text[beside.start : beside.end]) == beside.date
        return f"{stamp[:10]}: " if own else ""

    def table(self, tags: Sequence[str]) -> Table | None:
        """The table of which a new entry is a row: rows are entries there, or it waits for its first."""
        tables = self.segmenter.tables
        if beside := self.neighbour(self.rows, tags):
            return next(table for table in tables if table.start <= beside.start < table.end)
        return tables[0] if tables and not self.parts and not self.document.sections[1:] else None

    def as_row(self, table: Table, draft: Draft, stamp: str) -> _Place:
        """The entry as a row of a table, where its newest stand."""
        line = new_row(table, self.text, one_line(draft.title), stamp[:10], draft.content(body_first=True))
        content = read_row(table, self.text, line).body
        rows = [part for part in self.rows if table.start <= part.start < table.end]
        if rows and _goes_down(rows):
            return self._place(rows[0].start, line + "\n", content)
        unended = self.text[table.end - 1] not in {"\n", "\r"}
        return self._place(table.end, "\n" + line if unended else line + "\n", content)

    def _is_loose(self) -> bool:
        """Whether blank lines stand between the bullets."""
        between = [self.text[a.end : b.start] for a, b in pairwise(self.bullets) if a.category == b.category]
        return bool(between) and sum(not gap.strip() and bool(gap) for gap in between) * 2 > len(between)

    def _gap(self, at: int, *, wanted: int) -> str:
        """The line breaks that end the line above and leave `wanted` blank lines."""
        above = self.text[:at].removeprefix("\ufeff")
        if not above:
            return ""
        tail = unix(above[-4:])
        if not tail.endswith("\n"):
            return "\n" * (1 + wanted)
        last = unix(above[-400:]).rstrip("\n").rpartition("\n")[2] if wanted else ""
        blank = tail.endswith("\n\n") or not last.strip()
        return "" if blank or not wanted else "\n"

    def _place(self, at: int, block: str, content: str, *, closes: bool = False) -> _Place:
        block = block.replace("\n", self.newline)
        if block.startswith("\n") and self.text[at - 1 : at] == "\r":
            block = "\n" + block  # the first one only completes the line break that is there
        return _Place(Edit(at, at, block), content, closes)


def _bullet(title: str, content: str, indent: str = "", marker: str = "-") -> str:
    """An entry as a list item, without the line break at its end."""
    gap = "\n\n" if _OPENS_BLOCK.match(content) else " "
    body = f"**{one_line(title)}**:{gap}{content}"
    first, *rest = _LINE.sub(f"{indent}  ", body).split("\n")
    return "\n".join([f"{indent}{marker} {first.strip()}", *rest])


def _step(above: Segment, below: Segment) -> int:
    """Whether the stamps go up (1) or down (-1) from one entry to the next, or cannot be told apart (0)."""
    a, b = above.stamp or "", below.stamp or ""
    if not (a[:4].isdigit() and b[:4].isdigit()):
        return 0
    if a[:10] == b[:10] and len(a) != len(b):
        return 0
    a, b = (a, b) if a[:10] == b[:10] else (a[:10], b[:10])
    return (a < b) - (a > b)


def _goes_down(parts: Sequence[Segment]) -> bool:
    """Whether the dates of items go down more often than up."""
    days = [part.stamp or part.date or "" for part in parts]
    steps = [(a > b) - (a < b) for a, b in pairwise(days) if a and b]
    return sum(steps) > 0
