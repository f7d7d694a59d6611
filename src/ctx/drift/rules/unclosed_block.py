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
                    yield self._comment(path, comment.first + 1, is_broken="-->" in text[comment.end :])

    def _comment(self, path: str, line: int, *, is_broken: bool) -> Finding:
        """A comment without an end, or one that an entry inside it ends before its own."""
        if not is_broken:
            return self.finding(path, line, "this comment is never closed", "add -->")
        message = "a heading with a real stamp ends this comment: what stands below it is read as an entry"
        hint = (
            "move the entry out of the comment, or write a pattern such as [YYYY-MM-DD] if it is an example"
        )
        return self.finding(path, line, message, hint, severity="nudge")
