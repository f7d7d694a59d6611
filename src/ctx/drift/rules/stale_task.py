"""Tasks that have been in progress for long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from ctx.drift.facts import Facts
from ctx.drift.finding import Finding
from ctx.drift.rule import Rule
from ctx.markdown.lines import split_lines
from ctx.model.stamp import find_date
from ctx.model.task import OPEN, Task

_LABEL = "#in-progress"


class StaleTask(Rule):
    """Finds open tasks that are `#in-progress` for more than `drift.task_age_days` days.

    They count from `#started:DATE`, else from `#added:DATE`, else from the day on which git saw the line of
    the label last change. A file's time stamps tell nothing and are not looked at, so without a label and
    without git there is no age and no finding. Blocked tasks wait for something else.
    """

    name = "stale-task"
    severity = "nudge"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding a task."""
        most = facts.config.task_age_days
        for task in in_progress(facts.memory.tasks):
            since = _labelled(task) or facts.blamed.get((task.path, label_line(task, facts.texts)))
            if since is None:
                continue
            days = (date.fromisoformat(facts.today) - date.fromisoformat(since)).days
            if days > most:
                message = f"{task.id} has been in progress for {days} days, since {since} (expected: ≤{most})"
                yield self.finding(task.path, task.line, message, "finish it, block it, or split it")


def in_progress(tasks: Iterable[Task]) -> Iterator[Task]:
    """The tasks that someone is at."""
    for task in tasks:
        if task.in_progress and task.state == OPEN and not task.blocked and not task.archived:
            yield task


def lines_to_blame(tasks: Iterable[Task], texts: Mapping[str, str]) -> dict[str, list[int]]:
    """The lines, by path, whose age git has to be asked for: those of tasks without a date of their own."""
    lines: dict[str, list[int]] = {}
    for task in in_progress(tasks):
        if _labelled(task) is None:
            lines.setdefault(task.path, []).append(label_line(task, texts))
    return lines


def label_line(task: Task, texts: Mapping[str, str]) -> int:
    """The line, from 1, on which a task is said to be in progress."""
    for number, line in enumerate(split_lines(texts[task.path][task.start : task.end])):
        if _LABEL in line:
            return task.line + number
    return task.line


def _labelled(task: Task) -> str | None:
    return find_date(task.label("started") or "") or find_date(task.label("added") or "")
