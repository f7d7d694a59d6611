"""What a person decided to keep apart: a file of the team, read by people and asked about no more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from itertools import combinations

from ctx.consolidate.proposal import Group
from ctx.model.file_roles import in_context
from ctx.reading.links import find_links

PATH = in_context("archive/kept-apart.md")
_HEAD = """\
# Kept apart

Entries that a person decided to leave as they are. `ctx consolidate` never proposes those of one line
together again; take a line out to be asked once more.

"""


def read_apart(text: str | None) -> set[frozenset[str]]:
    """The pairs of handles that are kept apart: any two that one list item names."""
    lines = (line for line in (text or "").splitlines() if line.lstrip().startswith(("- ", "* ", "+ ")))
    return {
        frozenset(pair) for line in lines for pair in combinations(find_links(line.partition(" · ")[0]), 2)
    }


def with_line(text: str | None, group: Group, day: date, by: str) -> str:
    """The file's text with a group in it: its handles, when and by whom, and its titles for a reader."""
    text = text if text is not None else _HEAD
    handles = ", ".join(member.id for member in group.members)
    titles = " | ".join(" ".join(member.title.split()) for member in group.members)
    who = f", {by}" if by else ""
    gap = "" if not text or text.endswith(("\n", "\r")) else "\n"
    return f"{text}{gap}- {handles} · {day.isoformat()}{who} · {titles}\n"


def is_apart(handles: Sequence[str], apart: Collection[frozenset[str]]) -> bool:
    """Whether any two of some handles are kept apart."""
    return any(frozenset(pair) in apart for pair in combinations(handles, 2))
