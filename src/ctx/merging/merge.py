"""Three versions of a file of entries or tasks → one: the union of what they say, conflicts where it clashes.

docs/formats.md, "Merging", gives the rules.
"""

from __future__ import annotations

import itertools
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ctx.markdown.lines import newline_of
from ctx.merging.task_heads import merge_heads
from ctx.merging.task_moves import OURS, THEIRS, Moved, Written, cut_out, indent_of, indented_like, put_in
from ctx.merging.units import ENTRY, HEAD, TASK, TEXT, Key, Unit

# Three texts merged by lines, and how many conflicts are marked in the result.
MergeLines = Callable[[str, str, str], tuple[str, int]]
Split = Callable[[str], list[Unit]]


def merge(base: str, ours: str, theirs: str, split: Split, lines: MergeLines) -> tuple[str, int]:
    """The merged text and the number of conflicts marked in it.

    What cannot be taken apart, or put together so that every unit is found again, is merged by lines.
    """
    if ours in {base, theirs}:
        return theirs, 0
    if theirs == base:
        return ours, 0
    base, ours, theirs = _with_one_newline(base, ours, theirs)
    if base in {ours, theirs}:
        return (theirs if base == ours else ours), 0
    plain, conflicts = lines(base, ours, theirs)
    try:
        sides = (split(base), split(ours), split(theirs))
    except ValueError:
        return plain, conflicts
    merging = _Merging(lines, newline_of(ours), sides)
    (old, mine, other), moved = cut_out(sides)
    try:
        units = put_in(merging.units(old, mine, other), merging.moved(moved))
    except ValueError:
        return _two_sides(ours, theirs, merging.newline) + merging.newline, 1
    text = merging.joined(units, _last_tail(*sides))
    if merging.conflicts:
        return text, merging.conflicts
    placed = _placed_bodies(split, text)
    if placed is not None and [body for _, body in placed] == [
        unit.body for unit in units if unit.sort != TEXT
    ]:
        return (plain if conflicts == 0 and _placed_bodies(split, plain) == placed else text), 0
    if moved:  # git's merge by lines may well be clean here and have tasks twice
        return _two_sides(ours, theirs, merging.newline) + merging.newline, 1
    return plain, conflicts


def _with_one_newline(base: str, ours: str, theirs: str) -> tuple[str, str, str]:
    """The texts with the line endings of the side that changed them, where they differ."""
    found = [newline_of(text) for text in (base, ours, theirs) if "\n" in text or "\r" in text]
    if len(set(found)) < 2:
        return base, ours, theirs
    wanted = newline_of(theirs) if newline_of(base) == newline_of(ours) else newline_of(ours)
    texts = [
        text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", wanted) for text in (base, ours, theirs)
    ]
    return texts[0], texts[1], texts[2]


def _placed_bodies(split: Split, text: str) -> list[tuple[str, str]] | None:
    """The heading, or category, and the text of each unit; None where the text cannot be taken apart."""
    try:
        return [(unit.key[1], unit.body) for unit in split(text) if unit.sort != TEXT]
    except ValueError:
        return None


def _last_tail(base: Sequence[Unit], ours: Sequence[Unit], theirs: Sequence[Unit]) -> str:
    """How the file ends: as on the side that changed it."""
    tails = [units[-1].tail if units else "" for units in (base, ours, theirs)]
    return tails[2] if tails[1] == tails[0] else tails[1]


@dataclass
class _Pair:
    """What stands between two units that both sides have: ours and theirs alone."""

    ours: list[Unit]
    theirs: list[Unit]


class _Merging:
    def __init__(self, lines: MergeLines, newline: str, sides: Sequence[Sequence[Unit]]) -> None:
        self.lines = lines
        self.newline = newline
        self.conflicts = 0
        self.descending = _is_descending(sides)
        self.tails: dict[tuple[str, str], Counter[str]] = {}
        for units in sides:
            for unit in units:
                self.tails.setdefault((unit.sort, unit.follower), Counter())[unit.tail] += 1

    def units(self, base: Sequence[Unit], ours: Sequence[Unit], theirs: Sequence[Unit]) -> list[Unit]:
        """The units of the result in order."""
        old = {unit.key: unit for unit in base}
        mine = {unit.key: unit for unit in ours}
        other = _renamed(old, mine, theirs)
        first, gaps = self._gaps(mine, other)
        result = self._placed(old, mine, other, first)
        for key, gap in gaps.items():
            result += self._decide(key, old, mine, other)
            result += self._placed(old, mine, other, gap)
        return result

    def _gaps(self, mine: dict[Key, Unit], other: dict[Key, Unit]) -> tuple[_Pair, dict[Key, _Pair]]:
        """What each side has alone behind each unit of both, in our order, and before the first."""
        first = _Pair([], [])
        gaps = {key: _Pair([], []) for key in mine if key in other}
        pair = first
        for key, unit in mine.items():
            pair = gaps.get(key, pair)
            if key not in gaps:
                pair.ours.append(unit)
        pair = first
        for key, unit in other.items():
            pair = gaps.get(key, pair)
            if key not in gaps:
                pair.theirs.append(replace(unit, key=key))
        return first, gaps

    def _placed(
        self, old: dict[Key, Unit], mine: dict[Key, Unit], other: dict[Key, Unit], gap: _Pair
    ) -> list[Unit]:
        ours = [kept for unit in gap.ours for kept in self._decide(unit.key, old, mine, other)]
        theirs = [kept for unit in gap.theirs for kept in self._decide(unit.key, old, mine, other)]
        our_cut, their_cut = _first_text(ours), _first_text(theirs)
        return [
            *self._interleaved(ours[:our_cut], theirs[:their_cut]),
            *ours[our_cut:],
            *theirs[their_cut:],
        ]

    def _interleaved(self, ours: list[Unit], theirs: list[Unit]) -> list[Unit]:
        """Both lists in the order of their stamps, as the file has it; ours first where there are none."""
        if not all(unit.stamp for unit in (*ours, *theirs)):
            return [*ours, *theirs]
        result, left, right = [], deque(ours), deque(theirs)
        while left and right:
            is_first = left[0].stamp >= right[0].stamp if self.descending else left[0].stamp <= right[0].stamp
            result.append((left if is_first else right).popleft())
        return [*result, *left, *right]

    def _decide(
        self, key: Key, old: dict[Key, Unit], mine: dict[Key, Unit], other: dict[Key, Unit]
    ) -> list[Unit]:
        """What becomes of a unit: nothing, itself, or both sides' where they added it differently."""
        before, ours, theirs = old.get(key), mine.get(key), other.get(key)
        if ours and theirs:
            return self._both(before, ours, theirs)
        kept = ours or theirs
        if kept is None or (before and before.body == kept.body):
            return []
        if before is None:
            return [kept]
        return [
            replace(
                kept,
                body=self._by_lines(before.body, ours.body if ours else "", theirs.body if theirs else ""),
            )
        ]

    def _both(self, before: Unit | None, ours: Unit, theirs: Unit) -> list[Unit]:
        if ours.body == theirs.body or (before and before.body == theirs.body):
            return [ours]
        if before and before.body == ours.body:
            return [theirs]
        if ours.same and ours.same == theirs.same:
            return [min(ours, theirs, key=lambda unit: (unit.stamp, unit.body))]
        if ours.parts and theirs.parts:
            parts = self.units(before.parts if before else (), ours.parts, theirs.parts)
            return [replace(ours, body=self.joined(parts, ""))]
        if before is None and ours.sort == ENTRY:
            return [ours, theirs]
        if ours.key[0] == HEAD[0]:
            settled = merge_heads(before.body if before else None, ours.body, theirs.body)
            if settled is not None:
                return [replace(ours, body=settled)]
        return [replace(ours, body=self._by_lines(before.body if before else "", ours.body, theirs.body))]

    def moved(self, tasks: Iterable[Moved]) -> dict[str, Written]:
        """What is written for the mark of each task that moved: its versions merged, or both sides' marked.

        Marked are a task that the other side removed or moved to another place: there each side has it alone.
        """
        written: dict[str, Written] = {}
        for task in tasks:
            base, ours, theirs = task.versions
            places = {side: task.versions[side] for side in task.marks}
            place = next(iter(places.values()))
            if base and ours and theirs and place and len(set(task.marks.values())) == 1:
                versions = (indented_like(unit, place) for unit in (base, ours, theirs))
                (merged,) = self._both(*versions)
                written[task.marks[next(iter(places))]] = Written(merged.body, indent_of(place))
                continue
            for side, unit in places.items():
                bodies = [unit.body if unit and one == side else "" for one in (OURS, THEIRS)]
                text = _two_sides(bodies[0], bodies[1], self.newline)
                written[task.marks[side]] = Written(text, indent_of(unit) if unit else "")
                self.conflicts += 1
        return written

    def _by_lines(self, base: str, ours: str, theirs: str) -> str:
        ended = (text and text + self.newline for text in (base, ours, theirs))
        text, conflicts = self.lines(*ended)
        self.conflicts += conflicts
        return text.rstrip("\r\n")

    def joined(self, units: Sequence[Unit], last: str) -> str:
        """The units as one text, each parted from the next as its like are parted in the file."""
        parts = []
        for unit, following in zip(units, [*units[1:], None], strict=True):
            parts.append(unit.body)
            if following is None:
                parts.append(last)
            elif not unit.body and not unit.follower:
                continue
            elif unit.follower == following.sort and (unit.tail or not unit.body):
                parts.append(unit.tail)
            else:
                parts.append(self._usual_tail(unit.sort, following.sort) if unit.body else "")
        return "".join(parts)

    def _usual_tail(self, sort: str, following: str) -> str:
        found = Counter({tail: n for tail, n in self.tails.get((sort, following), Counter()).items() if tail})
        if found:
            return max(sorted(found), key=found.__getitem__)
        return self.newline if sort == following == TASK else self.newline * 2


def _two_sides(ours: str, theirs: str, newline: str) -> str:
    """Both texts marked as git marks a conflict, without a line break at the end."""
    parts = ["<<<<<<< ours", ours.rstrip("\r\n"), "=======", theirs.rstrip("\r\n"), ">>>>>>> theirs"]
    return newline.join(part for part in parts if part)


def _renamed(old: dict[Key, Unit], mine: dict[Key, Unit], theirs: Sequence[Unit]) -> dict[Key, Unit]:
    """Their units by key; one they added that we added too, with another stamp, under our key."""
    added = {unit.same: key for key, unit in reversed(mine.items()) if unit.same and key not in old}
    taken = {unit.key for unit in theirs}
    other: dict[Key, Unit] = {}
    for unit in theirs:
        ours = added.get(unit.same) if unit.key not in old and unit.key not in mine else None
        key = unit.key if ours is None or ours in taken else ours
        taken.add(key)
        other[key] = unit
    return other


def _first_text(units: Sequence[Unit]) -> int:
    """Where a list of units comes to a heading or other text: what is behind it belongs there."""
    return next((index for index, unit in enumerate(units) if unit.sort == TEXT), len(units))


def _is_descending(sides: Iterable[Sequence[Unit]]) -> bool:
    """Whether the file keeps its newest entries first."""
    trend = 0
    for units in sides:
        stamps = [unit.stamp for unit in units if unit.stamp]
        for one, following in itertools.pairwise(stamps):
            trend += (one > following) - (one < following)
    return trend > 0
