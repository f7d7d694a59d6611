"""A task's own words on both sides of a merge, where only its box and its labels differ."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ctx.markdown.edits import Edit, apply
from ctx.memory.task import BOX_PATTERN, LABEL, read_labels
from ctx.memory.task_labels import append_labels, drop_labels, lead_end

_BOX = re.compile(r"[ \t\ufeff]*(?:(?:[-+*]|\d+[.)])[ \t]+)+" + BOX_PATTERN)
_RANK = {"-": 2, ">": 2, "X": 3, "x": 4, " ": 0}
_DATES = frozenset({"added", "done", "started"})

Labels = set[tuple[str, str]]


class _Head(NamedTuple):
    """Own words taken apart: the box's mark and its offset, the labels, and all else."""

    text: str
    at: int
    mark: str
    labels: Labels
    rest: str


def merge_heads(base: str | None, ours: str, theirs: str) -> str | None:
    """Our words with both sides' changes of box and labels; None where more than these differ or they clash.

    Where both changed the box, done wins over skipped, that over any other mark, and that over an empty box.
    """
    heads = [_read(text) for text in (ours, theirs)]
    old = _read(base) if base is not None else None
    mine, other = heads
    if mine is None or other is None or mine.rest != other.rest:
        return None
    before = old.labels if old else set()
    labels = _settled((mine.labels & other.labels) | (mine.labels - before) | (other.labels - before))
    if labels is None:
        return None
    mark = _mark(old.mark if old else None, mine.mark, other.mark)
    return _written(mine, mark, labels)


def _read(text: str) -> _Head | None:
    box = _BOX.match(text)
    if box is None:
        return None
    start = box.end()
    stop = lead_end(text, start, len(text))
    rest = f"{' '.join(LABEL.sub(' ', text[start:stop]).split())}\0{text[stop:]}"
    return _Head(text, box.start("mark"), box["mark"], set(read_labels(text[start:stop])), rest)


def _settled(labels: Labels) -> Labels | None:
    """One value for each name: of dates the earlier one; None where two values clash."""
    values: dict[str, list[str]] = {}
    for name, value in sorted(labels):
        values.setdefault(name, []).append(value)
    if any(len(found) > 1 and name not in _DATES for name, found in values.items()):
        return None
    return {(name, found[0]) for name, found in values.items()}


def _mark(base: str | None, ours: str, theirs: str) -> str:
    if base == ours:
        return theirs
    if base == theirs:
        return ours
    return max(ours, theirs, key=lambda mark: (_RANK.get(mark, 1), mark))


def _written(head: _Head, mark: str, labels: Labels) -> str | None:
    start, stop = head.at + 2, len(head.text)
    edits = [Edit(head.at, head.at + 1, mark)]
    edits += drop_labels(head.text, start, stop, {name for name, _ in head.labels - labels})
    edits += append_labels(head.text, start, stop, _spelled(labels - head.labels))
    try:
        return apply(head.text, edits)
    except ValueError:
        return None


def _spelled(labels: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{name}:{value}" if value else name for name, value in sorted(labels)]
