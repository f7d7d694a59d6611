"""A constitution that leaves too little room for anything else."""

from __future__ import annotations

from collections.abc import Iterator

from ctx.drift.facts import RULES_FILE, Facts
from ctx.drift.finding import Finding
from ctx.drift.rule import Rule


class LargeConstitution(Rule):
    """Finds a constitution that takes more than `drift.constitution_share` of the configured budget.

    It goes into every packet whole. A budget given on the command line is not known here.
    """

    name = "large-constitution"
    severity = "warning"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """At most one finding."""
        share, budget = facts.config.constitution_share, facts.config.budget
        rules = facts.memory.constitution
        if not rules or share == 1:
            return
        tokens = facts.count(rules + "\n")
        if tokens > budget * share:
            most = int(budget * share)
            yield self.finding(
                RULES_FILE,
                None,
                f"CONSTITUTION.md takes {tokens} of {budget} tokens (recommended: ≤{most})",
                "keep the few rules that always hold; move the rest to CONVENTIONS.md",
            )
