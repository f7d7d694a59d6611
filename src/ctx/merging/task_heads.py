"""A task's own words on both sides of a merge: its box, its labels, and what stands below them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ctx.markdown.edits import Edit, apply
from ctx.model.task import BOX_PATTERN, LABEL, read_labels
from ctx.writing.tasks.labels import append_labels, drop_labels, lead_end

_BOX = re.compile(r"[ \t\ufeff]*(?:(?:[-+*]|\d+[.)])[ \t]+)+" + BOX_PATTERN)
_ITEM = re.compile(r"(?:(?<=\n)|(?<=\r))[ \t]*+(?:[-+*]|\d+[.)])[ \t]")
_RANK = {"-": 2, ">": 2, "X": 3, "x": 4, " ": 0}
_DATES = frozenset({"added", "done", "started"})

Labels = set[tuple[str, str]]


class _Head(NamedTuple):
    """Own words taken apart: the box's mark and its offset, the labels, the other words, and what is below.

    `stop` is where the first paragraph ends; what is `below` begins with its line break.
    """

    text: str
    at: int
    stop: int
    mark: str
    labels: Labels
    words: str

    @property
    def below(self) -> str:
        return self.text[self.stop :]


def merge_heads(base: str | None, ours: str, theirs: str) -> str | None:
    """Our words with both sides' changes of box and labels, and one side's of what is below.

    None where the words differ or changes clash. Where both changed the box, done wins over skipped, that
    over any other mark, and that over an empty box.
    """
    heads = [_read(text) for text in (ours, theirs)]
    old = _read(base) if base is not None else None
    mine, other = heads
    if mine is None or other is None or mine.words != other.words:
        return None
    below = _below(old, mine, other)
    before = old.labels if old else set()
    if _is_clash(before, mine.labels, other.labels) or _is_clash(before, other.labels, mine.labels):
        return None
    labels = _settled((mine.labels & other.labels) | (mine.labels - before) | (other.labels - before))
    if labels is None or below is None:
        return None
    mark = _mark(old.mark if old else None, mine.mark, other.mark)
    return _written(mine._replace(text=mine.text[: mine.stop] + below), mark, labels)


def _read(text: str) -> _Head | None:
    box = _BOX.match(text)
    if box is None:
        return None
    start = box.end()
    item = _ITEM.search(text, start)
    stop = len(text[: lead_end(text, start, item.start() if item else len(text))].rstrip("\r\n"))
    words = " ".join(LABEL.sub(" ", text[start:stop]).split())
    return _Head(text, box.start("mark"), stop, box["mark"], set(read_labels(text[start:stop])), words)


def _below(old: _Head | None, mine: _Head, other: _Head) -> str | None:
    """What stands below the first paragraph; None where both sides changed it, each otherwise."""
    if mine.below == other.below or (old and other.below == old.below):
        return mine.below
    return other.below if old and mine.below == old.below else None


def _settled(labels: Labels) -> Labels | None:
    """One value for each name: of dates the earlier one; None where two values clash."""
    values: dict[str, list[str]] = {}
    for name, value in sorted(labels):
        values.setdefault(name, []).append(value)
    if any(len(found) > 1 and name not in _DATES for name, found in values.items()):
        return None
    return {(name, found[0]) for name, found in values.items()}


def _is_clash(before: Labels, one: Labels, other: Labels) -> bool:
    """Whether one side took a label out to which the other gave another value."""
    gone = {name for name, value in before if value} - {name for name, _ in one} - _DATES
    return any(name in gone for name, _ in other - before)


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
