"""Entries that say the same twice."""

from __future__ import annotations

from collections.abc import Iterator

from ctx.drift.conflicts import find_turned_word
from ctx.drift.facts import Facts
from ctx.drift.finding import Finding
from ctx.drift.rule import Rule
from ctx.drift.similar import Pair, find_pairs, normal
from ctx.model.entry import Entry


class DuplicateEntry(Rule):
    """Finds live entries of one kind that say the same as an earlier one, word for word or nearly so.

    Case, punctuation and order of tags do not count. Entries of fewer than eight words are compared word
    for word only, and entries that share a subject but not their words are no duplicates: finding those is
    what `ctx consolidate` does. A live entry that stands in the archive too, word for word, is found as well.
    """

    name = "duplicate-entry"
    severity = "warning"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding for each later entry of a pair."""
        for kind in facts.config.kinds.stored:
            entries = [entry for entry in facts.entries if entry.kind == kind.name]
            for pair in find_pairs([_text(entry) for entry in entries]):
                first, second = entries[pair.first], entries[pair.second]
                # Where one of them turns a word of the other, the two are no duplicates: rules.contradiction.
                if not find_turned_word(first, second):
                    yield self._same(first, second, pair)
        yield from self._archived(facts)

    def _same(self, first: Entry, second: Entry, pair: Pair) -> Finding:
        where = f"{first.id} ({first.path}:{first.line})"
        if pair.similarity == 1:
            message = f"{second.id} says the same as {where}"
            return self.finding(second.path, second.line, message, "remove one of the two")
        message = f"{second.id} says nearly the same as {where}: {pair.similarity:.0%} alike"
        hint = "run `ctx consolidate` to review both, or remove one"
        return self.finding(second.path, second.line, message, hint, severity="nudge")

    def _archived(self, facts: Facts) -> Iterator[Finding]:
        archive = {
            (entry.kind, entry.stamp, normal(_text(entry))): entry
            for entry in facts.memory.entries
            if entry.archived
        }
        for entry in facts.entries if archive else ():
            if copy := archive.get((entry.kind, entry.stamp, normal(_text(entry)))):
                message = f"{entry.id} is in the archive too ({copy.path}:{copy.line})"
                hint = "an interrupted consolidation leaves this: apply it again, or remove one of the two"
                yield self.finding(entry.path, entry.line, message, hint)


def _text(entry: Entry) -> str:
    return f"{entry.title}\n{entry.body}"
