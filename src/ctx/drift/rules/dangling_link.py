"""Links to entries that are not there."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ctx.drift.facts import Facts
from ctx.drift.finding import Finding
from ctx.drift.prose import prose, without_spans
from ctx.drift.rule import Rule
from ctx.kinds import TASK_PREFIX
from ctx.model.entry import Entry
from ctx.model.frame import SESSIONS, frame_id
from ctx.model.task import OPEN, Task
from ctx.reading.links import find_links, former_handles

# In these the backticks around a handle do not make it an example.
_LINK_FIELD = re.compile(
    r"^[^\n]{0,6}\*\*(?:Superseded by|Supersedes|Consolidated from|Related|See)\b[^\n]*",
    re.IGNORECASE | re.MULTILINE,
)
# A handle, or a stamp that is not the text of a Markdown link or its definition.
_WRITTEN = re.compile(
    r"(?<![\w-])[A-Z]{1,3}-[0-9a-f]{6,64}(?:\.\d+)?(?![\w-])|\[\d{4}-\d{2}-\d{2}-[0-9A-Za-z]+\](?![(\[:])"
)
_STATUS = re.compile(r"^[^\n]{0,6}\*\*Status(?:\*\*:|:\*\*)[^\n]*", re.IGNORECASE | re.MULTILINE)


class _Known(NamedTuple):
    prefixes: frozenset[str]
    handles: list[str]
    archived: frozenset[str]
    stamps: frozenset[str]
    sessions: list[str]

    def has(self, link: str) -> bool:
        """Whether a link names something, or cannot be one of ours."""
        if link[0].isdigit():
            return link in self.stamps or _begins_one(self.sessions, link)
        if link.partition("-")[0] not in self.prefixes or _begins_one(self.handles, link):
            return True
        # The archive keeps what was there twice once, so that `L-4f2a6c.2` is found as `L-4f2a6c`.
        return link.partition(".")[0] in self.archived


def _begins_one(names: Sequence[str], start: str) -> bool:
    """Whether one of some sorted names begins so."""
    at = bisect_left(names, start)
    return at < len(names) and names[at].startswith(start)


class DanglingLink(Rule):
    """Finds handles and `[stamp]`s in entries and open tasks that name no entry, live or archived.

    Retired entries are read too: theirs is the `Superseded by`. Examples in code and in backticks are no
    links, except in fields that hold links; nor is a stamp that only is a date, or that a Markdown link has
    as its text. Letters and digits alone (`T-123456`) may be another system's number: they are links in
    fields that hold links only.
    """

    name = "dangling-link"
    severity = "warning"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding for each link of an entry or task."""
        known = _known(facts)
        for path in sorted(facts.owned):
            if not all(map(known.has, find_links(facts.texts[path]))):
                yield from self._in_file(facts, path, known)

    def _in_file(self, facts: Facts, path: str, known: _Known) -> Iterator[Finding]:
        told: set[tuple[int, str]] = set()
        everywhere, fields = _places(facts, path)
        for match in _WRITTEN.finditer(everywhere):
            link = match[0].strip("[]")
            if _is_number(link) and fields[match.start()] == " ":
                continue
            one = facts.owner(path, match.start())
            if one and _counts(one, link) and (one.start, link) not in told and not known.has(link):
                told.add((one.start, link))
                yield self.finding(
                    path,
                    facts.line_at(path, match.start()),
                    f"{link} names no entry, live or archived",
                    "`ctx search WORDS` finds what it meant",
                )


def _counts(one: Entry | Task, link: str) -> bool:
    """Whether a link of an entry or task is to be looked at: not its own stamp, nor one of what is over."""
    if isinstance(one, Entry):
        return not one.archived and one.stamp != link
    return not one.archived and one.state == OPEN


def _is_number(link: str) -> bool:
    """Whether a link could be another system's number: `T-123456`, `E-400123`."""
    return not link[0].isdigit() and link.partition("-")[2].isdigit()


def _places(facts: Facts, path: str) -> tuple[str, str]:
    """Where links stand: the text without code and comments, and of that the fields that hold links."""
    text = prose(facts.document(path))
    everywhere = list(without_spans(text))
    fields = [" "] * len(text)
    for pattern in (_LINK_FIELD, _STATUS):
        for match in pattern.finditer(text):
            everywhere[match.start() : match.end()] = fields[match.start() : match.end()] = match[0]
    return "".join(everywhere), "".join(fields)


def _known(facts: Facts) -> _Known:
    memory = facts.memory
    former = {name for entry in memory.entries for name in former_handles(entry)}
    return _Known(
        frozenset({TASK_PREFIX, *(kind.prefix for kind in facts.config.kinds)}),
        sorted({*(entry.id for entry in memory.entries), *(task.id for task in memory.tasks), *former}),
        frozenset(entry.id for entry in memory.entries if entry.archived),
        frozenset(entry.stamp for entry in memory.entries if entry.stamp),
        sorted(frame_id(path).rpartition("/")[2] for path in facts.texts if path.startswith(SESSIONS)),
    )
