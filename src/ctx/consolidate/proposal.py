"""What is proposed: groups of entries, each with the entry that could stand for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ctx.memory.entry import Entry
from ctx.memory.handle import digest

_DIGITS = 16


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
    """A proposal; `tokens_before` counts the members as they stand, `tokens_after` the merged entry."""

    id: str
    kind: str
    cohesion: float
    members: tuple[Member, ...]
    draft: Draft
    tokens_before: int
    tokens_after: int

    @property
    def shrinks(self) -> bool:
        """Whether the merged entry is shorter than its members."""
        return self.tokens_after < self.tokens_before

    def to_json(self) -> dict[str, Any]:
        """The JSON object of a group."""
        return {
            "id": self.id,
            "kind": self.kind,
            "cohesion": self.cohesion,
            "members": [member.to_json() for member in self.members],
            "draft": {"title": self.draft.title, "body": self.draft.body},
            "tokens_before": self.tokens_before,
            "tokens_after": self.tokens_after,
        }


def content_digest(entry: Entry) -> str:
    """A digest of all that an entry says."""
    return digest(entry.kind, entry.stamp or "", entry.title, entry.body)[:_DIGITS]


def group_id(kind: str, entries: Sequence[Entry]) -> str:
    """The name of a group: the same as long as its members say the same."""
    return "g-" + digest(kind, *sorted(map(content_digest, entries)))[:6]
