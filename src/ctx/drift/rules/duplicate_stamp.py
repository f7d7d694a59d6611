"""Stamps that name more than one entry."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctx.drift.facts import Facts
from ctx.drift.finding import Finding
from ctx.drift.rule import Rule
from ctx.drift.similar import normal
from ctx.model.entry import Entry

_BEYOND_DATE = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9A-Za-z]+")


class DuplicateStamp(Rule):
    """Finds stamps that several entries of one kind share: a link `[stamp]` to them is ambiguous.

    Stamps that are only a date name nothing and may repeat, and so may those of archived originals, whose
    newest one goes on in the merged entry. Copies of one entry are left to `duplicate-entry`.
    """

    name = "duplicate-stamp"
    severity = "nudge"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding a stamp, at its second entry."""
        groups: dict[tuple[str, str], list[Entry]] = {}
        for entry in facts.memory.entries:
            if entry.stamp and not entry.archived and _BEYOND_DATE.fullmatch(entry.stamp):
                groups.setdefault((entry.kind, entry.stamp), []).append(entry)
        for (_, stamp), group in groups.items():
            distinct = {(normal(entry.title), normal(entry.body)): entry for entry in reversed(group)}
            if len(distinct) > 1:
                first, *others = sorted(distinct.values(), key=group.index)
                more = f" and {len(others) - 1} more" if len(others) > 1 else ""
                yield self.finding(
                    others[0].path,
                    others[0].line,
                    f"[{stamp}] is the stamp of {first.id}, {others[0].id}{more}",
                    "a link to it is ambiguous: give each a second of its own, and mind the links",
                )
