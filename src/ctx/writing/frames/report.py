"""The report of a session that has ended: what it changed, what it reached, and what is left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ctx.writing.compose import harmless, one_line
from ctx.writing.frames.updates import Problem, names_text

_BREAKING = re.compile(r"^BREAKING[ -]CHANGE:[ \t]*(?P<text>\S.*)$", re.MULTILINE)
_BANG = re.compile(r"^\w+(?:\([^)]*\))?!:[ \t]*(?P<text>\S.*)")


class Report(NamedTuple):
    """What is to be reported; what is empty gets no section."""

    minutes: int | None = None
    commits: Sequence[str] = ()
    files: Sequence[str] = ()
    tasks_done: Sequence[str] = ()
    accomplishments: Sequence[str] = ()
    problems: Sequence[Problem] = ()
    patterns: Sequence[str] = ()
    discovered: Sequence[str] = ()
    breaking: Sequence[str] = ()
    dependencies: Sequence[str] = ()
    deploy: Sequence[str] = ()
    tips: Sequence[str] = ()
    unfinished: Sequence[str] = ()
    lessons: Sequence[str] = ()

    def to_text(self) -> str:
        """It as Markdown, a `###` section for each part that has something."""
        lead = [f"- Duration: {_duration(self.minutes)}"] if self.minutes is not None else []
        lead += [f"- Files changed ({len(self.files)}): {names_text(self.files)}"] if self.files else []
        sections = [
            ("Commits", self.commits),
            ("Tasks done", self.tasks_done),
            ("Accomplishments", self.accomplishments),
            ("Problems and solutions", [_told(problem) for problem in self.problems]),
            ("Patterns", self.patterns),
            ("Discovered", self.discovered),
            ("Breaking changes", self.breaking),
            ("Dependencies", self.dependencies),
            ("Deploy steps", self.deploy),
            ("Tips for whoever comes next", self.tips),
            ("Unfinished", self.unfinished),
            ("Lessons", self.lessons),
        ]
        parts = ["\n".join(lead)] if lead else []
        for name, rows in sections:
            if rows:
                parts.append(f"### {name}\n\n" + "\n".join(f"- {_item(row)}" for row in rows))
        return "\n\n".join(parts)


def breaking_in(message: str) -> list[str]:
    """What the message of a commit says that breaks, by the rules of Conventional Commits 1.0.0."""
    found = [match["text"].strip() for match in _BREAKING.finditer(message)]
    first = message.split("\n", 1)[0]
    bang = _BANG.match(first)
    return found or ([bang["text"].strip()] if bang else [])


def _told(problem: Problem) -> str:
    return f"{problem.text} → {problem.solution}" if problem.solution else f"{problem.text} (not solved)"


def _item(text: str) -> str:
    return harmless(one_line(text), level=3)


def _duration(minutes: int) -> str:
    hours, left = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (left, "min")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "less than a minute"
