"""Fences and comments that never end."""

from __future__ import annotations

from collections.abc import Iterator

from ctx.drift.facts import Facts
from ctx.drift.finding import Finding
from ctx.drift.rule import Rule


class UnclosedBlock(Rule):
    """Finds fences and comments outside lists and quotes that nothing ends.

    The next dated heading ends them for ctx, but other Markdown tools hide all that follows. A fence in a
    list item or a quote ends with it, in every tool.
    """

    name = "unclosed-block"
    severity = "warning"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding a fence or comment."""
        for path in facts.roles:
            text = facts.texts.get(path, "")
            if "```" not in text and "~~~" not in text and "<!--" not in text:
                continue
            blocks = facts.document(path).blocks
            for fence in blocks.fences:
                if fence.top and not fence.closed:
                    yield self.finding(path, fence.first + 1, "this code fence is never closed", "close it")
            for comment in blocks.comments:
                if not comment.closed:
                    yield self.finding(path, comment.first + 1, "this comment is never closed", "add -->")
