"""What the task commands change: tasks in, edits out."""

from __future__ import annotations

import re

from ctx.errors import CtxError
from ctx.markdown.edits import Edit
from ctx.model.task import DONE, OPEN, SKIPPED, UNDER_WAY, Task, read_labels
from ctx.writing.tasks.labels import append_labels, drop_labels, lead_end
from ctx.writing.tasks.page import TaskPage

_REASON = re.compile(r"[ \t]*[-+*][ \t]+Blocked:[^\r\n]*(?:\r\n|\r|\n)?")
_MARKER = re.compile(r"[^\s]")


def finish(page: TaskPage, task: Task, today: str) -> list[Edit]:
    """Mark a task done and date it: `[x]` and `#done:2026-11-21`; nothing where it is done already."""
    if task.state == DONE:
        return []
    dated = "done" in _own_names(page, task)
    return [_box(task, "x"), *_append(page, task, [] if dated else [f"done:{today}"])]


def skip(page: TaskPage, task: Task) -> list[Edit]:
    """Mark an open task skipped, `[-]`. Raises CtxError for one that is done."""
    if task.state == SKIPPED:
        return []
    _require_open(page, task)
    return [_box(task, "-")]


def reopen(page: TaskPage, task: Task) -> list[Edit]:
    """Take `[x]` or `[-]` back, and the date with it."""
    if task.state == OPEN:
        return []
    return [_box(task, " "), *_drop(page, task, "done")]


def start(page: TaskPage, task: Task) -> list[Edit]:
    """Say that someone is at it: `#in-progress`; a block ends. Raises CtxError for a closed task."""
    _require_open(page, task)
    cleared = _drop(page, task, "blocked")
    # Where a line goes that held nothing but the label, the new one goes before that line.
    lines = [edit.start for edit in cleared if page.text[edit.start - 1] in "\r\n"]
    labels = [] if task.in_progress else ["in-progress"]
    added = append_labels(page.text, task.mark + 2, min([task.own_end, *lines]), labels)
    return [*cleared, *_reasons(page, task), *added]


def stop(page: TaskPage, task: Task) -> list[Edit]:
    """Take `#in-progress` back, or the mark in its box that says the same."""
    unmarked = [_box(task, " ")] if page.text[task.mark] in UNDER_WAY else []
    return [*unmarked, *_drop(page, task, "in-progress")]


def block(page: TaskPage, task: Task, why: str) -> list[Edit]:
    """Say that it waits: `#blocked`, the reason as its last item.

    Raises CtxError for a closed task and for one that waits for something else.
    """
    _require_open(page, task)
    labels = [] if "blocked" in _own_names(page, task) else ["blocked"]
    reason = " ".join(why.split())
    old = _reasons(page, task)
    said = page.text[old[0].start : old[0].end].partition("Blocked:")[2].strip() if old else ""
    if said not in {"", reason} and not labels:
        raise CtxError(
            f"{task.id} is blocked already: {said}",
            path=page.path,
            line=task.line,
            hint=f"`ctx task block --undo {task.id}` ends that; then give the new reason",
        )
    removed = [] if said == reason else old
    edits = [*removed, *_append(page, task, labels)]
    if reason and said != reason:
        at = task.start + len(page.text[task.start : task.end].rstrip("\r\n"))
        at = min([at, *(edit.start for edit in removed)])
        edits.append(Edit(at, at, f"{page.newline}{child_indent(page, task)}- Blocked: {reason}"))
    return edits


def unblock(page: TaskPage, task: Task) -> list[Edit]:
    """Take `#blocked` back, and the reason with it."""
    return [*_drop(page, task, "blocked"), *_reasons(page, task)]


def child_indent(page: TaskPage, task: Task) -> str:
    """What stands before the marker of an item nested in a task: as its first has it, else blanks."""
    text = page.text
    if task.own_end < task.end:
        line = text[task.own_end : task.end]
        return line[: len(line) - len(line.lstrip(" \t"))]
    return _MARKER.sub(" ", text[task.start : task.mark - 1].removeprefix("\ufeff"))


def _require_open(page: TaskPage, task: Task) -> None:
    if task.state != OPEN:
        raise CtxError(
            f"{task.id} is {task.state} already",
            path=page.path,
            line=task.line,
            hint=f"`ctx task done --undo {task.id}` opens it again",
        )


def _box(task: Task, mark: str) -> Edit:
    return Edit(task.mark, task.mark + 1, mark)


def _own_names(page: TaskPage, task: Task) -> set[str]:
    """The names of the labels in its own words: not those of its heading."""
    start = task.mark + 2
    return {name for name, _ in read_labels(page.text[start : lead_end(page.text, start, task.own_end)])}


def _append(page: TaskPage, task: Task, labels: list[str]) -> list[Edit]:
    return append_labels(page.text, task.mark + 2, task.own_end, labels)


def _drop(page: TaskPage, task: Task, name: str) -> list[Edit]:
    return drop_labels(page.text, task.mark + 2, task.own_end, {name})


def _reasons(page: TaskPage, task: Task) -> list[Edit]:
    """The removal of the reason that `block` wrote: the last item nested in it, of one line."""
    text, items = page.text, page.document.blocks.items
    inside = [index for index, item in enumerate(items) if task.mark < item.start < task.end]
    last = items[inside[-1]] if inside else None
    if last is None or last.end != task.end or last.parent != _item_of(page, task):
        return []
    if not _REASON.fullmatch(text, last.start, last.end):
        return []
    # With the line break before it, so that a file without one at its end stays so.
    before = len(text[: last.start].rstrip("\r\n"))
    return [Edit(before, last.start + len(text[last.start : last.end].rstrip("\r\n")), "")]


def _item_of(page: TaskPage, task: Task) -> int:
    """The number of a task's own item."""
    items = page.document.blocks.items
    return next(index for index, item in enumerate(items) if item.content == task.mark - 1)
