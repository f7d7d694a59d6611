"""Opening frames: a session, a child that is pushed or planned, and the start of what was planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from ctx.actions.active_frame import find_active, pointer_path, require_active, tree_of
from ctx.actions.changes import Staging, change
from ctx.actions.read_context import Reader
from ctx.errors import CtxError, UsageError
from ctx.model.frame import Frame, frame_path, read_frame
from ctx.model.frame_states import IN_PROGRESS, PLANNED, require_move
from ctx.model.frame_tree import FrameTree, parent_of
from ctx.writing.frames.new import compose_frame, free_name, moment, slug
from ctx.writing.frames.revise import change_frame

_LONGEST = 240  # characters of a path below the root, which every file system takes


@dataclass(frozen=True, slots=True)
class NewFrame:
    """What is to be done. `name` is what its file is called, from the goal where it is empty.

    `retry` names the frame that it tries again. `fields` are others, such as the task and the branch.
    """

    goal: str
    done_when: str = ""
    name: str = ""
    retry: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


class Opened(NamedTuple):
    """The frame as it is now, and its name without a stamp."""

    frame: Frame
    name: str


def push_frame(reader: Reader, new: NewFrame, now: datetime, session: str, *, on: str = "") -> Opened:
    """Open a child of the active frame, which is then the active one.

    `on` names another agent's session, or a frame, to work on instead. Raises CtxError without an active
    frame, and where that is not in progress.
    """

    def act(changes: Staging) -> Opened:
        tree = tree_of(changes)
        parent, pointer = at_work(changes, tree, session, on)
        _require_in_progress(tree, parent)
        fields = {"Status": IN_PROGRESS, "Started": max(moment(now), parent.started)}
        frame = _add_child(changes, tree, parent, new, fields)
        if pointer:
            point(changes, pointer, frame.id)
        return Opened(frame, tree.short(frame.id))

    return change(reader, act)


def plan_frame(reader: Reader, new: NewFrame, session: str, *, under: str = "", on: str = "") -> Opened:
    """Plan a child of the active frame, or of the one named; it is not begun.

    Raises CtxError where the frame above it is closed.
    """

    def act(changes: Staging) -> Opened:
        tree = tree_of(changes)
        parent = tree.require_found(under) if under else at_work(changes, tree, session, on)[0]
        if parent.closed:
            raise CtxError(
                f"{tree.short(parent.id)} is {parent.status}: nothing is planned below it",
                path=parent.path,
                hint="name an open one: `ctx frame tree` shows them",
            )
        frame = _add_child(changes, tree, parent, new, {"Status": PLANNED})
        return Opened(frame, tree.short(frame.id))

    return change(reader, act)


def start_frame(reader: Reader, reference: str, now: datetime, session: str, *, on: str = "") -> Opened:
    """Begin a planned frame, or go on with a blocked one; it is the active one then.

    Raises CtxError, naming the legal moves, for any other.
    """

    def act(changes: Staging) -> Opened:
        tree = tree_of(changes)
        frame = tree.require_found(reference)
        if frame.status != IN_PROGRESS:
            require_move(tree.short(frame.id), frame.status, IN_PROGRESS, path=frame.path)
        parent = parent_of(frame.id)
        if parent is not None and parent in tree:
            _require_in_progress(tree, tree.frame(parent))
        frame = _go_on(changes, frame, now)
        point(changes, pointer_path(on or session), frame.id)
        return Opened(frame, tree.short(frame.id))

    return change(reader, act)


def resume_frame(reader: Reader, reference: str, now: datetime, session: str) -> Opened:
    """Make an open session or frame the active one; of a session its deepest frame in progress.

    Raises CtxError for one that is closed.
    """

    def act(changes: Staging) -> Opened:
        tree = tree_of(changes)
        frame = tree.require_found(reference)
        if frame.status == IN_PROGRESS and frame.is_session:
            below = [one for one in tree.open_below(frame.id) if one.status == IN_PROGRESS]
            frame = max([frame, *below], key=lambda one: (one.id.count("/"), one.started))
        if frame.status != IN_PROGRESS:
            require_move(tree.short(frame.id), frame.status, IN_PROGRESS, path=frame.path)
            frame = _go_on(changes, frame, now)
        point(changes, pointer_path(session), frame.id)
        return Opened(frame, tree.short(frame.id))

    return change(reader, act)


def _go_on(changes: Staging, frame: Frame, now: datetime) -> Frame:
    """Stage that a frame is in progress, and began now where it had not."""
    fields = {"Status": IN_PROGRESS, "Started": frame.started or moment(now), "Reason": ""}
    text = change_frame(frame, fields=fields)
    if text != frame.text:
        changes.write(frame.path, text)
    return read_frame(text, frame.path)


def open_session(changes: Staging, new: NewFrame, now: datetime, session: str) -> Opened:
    """Stage a new session, which is then the active frame."""
    tree = tree_of(changes)
    utc = now.astimezone(UTC)
    name = f"{utc:%Y-%m-%d-%H%M}-{_name_of(new, 'session')}"
    fields = {"Status": IN_PROGRESS, "Started": moment(now)}
    frame = _stage(changes, free_name(name, tree.__contains__), new, fields, tree)
    point(changes, pointer_path(session), frame.id)
    return Opened(frame, tree_of(changes).short(frame.id))


def at_work(changes: Staging, tree: FrameTree, session: str, on: str = "") -> tuple[Frame, str]:
    """The frame to work on, and the pointer that follows; empty where a frame itself was named.

    `on` is another agent's session, or a frame.
    """
    if not on:
        return require_active(changes.read, tree, session), pointer_path(session)
    pointer = pointer_path(on)
    found = find_active(lambda path: changes.read(path) if path == pointer else None, tree, on)
    if found.id is not None:
        return tree.require(found.id), pointer
    return tree.require_found(on), ""


def point(changes: Staging, pointer: str, frame: str | None) -> None:
    """Stage what a pointer names; None takes it away."""
    if frame is not None:
        changes.overwrite(pointer, frame + "\n")
    elif changes.read(pointer) is not None:
        changes.remove(pointer)


def _add_child(
    changes: Staging, tree: FrameTree, parent: Frame, new: NewFrame, fields: Mapping[str, str]
) -> Frame:
    name = free_name(_name_of(new, "frame"), tree.names_below(parent.id).__contains__)
    return _stage(changes, f"{parent.id}/{name}", new, fields, tree)


def _stage(changes: Staging, name: str, new: NewFrame, fields: Mapping[str, str], tree: FrameTree) -> Frame:
    path = frame_path(name)
    if len(path) > _LONGEST:
        raise CtxError(
            f"the frames are nested too deep for one more: its path has {len(path)} characters",
            hint="close some of them, or give it a short --name",
        )
    given = {**fields, "Done when": new.done_when, **new.fields}
    if new.retry:
        tried = tree.find(new.retry)
        if not tried.closed:
            raise CtxError(
                f"{tree.short(tried.id)} is {tried.status}: there is nothing to try again",
                path=tried.path,
                hint="`ctx frame start` goes on with one that is blocked",
            )
        given["Retry of"] = tried.id
    text = compose_frame(new.goal, given)
    changes.write(path, text)
    return read_frame(text, path)


def _name_of(new: NewFrame, fallback: str) -> str:
    if new.name and not slug(new.name):
        raise UsageError(f"{new.name!r} is no name", hint="give letters and digits: --name auth")
    return slug(new.name or new.goal) or fallback


def _require_in_progress(tree: FrameTree, frame: Frame) -> None:
    if frame.status != IN_PROGRESS:
        raise CtxError(
            f"{tree.short(frame.id)} is {frame.status}",
            path=frame.path,
            hint=f"`ctx frame start {tree.short(frame.id)}` begins it or goes on with it"
            if not frame.closed
            else "open a new frame beside it",
        )
