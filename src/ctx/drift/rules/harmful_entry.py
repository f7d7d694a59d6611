"""Entries that did more harm than good."""

from __future__ import annotations

from collections.abc import Iterator

from ctx.drift.facts import Facts
from ctx.drift.finding import Finding
from ctx.drift.rule import Rule


class HarmfulEntry(Rule):
    """Finds live entries with more harmful marks than helpful ones: `**Marks**: +1 -3`.

    As many of one as of the other is no finding.
    """

    name = "harmful-entry"
    severity = "nudge"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding an entry."""
        for entry in facts.memory.live:
            helpful, harmful = entry.marks
            if harmful > helpful:
                message = f"{entry.id} was marked harmful {harmful} times and helpful {helpful} times"
                yield self.finding(
                    entry.path, entry.line, message, "correct it, or deprecate it with a reason"
                )
