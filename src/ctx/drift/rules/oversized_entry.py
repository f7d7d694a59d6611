"""Entries so long that they rarely go into a packet whole."""

from __future__ import annotations

from collections.abc import Iterator

from ctx.drift.facts import Facts
from ctx.drift.finding import Finding
from ctx.drift.rule import Rule
from ctx.markdown.inline import strip_comments


class OversizedEntry(Rule):
    """Finds live entries of more tokens than `drift.oversized_tokens`, title and body, comments left out.

    Sections of ARCHITECTURE.md, GLOSSARY.md and `references` are as long as their authors want them.
    """

    name = "oversized-entry"
    severity = "nudge"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding an entry."""
        limit = facts.config.oversized_tokens
        for entry in facts.entries:
            text = f"{entry.title}\n{entry.body}\n"
            # No tokenizer makes more tokens than there are bytes, so most texts need not be counted.
            if len(text.encode("utf-8", "surrogatepass")) <= limit:
                continue
            tokens = facts.count(strip_comments(text))
            if tokens > limit:
                yield self.finding(
                    entry.path,
                    entry.line,
                    f"{entry.id} has {tokens} tokens (recommended: ≤{limit})",
                    "split it, or say the same in fewer words",
                )
