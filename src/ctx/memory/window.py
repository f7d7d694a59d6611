"""A file that changed in one place: only the entries around that place are read again.

A scan that meets a heading at top level goes on from there as if the text began there, so a part of a file
from one heading to another reads as in the whole file, given that
- nothing before it looks beyond it: every fence, comment and INDEX block is closed where it stands (an
  unclosed one would be closed by whatever comes), and no INDEX block reaches into it or follows it;
- nothing in it looks beyond it, for which the same is asked of the part;
- it begins and ends at stamped second-level headings, which end every entry and category above them, and
  the last one is found again where it was, under the same category;
- no first-level heading but the file's title stands anywhere: entries below it would be under its name.
What is not sure to read the same gives None, and the file is read as a whole.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ctx.kinds import REFERENCE
from ctx.markdown.document import Document
from ctx.memory.entry import Entry
from ctx.memory.layout import Role
from ctx.memory.read_entries import entries_of
from ctx.memory.segment import index_blocks, index_marks

NEVER = -1
# So many entries are looked at for a heading to begin or to end at.
_REACH = 8


class Known(NamedTuple):
    """What is known of a file: its entries, where they start, and from where on it may be read in parts."""

    entries: Sequence[Entry]
    starts: Sequence[int]
    clear: int


class Reread(NamedTuple):
    """What became of a file: its entries from `first` to before `last` give way to others.

    Those behind them moved by so many `lines`, characters and positions; `clear` is as in `Known`.
    """

    first: int
    last: int
    entries: list[Entry]
    lines: int
    chars: int
    clear: int

    @property
    def places(self) -> int:
        """By how much the positions of the entries behind changed."""
        return len(self.entries) - (self.last - self.first)


def clear_from(document: Document, role: Role) -> int:
    """From where on a file may be read again in parts, or NEVER."""
    if role.page or role.kind is None or role.kind is REFERENCE or role.kind.bullets:
        return NEVER
    if not _is_settled(document) or any(part.heading.level == 1 for part in document.sections[1:]):
        return NEVER
    if not _pairs(document):
        return NEVER
    return max((end for _, end in index_blocks(document)), default=0)


def read_whole(text: str, role: Role, path: str, count: int) -> Reread:
    """All of a file that had so many entries."""
    document = Document.parse(text)
    entries = list(entries_of(document, role, path))
    return Reread(0, count, entries, 0, 0, clear_from(document, role))


class Edit(NamedTuple):
    """What became of a text: its characters, and how many of them were the same at the start and at the end.

    `before` is how many the old text had; `cut` gives a stretch of the new one, which has `size`.
    """

    same: tuple[int, int]
    before: int
    size: int
    cut: Callable[[int, int], str]

    @property
    def grown(self) -> int:
        """By how much the text became longer."""
        return self.size - self.before


def reread(edit: Edit, known: Known, role: Role, path: str) -> Reread | None:
    """Read the entries around a change, or None where that might not be what the whole file says."""
    window = _window(edit, known) if known.clear != NEVER else None
    if window is None or not window.is_sure():
        return None
    above = known.entries[window.first] if window.first >= 0 else None
    found = list(entries_of(window.part, role, path, category=above.category if above else ""))
    count = len(found)
    if window.last < len(known.starts):
        expected = known.entries[window.last]
        met = next((n for n, one in enumerate(found) if one.start == window.size and _leads(one)), None)
        if met is None or found[met].category != expected.category:
            return None
        count = met
    lines, places = (above.line - 1, above.position) if above else (0, 0)
    return Reread(
        first=max(window.first, 0),
        last=window.last,
        entries=[_moved(entry, lines, window.start, places) for entry in found[:count]],
        lines=found[count].line + lines - expected.line if count < len(found) else 0,
        chars=edit.grown,
        clear=known.clear if above else window.index_end,
    )


def _moved(entry: Entry, lines: int, chars: int, places: int) -> Entry:
    return entry._replace(
        line=entry.line + lines,
        start=entry.start + chars,
        end=entry.end + chars,
        position=entry.position + places,
    )


class _Window(NamedTuple):
    """A part of a file that begins at the entry `first`, or with the file where that is -1, at `start`.

    After so many characters (`size`) the entry `last` stands again, if any; the part ends behind that one.
    """

    first: int
    last: int
    start: int
    size: int
    part: Document

    @property
    def index_end(self) -> int:
        """Where the last INDEX block ends."""
        return max((end for _, end in index_blocks(self.part)), default=0)

    def is_sure(self) -> bool:
        """Whether the part reads by itself as in the whole file."""
        if not _is_settled(self.part):
            return False
        titles = self.part.sections[1:] if self.first < 0 else self.part.sections
        if any(section.heading.level == 1 for section in titles):
            return False
        if self.first >= 0:
            return not any(True for _ in index_marks(self.part))
        return _pairs(self.part) and self.index_end <= self.size


def _window(edit: Edit, known: Known) -> _Window | None:
    """The part to be read again, an unchanged entry and more on each side of what changed."""
    starts, entries, count = [*known.starts, edit.before, edit.before], known.entries, len(known.starts)
    before = bisect_right(known.starts, edit.same[0]) - 2
    behind = bisect_left(known.starts, edit.before - edit.same[1])
    first = next((n for n in range(before, before - _REACH, -1) if n < 0 or _leads(entries[n])), None)
    last = next((n for n in range(behind, behind + _REACH) if n >= count or _leads(entries[n])), None)
    if first is None or last is None:
        return None
    first, last = max(first, -1), min(last, count)
    start = starts[first] if first >= 0 else 0
    if known.clear > (start if first >= 0 else starts[last]):
        return None
    part = Document.parse(edit.cut(start, starts[last + 1] + edit.grown))
    return _Window(first, last, start, starts[last] + edit.grown - start, part)


def _leads(entry: Entry) -> bool:
    """Whether an entry's heading ends whatever stands above it."""
    return entry.level == 2 and entry.stamp is not None


def _pairs(document: Document) -> bool:
    """Whether each INDEX block that is begun is ended, and none is ended that was not begun."""
    marks = [mark for mark, _ in index_marks(document)]
    return marks == ["START", "END"] * (len(marks) // 2)


def _is_settled(document: Document) -> bool:
    """Whether no fence and no comment of a text would end elsewhere if another text followed."""
    blocks, text = document.blocks, document.text
    if not all(fence.closed for fence in blocks.fences if fence.top):
        return False
    return all(
        comment.closed and not any(mark in text[comment.start : comment.end] for mark in ("```", "~~~"))
        for comment in blocks.comments
    )
