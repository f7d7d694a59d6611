"""Entries as they are written into a file: the merged one, and what a member looks like in it."""

from __future__ import annotations

from collections.abc import Sequence

from ctx.consolidate.draft import in_order
from ctx.consolidate.metadata import APPROVED_BY, CONSOLIDATED_FROM, SUFFIX
from ctx.consolidate.proposal import Draft
from ctx.model.entry import Entry
from ctx.writing.compose import harmless, heading, one_line

# Names as long as any, to count tokens with.
_ANY_ARCHIVE, _ANYBODY = "archive/learnings-2026-Q4.md", "Ada Lovelace"


def anchor_of(members: Sequence[Entry]) -> Entry:
    """The newest member: the merged entry takes its place, its stamp and its form."""
    return in_order(members)[-1]


def distinct_title(title: str, members: Sequence[Entry]) -> str:
    """The title, told apart from a member's: with the same stamp the two would share a handle."""
    anchor = anchor_of(members)
    taken = {one_line(entry.title) for entry in members if entry.stamp == anchor.stamp}
    return f"{title} {SUFFIX}" if one_line(title) in taken else title


def merged_source(
    draft: Draft, members: Sequence[Entry], archive: str = _ANY_ARCHIVE, approved_by: str = _ANYBODY
) -> str:
    """The merged entry as it stands in the anchor's file, with line feeds; it ends with one."""
    anchor = anchor_of(members)
    body = harmless(draft.body, level=anchor.level)
    names = ", ".join(entry.id for entry in in_order(members))
    lines = [f"**{CONSOLIDATED_FROM}**: {names} ({archive})"]
    lines += [f"**{APPROVED_BY}**: {approved_by}"] if approved_by else []
    whole = "\n\n".join([*([body] if body else []), "\n".join(lines)])
    if anchor.bullet:
        return f"- **{one_line(draft.title)}**:\n" + "".join(
            f"  {line}\n" if line.strip() else "\n" for line in whole.split("\n")
        )
    return f"{heading_of(anchor, draft.title)}\n\n{whole}\n"


def heading_of(anchor: Entry, title: str) -> str:
    """The heading line of an entry in the place and with the stamp of another."""
    line = heading(anchor.stamp or "", title, anchor.level)
    return line if anchor.stamp is not None else line.replace("[] ", "", 1)


def source_of(entry: Entry) -> str:
    """An entry about as it stands in its file, to count tokens with."""
    if entry.bullet:
        return f"- **{entry.title}**: {entry.body}\n"
    stamp = f"[{entry.stamp}] " if entry.stamp is not None else ""
    return f"{'#' * entry.level} {stamp}{entry.title}\n\n{entry.body}\n\n---\n\n"
