"""What a proposal, and what became of one, look like on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctx.consolidate.approved import Outcome
    from ctx.consolidate.proposal import Group


def describe(group: Group, place: str, *, whole: bool = False) -> str:
    """A group as text: what it is, its members, `whole` or as a line each, and the draft."""
    gain = f"{group.tokens_before} → {group.tokens_after} tokens"
    lines = [
        f"{group.id}  {place}  {len(group.members)} × {group.kind}  cohesion {group.cohesion:.2f}  {gain}"
    ]
    for number, one in enumerate(group.members, 1):
        lines.append(f"  {number}. {one.id}  {one.date or '-'}  {one.title}  ({one.path}:{one.line})")
        if whole and one.entry.body:
            lines += ["", *(f"     {line}" for line in one.entry.body.splitlines()), ""]
    lines += ["", *(f"  | {line}".rstrip() for line in str(group.draft).splitlines()), ""]
    return "\n".join(lines)


def told(one: Outcome) -> str:
    """An outcome on a line."""
    what = one.why or f"{one.id} ({one.path}:{one.line})"
    return f"{one.group}  {one.ending.value}: {what}"
