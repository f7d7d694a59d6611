"""What somebody or something thinks is worth keeping, before a person has said so."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ctx.model.file_roles import in_context

ORIGINS = PERSON, AGENT, TOOL, WEB = "person", "agent", "tool output", "web"
OPEN, ACCEPTED, REJECTED = "open", "accepted", "rejected"
SHARED, LOCAL = in_context("inbox/"), in_context(".local/inbox/")
_DIGITS = 8
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An entry that might be: of a kind, with what it would say, where it comes from and from whom."""

    kind: str
    title: str
    fields: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    tags: Sequence[str] = ()
    source: str = ""
    origin: str = AGENT

    @property
    def text(self) -> str:
        """All that it says below its title."""
        return "\n\n".join(
            [*(text for text in self.fields.values() if text), *([self.body] if self.body else [])]
        )

    @property
    def fingerprint(self) -> str:
        """Equal for suggestions that say the same in the same words, whoever made them."""
        said = " ".join(_WORD.findall(f"{self.kind} {self.title} {self.text}".casefold()))
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


class InboxItem(NamedTuple):
    """A suggestion as it waits in a file: open, or what a person has said to it."""

    id: str
    path: str
    suggestion: Suggestion
    status: str
    found: str
    fingerprint: str

    @property
    def shared(self) -> bool:
        """Whether it lies in git."""
        return self.path.startswith(SHARED)


def item_name(fingerprint: str) -> str:
    """What an item is called, by what it says: `I-4f2a6c01`."""
    return f"I-{fingerprint[:_DIGITS]}"


def item_path(name: str, *, shared: bool) -> str:
    """The file of an item."""
    return f"{SHARED if shared else LOCAL}{name}.md"
