"""Labels of tasks that are misspelt, so that they mean nothing."""

from __future__ import annotations

from collections.abc import Iterator

from ctx.config.problems import nearest
from ctx.drift.facts import Facts
from ctx.drift.finding import Finding
from ctx.drift.rule import Rule
from ctx.model.stamp import find_date
from ctx.model.task import OPEN, RANKS, Task
from ctx.writing.tasks.labels import PRIORITIES

_NAMES = ("in-progress", "blocked", "priority", "added", "started", "done")
_DATED = frozenset({"added", "started", "done"})
# Words a letter away from a label that are tags of their own.
_WORDS = frozenset({"blocker", "blockers", "unblocked", "starter", "adder", "priorities"})


class UnknownLabel(Rule):
    """Finds labels of open tasks that look like one of ctx's and are none: `#in-porgress`, `#priority:hihg`.

    Any other `#word` is a tag, and any other `#name:value` a label of one's own.
    """

    name = "unknown-label"
    severity = "warning"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding a label."""
        for task in facts.memory.tasks:
            if not task.archived and task.state == OPEN:
                yield from self._of_task(task)

    def _of_task(self, task: Task) -> Iterator[Finding]:
        for name, value in dict.fromkeys(task.labels):
            written = f"#{name}:{value}" if value else f"#{name}"
            if name not in _NAMES:
                if meant := _meant(name):
                    mend = f"write `#{meant}{f':{value}' if value else ''}`, or another word if it is a tag"
                    yield self.finding(task.path, task.line, f"`{written}` is no label", mend)
            elif name == "priority" and value.lower() not in RANKS:
                meant = nearest(value.lower(), PRIORITIES)
                guess = f"did you mean `#priority:{meant}`? " if meant else ""
                hint = f"{guess}it is one of {', '.join(PRIORITIES)}"
                yield self.finding(
                    task.path, task.line, f"`{written}` is no priority; it counts as medium", hint
                )
            elif name in _DATED and value and not find_date(value):
                hint = f"write `#{name}:2026-11-21`"
                yield self.finding(task.path, task.line, f"`{written}` has no date", hint)


def _meant(name: str) -> str:
    """The label that a word was meant to be, or nothing: it is one slip of the fingers away."""
    if name in _WORDS:
        return ""
    folded = name.replace("_", "").replace("-", "")
    for known in _NAMES:
        if folded == known.replace("-", "") or (len(known) > len("added") and _is_slip(name, known)):
            return known
    return ""


def _is_slip(word: str, known: str) -> bool:
    """Whether a word becomes another by one letter more, less or other, or two neighbours swapped."""
    if abs(len(word) - len(known)) > 1 or word == known:
        return False
    first = next(
        (n for n, (a, b) in enumerate(zip(word, known, strict=False)) if a != b), min(len(word), len(known))
    )
    rest, other = word[first:], known[first:]
    swapped = rest[1::-1] + rest[2:]
    return other in (rest[1:], swapped) or rest == other[1:] or rest[1:] == other[1:]
