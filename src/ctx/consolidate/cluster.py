"""Which entries belong together: average linkage, best first, kept within what a reviewer takes in.

docs/consolidation.md tells how the cut was chosen.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import NamedTuple

from ctx.consolidate.similar import Rows

LARGEST = 8  # members; more is not reviewed at one sight
_CUT = 0.19  # the mean likeness from which two clusters are joined


class Cluster(NamedTuple):
    """A group of entries by their numbers, in order, and how strongly it holds together."""

    members: list[int]
    cohesion: float


def clusters(
    rows: Rows, sizes: Sequence[int], capacity: int, may_join: Callable[[int, int], bool]
) -> list[Cluster]:
    """The groups among the entries of a matrix.

    The sizes of a group's members sum up to the capacity at most, and of no pair of them `may_join` is false.
    Of two entries more likeness is asked than of three: as much evidence as three have at the cut.
    """
    linkage = _Linkage(rows, sizes, capacity, may_join)
    found = [group for group in linkage.run() if _evidence(rows, group) >= _CUT * 2 / 3]
    return [Cluster(group, cohesion(rows, group)) for group in found]


def _evidence(rows: Rows, group: Sequence[int]) -> float:
    """The mean likeness of a group's members to all of it, where nobody is like himself."""
    return sum(rows[one][other] for one in group for other in group if one != other) / len(group) ** 2


def cohesion(rows: Rows, group: Sequence[int]) -> float:
    """The same of the member that fits least, squared.

    So of two groups the tighter one is offered first, although the looser one might save somewhat more.
    """
    least = min(sum(rows[one][other] for other in group if other != one) for one in group)
    return round((least / len(group)) ** 2, 6)


class _Linkage:
    """Clusters under way, named by one of their rows; `versions` tell which offers are out of date."""

    def __init__(
        self, rows: Rows, sizes: Sequence[int], capacity: int, may_join: Callable[[int, int], bool]
    ) -> None:
        self.rows, self.capacity, self.may_join = rows, capacity, may_join
        self.members = {item: [item] for item in range(len(rows))}
        self.sizes = dict(enumerate(sizes))
        self.versions = dict.fromkeys(self.members, 0)
        self.near: dict[int, set[int]] = {item: set() for item in self.members}
        self.offers: list[tuple[float, int, int, int, int]] = []
        for one, other in combinations(self.members, 2):
            if rows[one][other] >= _CUT:
                self.near[one].add(other)
                self.near[other].add(one)
                self.offers.append((-round(rows[one][other], 12), one, other, 0, 0))
        heapq.heapify(self.offers)

    def run(self) -> list[list[int]]:
        """Take the best offer until none is left."""
        while self.offers:
            _, one, other, first, second = heapq.heappop(self.offers)
            current = self.versions.get(one) == first and self.versions.get(other) == second
            if current and self._fit(one, other):
                self._merge(one, other)
        return [group for group in self.members.values() if len(group) > 1]

    def _fit(self, one: int, other: int) -> bool:
        mine, theirs = self.members[one], self.members[other]
        return self.sizes[one] + self.sizes[other] <= self.capacity and all(
            self.may_join(a, b) for a in mine for b in theirs
        )

    def _merge(self, one: int, other: int) -> None:
        self.members[one] = sorted(self.members[one] + self.members.pop(other))
        self.sizes[one] += self.sizes.pop(other)
        self.versions[one] += 1
        del self.versions[other]
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
        if link >= _CUT:
            low, high = min(one, other), max(one, other)
            heapq.heappush(
                self.offers, (-round(link, 12), low, high, self.versions[low], self.versions[high])
            )
