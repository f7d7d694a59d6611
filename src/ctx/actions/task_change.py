"""`ctx task start`, `done` and `block`: the state of tasks that are there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ctx.actions.guard_text import check_texts
from ctx.actions.read_context import Reader
from ctx.actions.task_plan import Plan, Read, carry_out, edited, read_page, today_or, touched
from ctx.errors import CtxError, UsageError
from ctx.markdown.edits import Edit
from ctx.model.task import DONE, OPEN, Task, standing
from ctx.writing.tasks import state_changes
from ctx.writing.tasks.page import PATH, TaskPage, find_task, verify

Change = Callable[[TaskPage, Task], list[Edit]]


def finish_tasks(
    reader: Reader,
    references: Sequence[str],
    *,
    undo: bool = False,
    today: str | None = None,
    dry_run: bool = False,
) -> Plan:
    """Mark tasks done with today's date, or open them again."""
    date = today_or(today)
    change: Change = (
        state_changes.reopen if undo else lambda page, task: state_changes.finish(page, task, date)
    )
    return _change(reader, references, change, dry_run=dry_run, undoes=DONE if undo else "")


def start_tasks(
    reader: Reader, references: Sequence[str], *, undo: bool = False, dry_run: bool = False
) -> Plan:
    """Mark tasks as being worked on, which ends a block, or take that back."""
    change = state_changes.stop if undo else state_changes.start
    return _change(
        reader, references, change, dry_run=dry_run, starts=not undo, undoes="in-progress" if undo else ""
    )


def block_tasks(
    reader: Reader, references: Sequence[str], why: str = "", *, undo: bool = False, dry_run: bool = False
) -> Plan:
    """Mark tasks as waiting for something, or take that back."""
    if not undo and not why.strip():
        raise UsageError("a block needs its reason", hint="--why TEXT says what the task waits for")
    check_texts({"reason": why}, allowable=False)
    change: Change = (
        state_changes.unblock if undo else lambda page, task: state_changes.block(page, task, why)
    )
    return _change(reader, references, change, dry_run=dry_run, undoes="blocked" if undo else "")


def skip_tasks(
    reader: Reader, references: Sequence[str], *, undo: bool = False, dry_run: bool = False
) -> Plan:
    """Mark tasks as not to be done, or open them again."""
    change = state_changes.reopen if undo else state_changes.skip
    return _change(reader, references, change, dry_run=dry_run, undoes="skipped" if undo else "")


def find_open_or_archived(reader: Reader, page: TaskPage, reference: str) -> Task:
    """The task of a page that a reference names. Raises CtxError, which tells of one that is archived."""
    try:
        return find_task(page.tasks, reference)
    except CtxError:
        wanted = reference.strip().lower()
        for task in reader.read(archive=True).memory.tasks:
            if task.archived and task.id.lower() == wanted:
                raise CtxError(
                    f"{task.id} is archived", path=task.path, line=task.line, hint=f"`ctx restore {task.id}`"
                ) from None
        raise


def _change(
    reader: Reader,
    references: Sequence[str],
    change: Change,
    *,
    dry_run: bool,
    starts: bool = False,
    undoes: str = "",
) -> Plan:
    """Change tasks one by one; `undoes` is the standing that is taken back."""

    def think(read: Read) -> Plan:
        page = read_page(read, PATH)
        found = (find_open_or_archived(reader, page, reference) for reference in references)
        meant = {task.position: task for task in found}
        after = page
        for position in meant:  # one by one: a task and its parent may end at the same place
            after = edited(after, change(after, after.tasks[position]))
        verify(page, after, meant)
        plan = Plan(texts={PATH: after.text})
        for position, old in meant.items():
            task = after.tasks[position]
            if starts and task.blocked:
                raise CtxError(
                    f"{task.id} stands under a heading that says #blocked",
                    path=PATH,
                    line=task.line,
                    hint=f"change the heading {task.heading!r}",
                )
            changed = page.text[old.start : old.end] != after.text[task.start : task.end]
            plan.touched.append(touched(task, changed=changed))
            plan.remarks += _remarks(old, after, undoes) if changed else [_unchanged(task, undoes)]
        return plan

    return carry_out(reader, think, dry_run=dry_run)


def _unchanged(task: Task, undoes: str) -> str:
    if undoes and undoes != standing(task):
        return f"{task.id} was not {undoes}: it is {standing(task)}"
    return f"{task.id} was so already"


def _remarks(old: Task, after: TaskPage, undoes: str) -> list[str]:
    new = after.tasks[old.position]
    if undoes and standing(old) not in {undoes, standing(new)}:
        return [f"{new.id} was {standing(old)}"]
    left = [task for task in after.nested(new) if task.state == OPEN]
    if new.state not in (OPEN, old.state) and left:
        return [f"{len(left)} open below {new.id}: {', '.join(task.id for task in left[:8])}"]
    return []
