"""The tasks' claim on a packet: whole, as a line, or counted, the most urgent first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from ctx.model.task import Task
from ctx.packet import render
from ctx.packet.blocks import LINE_BREAK, NOTHING, Budget, Size
from ctx.packet.content import FULL, SUMMARY, Choice, Content, Shares
from ctx.packet.forms import Forms

_FORMS = (SUMMARY, FULL)


class TaskClaims:
    """The section of tasks while it is put together; `room` is what the constitution leaves."""

    def __init__(self, content: Content, forms: Forms, shares: Shares, budget: Budget, room: Size) -> None:
        self.forms, self.budget = forms, budget
        self.blocked = content.blocked
        # What is shown before the others, and all that can be shown, in the order of their claims.
        self.urgent = [*content.asked, *takewhile(lambda task: task.in_progress, content.tasks)]
        self.all = [*content.asked, *content.tasks]
        self.urgent_room = room.share(shares.in_progress)
        self.others_room = room.share(shares.asked_tasks if content.something_asked else shares.tasks)
        self.chosen: dict[str, str] = {}
        self.opened = False
        # What is set aside for the heading and for the line that counts the rest.
        self._heading = self._tail = NOTHING

    def open(self) -> None:
        """Make room to count the tasks at least, as briefly as can be."""
        if not self.all and not self.blocked:
            return
        brief = self.forms.block_counter(render.tasks_left_briefly(len(self.all), len(self.blocked))).size
        heading = self.forms.block_counter(render.TASKS).size.plus(LINE_BREAK)
        if self.budget.fits(heading.plus(brief)):
            self._heading, self._tail = self.budget.take(heading), self.budget.take(brief)
            self.opened = True

    def take_line(self, task: Task) -> bool:
        """Take a task as a line, wherever there is room; says whether it is in."""
        return task.id in self.chosen or self._take(task, SUMMARY)

    def take_urgent(self) -> None:
        """Show what is asked for and what is in progress, whole while their room lasts, else as a line."""
        room = Budget(self.urgent_room)
        for task in self.urgent:
            for form in reversed(_FORMS):
                if self._take(task, form, room):
                    break

    def take_others(self) -> None:
        """A line for each other task while their room lasts, then whole ones."""
        self._say_more_in_tail()
        room = Budget(self.others_room.less(self._heading).less(self._tail))
        self._take_lines(room)
        for task in self.all:
            if self.chosen.get(task.id) == SUMMARY:
                self._take(task, FULL, room)

    def take_rest(self) -> None:
        """Spend what entries leave on lines, then on whole tasks."""
        self._take_lines(self.budget)
        for task in self.all:
            if self.chosen.get(task.id) == SUMMARY:
                self._take(task, FULL)

    def settle(self, choice: Choice) -> None:
        """Write down what is shown and count what is not."""
        self.budget.give(self._tail)
        hidden = [task for task in self.all if task.id not in self.chosen]
        if self.opened:
            choice.rows = [
                self.forms.task(task, self.chosen[task.id]).text
                for task in self.all
                if task.id in self.chosen
            ]
            choice.counted = self._count(hidden)
        choice.uncounted = 0 if self.opened else len(hidden) + len(self.blocked)
        choice.tasks = self.chosen

    def _take(self, task: Task, form: str, room: Budget | None = None) -> bool:
        """Take a task in a form, in place of the one it has, where that fits."""
        if not self.opened:
            return False
        now = self.chosen.get(task.id)
        if now in {form, FULL}:
            return True
        had = self.forms.task(task, now).size if now else NOTHING
        more = self.forms.task(task, form).size.less(had)
        if not self.budget.fits(more, within=room.left if room else None):
            return False
        self.budget.take(more)
        if room and room is not self.budget:
            room.take(more)
        self.chosen[task.id] = form
        return True

    def _take_lines(self, room: Budget) -> None:
        """Lines, most urgent first, up to the first one that has no room; whole tasks where no longer."""
        for task in self.all:
            if task.id in self.chosen:
                continue
            short = self.forms.task(task, FULL).size.fits(self.forms.task(task, SUMMARY).size)
            if not self._take(task, FULL if short else SUMMARY, room):
                return

    def _say_more_in_tail(self) -> None:
        """Make room for the counts by priority; they only get shorter while tasks are shown."""
        if not self.opened:
            return
        full = self.forms.block_counter(self._counts(self.all, shown=True)).size
        if self.budget.fits(full.less(self._tail)):
            self.budget.take(full.less(self._tail))
            self._tail = full

    def _count(self, hidden: list[Task]) -> str:
        """The line that counts what is not shown, as much of it as fits."""
        if not hidden and not self.blocked:
            return ""
        full = self._counts(hidden, shown=bool(self.chosen))
        if self.budget.fits(self.forms.block_counter(full).size):
            self.budget.take(self.forms.block_counter(full).size)
            return full
        brief = render.tasks_left_briefly(len(hidden), len(self.blocked))
        self.budget.take(self.forms.block_counter(brief).size)
        return brief

    def _counts(self, hidden: Sequence[Task], *, shown: bool) -> str:
        """The line that counts some tasks by priority, and the blocked."""
        names = {task.id for task in hidden}
        running = sum(task.in_progress and task.id in names for task in self.urgent)
        priorities = [task.priority for task in hidden]
        return render.tasks_left(priorities, running, len(self.blocked), shown=shown)
