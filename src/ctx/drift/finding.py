"""What a rule finds, and what would put it right."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from ctx.markdown.edits import Edit

Severity = Literal["nudge", "warning", "error"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that is safe to make: `edits` of the text `seen`; None stands for a core file to be made."""

    path: str
    done: str
    seen: str | None = None
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that drifted.

    `path` is relative to the root with `/`; `line` counts from 1 and is None where the whole file is meant,
    which the message then names. What is not `certain` could not be verified and is shown only on request.
    """

    rule: str
    severity: Severity
    path: str
    line: int | None
    message: str
    hint: str = ""
    certain: bool = True
    fix: Fix | None = field(default=None, compare=False, repr=False)

    def to_json(self) -> dict[str, Any]:
        """The JSON object of `ctx drift --json`."""
        keys = ("rule", "severity", "path", "line", "message", "hint")
        return {key: getattr(self, key) for key in keys}


@dataclass(frozen=True, slots=True)
class Report:
    """All findings in order of path, line and rule; those that could not be verified stand apart.

    `prefix` is the root's place in its repository, empty or with a `/` at its end.
    """

    findings: tuple[Finding, ...]
    unverifiable: tuple[Finding, ...] = ()
    prefix: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each severity."""
        found = [finding.severity for finding in self.findings]
        return {severity: found.count(severity) for severity in SEVERITIES}

    def fails(self, *, strict: bool) -> bool:
        """Whether the check has failed: on any error, when strict on anything."""
        return bool(self.findings) if strict else self.counts["error"] > 0
