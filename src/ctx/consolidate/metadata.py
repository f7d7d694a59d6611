"""The fields that say something about an entry rather than what was learnt."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from ctx.model.entry import Entry
from ctx.model.file_roles import CONTEXT
from ctx.reading.links import find_links

CONSOLIDATED_FROM = "Consolidated from"
SAME_AS = "Same as"
SUPERSEDES = "Supersedes"
APPROVED_BY = "Approved by"
SUFFIX = "(consolidated)"

# What carrying out a proposal writes into the entry that stays.
_BOOKKEEPING = (SAME_AS, SUPERSEDES, APPROVED_BY)
# Lower-case names; each is merged in a way of its own or left out.
META = frozenset(
    {"tags", "status", "source", "by", "pinned", "applies to", "marks", "date", "discovered"}
    | {name.lower() for name in (CONSOLIDATED_FROM, *_BOOKKEEPING)}
)
_BOOKKEEPING_LINE = re.compile(
    rf"^[ ]{{0,5}}\*\*(?:{'|'.join(_BOOKKEEPING)})(?:\*\*:|:\*\*)[^\r\n]*", re.MULTILINE
)


def is_consolidated(entry: Entry) -> bool:
    """Whether an entry was merged from others; such entries are not merged again."""
    return (
        entry.title.lower().rstrip().endswith(SUFFIX)
        or any(name.lower() == CONSOLIDATED_FROM.lower() for name in entry.fields)
        or f"**{CONSOLIDATED_FROM.lower()}**" in entry.body.lower()
    )


def origins(entry: Entry) -> tuple[str, ...]:
    """The handles of what an entry was merged from, and of what said the same, where it names them."""
    named = (entry.fields.get(name, "") for name in (CONSOLIDATED_FROM, SAME_AS))
    return tuple(link for text in named for link in find_links(text))


def without_bookkeeping(body: str) -> str:
    """A body's lines without blank ones, and without those that an approved proposal adds."""
    return "\n".join(line.rstrip() for line in _BOOKKEEPING_LINE.sub("", body).splitlines() if line.strip())


def may_take_part(entry: Entry) -> bool:
    """Whether an entry may be merged: it still holds, stands in its kind's file and was not merged before."""
    in_file = PurePosixPath(entry.path).parent.as_posix() == CONTEXT
    return entry.live and in_file and entry.level > 1 and not is_consolidated(entry)
