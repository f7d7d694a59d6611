"""Looking at frames: the rows of a tree, and the sessions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ctx.actions.active_frame import Active, find_active, tree_of
from ctx.actions.read_context import Reader
from ctx.errors import CtxError
from ctx.model.frame import Frame
from ctx.model.frame_tree import FrameTree


class FrameRow(NamedTuple):
    """A frame, its name, how deep it stands, and whether it is the active one; `lead` draws the branches."""

    frame: Frame
    name: str
    depth: int
    active: bool
    lead: str


class SessionRow(NamedTuple):
    """A session, its name, how many frames are in it, and whether the active frame is it or one of them."""

    frame: Frame
    name: str
    frames: int
    active: bool


class Tree(NamedTuple):
    """The rows, each frame before those below it, and what is to be said of the pointer."""

    rows: tuple[FrameRow, ...]
    remark: str


def frame_rows(reader: Reader, session: str, reference: str = "", *, everything: bool = False) -> Tree:
    """The frames below one; without one those of the active session, else of all that are in progress.

    Raises CtxError for a frame that is not there.
    """
    tree, active = _tree(reader, session)
    if reference:
        roots = [tree.find(reference).id]
    elif everything:
        roots = tree.roots
    elif active.id:
        roots = [active.id.partition("/")[0]]
    else:
        roots = [name for name in tree.roots if not tree.frame(name).closed]
    rows = [row for name in roots for row in _rows(tree, name, active.id, 0, "", "")]
    return Tree(tuple(rows), active.remark)


def session_rows(
    reader: Reader, session: str, *, limit: int | None = None, since: str = "", tool: str = ""
) -> list[SessionRow]:
    """The sessions, newest first; of a date or later, of a tool, and so many at most."""
    tree, active = _tree(reader, session)
    frames = [tree.frame(name) for name in tree.roots]
    frames.sort(key=lambda one: (one.started or one.date or "", one.id), reverse=True)
    found = [
        frame
        for frame in frames
        if (frame.date or "") >= since and (not tool or frame.fields.get("By", "").lower() == tool.lower())
    ]
    root = (active.id or "").partition("/")[0]
    return [
        SessionRow(frame, tree.short(frame.id), len(tree.descendants(frame.id)), frame.id == root)
        for frame in found[:limit]
    ]


def find_frame(reader: Reader, session: str, reference: str = "") -> tuple[Frame, str, bool]:
    """A frame, its name, and whether it is active; the active one where none is named. Raises CtxError."""
    tree, active = _tree(reader, session)
    if reference:
        frame = tree.find(reference)
    elif active.id is not None:
        frame = tree.frame(active.id)
    else:
        raise CtxError(
            f"no frame is active here{f' ({active.remark})' if active.remark else ''}",
            hint="`ctx session list` shows the sessions; `ctx session resume ID` goes on with one",
        )
    return frame, tree.short(frame.id), frame.id == active.id


def _tree(reader: Reader, session: str) -> tuple[FrameTree, Active]:
    tree = tree_of(reader.worktree)
    return tree, find_active(reader.worktree.read, tree, session)


def _rows(
    tree: FrameTree, name: str, active: str | None, depth: int, lead: str, below: str
) -> Iterator[FrameRow]:
    yield FrameRow(tree.frame(name), tree.short(name), depth, name == active, lead)
    children = _in_order(tree, tree.children(name))
    for place, child in enumerate(children, 1):
        is_last = place == len(children)
        yield from _rows(
            tree,
            child,
            active,
            depth + 1,
            below + ("└ " if is_last else "├ "),
            below + ("  " if is_last else "│ "),
        )


def _in_order(tree: FrameTree, names: Sequence[str]) -> list[str]:
    """Frames in the order in which they began; what is planned comes last."""
    return sorted(names, key=lambda name: (tree.frame(name).started or "9", name))
