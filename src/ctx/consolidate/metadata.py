"""The fields that say something about an entry rather than what was learnt."""

from __future__ import annotations

from ctx.memory.entry import Entry

CONSOLIDATED_FROM = "Consolidated from"
APPROVED_BY = "Approved by"
SUFFIX = "(consolidated)"

# Lower-case names; each is merged in a way of its own or left out.
META = frozenset(
    {"tags", "status", "source", "by", "pinned", "applies to", "marks", "date", "discovered"}
    | {CONSOLIDATED_FROM.lower(), APPROVED_BY.lower()}
)


def is_consolidated(entry: Entry) -> bool:
    """Whether an entry was merged from others; such entries are not merged again."""
    return (
        entry.title.lower().rstrip().endswith(SUFFIX)
        or any(name.lower() == CONSOLIDATED_FROM.lower() for name in entry.fields)
        or f"**{CONSOLIDATED_FROM.lower()}**" in entry.body.lower()
    )
