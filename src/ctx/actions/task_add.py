"""`ctx task add`: one more item in TASKS.md, as one contiguous insertion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ctx.actions.changes import Staging, relink
from ctx.actions.guard_text import check_texts
from ctx.actions.read_context import Reader
from ctx.actions.task_plan import Plan, Read, carry_out, edited, today_or, touched
from ctx.errors import CtxError, UsageError
from ctx.writing.tasks.labels import check_label, check_priority
from ctx.writing.tasks.new import (
    TaskPlace,
    compose_task,
    insertion,
    place_below,
    place_by_default,
    place_in,
    place_under_new,
    same_open,
)
from ctx.writing.tasks.page import PATH, TaskPage, find_task, verify

_NEW_FILE = "# Tasks\n"


@dataclass(frozen=True, slots=True)
class NewTask:
    """What to add: the text, its labels, and where; `today` is an ISO date, today's when None."""

    text: str
    priority: str = ""
    labels: Sequence[str] = ()
    section: str = ""
    parent: str = ""
    in_progress: bool = False
    today: str | None = None


def add_task(reader: Reader, new: NewTask, *, dry_run: bool = False) -> Plan:
    """Add a task, unless an open one says the same: then that one is what is returned."""
    if new.section and new.parent:
        raise UsageError(
            "--section and --parent exclude each other", hint="a nested task stands below its parent"
        )
    given = {f"label {number}": label for number, label in enumerate(new.labels, 1)}
    check_texts({"text": new.text, "section": new.section, **given}, allowable=False)
    labels = _labels(new)
    return carry_out(reader, lambda read: _plan(read, new, labels), dry_run=dry_run)


def stage_task(changes: Staging, text: str, today: str) -> str:
    """Stage a task among other changes; its handle, or that of an open one that says the same."""
    new = NewTask(text, today=today)
    plan = _plan(changes.read, new, _labels(new))
    for path, now in plan.texts.items():
        changes.write(path, now)
    relink(changes, plan.names)
    return plan.touched[0].id


def _labels(new: NewTask) -> list[str]:
    labels = [check_priority(new.priority)] if new.priority else []
    labels += [check_label(label) for label in new.labels]
    return [*labels, *(["in-progress"] if new.in_progress else []), f"added:{today_or(new.today)}"]


def _plan(read: Read, new: NewTask, labels: Sequence[str]) -> Plan:
    old = read(PATH)
    page = TaskPage(_NEW_FILE if old is None else old)
    plan = Plan()
    place = _place(page, new, plan)
    item = compose_task(new.text, labels, indent=place.indent, newline=page.newline)
    if same := same_open(page, item):
        said = f"not added: {same.id} says the same (line {same.line})"
        return Plan(touched=[replace(touched(same), status="duplicate")], remarks=[said])
    edit = insertion(place, item)
    after = edited(page, [edit])
    mark = edit.start + len(place.before) + len(place.indent) + len("- [")
    added = next((task for task in after.tasks if task.mark == mark), None)
    if added is None:
        raise CtxError(
            "there is no place for a task", path=PATH, hint="close what is open in the file (a fence)"
        )
    verify(page, after, (), added=added.position, headed=bool(plan.remarks))
    plan.touched.append(replace(touched(added), status="added"))
    plan.texts[PATH] = after.text
    return plan


def _place(page: TaskPage, new: NewTask, plan: Plan) -> TaskPlace:
    if new.parent:
        return place_below(page, find_task(page.tasks, new.parent))
    if not new.section:
        return place_by_default(page)
    found = place_in(page, new.section)
    if found is None:
        plan.remarks.append(f"made the section {new.section!r}")
        return place_under_new(page, new.section)
    return found
