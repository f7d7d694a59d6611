"""Text in a kind's file that ctx reads as nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from ctx.drift.facts import Facts
from ctx.drift.finding import Finding
from ctx.drift.rule import Rule
from ctx.reading.unread import find_unread

_SHOWN = 60  # characters of a line that are quoted


class UnreadText(Rule):
    """Finds text in files and pages of kinds that belongs to no entry, so that no packet or search has it.

    What stands before the first entry is the file's preamble and left alone; so are comments, INDEX blocks,
    patterns such as `## [YYYY-MM-DD] Title`, lists of pages, and READMEs, indexes and templates.
    """

    name = "unread-text"
    severity = "warning"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding a stretch."""
        for path, role in sorted(facts.roles.items()):
            if role.archived or path not in facts.texts:
                continue
            for line, count, text in find_unread(facts.document(path), role, PurePosixPath(path).stem):
                shown = text if len(text) <= _SHOWN else text[:_SHOWN].rstrip() + "…"
                more = f" and {count - 1} more line{'s' * (count > 2)}" if count > 1 else ""
                yield self.finding(
                    path,
                    line,
                    f"no entry holds `{shown}`{more}: no packet and no search has it",
                    "put it under a `## Title` of its own, or into the entry that it belongs to",
                )
