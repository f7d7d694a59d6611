"""`ctx frame …`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from ctx.cli.declare import CommandGroup, Commands, Option
from ctx.cli.entry_options import text_of
from ctx.cli.frame_options import (
    Agent,
    AnyFrame,
    Children,
    DoneWhen,
    FrameId,
    Goal,
    Name,
    frame_json,
    moment_now,
    who,
)
from ctx.cli.options import Json, Root, items, open_reader
from ctx.cli.output import print_err, print_out, write_exact, write_json

if TYPE_CHECKING:
    from ctx.actions.frame_edit import Changed
    from ctx.actions.frame_list import FrameRow
    from ctx.actions.frame_open import NewFrame, Opened
    from ctx.actions.read_context import Reader

_Retry = Annotated[str, Option("--retry", metavar="ID", help="The closed frame that it tries again.")]
_Task = Annotated[str, Option("--task", metavar="ID", help="The task that it serves.", complete="tasks")]
_Summary = Annotated[
    str | None, Option("--summary", metavar="TEXT|-", help="What came of it; `-` reads it from stdin.")
]
_Reason = Annotated[str | None, Option("--reason", help="Why it failed, is blocked or does not hold.")]


def push(
    goal: Goal,
    done_when: DoneWhen = None,
    name: Name = "",
    retry: _Retry = "",
    task: _Task = "",
    session: Agent = "",
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Open a frame below the active one; it is the active one then.

    Push for what could be retried as a unit, touches other files, or has a goal of its own.
    """
    from ctx.actions.frame_open import push_frame

    reader = open_reader(root)
    opened = push_frame(
        reader, _new(reader, goal, done_when, name, retry, task), moment_now(), who(), on=session
    )
    _tell_opened(opened, as_json=as_json)


def plan(
    goal: Goal,
    under: Annotated[str, Option("--under", metavar="ID", help="Below this frame.", complete="frames")] = "",
    done_when: DoneWhen = None,
    name: Name = "",
    task: _Task = "",
    session: Agent = "",
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Plan a frame below the active one, or below another; `ctx frame start` begins it."""
    from ctx.actions.frame_open import plan_frame

    reader = open_reader(root)
    new = _new(reader, goal, done_when, name, "", task)
    _tell_opened(plan_frame(reader, new, who(), under=under, on=session), as_json=as_json)


def start(reference: FrameId, session: Agent = "", as_json: Json = False, root: Root = None) -> None:
    """Begin a planned frame, or go on with a blocked one."""
    from ctx.actions.frame_open import start_frame

    _tell_opened(start_frame(open_reader(root), reference, moment_now(), who(), on=session), as_json=as_json)


def pop(
    status: Annotated[
        str, Option("--status", help="completed, failed, blocked or invalidated.", complete="frame_statuses")
    ] = "completed",
    summary: _Summary = None,
    reason: _Reason = None,
    artifacts: Annotated[
        list[str] | None,
        Option("--artifact", metavar="PATH", help="What it leaves behind: src/auth/**; repeatable."),
    ] = None,
    children: Children = "",
    session: Agent = "",
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Close the active frame and print what the frame around it sees.

    Without --summary one is drafted from the log. A frame that failed shows what has changed since it began.
    """
    from ctx.actions.frame_close import Closing, pop_frame
    from ctx.model.frame_states import status_named

    reader = open_reader(root)
    closing = Closing(
        status_named(status), text_of(summary) or "", text_of(reason) or "", items(artifacts), children
    )
    done = pop_frame(reader, closing, moment_now(), who(), on=session)
    changed = (
        _changed_since(reader, done.frame.fields.get("Base", "")) if done.frame.status == "failed" else []
    )
    for remark in done.remarks:
        print_err(remark)
    if as_json:
        shown = frame_json(done.frame, done.name)
        write_json({**shown, "parent": done.parent, "drafted": done.drafted, "changed": changed})
        return
    print_err(f"{done.name} is {done.frame.status}: {done.frame.path}")
    if done.drafted:
        print_err(
            f'the summary is drafted from the log; `ctx frame edit {done.name} --summary "…"` betters it'
        )
    for path in changed:
        print_err(f"changed since it began: {path}")
    if done.parent:
        _print_view(reader, done.parent)


def edit(
    reference: AnyFrame = None,
    goal: Annotated[str | None, Option("--goal", help="Another goal.")] = None,
    done_when: DoneWhen = None,
    summary: _Summary = None,
    reason: _Reason = None,
    task: Annotated[str | None, Option("--task", metavar="ID", help="The task that it serves.")] = None,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Change what a frame says. A text that is empty takes its field out."""
    from ctx.actions.frame_edit import FrameChange, edit_frame

    given = {"Done when": done_when, "Reason": reason, "Task": task}
    fields = {name: text for name, text in given.items() if text is not None}
    edition = FrameChange(goal, text_of(summary), fields)
    _tell_changed(edit_frame(open_reader(root), reference or "", edition, who()), as_json=as_json)


def move(
    reference: FrameId,
    under: Annotated[str, Option("--under", metavar="ID", help="The frame to go below.", complete="frames")],
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Put a frame, with all below it, under another one. What names it follows."""
    from ctx.actions.frame_edit import move_frame

    _tell_changed(move_frame(open_reader(root), reference, under), as_json=as_json)


def drop(reference: FrameId, as_json: Json = False, root: Root = None) -> None:
    """Take a frame that is only planned out of the tree, into the archive."""
    from ctx.actions.frame_edit import drop_frame

    _tell_changed(drop_frame(open_reader(root), reference), as_json=as_json)


def tree(
    reference: AnyFrame = None,
    everything: Annotated[bool, Option("--all", help="All sessions, closed ones too.")] = False,
    session: Agent = "",
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Draw the frames of the active session, of another frame, or of all sessions."""
    from ctx.actions.frame_list import frame_rows

    found = frame_rows(open_reader(root), session or who(), reference or "", everything=everything)
    if as_json:
        rows = [
            {**frame_json(row.frame, row.name, active=row.active), "depth": row.depth} for row in found.rows
        ]
        write_json(rows)
        return
    if found.remark:
        print_err(found.remark)
    if found.rows:
        print_out("\n".join(map(_row, found.rows)))
    else:
        print_err("no frame is open; `ctx session start GOAL` begins one, `ctx frame tree --all` shows all")


def _row(row: FrameRow) -> str:
    from ctx.model.frame_states import SIGNS

    frame = row.frame
    name = row.name if row.depth == 0 else row.name.rpartition("/")[2]
    said = frame.problem or frame.status.replace("_", " ")
    mark = "  ← active" if row.active else ""
    return f"{row.lead}{SIGNS.get(frame.status, '?')} {name}  {frame.goal}  ({said}){mark}"


def _new(reader: Reader, goal: str, done_when: str | None, name: str, retry: str, task: str) -> NewFrame:
    from ctx.actions.frame_open import NewFrame
    from ctx.store.git_work import look_at_work

    work = look_at_work(reader.root)
    fields = {"Branch": work.branch or "", "Base": work.commit or "", "Task": task}
    return NewFrame(goal, done_when or "", name, retry, fields)


def _tell_opened(opened: Opened, *, as_json: bool) -> None:
    if as_json:
        write_json(frame_json(opened.frame, opened.name))
    else:
        print_out(opened.name)
        print_err(f"{opened.frame.status.replace('_', ' ')}: {opened.frame.path}")


def _tell_changed(done: Changed, *, as_json: bool) -> None:
    if as_json:
        write_json({**frame_json(done.frame, done.name), "path": done.path})
    else:
        print_out(done.name)
        print_err(f"it is in {done.path}" if done.diff else "nothing was to change")


def _print_view(reader: Reader, frame: str) -> None:
    from ctx.actions.active_frame import tree_of
    from ctx.packet.content import FrameStyle
    from ctx.packet.frame_text import view_text
    from ctx.packet.frame_view import view_of

    view = view_of(tree_of(reader.worktree), frame)
    write_exact(view_text(view, view.rungs()[0], FrameStyle.md))


def _changed_since(reader: Reader, base: str) -> list[str]:
    """The paths that differ from a commit, none where git cannot say."""
    from ctx.errors import CtxError
    from ctx.model.file_roles import outside_context
    from ctx.store.git_work import files_since

    try:
        return outside_context(files_since(reader.root, base or None))
    except CtxError:
        return []


COMMANDS: Commands = {
    "frame": CommandGroup(
        "Frames: a tree of work, each with a goal, a log and in the end a summary.",
        {
            "push": push,
            "pop": pop,
            "plan": plan,
            "start": start,
            "edit": edit,
            "move": move,
            "drop": drop,
            "tree": tree,
        },
    )
}
