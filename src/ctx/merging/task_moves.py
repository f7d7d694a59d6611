"""Tasks that a side moved under another task or heading: cut out of a merge, and put in at their new place.

A merge compares what stands under one parent in all three versions. To it, a task that moved is gone here
and new there, and what the other side did to it is lost, or the task is there twice. So such tasks are cut
out of every version. Where a side moved one to, a mark stands for it, which is merged like a task that this
side added. The task itself is merged by its own three versions, and written in the place of its mark.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from ctx.markdown.lines import split_lines
from ctx.merging.units import TASK, TEXT, Key, Unit, named

BASE, OURS, THEIRS = 0, 1, 2
# A mark is a name between two Unicode noncharacters, which no text holds (those that do are not looked at).
_EDGE = "\ufdd0"
_MARK = re.compile(f"(?P<indent>[ \t]*+){_EDGE}(?P<name>[^{_EDGE}]+){_EDGE}")
_CONFLICT = re.compile(r"(?:<<<<<<< |=======$|>>>>>>> )")

Sides = Sequence[Sequence[Unit]]
# The parent of a task as all versions call it: the number of a task of the base, or a key.
_Home = int | Key


class Written(NamedTuple):
    """What is to stand in the place of a mark, and the indentation it is written with."""

    text: str
    indent: str


@dataclass(frozen=True)
class Moved:
    """A task that moved: its versions (base, ours, theirs), None on a side that removed it.

    `marks` are the names of its marks by side; one name where both sides moved it to the same place.
    """

    versions: tuple[Unit | None, ...]
    marks: Mapping[int, str]


def cut_out(sides: Sides) -> tuple[list[list[Unit]], list[Moved]]:
    """The versions (base, ours, theirs) with marks where tasks were moved to, and those tasks."""
    if any(_EDGE in unit.body for units in sides for unit in units):
        return [list(units) for units in sides], []
    cut: dict[int, str] = {}
    moved: list[Moved] = []
    for number, (versions, homes) in enumerate(_versions(sides)):
        movers = [side for side in (OURS, THEIRS) if versions[side] and homes[side] != homes[BASE]]
        if movers:
            is_agreed = homes[OURS] == homes[THEIRS]
            marks = {side: str(number) if is_agreed else f"{number}.{side}" for side in movers}
            moved.append(Moved(versions, marks))
            cut |= {id(one): marks.get(side, "") for side, one in enumerate(versions) if one}
    found = [
        Moved(tuple(one and _inside_cut(one, cut) for one in task.versions), task.marks) for task in moved
    ]
    return [_cut(units, cut) for units in sides], found


def put_in(units: Sequence[Unit], written: Mapping[str, Written]) -> list[Unit]:
    """The units with what is written for each mark in its place, marks in that included.

    Raises ValueError for a mark that is missing, as where each of two tasks was moved into the other.
    """
    left = dict(written)
    filled = [replace(unit, body=_flat(_filled(unit.body, left))) for unit in units] if left else list(units)
    if left:
        raise ValueError("a task that moved has no place")
    return filled


def _filled(text: str, left: dict[str, Written]) -> str:
    """A text with its marks replaced; what was written for them is taken out of `left`."""

    def written(match: re.Match[str]) -> str:
        if match["name"] not in left:
            raise ValueError("a task that moved stands twice")
        one = left.pop(match["name"])
        return _filled(_shifted(one.text, one.indent, match["indent"]), left)

    return _MARK.sub(written, text)


def _flat(text: str) -> str:
    """A text in which no conflict is marked inside another one: the outer marks hold for all of it."""
    kept: list[str] = []
    depth = 0
    for line in split_lines(text):
        depth += line.startswith("<<<<<<< ")
        if depth < 2 or not _CONFLICT.match(line.rstrip("\r\n")):
            kept.append(line)
        depth -= line.startswith(">>>>>>> ")
    return "".join(kept)


def indented_like(unit: Unit, place: Unit) -> Unit:
    """A task with the indentation of another one."""
    old, new = indent_of(unit), indent_of(place)
    return unit if old == new else _indented(unit, old, new)


def indent_of(unit: Unit) -> str:
    """The blanks before its first character."""
    return unit.body[: len(unit.body) - len(unit.body.lstrip(" \t"))]


def _shifted(text: str, old: str, new: str) -> str:
    """A text with another indentation; blank lines and the marks of conflicts stay as they are."""
    if old == new:
        return text
    return "".join(
        new + line.removeprefix(old) if line.strip() and not _CONFLICT.match(line.rstrip("\r\n")) else line
        for line in split_lines(text)
    )


def _indented(unit: Unit, old: str, new: str) -> Unit:
    body = _shifted(unit.body, old, new)
    key = (TEXT, body) if unit.key == (TEXT, unit.body) else unit.key
    return replace(unit, body=body, key=key, parts=tuple(_indented(part, old, new) for part in unit.parts))


def _versions(sides: Sides) -> Iterator[tuple[tuple[Unit | None, ...], tuple[_Home | None, ...]]]:
    """Each task of the base in all versions with its home there, None on a side without it."""
    base = list(_tasks(sides[BASE]))
    numbers = {id(unit): number for number, (unit, _) in enumerate(base)}
    matches = [{id(unit): unit for unit, _ in base}]
    matches += [_matches(sides[BASE], units) for units in sides[OURS:]]
    homes: list[dict[int, _Home]] = []
    for units, match in zip(sides, matches, strict=True):
        origin = {id(unit): numbers[old] for old, unit in match.items()}
        homes.append({})
        for unit, above in _tasks(units):
            homes[-1][id(unit)] = _home(unit, above, origin, homes[-1])
    for unit, _ in base:
        if unit.sort == TASK and unit.key[0] == TASK:
            versions = tuple(match.get(id(unit)) for match in matches)
            yield (
                versions,
                tuple(known[id(one)] if one else None for one, known in zip(versions, homes, strict=True)),
            )


def _home(unit: Unit, above: Unit | None, origin: Mapping[int, int], homes: Mapping[int, _Home]) -> _Home:
    """The number of the parent in the base; where it is none of the base's, its own home and its key."""
    if above is None:
        return ("", unit.key[1])
    if id(above) in origin:
        return origin[id(above)]
    around = homes[id(above)]
    return (*(around if isinstance(around, tuple) else (str(around),)), *above.key)


def _tasks(units: Sequence[Unit], above: Unit | None = None) -> Iterator[tuple[Unit, Unit | None]]:
    """All tasks, and the items that hold some, with the one each stands in, in file order."""
    rest = deque((unit, above) for unit in units)
    while rest:
        unit, around = rest.popleft()
        if unit.sort == TASK:
            yield unit, around
            rest.extendleft((part, unit) for part in reversed(unit.parts))


def _matches(base: Sequence[Unit], side: Sequence[Unit]) -> dict[int, Unit]:
    """Which unit of a side each task of the base is, by its `id()`.

    First those of one key under parents that match; what is left, by its words alone and in file order.
    """
    found, left, right = _same_keys(base, side)
    known = {(id(above), unit.key): unit for unit, above in right}
    by_words: dict[Key, deque[Unit]] = {}
    for unit, _ in right:
        by_words.setdefault(_words(unit), deque()).append(unit)
    taken: set[int] = set()
    for unit, above in left:
        around = found.get(id(above))
        candidates = by_words.get(_words(unit), deque())
        beside = known.get((id(around), unit.key)) if around else None
        while candidates and id(candidates[0]) in taken:
            candidates.popleft()
        its = beside if beside and id(beside) not in taken else next(iter(candidates), None)
        if its:
            taken.add(id(its))
            found[id(unit)] = its
    return found


_Placed = tuple[Unit, Unit | None]


def _same_keys(
    base: Sequence[Unit], side: Sequence[Unit]
) -> tuple[dict[int, Unit], list[_Placed], list[_Placed]]:
    """The units of equal keys under equal parents, and the tasks of both versions that are left."""
    found: dict[int, Unit] = {}
    left: list[_Placed] = []
    right: list[_Placed] = []
    rest: list[tuple[Sequence[Unit], Sequence[Unit], Unit | None, Unit | None]] = [(base, side, None, None)]
    while rest:
        ones, others, above, around = rest.pop()
        by_key = {unit.key: unit for unit in others if unit.sort == TASK}
        keys = {unit.key for unit in ones if unit.sort == TASK}
        for unit in ones:
            if its := by_key.get(unit.key):
                found[id(unit)] = its
                rest.append((unit.parts, its.parts, unit, its))
            else:
                left += _tasks([unit], above)
        right += [placed for unit in others if unit.key not in keys for placed in _tasks([unit], around)]
    return found, left, right


def _words(unit: Unit) -> Key:
    return (unit.key[0], unit.key[2])


def _inside_cut(unit: Unit, cut: Mapping[int, str]) -> Unit:
    """A task without what was moved out of it or is marked in it."""
    if not unit.parts:
        return unit
    parts = _cut(unit.parts, cut)
    return replace(unit, parts=tuple(parts), body="".join(part.source for part in parts).rstrip("\r\n"))


def _cut(units: Sequence[Unit], cut: Mapping[int, str]) -> list[Unit]:
    """The units without those that moved, or with their marks; what parts the others stays as it was."""
    kept: list[Unit] = []
    for unit in units:
        mark = cut.get(id(unit))
        if mark:
            kept.append(Unit(TASK, (TASK, _EDGE, mark), f"{indent_of(unit)}{_EDGE}{mark}{_EDGE}", unit.tail))
        elif mark is None:
            kept.append(_inside_cut(unit, cut))
        elif kept and unit.follower != TASK:
            kept[-1] = replace(kept[-1], tail=unit.tail)
    return named(kept)
