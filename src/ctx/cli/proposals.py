"""What a proposal, and what became of one, look like on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctx.cli.wrapping import wrapped

if TYPE_CHECKING:
    from ctx.consolidate.approved import Outcome
    from ctx.consolidate.proposal import Group, Member

_WIDE = 10_000  # columns where nothing has to be wrapped: a file or a pipe


def describe(group: Group, place: str, columns: int = _WIDE) -> list[str]:
    """A group as lines: what is proposed and why, what would stand, then the members."""
    from ctx.consolidate.proposal import Proposal

    is_merge = group.proposal is Proposal.MERGE
    share = f"{group.saved / group.tokens_before:.0%} less" if group.tokens_before else ""
    gain = f"{group.tokens_before} → {group.tokens_after} tokens, {share}" if is_merge else ""
    head = [group.id, place, group.proposal.value, f"{len(group.members)} × {group.kind}", gain]
    lines = wrapped("  ".join(part for part in head if part), columns)
    lines += wrapped(f"why: {group.note}", columns) if group.note else []
    if is_merge:
        lines += wrapped(f"title from {group.origin.value}", columns)
        lines += ["", *wrapped(str(group.draft).rstrip("\n"), columns, "  | "), ""]
    for number, one in enumerate(group.members, 1):
        lines += wrapped(
            f"{number}. {one.id}  {one.date or '-'}  {one.title}  ({_fate(group, one)})", columns, "  "
        )
        if not is_merge and (said := _said(one)):
            lines += wrapped(said, columns, "     ")
    return [*lines, ""]


def _said(member: Member) -> str:
    """How a member begins, after its title: enough to tell whether it still holds."""
    from ctx.consolidate.opposites import claims
    from ctx.consolidate.statements import short

    new = [one for one in claims(member.entry)[1:] if one.rstrip(".") != member.title.rstrip(".")]
    return short(new[0], 300) if new else ""


def _fate(group: Group, member: Member) -> str:
    from ctx.consolidate.proposal import Proposal

    place = f"{member.path}:{member.line}"
    if group.proposal is Proposal.MERGE:
        return place
    goes = "is superseded" if group.proposal is Proposal.SUPERSEDE else "goes to the archive"
    return f"{'stays' if member.id == group.keep else goes}, {place}"


def whole(member: Member, columns: int = _WIDE) -> list[str]:
    """A member with all it says."""
    head = wrapped(
        f"{member.id}  {member.date or '-'}  {member.title}  ({member.path}:{member.line})", columns
    )
    return [*head, "", *wrapped(member.entry.body.strip("\r\n").replace("\r\n", "\n"), columns, "  "), ""]


def told(one: Outcome) -> str:
    """An outcome on a line."""
    what = one.why or f"{one.id} ({one.path}:{one.line})"
    return f"{one.group}  {one.ending.value}: {what}"
