"""Scores: relevance to each task, recency, kind and marks become one number that can be explained."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ctx.model.columns import EntryColumns, Lazy
from ctx.model.entry import Entry


class Weights(NamedTuple):
    """How much each part counts; the weights of kinds are multipliers of the whole."""

    kinds: Mapping[str, float]
    relevance: float
    recency: float
    marks: float


class Scored(NamedTuple):
    """An entry with its score: `weight × (a·relevance + b·recency + c·marks)`.

    `relevance` is its best over the tasks, 0..1; `by_task` holds its relevance to each task by the task's
    number; `marks` is -1..1 from how often it was marked helpful or harmful.
    """

    entries: Sequence[Entry]
    number: int
    total: float
    relevance: float
    recency: float
    weight: float
    marks: float
    by_task: Mapping[int, float]

    @property
    def entry(self) -> Entry:
        """The entry."""
        return self.entries[self.number]


class Ranking(Lazy[Scored]):
    """The scored entries in the order of the columns; each is made when it is looked at.

    `totals` are their scores, `found` holds the relevance to each task of those that are relevant to any.
    """

    def __init__(
        self,
        entry_columns: EntryColumns,
        found: Mapping[int, Mapping[int, float]],
        recency: Callable[[str | None], float],
        weights: Weights,
    ) -> None:
        self.entry_columns, self.found = entry_columns, found
        self.kinds, self.pinned = entry_columns.kinds, entry_columns.pinned
        self._best = {number: max(by_task.values(), default=0.0) for number, by_task in found.items()}
        self._weights = weights
        self._marks = {number: _marks(*given) for number, given in entry_columns.marks.items()}
        self._recency = {date: recency(date) for date in set(entry_columns.dates)}
        plain = {
            (kind, date): self._total(kind, 0.0, self._recency[date], 0.0)
            for kind, date in set(zip(entry_columns.kinds, entry_columns.dates, strict=True))
        }
        self.totals = [plain[pair] for pair in zip(entry_columns.kinds, entry_columns.dates, strict=True)]
        for number in {*found, *self._marks}:
            fresh, marks = self._recency[entry_columns.dates[number]], self._marks.get(number, 0.0)
            self.totals[number] = self._total(self.kinds[number], self.relevance(number), fresh, marks)

    def _total(self, kind: str, relevance: float, recency: float, marks: float) -> float:
        weights = self._weights
        return weights.kinds[kind] * (
            weights.relevance * relevance + weights.recency * recency + weights.marks * marks
        )

    def __len__(self) -> int:
        return len(self.kinds)

    def __iter__(self) -> Iterator[Scored]:
        return map(self.item, range(len(self)))

    def relevance(self, number: int) -> float:
        """An entry's best relevance over the tasks."""
        return self._best.get(number, 0.0)

    def by_task(self, number: int) -> Mapping[int, float]:
        """An entry's relevance to each task."""
        return self.found.get(number, {})

    def item(self, place: int) -> Scored:
        """The scored entry of that number."""
        return Scored(
            self.entry_columns.entries,
            place,
            self.totals[place],
            self.relevance(place),
            self._recency[self.entry_columns.dates[place]],
            self._weights.kinds[self.kinds[place]],
            self._marks.get(place, 0.0),
            self.by_task(place),
        )


def score(
    entry_columns: EntryColumns,
    relevance: Sequence[Mapping[int, float]],
    recency: Callable[[str | None], float],
    weights: Weights,
) -> Ranking:
    """Score every entry, in the order given.

    `relevance` has one mapping a task, from an entry's number in the columns to 0..1; numbers that are left
    out are not relevant to it.
    """
    by_entry: dict[int, dict[int, float]] = {}
    for task, found in enumerate(relevance):
        for number, value in found.items():
            by_entry.setdefault(number, {})[task] = value
    return Ranking(entry_columns, by_entry, recency, weights)


def _marks(helpful: int, harmful: int) -> float:
    """Marks as -1..1, pulled to 0 while there are few: (h - b) / (h + b + 2)."""
    return (helpful - harmful) / (helpful + harmful + 2)
