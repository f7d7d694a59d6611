"""Secrets in the context's files."""

from __future__ import annotations

from collections.abc import Iterator

from ctx.drift.facts import CONFIG_FILE, Facts
from ctx.drift.finding import Finding
from ctx.drift.rule import Rule

_HINT = "revoke it first, then take it out of the file and of git's history"


class Secret(Rule):
    """Finds tokens and keys that have a format of their own, in every Markdown file of the context.

    The value is never shown. Passwords without a format are not found: guesses from entropy refuse prose.
    """

    name = "secret"
    severity = "error"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding for each sort of secret on a line."""
        from ctx.writing.guard import find_secrets

        for path, text in (*facts.texts.items(), (CONFIG_FILE, facts.config_text)):
            for found in find_secrets(text):
                yield self.finding(path, found.line, f"holds a secret: {found.what}", _HINT)
