"""Closing frames: a pop with its summary, and what becomes of the frames that are still open below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ctx.actions.active_frame import tree_of
from ctx.actions.changes import Staging, change
from ctx.actions.frame_open import at_work, point
from ctx.actions.read_context import Reader
from ctx.errors import CtxError, UsageError
from ctx.model.frame import Frame, read_frame
from ctx.model.frame_states import BLOCKED, COMPLETED, IN_PROGRESS, INVALIDATED, PLANNED, require_move
from ctx.model.frame_tree import FrameTree, parent_of
from ctx.writing.frames.new import moment
from ctx.writing.frames.revise import change_frame
from ctx.writing.frames.summary import draft_summary
from ctx.writing.frames.updates import names_text

CHILDREN = CARRY, INVALIDATE = "carry", "invalidate"


@dataclass(frozen=True, slots=True)
class Closing:
    """How a frame ends. Without a `summary` one is drafted from the log.

    `children` says what becomes of frames that are open below: `carry` makes tasks of them, `invalidate`
    says that they do not hold; empty refuses.
    """

    status: str = COMPLETED
    summary: str = ""
    reason: str = ""
    artifacts: Sequence[str] = ()
    children: str = ""


class Closed(NamedTuple):
    """The frame as it is now; the one that is active then, if any; and what is to be said.

    `drafted` says that the summary was made from the log.
    """

    frame: Frame
    name: str
    parent: str | None
    drafted: bool
    remarks: tuple[str, ...]


def pop_frame(reader: Reader, closing: Closing, now: datetime, session: str, *, on: str = "") -> Closed:
    """Close the active frame, or leave it blocked; the one around it is active then.

    Raises CtxError for a move that is not legal, for open frames below without a word on them, and for a
    session, which ends by a command of its own.
    """
    require_choice(closing)

    def act(changes: Staging) -> Closed:
        tree = tree_of(changes)
        frame, pointer = at_work(changes, tree, session, on)
        if frame.is_session:
            raise CtxError(
                f"{tree.short(frame.id)} is a session, not a frame in one",
                path=frame.path,
                hint="`ctx session end` closes it",
            )
        closed = close(changes, tree, frame, closing, now)
        parent = tree_of(changes).nearest_open(parent_of(frame.id))
        if pointer:
            point(changes, pointer, parent)
        return closed._replace(parent=parent)

    return change(reader, act)


def require_choice(closing: Closing) -> None:
    """Raise UsageError for a word that says nothing about the frames that are open below."""
    if closing.children and closing.children not in CHILDREN:
        raise UsageError(f"{closing.children!r} is no choice", hint=f"--children {' or '.join(CHILDREN)}")


def close(changes: Staging, tree: FrameTree, frame: Frame, closing: Closing, now: datetime) -> Closed:
    """Stage the end of a frame, and of those below it."""
    name = tree.short(frame.id)
    require_move(name, frame.status, closing.status, path=frame.path)
    remarks = [] if closing.status == BLOCKED else _settle(changes, tree, frame, closing, now)
    summary = closing.summary.strip() or frame.summary
    drafted = not summary
    if drafted:
        summary = draft_summary(frame.log)
    if (wrote := entries_under(changes, frame.id)) and not all(handle in summary for handle in wrote):
        summary += f"\n\nWritten: {', '.join(wrote)}."
    fields = {"Status": closing.status, "Reason": closing.reason or frame.reason}
    if closing.status != BLOCKED:
        fields["Ended"] = max(moment(now), frame.started)
    if closing.artifacts:
        fields["Artifacts"] = ", ".join(closing.artifacts)
    text = change_frame(frame, fields=fields, summary=summary)
    changes.write(frame.path, text)
    return Closed(read_frame(text, frame.path), name, None, drafted, tuple(remarks))


def entries_under(changes: Staging, frame: str) -> list[str]:
    """The handles of the entries that were written under a frame."""
    return [
        entry.id
        for entry in changes.context().memory.entries
        if not entry.archived and entry.fields.get("Frame", "") == frame
    ]


def _settle(changes: Staging, tree: FrameTree, frame: Frame, closing: Closing, now: datetime) -> list[str]:
    """Stage what becomes of the frames that are open below one that ends."""
    below = tree.open_below(frame.id)
    if closing.status == INVALIDATED and not closing.children:
        planned = [one for one in below if one.status == PLANNED]
        for one in planned:
            _mark_invalid(changes, tree, one, f"{tree.short(frame.id)} does not hold", now)
        return [f"{tree.short(o.id)} is {o.status} below it, and stays so" for o in below if o not in planned]
    if below and not closing.children:
        names = names_text([f"{tree.short(one.id)} ({one.status})" for one in below], 5)
        raise CtxError(
            f"{len(below)} frame{'s are' if len(below) > 1 else ' is'} open below"
            f" {tree.short(frame.id)}: {names}",
            path=frame.path,
            hint="close them first, or give --children carry (as tasks) or --children invalidate",
        )
    remarks = []
    if closing.children == CARRY:
        remarks = _carry(changes, tree, below, now)
    for one in reversed(below):
        why = "carried to TASKS.md" if closing.children == CARRY else f"{tree.short(frame.id)} has ended"
        _mark_invalid(changes, tree, one, why, now)
    return remarks


def _carry(changes: Staging, tree: FrameTree, below: Sequence[Frame], now: datetime) -> list[str]:
    """Stage a task for each frame that is open, where TASKS.md has none that says the same."""
    from ctx.actions.task_add import stage_task

    remarks = []
    for one in below:
        handle = stage_task(changes, one.goal, moment(now)[:10])
        remarks.append(f"{tree.short(one.id)} is task {handle} now")
    return remarks


def _mark_invalid(changes: Staging, tree: FrameTree, frame: Frame, reason: str, now: datetime) -> None:
    require_move(tree.short(frame.id), frame.status, INVALIDATED, path=frame.path)
    fields = {"Status": INVALIDATED, "Reason": reason or frame.reason}
    if frame.status == IN_PROGRESS:
        fields["Ended"] = max(moment(now), frame.started)
    tree.require(frame.id)
    changes.write(frame.path, change_frame(frame, fields=fields))
