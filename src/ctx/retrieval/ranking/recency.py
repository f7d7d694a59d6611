"""Recency: how new an entry is, counted in sessions and not in days, for old is not stale."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

# What an undated entry counts as: neither new nor old.
UNDATED = 0.5


class Recency:
    """Maps a date to 0..1: 1 for the latest session, one half `half_life` sessions earlier.

    `sessions` are the ISO dates on which sessions took place; where none is recorded, each day on which an
    entry was written counts as one. What is dated after `now` is as new as can be.
    """

    def __init__(
        self, sessions: Iterable[str], written: Iterable[str], *, half_life: float, now: str
    ) -> None:
        days = set(sessions) or set(written)
        self._days: Sequence[str] = sorted(day for day in days if day <= now)
        self._half_life = half_life

    def __call__(self, date: str | None) -> float:
        """The recency of an entry of that date."""
        if date is None:
            return UNDATED
        since = len(self._days) - bisect_right(self._days, date)
        return float(0.5 ** (since / self._half_life))
