"""Which entries belong together: average linkage, best first, kept small and even."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from ctx.consolidate.similar import Rows

LARGEST = 8
_CUT = 0.175  # the mean similarity from which two clusters are joined
_PAIR = 1.5  # times the cut: what a group of only two must reach
_DROP = 0.35  # a group of three or more takes nothing whose link is below this share of its cohesion
_CORE = 0.235  # the cut inside a group at which its core is found


class Cluster(NamedTuple):
    """A group of entries by their numbers, in order; `core` and `whole` say how strongly it holds."""

    members: list[int]
    core: float
    whole: float

    @property
    def cohesion(self) -> float:
        """How strongly its core holds together, from 0 to 1; groups are offered in this order."""
        strength = (
            self.core or self.whole / 20
        ) + self.whole / 1000  # one without a core comes after all others
        return round(strength / (1 + strength), 6)


def clusters(rows: Rows) -> list[Cluster]:
    """The groups among the entries of a matrix, most cohesive first.

    Entries in no group form none among themselves either: once the groups are merged, nothing new is found.
    """
    found = []
    for group in _join(rows, range(len(rows)), _CUT, _DROP):
        whole = _strength(rows, group)
        if len(group) == 2 and whole < 2 * _CUT * _PAIR:
            continue
        core = max((_strength(rows, part) for part in _join(rows, group, _CORE, 0.0)), default=0.0)
        found.append(Cluster(group, core, whole))
    return sorted(found, key=lambda one: (-round(one.core, 9), -round(one.whole, 9), one.members))


def _strength(rows: Rows, group: Sequence[int]) -> float:
    """The mean similarity of the member that fits least, times the number of members."""
    least = min(sum(rows[one][other] for other in group if other != one) for one in group)
    return least / (len(group) - 1) * len(group)


def _join(rows: Rows, items: Sequence[int], cut: float, drop: float) -> list[list[int]]:
    """The groups of two or more that average linkage finds among some rows."""
    return _Linkage(rows, items, cut, drop).run()


class _Linkage:
    """Clusters under way, named by one of their rows; `versions` tell which offers are out of date."""

    def __init__(self, rows: Rows, items: Sequence[int], cut: float, drop: float) -> None:
        self.rows, self.cut, self.drop = rows, cut, drop
        self.members = {item: [item] for item in items}
        self.versions = dict.fromkeys(items, 0)
        self.cohesion: dict[int, float] = {}  # of clusters of three or more
        self.near: dict[int, set[int]] = {item: set() for item in items}
        self.offers: list[tuple[float, int, int, int, int]] = []
        for one, other in combinations(items, 2):
            if rows[one][other] >= cut:
                self.near[one].add(other)
                self.near[other].add(one)
                self.offers.append((-round(rows[one][other], 12), one, other, 0, 0))
        heapq.heapify(self.offers)

    def run(self) -> list[list[int]]:
        """Take the best offer until none is left."""
        while self.offers:
            link, one, other, first, second = heapq.heappop(self.offers)
            current = self.versions.get(one) == first and self.versions.get(other) == second
            if current and -link >= self.drop * max(
                self.cohesion.get(one, 0.0), self.cohesion.get(other, 0.0)
            ):
                self._merge(one, other)
        return [group for group in self.members.values() if len(group) > 1]

    def _merge(self, one: int, other: int) -> None:
        self.members[one] = sorted(self.members[one] + self.members.pop(other))
        self.versions[one] += 1
        del self.versions[other]
        self.cohesion.pop(other, None)
        self.cohesion[one] = self._cohesion(self.members[one]) if len(self.members[one]) > 2 else 0.0
        self.near[one] = (self.near[one] | self.near[other]) - {one, other}
        for third in self.near.pop(other):
            self.near[third].discard(other)
            self.near[third].add(one)
        self.near[one].discard(one)
        for third in sorted(self.near[one]):
            self._offer(one, third)

    def _offer(self, one: int, other: int) -> None:
        mine, theirs = self.members[one], self.members[other]
        if len(mine) + len(theirs) > LARGEST:
            return
        link = sum(self.rows[a][b] for a in mine for b in theirs) / (len(mine) * len(theirs))
        if link >= self.cut:
            low, high = min(one, other), max(one, other)
            offer = (-round(link, 12), low, high, self.versions[low], self.versions[high])
            heapq.heappush(self.offers, offer)

    def _cohesion(self, group: Sequence[int]) -> float:
        return sum(self.rows[a][b] for a, b in combinations(group, 2)) * 2 / (len(group) * (len(group) - 1))
