"""All rules over one context's facts."""

from __future__ import annotations

from collections.abc import Sequence

from ctx.drift.facts import Facts
from ctx.drift.finding import Finding, Report
from ctx.drift.ignores import find_ignores
from ctx.drift.rule import Rule
from ctx.drift.rules import RULES


def check(facts: Facts, rules: Sequence[Rule] = RULES) -> Report:
    """Run the rules that are not switched off and leave out what an inline ignore covers."""
    wanted = [rule for rule in rules if rule.name not in facts.config.drift_ignore]
    ranks = {rule.name: rank for rank, rule in enumerate(wanted)}
    ignores = find_ignores(facts)
    found = [
        finding
        for rule in wanted
        for finding in rule.find(facts)
        if not any(ignore.covers(finding) for ignore in ignores)
    ]

    def place(finding: Finding) -> tuple[str, int, int, str]:
        return finding.path, finding.line or 0, ranks[finding.rule], finding.message

    found = sorted(dict.fromkeys(found), key=place)
    return Report(
        tuple(finding for finding in found if finding.certain),
        tuple(finding for finding in found if not finding.certain),
        facts.places.prefix,
    )
