"""`ctx task …`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from ctx.cli.declare import Argument, Commands, Group, Option
from ctx.cli.entry_options import text_of
from ctx.cli.options import Json, Root, open_reader
from ctx.cli.output import remark, say, table, write_dry_run, write_json
from ctx.errors import UsageError

if TYPE_CHECKING:
    from ctx.actions.task_plan import Plan

Ids = Annotated[list[str], Argument(metavar="ID…", help="Handles, or the starts of them.")]
DryRun = Annotated[bool, Option("--dry-run", help="Print what would change, and write nothing.")]
Undo = Annotated[bool, Option("--undo", help="Take it back.")]
Today = Annotated[str | None, Option("--now", metavar="DATE", help="Today's date, 2026-11-21.")]


def add(
    text: Annotated[str, Argument(help="What is to be done; - reads it from stdin.")],
    priority: Annotated[str, Option("--priority -p", help="critical, high, medium or low.")] = "",
    labels: Annotated[
        list[str] | None, Option("--label -l", metavar="NAME[:VALUE]", help="A label; repeatable.")
    ] = None,
    section: Annotated[str, Option("--section -s", help="The heading it goes under.")] = "",
    in_progress: Annotated[bool, Option("--in-progress", help="Start it right away.")] = False,
    parent: Annotated[str, Option("--parent", metavar="ID", help="The task it is a part of.")] = "",
    dry_run: DryRun = False,
    as_json: Json = False,
    now: Today = None,
    root: Root = None,
) -> None:
    """Add a task to TASKS.md and print its handle.

    It goes to the end of the section named, else of the last section that holds open tasks. An open task
    that says the same is not added again; its handle is printed.
    """
    from ctx.actions.task_add import NewTask, add_task

    new = NewTask(text_of(text) or "", priority, labels or (), section, parent, in_progress, _date(now))
    plan = add_task(open_reader(root), new, dry_run=dry_run)
    if not _shown(plan, dry_run=dry_run, as_json=as_json):
        say("\n".join(one.id for one in plan.touched))


def start(
    ids: Ids, undo: Undo = False, dry_run: DryRun = False, as_json: Json = False, root: Root = None
) -> None:
    """Mark tasks as being worked on; a block ends with that."""
    from ctx.actions.task_change import start_tasks

    plan = start_tasks(open_reader(root), ids, undo=undo, dry_run=dry_run)
    _told(plan, "not in progress" if undo else "in progress", dry_run=dry_run, as_json=as_json)


def done(
    ids: Ids,
    undo: Undo = False,
    dry_run: DryRun = False,
    as_json: Json = False,
    now: Today = None,
    root: Root = None,
) -> None:
    """Mark tasks done and date them; --undo opens them again."""
    from ctx.actions.task_change import finish_tasks

    plan = finish_tasks(open_reader(root), ids, undo=undo, today=_date(now), dry_run=dry_run)
    _told(plan, "open" if undo else "done", dry_run=dry_run, as_json=as_json)


def block(
    ids: Ids,
    why: Annotated[str, Option("--why", help="What it waits for.")] = "",
    undo: Undo = False,
    dry_run: DryRun = False,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Mark tasks as waiting, with the reason below them. `start` or --undo ends that."""
    from ctx.actions.task_change import block_tasks

    plan = block_tasks(open_reader(root), ids, why, undo=undo, dry_run=dry_run)
    _told(plan, "not blocked" if undo else "blocked", dry_run=dry_run, as_json=as_json)


def list_(
    everything: Annotated[bool, Option("--all -a", help="Done and skipped ones too.")] = False,
    state: Annotated[
        str, Option("--state", help="Only open, in-progress, blocked, done or skipped ones.")
    ] = "",
    as_json: Json = False,
    root: Root = None,
) -> None:
    """List the open tasks in file order."""
    from ctx.actions.task_list import list_tasks, standing, task_json

    reader = open_reader(root)
    found = list_tasks(reader, state, everything=everything)
    if as_json:
        parents = {one.position: one for one in reader.read().memory.tasks}
        write_json([task_json(one, parents) for one in found])
    elif found:
        say(table([(one.id, standing(one), one.label("priority") or "", one.lead) for one in found]))
    else:
        remark("no tasks" if everything else f"no {state or 'open'} tasks")


def next_(as_json: Json = False, root: Root = None) -> None:
    """Print the most urgent task that is not blocked. In progress first, then by priority and file order."""
    from ctx.actions.task_list import next_task, task_json

    reader = open_reader(root)
    found = next_task(reader)
    if as_json:
        parents = {one.position: one for one in reader.read().memory.tasks}
        write_json(task_json(found, parents) if found else None)
    elif found:
        say(f"{found.id}  {found.text}")
    else:
        remark("nothing to do: no open task that is not blocked")


def archive(dry_run: DryRun = False, as_json: Json = False, now: Today = None, root: Root = None) -> None:
    """Move finished items verbatim to .context/archive/. One with something open below it stays."""
    from ctx.actions.task_archive import archive_tasks

    plan = archive_tasks(open_reader(root), today=_date(now), dry_run=dry_run)
    if as_json and not dry_run:
        write_json([one.to_json() for one in plan.touched])
    elif not _shown(plan, dry_run=dry_run, as_json=dry_run and as_json):
        say(
            f"archived {len(plan.touched)} to {plan.touched[0].path}"
            if plan.touched
            else "nothing to archive"
        )


def _told(plan: Plan, now: str, *, dry_run: bool, as_json: bool) -> None:
    if not _shown(plan, dry_run=dry_run, as_json=as_json):
        say("\n".join(f"{one.id} is {now}: {one.lead}" for one in plan.touched))


def _shown(plan: Plan, *, dry_run: bool, as_json: bool) -> bool:
    """Print the diff of a dry run, or JSON; remarks go to stderr either way."""
    for line in plan.remarks:
        remark(line)
    rows = [one.to_json() for one in plan.touched]
    if dry_run:
        write_dry_run(rows, plan.diff, as_json=as_json)
    elif as_json:
        write_json(rows[0] if len(rows) == 1 else rows)
    return dry_run or as_json


def _date(now: str | None) -> str | None:
    from ctx.memory.stamp import find_date

    if now is not None and find_date(now) != now:
        raise UsageError(f"--now {now!r} is not a date", hint="write it as 2026-11-21")
    return now


COMMANDS: Commands = {
    "task": Group(
        "Add, change, list and archive tasks.",
        {
            "add": add,
            "start": start,
            "done": done,
            "block": block,
            "list": list_,
            "next": next_,
            "archive": archive,
        },
    )
}
