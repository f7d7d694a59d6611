"""Which frame is being worked on: a pointer for each checkout and, in it, for each agent's session.

It lies in `.context/.local/frames/`, never in git. A pointer is a hint and no more: one that is malformed,
leads nowhere or names a frame that has closed meanwhile is answered with the nearest frame around it that is
in progress, else with none, and never with an error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ctx.actions.read_context import Reader
from ctx.errors import CtxError
from ctx.model.agent_session import file_stem
from ctx.model.frame import Frame
from ctx.model.frame_tree import FrameTree, parent_of
from ctx.store.local import LOCAL, names_in
from ctx.store.workspace import Source

_POINTERS = f"{LOCAL}/frames/"
_LONGEST = 1000  # characters that the id of a frame may have


class Active(NamedTuple):
    """The id of the active frame, None without one, and what is to be said of its pointer."""

    id: str | None
    remark: str = ""


def tree_of(source: Source) -> FrameTree:
    """The tree of the frames that are there."""
    return FrameTree(source.paths(), source.read)


def pointer_path(session: str) -> str:
    """The file that holds the id of the active frame of an agent's session."""
    return f"{_POINTERS}{file_stem(session)}"


def find_active(read: Callable[[str], str | None], tree: FrameTree, session: str) -> Active:
    """The frame that an agent's session works on; one that has no pointer goes by that of the checkout."""
    for name in dict.fromkeys((session, "")):
        told = _pointed(read, pointer_path(name))
        if told is not None:
            return _resolve(tree, told)
    return Active(None)


def active_frame(reader: Reader, session: str) -> tuple[FrameTree, Active]:
    """The active frame, with the tree of its session and of no other but for their names."""
    worktree = reader.worktree
    told = (_pointed(worktree.read, pointer_path(name)) for name in (session, ""))
    pointed = next((text for text in told if text is not None), None)
    if pointed is None:
        return FrameTree((), worktree.read), Active(None)
    paths = [*worktree.sessions(), *worktree.frames_of(pointed.partition("/")[0])]
    tree = FrameTree(paths, worktree.read)
    return tree, find_active(worktree.read, tree, session)


def require_active(read: Callable[[str], str | None], tree: FrameTree, session: str) -> Frame:
    """The active frame, to be written into. Raises CtxError where there is none."""
    found = find_active(read, tree, session)
    if found.id is None:
        why = f" ({found.remark})" if found.remark else ""
        raise CtxError(
            f"no frame is active here{why}",
            hint="`ctx session start GOAL` begins a session; `ctx session resume ID` goes on with one",
        )
    return tree.require(found.id)


def pointer_paths(reader: Reader) -> list[str]:
    """The files of all pointers of this checkout."""
    return [f"{_POINTERS}{name}" for name in names_in(reader.root, "frames")]


def pointing_at(read: Callable[[str], str | None], names: Sequence[str]) -> dict[str, str]:
    """The pointers, of some files, that name something: their paths and what they name."""
    found = {path: _pointed(read, path) for path in names}
    return {path: told for path, told in found.items() if told}


def _pointed(read: Callable[[str], str | None], path: str) -> str | None:
    """What a pointer says; empty where it cannot be made out, None where there is none."""
    try:
        text = read(path)
    except CtxError:
        return ""
    if text is None:
        return None
    told = text.strip()
    plain = bool(told) and len(told) <= _LONGEST and told.isprintable() and ".." not in told.split("/")
    return told if plain else ""


def _resolve(tree: FrameTree, told: str) -> Active:
    if not told:
        return Active(None, "the pointer to the active frame cannot be made out")
    if told not in tree:
        around = tree.nearest_open(parent_of(told))
        return Active(around, f"{told} is gone" + (f"; {tree.short(around)} is active" if around else ""))
    frame = tree.frame(told)
    if not frame.closed:
        return Active(told)
    around = tree.nearest_open(parent_of(told))
    return Active(
        around, f"{tree.short(told)} is {frame.status}" + (f"; {around} is active" if around else "")
    )
