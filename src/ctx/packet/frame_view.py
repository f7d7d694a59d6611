"""What a frame sees of the tree: one rule, and less and less of it where room is short.

A frame sees its own log; of each frame around it the goal and the summary so far; the summaries of its own
closed children, and of the closed frames beside it and beside those around it; a line for each planned
frame beside and below it. It never sees the log of another frame.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from ctx.model.frame import Frame
from ctx.model.frame_states import BLOCKED, PLANNED
from ctx.model.frame_tree import FrameTree

_MOST_ITEMS = 2000  # of a log; no budget has room for more
_ITEM = re.compile(r"^(?=[-*+] )", re.MULTILINE)


class Part(Enum):
    """What a frame is to the active one."""

    AROUND = "around"
    CURRENT = "current"
    CLOSED = "closed"
    PLANNED = "planned"


class Seen(NamedTuple):
    """A frame that is seen, its name, and what is seen below it."""

    frame: Frame
    name: str
    part: Part
    inner: tuple[Seen, ...] = ()


class Detail(NamedTuple):
    """How much is shown: the last items of the log, the last closed frames with summaries, planned ones."""

    items: int
    summaries: int
    planned: bool


class FrameView:
    """What the active frame sees, from its session down; `goals` are its own and those around it."""

    def __init__(self, root: Seen, current: Frame, around: Sequence[Frame], names: Sequence[str]) -> None:
        self.root, self.current, self.around = root, current, around
        self.names = names

    @cached_property
    def items(self) -> list[str]:
        """The items of the current frame's log, oldest first; what stands before the first is one too."""
        return [part.strip("\n") for part in _ITEM.split(self.current.log) if part.strip()]

    @property
    def frames(self) -> list[Frame]:
        """Every frame that is seen."""
        return [seen.frame for seen in _flat(self.root)]

    @cached_property
    def closed(self) -> list[str]:
        """The ids of the closed frames that are seen, by when they ended."""
        found = [seen.frame for seen in _flat(self.root) if seen.part is Part.CLOSED]
        return [frame.id for frame in sorted(found, key=lambda one: one.fields.get("Ended", ""))]

    def rungs(self) -> list[Detail]:
        """From all there is to see down to goals alone: the log goes first, from its oldest end."""
        items, closed = min(len(self.items), _MOST_ITEMS), len(self.closed)
        rungs = [Detail(count, closed, planned=True) for count in range(items, -1, -1)]
        rungs += [Detail(0, count, planned=True) for count in range(closed - 1, -1, -1)]
        return [*rungs, Detail(0, 0, planned=False)]


def view_of(tree: FrameTree, name: str) -> FrameView:
    """What the frame of that id sees. Raises CtxError for a frame that is not there or no text."""
    around = [tree.frame(above) for above in tree.ancestors(name)]
    current = tree.frame(name)
    line = [*around, current]
    seen: Seen | None = None
    for place in range(len(line) - 1, -1, -1):
        frame = line[place]
        inner = _below(tree, frame.id, seen)
        part = Part.CURRENT if frame is current else Part.AROUND
        seen = Seen(frame, tree.short(frame.id), part, tuple(inner))
    assert seen is not None  # noqa: S101 - the line holds the frame itself
    return FrameView(seen, current, around, [tree.short(one.id) for one in line])


def _below(tree: FrameTree, name: str, inside: Seen | None) -> list[Seen]:
    """The frames right below one: those that ended, the one to go on with, those that are planned."""
    others = [tree.frame(child) for child in tree.children(name)]
    others = [frame for frame in others if inside is None or frame.id != inside.frame.id]
    ended = [frame for frame in others if frame.closed or frame.status == BLOCKED]
    ended.sort(key=lambda frame: frame.fields.get("Ended", frame.started))
    planned = [frame for frame in others if frame.status == PLANNED]
    return [
        *(Seen(frame, tree.short(frame.id), Part.CLOSED) for frame in ended),
        *([inside] if inside else []),
        *(Seen(frame, tree.short(frame.id), Part.PLANNED) for frame in planned),
    ]


def _flat(seen: Seen) -> list[Seen]:
    return [seen, *(one for inner in seen.inner for one in _flat(inner))]
