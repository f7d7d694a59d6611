"""The entry: a block of knowledge of some kind, and where it stands in its file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

OUTCOMES = SUCCESS, FAILURE = "success", "failure"
# What no longer holds; the ranking leaves these out, search marks them.
RETIRED = frozenset("superseded deprecated rejected withdrawn obsolete replaced retired".split())
_NO_TAG = re.compile(r"[^\w+#-]+")


class Entry(NamedTuple):
    """One entry as read.

    `title` is as written after the stamp; `date` is ISO or None; `path` is relative to the root with `/`;
    `line` counts from 1; `start` and `end` are the span in the file's text; `body` is the source under the
    heading. `category` is the heading it stands under, `position` its place in the file, from 0; a `bullet`
    is a list item.
    """

    id: str
    kind: str
    title: str
    stamp: str | None
    date: str | None
    path: str
    line: int
    start: int
    end: int
    body: str
    digest: str
    category: str = ""
    position: int = 0
    level: int = 2
    status: str = ""
    tags: tuple[str, ...] = ()
    fields: Mapping[str, str] = MappingProxyType({})
    archived: bool = False
    bullet: bool = False

    @property
    def live(self) -> bool:
        """Whether it takes part in the ranking: neither archived nor retired."""
        return not self.archived and self.status not in RETIRED

    @property
    def pinned(self) -> bool:
        """Whether it goes into every packet right after the tasks."""
        return self.fields.get("Pinned", "").strip().lower() in {"yes", "true"}

    @property
    def applies_to(self) -> tuple[str, ...]:
        """The path patterns it is limited to; none: it applies everywhere."""
        return split_list(self.fields.get("Applies to", ""))

    @property
    def marks(self) -> tuple[int, int]:
        """How often it was marked helpful and harmful: `**Marks**: +3 -1` is (3, 1)."""
        helpful = harmful = 0
        for word in self.fields.get("Marks", "").split():
            sign, digits = word[:1], word[1:]
            if digits.isascii() and digits.isdecimal():
                helpful += int(digits) if sign == "+" else 0
                harmful += int(digits) if sign in {"-", "−"} else 0
        return helpful, harmful

    @property
    def has_failed(self) -> bool:
        """Whether it tells of what was tried and failed: `**Outcome**: failure`."""
        return self.fields.get("Outcome", "").strip().lower().startswith("fail")

    @property
    def feedback(self) -> tuple[int, int]:
        """What counts for it and against it: its marks, and that a failure must not be repeated."""
        helpful, harmful = self.marks
        return helpful + self.has_failed, harmful

    @property
    def summary(self) -> str:
        """Its one line: the `**Summary**:` field, else the title."""
        return " ".join(self.fields.get("Summary", "").split()) or self.title

    def named(self, handle: str) -> Entry:
        """The same entry under its handle."""
        return self._replace(id=handle)


def clean_tag(text: str) -> str:
    """A tag as it is compared and written: lower-case, hyphenated, `c++` and `c#` as they are."""
    return _NO_TAG.sub("-", text.strip().lstrip("#").lower()).strip("-")


def split_list(text: str) -> tuple[str, ...]:
    """The items of a comma-separated field, backticks taken off."""
    return tuple(item for raw in text.split(",") if (item := raw.strip().strip("`").strip()))
