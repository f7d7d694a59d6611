"""The fields that say something about an entry rather than what was learnt."""

from __future__ import annotations

from pathlib import PurePosixPath

from ctx.memory.entry import Entry
from ctx.memory.layout import CONTEXT
from ctx.memory.links import find_links

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


def origins(entry: Entry) -> tuple[str, ...]:
    """The handles of what an entry was merged from, where it names them."""
    return tuple(find_links(entry.fields.get(CONSOLIDATED_FROM, "")))


def may_take_part(entry: Entry) -> bool:
    """Whether an entry may be merged: it still holds, stands in its kind's file and was not merged before."""
    in_file = PurePosixPath(entry.path).parent.as_posix() == CONTEXT
    return entry.live and in_file and entry.level > 1 and not is_consolidated(entry)
