"""Mistakes in `.contextrc`."""

from __future__ import annotations

from collections.abc import Iterator

from ctx.drift.facts import CONFIG_FILE, Facts
from ctx.drift.finding import Finding
from ctx.drift.rule import Rule


class ConfigProblem(Rule):
    """Finds everything that is wrong with `.contextrc`: unknown keys, values that cannot be, broken TOML.

    A file with a mistake is not applied at all, so the other rules run with the defaults. Keys that merely
    repeat a default are no mistake.
    """

    name = "config-error"
    severity = "error"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding for each problem, at its line."""
        for problem in facts.problems:
            yield self.finding(CONFIG_FILE, problem.line or 1, problem.message, problem.hint)
