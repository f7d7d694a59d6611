"""Entries inside an INDEX block."""

from __future__ import annotations

from collections.abc import Iterator

from ctx.drift.facts import Facts
from ctx.drift.finding import Finding
from ctx.drift.rule import Rule
from ctx.model.entry import Entry
from ctx.reading.split_entries import index_blocks

_HINT = "move it below <!-- INDEX:END -->: whatever rewrites the index would overwrite it"


class TrappedEntry(Rule):
    """Finds entries between `<!-- INDEX:START -->` and `<!-- INDEX:END -->`, and an INDEX that never ends.

    They are read like any other, but a tool that rewrites the index would overwrite them. Rows of the
    index itself are no entries.
    """

    name = "trapped-entry"
    severity = "warning"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding an entry, or one for the block that never ends."""
        for path, owned in facts.owned.items():
            text = facts.texts[path]
            for start, end in index_blocks(facts.document(path)) if "INDEX:START" in text else ():
                if "INDEX:END" not in text[start:end]:
                    line = facts.line_at(path, start)
                    message = "the INDEX block that starts here never ends"
                    yield self.finding(path, line, message, "add <!-- INDEX:END --> below it")
                for one in owned:
                    if isinstance(one, Entry) and start < one.start < end:
                        message = f"{one.id} stands inside the INDEX block"
                        yield self.finding(path, one.line, message, _HINT)
