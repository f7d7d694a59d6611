"""Characters that nobody sees."""

from __future__ import annotations

from collections.abc import Iterator

from ctx.drift.facts import CONFIG_FILE, Facts
from ctx.drift.finding import Finding
from ctx.drift.rule import Rule

_HINT = "delete it; a reviewer cannot see what an agent reads there"


class InvisibleCharacter(Rule):
    """Finds characters that are invisible or reorder the line they stand in, in every file of the context.

    A byte order mark at the start of a file, joiners in emoji and in scripts that need them, and tabs are
    let through.
    """

    name = "invisible-character"
    severity = "error"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding for each sort of character on a line."""
        from ctx.writing.guard import find_invisible

        for path, text in (*facts.texts.items(), (CONFIG_FILE, facts.config_text)):
            for found in find_invisible(text):
                yield self.finding(path, found.line, f"holds an invisible character: {found.what}", _HINT)
