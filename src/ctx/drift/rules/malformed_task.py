"""Lines that were meant as tasks and are read as none, and boxes that say nothing ctx knows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctx.drift.facts import Facts
from ctx.drift.finding import Finding
from ctx.drift.prose import prose
from ctx.drift.rule import Rule
from ctx.markdown.lines import line_offsets, split_lines
from ctx.model.file_roles import Holds
from ctx.model.task import STATES

_LINE = re.compile(
    r"[ \t]*(?P<marker>[-*+]|\d{1,9}[.)])?[ \t]*\[(?P<box>[ \t]{0,4}[^\[\]\s]?[ \t]{0,4})\]"
    r"(?![(\[:])(?P<blank>[ \t]*)(?P<words>[^\r\n]*)"
)
_SHOWN = 60  # characters of a line that are quoted


class MalformedTask(Rule):
    """Finds lines of TASKS.md with a box that make no task: `-[ ] a`, `- [] a`, `- [x ] a`, `- [ ]a`.

    A task with another mark than ` `, `x`, `-`, `/`, `~` and `>` in its box counts as open and is a nudge.
    Code, comments and links are left alone.
    """

    name = "malformed-task"
    severity = "warning"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding a line."""
        boxes = {(task.path, task.line): task.mark for task in facts.memory.tasks if not task.archived}
        for path in sorted(facts.roles):
            role = facts.roles[path]
            if role.holds is not Holds.TASKS or role.archived or path not in facts.texts:
                continue
            text = prose(facts.document(path))
            for number, start in enumerate(line_offsets(split_lines(text))[:-1], 1):
                mark = boxes.get((path, number))
                if mark is None:
                    yield from self._malformed(path, number, text, start)
                elif text[mark] not in STATES:
                    yield self._unknown(path, number, text[mark])

    def _malformed(self, path: str, number: int, text: str, start: int) -> Iterator[Finding]:
        line = _LINE.match(text, start)
        if line is None:
            return
        mark = line["box"].strip() or " "
        glued = line["words"] and not line["blank"]
        if mark not in STATES or (glued and not line["words"][0].isalnum()):
            return
        wanted = f"{line['marker'] or '-'} [{mark}] {line['words']}"
        said, meant = (_shown(one.strip()) for one in (line[0], wanted))
        if not line["words"].strip() or said == meant:
            return
        yield self.finding(path, number, f"`{said}` is read as no task", f"write `{meant}`")

    def _unknown(self, path: str, number: int, mark: str) -> Finding:
        message = f"`[{mark}]` is no state; the task counts as open"
        hint = "write `[ ]` open, `[/]` under way, `[x]` done, `[-]` skipped or `[>]` deferred"
        return self.finding(path, number, message, hint, severity="nudge")


def _shown(line: str) -> str:
    return line if len(line) <= _SHOWN else line[:_SHOWN].rstrip() + "…"
