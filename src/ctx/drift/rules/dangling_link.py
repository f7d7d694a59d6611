"""Links to entries that are not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ctx.drift.facts import Facts
from ctx.drift.finding import Finding
from ctx.drift.prose import blank, prose, without_spans
from ctx.drift.rule import Rule
from ctx.kinds import TASK_PREFIX
from ctx.memory.entry import Entry
from ctx.memory.links import find_links, former_handles
from ctx.memory.task import OPEN, Task

# In these the backticks around a handle do not make it an example.
_LINK_FIELD = re.compile(
    r"^[^\n]{0,6}\*\*(?:Superseded by|Supersedes|Consolidated from|Related|See)\b[^\n]*",
    re.IGNORECASE | re.MULTILINE,
)
_STATUS = re.compile(r"^[^\n]{0,6}\*\*Status(?:\*\*:|:\*\*)[^\n]*", re.IGNORECASE | re.MULTILINE)


class _Known(NamedTuple):
    prefixes: frozenset[str]
    handles: frozenset[str]
    archived: frozenset[str]
    stamps: frozenset[str]
    sessions: tuple[str, ...]

    def has(self, link: str) -> bool:
        """Whether a link names something, or cannot be one of ours."""
        if link[0].isdigit():
            return link in self.stamps or any(name.startswith(link) for name in self.sessions)
        if link.partition("-")[0] not in self.prefixes or link in self.handles:
            return True
        # The archive keeps what was there twice once, so that `L-4f2a6c.2` is found as `L-4f2a6c`.
        return link.partition(".")[0] in self.archived or any(h.startswith(link) for h in self.handles)


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
        for path, owned in sorted(facts.owned.items()):
            places: tuple[str, str] | None = None
            for one in owned:
                if one.archived or (isinstance(one, Task) and one.state != OPEN):
                    continue
                for link in find_links(facts.texts[path][one.start : one.end]):
                    if known.has(link):
                        continue
                    places = places or _places(facts, path)
                    text, fields = places
                    yield from self._at(facts, one, link, fields if _is_number(link) else text)

    def _at(self, facts: Facts, one: Entry | Task, link: str, masked: str) -> Iterator[Finding]:
        quoted = re.escape(link)
        stamp = rf"\[{quoted}\](?![(\[:])"
        pattern = re.compile(stamp if link[0].isdigit() else rf"(?<![\w-]){quoted}(?![\w-])")
        match = pattern.search(masked, one.start, one.end)
        if match and not _is_own_stamp(one, link):
            line = facts.line_at(one.path, match.start())
            yield self.finding(
                one.path,
                line,
                f"{link} names no entry, live or archived",
                "`ctx search WORDS` finds what it meant",
            )


def _is_own_stamp(one: Entry | Task, link: str) -> bool:
    return isinstance(one, Entry) and one.stamp == link


def _is_number(link: str) -> bool:
    """Whether a link could be another system's number: `T-123456`, `E-400123`."""
    return not link[0].isdigit() and link.partition("-")[2].isdigit()


def _places(facts: Facts, path: str) -> tuple[str, str]:
    """Where links stand: the text without code and comments, and of that the fields that hold links."""
    text = prose(facts.document(path))
    everywhere = list(without_spans(text))
    fields = list(blank(text, [(0, len(text))]))
    for pattern in (_LINK_FIELD, _STATUS):
        for match in pattern.finditer(text):
            everywhere[match.start() : match.end()] = fields[match.start() : match.end()] = match[0]
    return "".join(everywhere), "".join(fields)


def _known(facts: Facts) -> _Known:
    memory = facts.memory
    former = {name for entry in memory.entries for name in former_handles(entry)}
    return _Known(
        frozenset({TASK_PREFIX, *(kind.prefix for kind in facts.config.kinds)}),
        frozenset({*(entry.id for entry in memory.entries), *(task.id for task in memory.tasks), *former}),
        frozenset(entry.id for entry in memory.entries if entry.archived),
        frozenset(entry.stamp for entry in memory.entries if entry.stamp),
        tuple(frame.id.rpartition("/")[2] for frame in memory.frames),
    )
