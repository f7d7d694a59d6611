"""Files that cannot be read whole."""

from __future__ import annotations

from collections.abc import Iterator

from ctx.drift.facts import Facts
from ctx.drift.finding import Finding
from ctx.drift.rule import Rule


class UnreadableFile(Rule):
    """Finds files with a NUL or bytes that are not UTF-8, links out of the project, folders without access.

    What is in them goes into no packet, and no other rule sees it. Files that ctx does not read by their
    name are checked too; only `.cache` and `.local` are not.
    """

    name = "unreadable-file"
    severity = "error"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding a file, at the line that could not be read."""
        for one in facts.unreadable:
            line = one.line or 1
            yield self.finding(one.path, line, one.message, one.hint)
