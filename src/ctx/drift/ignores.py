"""Inline ignores: `<!-- ctx: ignore RULE reason -->` in an entry, or at the top of a file for all of it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from ctx.drift.facts import Facts
from ctx.drift.finding import Finding
from ctx.drift.prose import without_code, without_spans

_IGNORE = re.compile(r"<!--\s*+ctx:\s*+ignore\b[ \t]*+(?P<rule>(?:\w+(?:-\w+)*+)?)\s*+")


class Ignore(NamedTuple):
    """One such comment: it silences `rule` in the lines from `first` to before `last` (None: in all)."""

    path: str
    line: int
    rule: str
    reason: str
    first: int
    last: int | None

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is what this comment is about; without a reason it silences nothing."""
        if (self.path, self.rule) != (finding.path, finding.rule) or not self.reason:
            return False
        if self.last is None:
            return True
        return finding.line is not None and self.first <= finding.line < self.last


def find_ignores(facts: Facts) -> list[Ignore]:
    """The ignores of every file, by path and line."""
    return [ignore for path in sorted(facts.texts) for ignore in _in_file(facts, path)]


def _in_file(facts: Facts, path: str) -> Iterator[Ignore]:
    if "ctx:" not in facts.texts[path]:
        return
    document = facts.document(path)
    starts = _region_starts(facts, path)
    for match, reason in _comments(without_spans(without_code(document))):
        at = bisect_right(starts, match.start())
        first, last = 1, None
        if at:
            first = facts.line_at(path, starts[at - 1])
            stop = starts[at] if at < len(starts) else len(document.text)
            last = facts.line_at(path, stop) if at < len(starts) else len(document.blocks.lines) + 1
        yield Ignore(path, facts.line_at(path, match.start()), match["rule"], reason, first, last)


def _comments(text: str) -> Iterator[tuple[re.Match[str], str]]:
    """The start of each comment that is an ignore, and the reason it gives."""
    match = _IGNORE.search(text)
    while match and (end := text.find("-->", match.end())) >= 0:
        yield match, text[match.end() : end].strip()
        match = _IGNORE.search(text, end)


def _region_starts(facts: Facts, path: str) -> list[int]:
    """Where what an ignore can be about begins: the entries and tasks, and the headings between them."""
    owned = {one.start for one in facts.owned.get(path, [])}
    sections = facts.document(path).sections
    between = {section.start for section in sections if section.heading.level > 1}
    return sorted(owned | {start for start in between if facts.owner(path, start) is None})
