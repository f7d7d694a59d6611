"""`ctx task edit`: other words or labels for a task; links to it follow its new handle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ctx.actions.guard_text import check_texts
from ctx.actions.read_context import Reader
from ctx.actions.task_change import find_open_or_archived
from ctx.actions.task_plan import Plan, Read, carry_out, edited, read_page, touched
from ctx.errors import CtxError
from ctx.markdown.edits import Edit
from ctx.model.task import Task
from ctx.writing.tasks.labels import append_labels, check_label, check_priority, drop_labels
from ctx.writing.tasks.page import PATH, TaskPage, verify
from ctx.writing.tasks.reword import own_words, reword

NO_PRIORITY = "none"


@dataclass(frozen=True, slots=True)
class TaskEdition:
    """What is to change; None and nothing leave a part as it is.

    `text` replaces the task's own words and keeps its labels; `whole` replaces both. `priority` may be
    `none`. `seen` is what the task said when `whole` was made from it.
    """

    text: str | None = None
    whole: str | None = None
    priority: str = ""
    labels: Sequence[str] = ()
    dropped: Sequence[str] = ()
    seen: str | None = None


def words_of(reader: Reader, reference: str) -> tuple[Task, str]:
    """A task and what it says itself, labels included, for an editor."""
    page = read_page(reader.worktree.read, PATH)
    task = find_open_or_archived(reader, page, reference)
    return task, own_words(page, task)


def edit_task(reader: Reader, reference: str, edition: TaskEdition, *, dry_run: bool = False) -> Plan:
    """Change a task in place. Raises UsageError for labels and texts that could not be read again."""
    given = {f"label {number}": label for number, label in enumerate(edition.labels, 1)}
    check_texts({"text": edition.whole or edition.text or "", **given}, allowable=False)
    steps = _steps(edition)

    def think(read: Read) -> Plan:
        page = read_page(read, PATH)
        old = find_open_or_archived(reader, page, reference)
        if edition.seen is not None and own_words(page, old) != edition.seen:
            raise CtxError(
                f"{old.id} was changed meanwhile; nothing was written",
                path=PATH,
                line=old.line,
                hint=f"`ctx task edit {old.id}` opens what it says now",
            )
        after = page
        for step in steps:
            after = edited(after, step(after, after.tasks[old.position]))
        verify(page, after, {old.position}, reworded={old.position})
        new = after.tasks[old.position]
        names = {was.id: now.id for was, now in zip(page.tasks, after.tasks, strict=True) if was.id != now.id}
        changed = page.text != after.text
        said = [] if changed else [f"{new.id} was so already"]
        return Plan({PATH: after.text}, [touched(new, changed=changed)], said, names=names)

    return carry_out(reader, think, dry_run=dry_run)


def _steps(edition: TaskEdition) -> list[Callable[[TaskPage, Task], list[Edit]]]:
    """The changes one after the other, each to be made in the page as the one before left it."""
    steps: list[Callable[[TaskPage, Task], list[Edit]]] = []
    if (whole := edition.whole) is not None:
        steps.append(lambda page, task: reword(page, task, whole, keep_labels=False))
    if (text := edition.text) is not None:
        steps.append(lambda page, task: reword(page, task, text))
    added = [check_label(label) for label in edition.labels]
    dropped = {check_label(label).partition(":")[0].lower() for label in edition.dropped}
    if edition.priority:
        dropped.add("priority")
        added += [] if edition.priority == NO_PRIORITY else [check_priority(edition.priority)]
    if dropped:
        steps.append(lambda page, task: drop_labels(page.text, task.mark + 2, task.own_end, dropped))
    if added:
        steps.append(lambda page, task: _append_missing(page, task, added))
    return steps


def _append_missing(page: TaskPage, task: Task, labels: Sequence[str]) -> list[Edit]:
    there = {f"{name}:{value}" if value else name for name, value in task.labels}
    missing = [label for label in dict.fromkeys(labels) if label not in there]
    return append_labels(page.text, task.mark + 2, task.own_end, missing)
