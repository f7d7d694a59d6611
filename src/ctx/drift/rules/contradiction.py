"""Entries that cannot both hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ctx.drift.conflicts import Conflict, claims, find_conflict, find_turned_word
from ctx.drift.facts import Facts
from ctx.drift.finding import Finding
from ctx.drift.rule import Rule
from ctx.drift.similar import find_pairs
from ctx.model.entry import Entry
from ctx.retrieval.analysis.contradiction import clauses

# Words that so many entries share say nothing of a subject.
_COMMON = 12
_SHOWN = 70  # characters of a statement that are quoted


class Contradiction(Rule):
    """Finds live entries of one kind of which one says the opposite of the other, and names both.

    They agree in their subject (title or first sentence) or in nearly all they say, and differ in a negation,
    a number, a sign, a comparison or one identifier. Entries that name each other are left alone.
    """

    name = "contradiction"
    severity = "warning"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding for the later entry of each pair, with the first entry that it contradicts."""
        for kind in facts.config.kinds.stored:
            entries = [entry for entry in facts.entries if entry.kind == kind.name]
            told: set[int] = set()
            for (first, second), nearly_same in sorted(_candidates(entries).items()):
                if second in told:
                    continue
                one, other = entries[first], entries[second]
                conflict = find_conflict(one, other) or (
                    find_turned_word(one, other) if nearly_same else None
                )
                if conflict:
                    told.add(second)
                    yield self._about(one, other, conflict)

    def _about(self, one: Entry, other: Entry, conflict: Conflict) -> Finding:
        message = (
            f"{other.id} contradicts {one.id} ({one.path}:{one.line}), {conflict.difference.value}: "
            f"{_quoted(conflict.other)} and {_quoted(conflict.one)}"
        )
        hint = "keep what holds: `ctx supersede OLD NEW`, or say in one of them when each applies"
        return self.finding(other.path, other.line, message, hint)


def _candidates(entries: Sequence[Entry]) -> dict[tuple[int, int], bool]:
    """Pairs that may be about one subject, and whether their texts are nearly the same.

    They are nearly the same, or share two of the rarer words of their claims.
    """
    words = [
        {word for claim in claims(entry) for clause in clauses(claim) for word in clause.words}
        for entry in entries
    ]
    spread = Counter(word for held in words for word in held)
    postings: dict[str, list[int]] = {}
    pairs: dict[tuple[int, int], bool] = {}
    for number, held in enumerate(words):
        rare = [word for word in held if spread[word] <= _COMMON]
        hits = Counter(other for word in rare for other in postings.get(word, ()))
        pairs.update({(other, number): False for other, count in hits.items() if count > 1})
        for word in rare:
            postings.setdefault(word, []).append(number)
    for pair in find_pairs([f"{entry.title}\n{entry.body}" for entry in entries]):
        pairs[pair.first, pair.second] = True
    return pairs


def _quoted(text: str) -> str:
    return f"“{text if len(text) <= _SHOWN else text[:_SHOWN].rstrip() + '…'}”"
