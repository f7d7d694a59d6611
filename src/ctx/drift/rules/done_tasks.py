"""Finished tasks that pile up."""

from __future__ import annotations

from collections.abc import Iterator

from ctx.drift.facts import Facts
from ctx.drift.finding import Finding
from ctx.drift.rule import Rule
from ctx.kinds import TASKS
from ctx.model.file_roles import in_context
from ctx.model.task import OPEN

MOST = 20


class DoneTasks(Rule):
    """Finds a TASKS.md with more than 20 done or skipped tasks.

    Steps nested in another task do not count, and neither does a task that still holds open ones.
    """

    name = "done-tasks"
    severity = "nudge"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """At most one finding."""
        tasks = [task for task in facts.memory.tasks if not task.archived]
        unfinished = {(task.path, task.parent) for task in tasks if task.state == OPEN}
        done = [
            task
            for task in tasks
            if task.state != OPEN and task.parent is None and (task.path, task.position) not in unfinished
        ]
        if len(done) > MOST:
            message = f"{TASKS} has {len(done)} finished tasks (recommended: ≤{MOST})"
            yield self.finding(in_context(TASKS), None, message, "Run `ctx task archive` to move them out")
