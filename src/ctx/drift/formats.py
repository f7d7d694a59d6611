"""How a report is printed: as text, as JSON, as GitHub annotations. These only format."""

from __future__ import annotations

import re
from typing import Any

from ctx.drift.finding import Finding, Report

_MARKS = {"nudge": "⚠", "warning": "⚠", "error": "✖"}
_COMMANDS = {"nudge": "warning", "warning": "warning", "error": "error"}
_BREAK = re.compile(r"(?<!\s)\s*[\r\n]\s*")


def as_text(report: Report, *, verbose: bool = False) -> str:
    """Each finding on a line of its own with its hint below; those that could not be verified come last."""
    lines = [_lines(finding, _MARKS[finding.severity]) for finding in report.findings]
    if verbose:
        lines += [_lines(finding, "?") for finding in report.unverifiable]
    return "".join(f"{line}\n" for line in lines)


def _lines(finding: Finding, mark: str) -> str:
    where = "" if finding.line is None else f"{finding.path}:{finding.line}: "
    first = f"{mark} {where}{_one_line(finding.message)}"
    return f"{first}\n  {_one_line(finding.hint)}" if finding.hint else first


def _one_line(text: str) -> str:
    return _BREAK.sub(" ", text)


def summary(report: Report) -> str:
    """One line: how many findings of each severity, and the names of their rules."""
    if not report.findings:
        return "no drift found"
    counts = [_plural(count, severity) for severity, count in reversed(report.counts.items()) if count]
    rules = ", ".join(dict.fromkeys(sorted(finding.rule for finding in report.findings)))
    return f"{', '.join(counts)} ({rules})"


def _plural(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def as_json(report: Report, *, verbose: bool = False) -> dict[str, Any]:
    """The object of `ctx drift --json`; with `verbose` also what could not be verified."""
    shown: dict[str, Any] = {
        "findings": [finding.to_json() for finding in report.findings],
        "counts": report.counts,
    }
    if verbose:
        shown["unverifiable"] = [finding.to_json() for finding in report.unverifiable]
    return shown


def as_github(report: Report) -> str:
    """Workflow commands, by which GitHub shows each finding at its line; it knows paths in the repository."""
    return "".join(f"{_annotation(finding, report.prefix)}\n" for finding in report.findings)


def _annotation(finding: Finding, prefix: str) -> str:
    line = "" if finding.line is None else f",line={finding.line}"
    title = _property(f"ctx drift: {finding.rule}")
    message = "\n".join(part for part in (finding.message, finding.hint) if part)
    place = f"file={_property(prefix + finding.path)}{line}"
    return f"::{_COMMANDS[finding.severity]} {place},title={title}::{_data(message)}"


def _data(text: str) -> str:
    """A message as GitHub's own toolkit escapes it: a line break would end the command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
