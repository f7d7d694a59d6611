"""Files with more entries than people keep in mind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ctx.drift.facts import Facts
from ctx.drift.finding import Finding
from ctx.drift.rule import Rule
from ctx.model.file_roles import main_file


class SoftCap(Rule):
    """Finds kinds with more live entries than their soft cap (`[caps]` in `.contextrc`; 0 switches it off).

    Superseded, deprecated and archived entries do not count; entries on pages of their own do.
    """

    name = "soft-cap"
    severity = "nudge"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding a kind."""
        counts = Counter(entry.kind for entry in facts.memory.live)
        for kind in facts.config.kinds.stored:
            if 0 < kind.cap < counts[kind.name]:
                yield self.finding(
                    main_file(kind),
                    None,
                    f"{kind.file} has {counts[kind.name]} entries (recommended: ≤{kind.cap})",
                    "Run `ctx consolidate` to review and merge related entries",
                )
