"""What is proposed: groups of entries, each with the entry that could stand for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from ctx.consolidate.metadata import without_bookkeeping
from ctx.consolidate.title import Origin
from ctx.model.entry import Entry
from ctx.model.handle import digest

_DIGITS = 16


class Proposal(Enum):
    """What is proposed for a group, in the order in which it is offered."""

    SUPERSEDE = "supersede"
    DUPLICATE = "duplicate"
    MERGE = "merge"


@dataclass(frozen=True, slots=True)
class Member:
    """An entry of a group; `digest` is of what it says, so that a later edit shows."""

    entry: Entry

    @property
    def id(self) -> str:
        """Its handle."""
        return self.entry.id

    @property
    def title(self) -> str:
        """As written after the stamp."""
        return self.entry.title

    @property
    def date(self) -> str | None:
        """ISO, or None."""
        return self.entry.date

    @property
    def path(self) -> str:
        """Relative to the root, with `/`."""
        return self.entry.path

    @property
    def line(self) -> int:
        """From 1."""
        return self.entry.line

    @property
    def digest(self) -> str:
        """Of kind, stamp, title and body."""
        return content_digest(self.entry)

    def to_json(self) -> dict[str, Any]:
        """The JSON object of a member."""
        return {key: getattr(self, key) for key in ("id", "title", "date", "path", "line", "digest")}


@dataclass(frozen=True, slots=True)
class Draft:
    """The merged entry as proposed, without the lines that only the merge itself can tell."""

    title: str
    body: str

    def __str__(self) -> str:
        """It as Markdown."""
        return f"## {self.title}\n\n{self.body}\n"


@dataclass(frozen=True, slots=True)
class Group:
    """A proposal; `tokens_before` counts the members as they stand, `tokens_after` what is left of them.

    Of a merge, `draft` is the merged entry; else it is the entry that stays, whose handle is `keep`. `note`
    says why this is a group, `origin` where the title was taken from.
    """

    id: str
    proposal: Proposal
    kind: str
    cohesion: float
    members: tuple[Member, ...]
    draft: Draft
    tokens_before: int
    tokens_after: int
    note: str = ""
    keep: str = ""
    origin: Origin = Origin.PERSON

    @property
    def saved(self) -> int:
        """The tokens that the file would have less."""
        return self.tokens_before - self.tokens_after

    @property
    def kept(self) -> Member | None:
        """The member that stays, where one does."""
        return next((member for member in self.members if member.id == self.keep), None)

    def explained(self, note: str, origin: Origin) -> Group:
        """The group with why it is one and where its title was taken from."""
        return replace(self, note=note, origin=origin)

    def with_draft(self, draft: Draft, tokens_after: int) -> Group:
        """The group as a merge with a draft that a person wrote."""
        return replace(
            self,
            proposal=Proposal.MERGE,
            keep="",
            draft=draft,
            tokens_after=tokens_after,
            origin=Origin.PERSON,
        )

    def to_json(self) -> dict[str, Any]:
        """The JSON object of a group."""
        return {
            "id": self.id,
            "proposal": self.proposal.value,
            "kind": self.kind,
            "cohesion": self.cohesion,
            "note": self.note,
            "keep": self.keep,
            "members": [member.to_json() for member in self.members],
            "draft": {"title": self.draft.title, "body": self.draft.body},
            "tokens_before": self.tokens_before,
            "tokens_after": self.tokens_after,
        }


def content_digest(entry: Entry) -> str:
    """A digest of all that an entry says, without the lines that an approved proposal adds to it."""
    return digest(entry.kind, entry.stamp or "", entry.title, without_bookkeeping(entry.body))[:_DIGITS]


def group_id(kind: str, entries: Sequence[Entry]) -> str:
    """The name of a group: the same as long as its members say the same."""
    return "g-" + digest(kind, *sorted(map(content_digest, entries)))[:6]
