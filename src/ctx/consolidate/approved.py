"""What is to be carried out: groups a person approved, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from ctx.consolidate.proposal import Draft, Group


@dataclass(frozen=True, slots=True)
class Wanted:
    """A member as it was when the group was approved."""

    id: str
    digest: str


@dataclass(frozen=True, slots=True)
class Approved:
    """A group to be merged, with the draft as it was approved."""

    id: str
    kind: str
    members: tuple[Wanted, ...]
    draft: Draft

    @classmethod
    def of(cls, group: Group) -> Approved:
        """A proposal as it is."""
        members = tuple(Wanted(member.id, member.digest) for member in group.members)
        return cls(group.id, group.kind, members, group.draft)


class Ending(Enum):
    """How it ended for a group."""

    MERGED = "merged"
    ALREADY = "already merged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a group: the merged entry's handle and place, or why it was refused."""

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
