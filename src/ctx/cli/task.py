"""`ctx task …`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

from ctx.cli.declare import Argument, CommandGroup, Commands, Option
from ctx.cli.entry_options import NO_HANDLES, handles_of, text_of
from ctx.cli.options import Json, Root, items, open_reader
from ctx.cli.output import print_err, print_out, table, write_dry_run, write_json
from ctx.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ctx.actions.read_context import Reader
    from ctx.actions.task_edit import TaskEdition
    from ctx.actions.task_plan import Plan

_WIDEST = 120  # characters of a task's words on its line
Id = Annotated[str, Argument(metavar="ID", help="A handle, or the start of one.", complete="tasks")]
Ids = Annotated[list[str], Argument(metavar="ID…", help="Handles, or the starts of them.", complete="tasks")]
DryRun = Annotated[bool, Option("--dry-run", help="Print what would change, and write nothing.")]
Undo = Annotated[bool, Option("--undo", help="Take it back.")]
Today = Annotated[str | None, Option("--now", metavar="DATE", help="Today's date, 2026-11-21.")]


def add(
    text: Annotated[str, Argument(help="What is to be done; - reads it from stdin.")],
    priority: Annotated[
        str, Option("--priority -p", help="critical, high, medium or low.", complete="priorities")
    ] = "",
    labels: Annotated[
        list[str] | None,
        Option(
            "--label -l",
            metavar="NAME[:VALUE]",
            help="A label; repeatable, or with commas.",
            complete="labels",
        ),
    ] = None,
    section: Annotated[
        str, Option("--section -s", help="The heading it goes under.", complete="sections")
    ] = "",
    in_progress: Annotated[bool, Option("--in-progress", help="Start it right away.")] = False,
    parent: Annotated[
        str, Option("--parent", metavar="ID", help="The task it is a part of.", complete="tasks")
    ] = "",
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

    new = NewTask(text_of(text) or "", priority, items(labels), section, parent, in_progress, _date(now))
    plan = add_task(open_reader(root), new, dry_run=dry_run)
    if not _shown(plan, dry_run=dry_run, as_json=as_json):
        print_out("\n".join(one.id for one in plan.touched))


def start(
    ids: Ids, undo: Undo = False, dry_run: DryRun = False, as_json: Json = False, root: Root = None
) -> None:
    """Mark tasks as being worked on; a block ends with that."""
    from ctx.actions.task_change import start_tasks

    plan = start_tasks(open_reader(root), ids, undo=undo, dry_run=dry_run)
    _told(plan, dry_run=dry_run, as_json=as_json)


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
    _told(plan, dry_run=dry_run, as_json=as_json)


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
    _told(plan, dry_run=dry_run, as_json=as_json)


def skip(
    ids: Ids, undo: Undo = False, dry_run: DryRun = False, as_json: Json = False, root: Root = None
) -> None:
    """Mark tasks as not to be done; --undo opens them again."""
    from ctx.actions.task_change import skip_tasks

    plan = skip_tasks(open_reader(root), ids, undo=undo, dry_run=dry_run)
    _told(plan, dry_run=dry_run, as_json=as_json)


def edit(
    reference: Id,
    text: Annotated[
        str | None, Argument(metavar="TEXT|-", help="Other words; - reads them from stdin.")
    ] = None,
    priority: Annotated[
        str, Option("--priority -p", help="critical, high, medium, low or none.", complete="priorities")
    ] = "",
    labels: Annotated[
        list[str] | None,
        Option(
            "--label -l",
            metavar="NAME[:VALUE]",
            help="A label to add; repeatable, or with commas.",
            complete="labels",
        ),
    ] = None,
    dropped: Annotated[
        list[str] | None,
        Option(
            "--drop-label",
            metavar="NAME",
            help="A label to take out; repeatable, or with commas.",
            complete="labels",
        ),
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Change a task's words or labels: by arguments, or in your editor.

    Other words leave its labels and all that is nested in it; links follow its new handle.
    """
    from ctx.actions.task_edit import TaskEdition, edit_task

    reader = open_reader(root)

    def write(edition: TaskEdition) -> Plan:
        return edit_task(reader, reference, edition, dry_run=dry_run)

    if text is None and not (priority or labels or dropped):
        plan = _edit_in_editor(reader, reference, write)
    else:
        words = text_of(text)
        plan = write(TaskEdition(words, None, priority.lower(), items(labels), items(dropped)))
    if not _shown(plan, dry_run=dry_run, as_json=as_json):
        print_out("\n".join(one.id for one in plan.touched))


def _edit_in_editor(reader: Reader, reference: str, write: Callable[[TaskEdition], Plan]) -> Plan:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("say what to change", hint="give other words, --priority, --label or --drop-label")
    from ctx.actions.task_edit import TaskEdition, words_of
    from ctx.cli.editor_templates import NothingToWriteError, write_in_editor

    task, words = words_of(reader, reference)

    def use(left: str) -> Plan:
        if left.strip() in {"", words.strip()}:
            raise NothingToWriteError(
                "nothing was written: the text was left as it is or emptied",
                hint="`ctx task remove` takes a task out",
            )
        return write(TaskEdition(whole=left.strip(), seen=words))

    return write_in_editor(reader.root, task.id, f"{words}\n", use)


def remove(
    ids: Annotated[
        list[str],
        Argument(metavar="ID…|-", help="Handles; `-` reads them from stdin, one a line.", complete="tasks"),
    ],
    dry_run: DryRun = False,
    as_json: Json = False,
    now: Today = None,
    root: Root = None,
) -> None:
    """Move tasks word for word to the archive, with all that is nested in them. All of them move, or none."""
    from ctx.actions.task_remove import remove_tasks

    references = handles_of(ids)
    if not references:
        write_json([]) if as_json else print_err(NO_HANDLES)
        return
    plan = remove_tasks(open_reader(root), references, today=_date(now), dry_run=dry_run)
    if not _shown(plan, dry_run=dry_run, as_json=as_json):
        print_out("\n".join(f"{one.id} is in {one.path}" for one in plan.touched))


def list_(
    everything: Annotated[bool, Option("--all -a", help="Done and skipped ones too.")] = False,
    state: Annotated[
        str,
        Option("--state", help="Only open, in-progress, blocked, done or skipped ones.", complete="states"),
    ] = "",
    priorities: Annotated[
        list[str] | None,
        Option(
            "--priority -p", help="Only of this priority; repeatable, or with commas.", complete="priorities"
        ),
    ] = None,
    labels: Annotated[
        list[str] | None,
        Option(
            "--label -l",
            metavar="NAME[:VALUE]",
            help="Only with this label; repeatable, or with commas.",
            complete="labels",
        ),
    ] = None,
    section: Annotated[
        str, Option("--section -s", help="Only under this heading, or the start of one.", complete="sections")
    ] = "",
    limit: Annotated[int | None, Option("--limit -n", min=0, help="At most so many.")] = None,
    ids: Annotated[bool, Option("--ids", help="Only handles, a line each, for other commands.")] = False,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """List the open tasks in file order, a line each."""
    from ctx.actions.task_list import TaskFilter, list_tasks, task_json

    reader = open_reader(root)
    only = TaskFilter(state, items(priorities), items(labels), section, everything=everything)
    found = list_tasks(reader, only)[:limit]
    if as_json:
        parents = {one.position: one for one in reader.read().memory.tasks}
        write_json([task_json(one, parents) for one in found])
    elif found and ids:
        print_out("\n".join(one.id for one in found))
    elif found:
        from ctx.model.task import standing

        print_out(table([(t.id, standing(t), t.label("priority") or "", _line(t.lead)) for t in found]))
    elif not ids:
        print_err("no tasks" if everything else f"no {state or 'open'} tasks{only.said}")


def next_(as_json: Json = False, root: Root = None) -> None:
    """Print the most urgent task that is not blocked. In progress first, then by priority and file order."""
    from ctx.actions.task_list import next_task, task_json

    reader = open_reader(root)
    found = next_task(reader)
    if as_json:
        parents = {one.position: one for one in reader.read().memory.tasks}
        write_json(task_json(found, parents) if found else None)
    elif found:
        print_out(f"{found.id}  {found.text}")
    else:
        print_err("nothing to do: no open task that is not blocked")


def archive(dry_run: DryRun = False, as_json: Json = False, now: Today = None, root: Root = None) -> None:
    """Move finished items verbatim to .context/archive/. One with something open below it stays."""
    from ctx.actions.task_archive import archive_tasks

    plan = archive_tasks(open_reader(root), today=_date(now), dry_run=dry_run)
    if as_json and not dry_run:
        write_json([one.to_json() for one in plan.touched])
    elif not _shown(plan, dry_run=dry_run, as_json=dry_run and as_json):
        print_out(
            f"archived {len(plan.touched)} to {plan.touched[0].path}"
            if plan.touched
            else "nothing to archive"
        )


def _line(text: str) -> str:
    """A task's words, cut where they would fill more than a line."""
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1].rstrip()}…"


def _told(plan: Plan, *, dry_run: bool, as_json: bool) -> None:
    if not _shown(plan, dry_run=dry_run, as_json=as_json):
        print_out("\n".join(f"{one.id} is {one.standing}: {one.lead}" for one in plan.touched))


def _shown(plan: Plan, *, dry_run: bool, as_json: bool) -> bool:
    """Print the diff of a dry run, or JSON; remarks go to stderr either way."""
    for line in plan.remarks:
        print_err(line)
    rows = [one.to_json() for one in plan.touched]
    if dry_run:
        write_dry_run(rows, plan.diff, as_json=as_json)
    elif as_json:
        write_json(rows[0] if len(rows) == 1 else rows)
    return dry_run or as_json


def _date(now: str | None) -> str | None:
    from ctx.model.stamp import find_date

    if now is not None and find_date(now) != now:
        raise UsageError(f"--now {now!r} is not a date", hint="write it as 2026-11-21")
    return now


COMMANDS: Commands = {
    "task": CommandGroup(
        "Add, change, list and archive tasks.",
        {
            "add": add,
            "start": start,
            "done": done,
            "block": block,
            "edit": edit,
            "skip": skip,
            "remove": remove,
            "list": list_,
            "next": next_,
            "archive": archive,
        },
    )
}
