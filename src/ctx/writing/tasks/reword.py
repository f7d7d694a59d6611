"""Other words for a task that is there; its labels and what is nested in it stay."""

from __future__ import annotations

import re

from ctx.markdown.edits import Edit
from ctx.model.task import LABEL, Task, read_labels
from ctx.writing.tasks.labels import lead_end
from ctx.writing.tasks.new import compose_task
from ctx.writing.tasks.page import TaskPage

_BOX = "- [ ] "
_NO_BLANK = re.compile(r"\S")


def own_words(page: TaskPage, task: Task) -> str:
    """What a task says itself, labels included, without the indentation of its item; LF ends its lines."""
    margin = len(_margin(page, task))
    first, *rest = re.split(r"\r\n|\n|\r", page.text[task.mark + 2 : task.own_end].strip())
    return "\n".join([first, *(line[min(margin, len(line) - len(line.lstrip(" \t"))) :] for line in rest)])


def reword(page: TaskPage, task: Task, text: str, *, keep_labels: bool = True) -> list[Edit]:
    """Give a task other words; `keep_labels` puts the labels behind them that they do not give themselves.

    Raises UsageError where the text would be no task or several.
    """
    start = task.mark + 2
    end = start + len(page.text[start : task.own_end].rstrip())
    labels: list[str] = []
    if keep_labels:
        given = {name for name, _ in read_labels(text)}
        found = LABEL.finditer(page.text, start, lead_end(page.text, start, task.own_end))
        labels = [match[0][1:] for match in found if match["name"].lower() not in given]
    first, *rest = compose_task(text, labels).split("\n")
    margin = _margin(page, task)
    lines = [first[len(_BOX) :], *(f"{margin}{line[2:]}".rstrip() for line in rest)]
    return [Edit(start, end, " " + page.newline.join(lines))]


def _margin(page: TaskPage, task: Task) -> str:
    """What stands before a further line of a task's own words."""
    return _NO_BLANK.sub(" ", page.text[task.start : task.mark - 1].removeprefix("\ufeff"))
