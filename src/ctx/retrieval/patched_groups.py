"""The groups of a list of documents that is patched: which of them changed, and what they are now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

from ctx.retrieval.document import Documents
from ctx.retrieval.groups import REACH, find_dialogues
from ctx.retrieval.postings import Fields, fields_of


def find_resettled(documents: Documents, origin: Sequence[int]) -> list[int]:
    """The documents of a dialogue that are as they were, though something changed among their neighbours.

    `origin` is as of `PatchedIndex`.
    """
    dialogues = frozenset(documents.shelf.numbers("dialogues"))
    if not dialogues:
        return []
    old, groups, places = len(documents), documents.groups, set[int]()
    for seam in _seams(origin, old):
        places.update(range(max(seam - REACH, 0), min(seam + REACH, len(origin))))
    return [
        number for place in sorted(places) if (number := origin[place]) < old and groups[number] in dialogues
    ]


def _seams(origin: Sequence[int], old: int) -> Iterator[int]:
    """The places before which a list does not go on as it did."""
    expected = 0
    for place, number in enumerate(origin):
        if number != expected or number >= old:
            yield place
        expected = number + 1 if number < old else -1
    if expected != old:
        yield len(origin)


class PatchedGroups:
    """Groups by their numbers: those that there were have theirs, new ones the next.

    `origin` is as of `PatchedIndex`, with a fresh document for each that is resettled; the numbers of those
    that are `gone` are given too.
    """

    def __init__(
        self, documents: Documents, fresh: Documents, origin: Sequence[int], gone: Sequence[int]
    ) -> None:
        self._documents, self._fresh, self._origin = documents, fresh, origin
        self._old = len(documents)
        names = {name: number for number, name in enumerate(documents.group_names)}
        self._fresh_groups = [names.setdefault(fresh.group_names[n], len(names)) for n in fresh.groups]
        self.names = list(names)
        self.changed = frozenset(self._fresh_groups).union(map(self.group, gone)) - {0}
        """Those whose documents are not all as they were, or not where they were."""
        self.own = lru_cache(maxsize=4 * REACH)(self._fields_of)
        """The fields of a document without its neighbours, by its number."""

    def group(self, number: int) -> int:
        """The group of a document; 0 for none."""
        fresh = number - self._old
        return self._documents.groups[number] if fresh < 0 else self._fresh_groups[fresh]

    def asks(self, number: int) -> bool:
        """Whether a document ends in a question mark."""
        documents, at = self.held(number)
        return bool(documents.asks[at])

    def held(self, number: int) -> tuple[Documents, int]:
        """The documents that a document is among, and its place there."""
        fresh = number - self._old
        return (self._documents, number) if fresh < 0 else (self._fresh, fresh)

    def _fields_of(self, number: int) -> Fields:
        return fields_of(*self.held(number))

    def fields(self, place: int) -> Fields:
        """The fields of the document at a place of the list: where these hold, no other counts for it."""
        return self.own(self._origin[place])

    @cached_property
    def members(self) -> list[tuple[int, int]]:
        """The documents of changed groups in the order of the list, each with its group."""
        every = self.grouped if self.changed else ()
        return [(number, group) for number, group in every if group in self.changed]

    @cached_property
    def grouped(self) -> list[tuple[int, int]]:
        """The documents that have a group in the order of the list, each with it."""
        if len(self.names) == 1:
            return []
        groups = ((number, self.group(number)) for number in self._origin)
        return [(number, group) for number, group in groups if group]

    @property
    def hold(self) -> bool:
        """Whether what did not change about groups counts as it would in an index made anew.

        Where a dialogue changed that is not known: the length of remarks is compared over all dialogues.
        """
        if not self.changed.isdisjoint(self._documents.shelf.numbers("dialogues")):
            return False
        groups = [group for _, group in self.members]
        asks = [self.asks(number) for number, _ in self.members]
        held = [self.held(number) for number, _ in self.members]
        return not find_dialogues(groups, asks, [documents.body_length(at) for documents, at in held])

    def __len__(self) -> int:
        known = len(self._documents.group_names) - 1
        now = {group for _, group in self.members}
        return known - sum(group <= known for group in self.changed) + len(now)
