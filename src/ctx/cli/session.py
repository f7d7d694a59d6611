"""`ctx session …`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from ctx.cli.declare import Argument, CommandGroup, Commands, Option
from ctx.cli.entry_options import text_of
from ctx.cli.frame_options import (
    Agent,
    AnyFrame,
    Children,
    DoneWhen,
    Goal,
    Name,
    SessionId,
    frame_json,
    moment_now,
    who,
)
from ctx.cli.options import Json, Root, Since, open_reader
from ctx.cli.output import print_err, print_out, table, write_exact, write_json
from ctx.errors import UsageError

if TYPE_CHECKING:
    from ctx.actions.frame_list import SessionRow
    from ctx.actions.session_end import Ended

_Texts = list[str] | None
_Label = Annotated[str | None, Option("--label", help="What it is called in lists, apart from its goal.")]
_By = Annotated[str, Option("--by", help="Which tool or person it is of.")]
_Issue = Annotated[_Texts, Option("--issue", metavar="TEXT", help="What went wrong; repeatable.")]
_Solution = Annotated[
    _Texts, Option("--solution", metavar="TEXT", help="What mended it, in the order of the issues.")
]


def start(
    goal: Goal,
    label: _Label = None,
    done_when: DoneWhen = None,
    task: Annotated[
        str, Option("--task", metavar="ID", help="The task that it serves.", complete="tasks")
    ] = "",
    branch: Annotated[str | None, Option("--branch", help="The name of its branch.")] = None,
    no_branch: Annotated[bool, Option("--no-branch", help="Make no branch.")] = False,
    name: Name = "",
    by: _By = "",
    budget: Annotated[int | None, Option("--budget -b", min=0, help="Tokens for what is printed.")] = None,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Begin a session: a branch of its own, and what whoever begins should know.

    stdout is the packet for the goal, and the files that it seems to be about. The branch is named from the
    goal and made of the commit that is checked out; no file changes, and what is not committed is carried
    along.
    """
    from ctx.actions.session_start import NewSession, prime, start_session

    reader = open_reader(root)
    new = NewSession(goal, label or "", done_when or "", task, branch, no_branch=no_branch, name=name, by=by)
    done = start_session(reader, new, moment_now(), who())
    for remark in done.remarks:
        print_err(remark)
    primed = prime(reader, goal, who(), budget)
    if as_json:
        shown = frame_json(done.opened.frame, done.opened.name)
        write_json({**shown, "branch": done.branch or None, "files": primed.files, "packet": primed.text})
        return
    print_err(f"{done.opened.name} is under way: {done.opened.frame.path}")
    if done.branch:
        print_err(f"on the new branch {done.branch}")
    write_exact(primed.text)


def update(
    message: Annotated[str, Argument(help="What was done; - reads it from stdin.")] = "",
    issues: _Issue = None,
    solutions: _Solution = None,
    patterns: Annotated[_Texts, Option("--pattern", metavar="TEXT", help="A way that worked.")] = None,
    discovered: Annotated[
        _Texts, Option("--discovered", metavar="TEXT", help="What nobody knew before.")
    ] = None,
    session: Agent = "",
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Log what was done in the active frame. Commits, files and tasks since the last time are added."""
    from ctx.actions.session_update import Update, update_session

    said = Update(text_of(message) or "", issues or (), solutions or (), patterns or (), discovered or ())
    done = update_session(open_reader(root), said, moment_now(), who(), on=session)
    for remark in done.remarks:
        print_err(remark)
    if as_json:
        write_json({**frame_json(done.frame, done.name), "logged": done.item})
    else:
        print_out(done.item.rstrip())
        print_err(f"logged in {done.frame.path}")


def end(
    status: Annotated[
        str, Option("--status", help="completed, failed or invalidated.", complete="frame_statuses")
    ] = "completed",
    summary: Annotated[
        str | None, Option("--summary", metavar="TEXT|-", help="What came of it; `-` reads it from stdin.")
    ] = None,
    reason: Annotated[str | None, Option("--reason", help="Why it failed or does not hold.")] = None,
    lessons: Annotated[
        _Texts, Option("--lesson", metavar="TEXT", help="What to know next time: goes to LEARNINGS.md.")
    ] = None,
    accomplishments: Annotated[
        _Texts, Option("--accomplishment", metavar="TEXT", help="What was reached.")
    ] = None,
    issues: _Issue = None,
    solutions: _Solution = None,
    breaking: Annotated[_Texts, Option("--breaking", metavar="TEXT", help="What breaks for others.")] = None,
    dependencies: Annotated[
        _Texts, Option("--dependency", metavar="TEXT", help="What it needs now; manifests are read anyway.")
    ] = None,
    deploy: Annotated[_Texts, Option("--deploy", metavar="TEXT", help="A step to deploy it.")] = None,
    tips: Annotated[_Texts, Option("--tip", metavar="TEXT", help="For whoever comes next.")] = None,
    children: Children = "",
    merge: Annotated[
        bool, Option("--merge", help="Merge its branch into the one it came from, and delete it.")
    ] = False,
    session: Agent = "",
    as_json: Json = False,
    root: Root = None,
) -> None:
    """End the session: its report, its lessons, and what is open in it.

    The report says what git and the log tell. A problem that was solved and of which no lesson says anything
    waits in the inbox. With --merge the tree must hold no change of yours outside .context/, whose changes
    are committed; the branch is deleted only once it is merged, and nothing is pushed.
    """
    from ctx.actions.docs_index import write_docs_index
    from ctx.actions.frame_close import Closing
    from ctx.actions.session_end import Ending, end_session
    from ctx.actions.session_merge import merge_branch, require_clean
    from ctx.model.frame_states import status_named

    reader = open_reader(root)
    if merge:
        require_clean(reader)
    ending = Ending(
        Closing(status_named(status), text_of(summary) or "", reason or "", (), children),
        lessons or (),
        accomplishments or (),
        issues or (),
        solutions or (),
        breaking or (),
        dependencies or (),
        deploy or (),
        tips or (),
    )
    done = end_session(reader, ending, moment_now(), who(), on=session)
    _tell_ended(done, as_json=as_json)
    if write_docs_index(reader, only_where_it_is=True):
        print_err("docs/README.md is up to date again")
    if merge:
        for line in merge_branch(reader, done.frame):
            print_err(line)


def list_(
    limit: Annotated[int | None, Option("--limit -n", min=0, help="At most so many.")] = None,
    since: Since = "",
    tool: Annotated[str, Option("--tool", help="Only those of this tool or person.")] = "",
    as_json: Json = False,
    root: Root = None,
) -> None:
    """List sessions, newest first; the active one is marked."""
    from ctx.actions.frame_list import session_rows

    rows = session_rows(open_reader(root), who(), limit=limit, since=since, tool=tool)
    if as_json:
        write_json([{**frame_json(r.frame, r.name, active=r.active), "frames": r.frames} for r in rows])
    elif rows:
        print_out(table([_row(row) for row in rows]))
    else:
        print_err("no sessions; `ctx session start GOAL` begins one")


def show(
    reference: AnyFrame = None,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Print a session or frame whole; the active one where none is named."""
    from ctx.actions.frame_list import find_frame

    frame, name, active = find_frame(open_reader(root), who(), reference or "")
    if as_json:
        write_json({**frame_json(frame, name, active=active), "log": frame.log})
    else:
        print_out(frame.text.rstrip())


def current(session: Agent = "", as_json: Json = False, root: Root = None) -> None:
    """Print the id of the active frame, its goal and its status. Exit 1 where none is active."""
    from ctx.actions.frame_list import find_frame

    frame, name, _ = find_frame(open_reader(root), session or who())
    if as_json:
        write_json(frame_json(frame, name, active=True))
    else:
        print_out(f"{name}  {frame.goal}  ({frame.status.replace('_', ' ')})")


def resume(reference: SessionId, as_json: Json = False, root: Root = None) -> None:
    """Go on with an open session, at its deepest frame in progress. The branch stays as it is."""
    from ctx.actions.frame_open import resume_frame

    opened = resume_frame(open_reader(root), reference, moment_now(), who())
    if as_json:
        write_json(frame_json(opened.frame, opened.name, active=True))
    else:
        print_out(opened.name)
        if branch := opened.frame.fields.get("Branch", ""):
            print_err(f"it began on the branch {branch}")


def edit(
    reference: AnyFrame = None,
    goal: Annotated[str | None, Option("--goal", help="Another goal.")] = None,
    label: _Label = None,
    done_when: DoneWhen = None,
    summary: Annotated[
        str | None, Option("--summary", metavar="TEXT|-", help="What came of it; `-` reads it from stdin.")
    ] = None,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Change what a session says. A text that is empty takes its field out."""
    from ctx.actions.frame_edit import FrameChange, edit_frame

    given = {"Label": label, "Done when": done_when}
    fields = {name: text for name, text in given.items() if text is not None}
    edition = FrameChange(goal, text_of(summary), fields)
    done = edit_frame(open_reader(root), reference or "", edition, who(), sessions_only=True)
    if as_json:
        write_json(frame_json(done.frame, done.name))
    else:
        print_out(done.name)


def remove(reference: SessionId, as_json: Json = False, root: Root = None) -> None:
    """Move a closed session, with all its frames, into the archive."""
    from ctx.actions.frame_edit import remove_session

    done = remove_session(open_reader(root), reference)
    if as_json:
        write_json({"id": done.frame.id, "path": done.path})
    else:
        print_out(f"{done.name} is in {done.path}")


def record(
    title: Annotated[str, Argument(metavar="TITLE", help="What it was, in one line.")],
    body: Annotated[str | None, Option("--body", metavar="TEXT|-", help="What came of it.")] = None,
    date: Annotated[str, Option("--date", help="When it was, 2026-11-21; default: now.")] = "",
    label: _Label = None,
    by: _By = "",
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Write down a session that is over: a release, a post-mortem."""
    from ctx.actions.session_record import record_session
    from ctx.model.stamp import find_date

    if date and find_date(date) != date:
        raise UsageError(f"--date {date!r} is not a date", hint="write it as 2026-11-21")
    frame = record_session(
        open_reader(root), title, text_of(body) or "", moment_now(), date=date, label=label or "", by=by
    )
    if as_json:
        write_json(frame_json(frame, frame.id))
    else:
        print_out(frame.id)


def _row(row: SessionRow) -> tuple[str, ...]:
    from ctx.model.frame_states import SIGNS

    frame = row.frame
    said = frame.problem or frame.status.replace("_", " ")
    mark = "→" if row.active else " "
    count = f"{row.frames} frame{'' if row.frames == 1 else 's'}"
    title = frame.fields.get("Label") or frame.goal
    return f"{mark} {frame.date or '-'}", f"{SIGNS.get(frame.status, '?')} {said}", row.name, count, title


def _tell_ended(done: Ended, *, as_json: bool) -> None:
    waiting = [one for one in done.proposed if one.status == "added"]
    for remark in done.remarks:
        print_err(remark)
    if as_json:
        shown = frame_json(done.frame, done.name)
        lessons = [one._asdict() for one in done.lessons]
        write_json({**shown, "report": done.report, "lessons": lessons, "inbox": [one.id for one in waiting]})
        return
    print_err(f"{done.name} is {done.frame.status}: {done.frame.path}")
    for lesson in done.lessons:
        print_err(f"{'known already' if lesson.known else 'learnt'}: {lesson.id} {lesson.title}")
    if waiting:
        print_err(
            f"waiting in the inbox: {', '.join(one.id for one in waiting)}; `ctx inbox` asks about them"
        )
    if done.drafted:
        print_err(f'the summary is drafted; `ctx session edit {done.name} --summary "…"` betters it')
    print_out(done.report or "nothing to report")


COMMANDS: Commands = {
    "session": CommandGroup(
        "Sessions: work with a branch, a log and in the end a report. Frames are pushed in them.",
        {
            "start": start,
            "update": update,
            "end": end,
            "list": list_,
            "show": show,
            "current": current,
            "resume": resume,
            "edit": edit,
            "remove": remove,
            "record": record,
        },
    )
}
