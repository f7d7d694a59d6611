"""What is to be carried out: groups a person approved, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from ctx.consolidate.proposal import Draft, Group, Proposal


@dataclass(frozen=True, slots=True)
class MemberRef:
    """A member as it was when the group was approved; `left` are statements left to the archive by name."""

    id: str
    digest: str
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Approved:
    """A group to be carried out: with the draft as it was approved, or with the handle of what stays."""

    id: str
    kind: str
    members: tuple[MemberRef, ...]
    draft: Draft
    proposal: Proposal = Proposal.MERGE
    keep: str = ""

    @classmethod
    def of(cls, group: Group) -> Approved:
        """A proposal as it is."""
        members = tuple(MemberRef(member.id, member.digest) for member in group.members)
        return cls(group.id, group.kind, members, group.draft, group.proposal, group.keep)

    @property
    def leaving(self) -> tuple[str, ...]:
        """The handles of the members that do not stay."""
        return tuple(member.id for member in self.members if member.id != self.keep)


class Ending(Enum):
    """How it ended for a group."""

    MERGED = "merged"
    SUPERSEDED = "superseded"
    REMOVED = "duplicate archived"
    ALREADY = "already done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a group: handle and place of the entry that stands for it, or why it was refused."""

    group: str
    ending: Ending
    id: str = ""
    path: str = ""
    line: int = 0
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        """The JSON object of an outcome."""
        return {
            "group": self.group,
            "ending": self.ending.value,
            "id": self.id,
            "path": self.path,
            "line": self.line,
            "why": self.why,
        }
