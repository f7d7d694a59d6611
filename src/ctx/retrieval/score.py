"""Scores: relevance to each task, recency, kind and marks become one number that can be explained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ctx.memory.entry import Entry


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part counts; the weights of kinds are multipliers of the whole."""

    kinds: Mapping[str, float]
    relevance: float
    recency: float
    marks: float


@dataclass(frozen=True, slots=True)
class Scored:
    """An entry with its score: `weight × (a·relevance + b·recency + c·marks)`.

    `relevance` is its best over the tasks, 0..1; `by_task` holds its relevance to each task by the task's
    number; `marks` is -1..1 from how often it was marked helpful or harmful.
    """

    entry: Entry
    total: float
    relevance: float
    recency: float
    weight: float
    marks: float
    by_task: Mapping[int, float]


def score(
    entries: Sequence[Entry],
    relevance: Sequence[Mapping[int, float]],
    recency: Callable[[str | None], float],
    weights: Weights,
) -> list[Scored]:
    """Score every entry, in the order given.

    `relevance` has one mapping a task, from an entry's number in `entries` to 0..1; numbers that are left
    out are not relevant to it.
    """
    by_entry: dict[int, dict[int, float]] = {}
    for task, found in enumerate(relevance):
        for number, value in found.items():
            by_entry.setdefault(number, {})[task] = value
    return [
        _score(entry, by_entry.get(number, {}), recency(entry.date), weights)
        for number, entry in enumerate(entries)
    ]


def _score(entry: Entry, by_task: Mapping[int, float], recency: float, weights: Weights) -> Scored:
    best = max(by_task.values(), default=0.0)
    marks = _marks(*entry.marks)
    weight = weights.kinds[entry.kind]
    total = weight * (weights.relevance * best + weights.recency * recency + weights.marks * marks)
    return Scored(entry, total, best, recency, weight, marks, by_task)


def _marks(helpful: int, harmful: int) -> float:
    """Marks as -1..1, pulled to 0 while there are few: (h - b) / (h + b + 2)."""
    return (helpful - harmful) / (helpful + harmful + 2)
