"""What building packets needs to know of one reading: best entries for texts, token counts, sizes.

A plain session works everything out; one with a cache looks up what was kept, and keeps what is new.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from typing import TYPE_CHECKING

from ctx.cache.answers import Answers
from ctx.cache.lazy_memory import LazyMemory
from ctx.cache.sizes import EntrySizes, PacketSizes, measure, measure_rest
from ctx.errors import CacheCorrupt
from ctx.model.arrays import Arrays, Held, Parts
from ctx.packet.blocks import BlockCounter
from ctx.packet.content import Sizes
from ctx.retrieval.ranking.ask import Answer, Best, Question, Tags, ask, evidence, find_best
from ctx.tokens.counting import Counts, counter

if TYPE_CHECKING:
    from ctx.actions.read_context import Reader, Reading
    from ctx.model.columns import EntryColumns
    from ctx.store.cache import Cache

# So many new token counts are kept beside those that are sorted.
_LAST = 2000
# The lines that say how much was left out are counted up to numbers of so many digits.
_DIGITS = 7
# The sizes of so many entries are worth a process of their own.
_MANY = 100


class Session:
    """Works out what is asked about those live entries of one reading that compete, by their `numbers`."""

    def __init__(self, reading: Reading, tokenizer: str, numbers: Sequence[int]) -> None:
        self._reading, self._tokenizer, self._numbers = reading, tokenizer, numbers

    @cached_property
    def entry_columns(self) -> EntryColumns:
        """The columns of the competing entries."""
        return self._reading.entry_columns.choose(self._numbers)

    @cached_property
    def block_counter(self) -> BlockCounter:
        """What counts the blocks of a packet."""
        return BlockCounter(counter(self._tokenizer))

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        """What each query finds among the competing entries."""
        return ask(
            lambda: self._reading.live_collection,
            self._find,
            questions,
            self._numbers,
            self._tags(questions),
        )

    def _find(self, text: str) -> Best:
        reading = self._reading
        return find_best(reading.live_collection, text, reading.entry_columns.limited)

    def _tags(self, questions: Sequence[Question]) -> Tags:
        """The tags of the entries, where a task has any to share."""
        weight = self._reading.config.tags_weight
        return Tags(self.entry_columns.tags if weight and any(one.tags for one in questions) else {}, weight)

    def evidence(self, answers: Sequence[Answer], number: int) -> tuple[Mapping[str, float], list[str]]:
        """What brought an entry in; it may be asked long after the packet was made."""
        try:
            return evidence(answers, number)
        except CacheCorrupt:
            self._reading.forget_indexes()
            return evidence(answers, number)

    def sizes(self) -> Sizes | None:
        """The sizes of the competing entries, where they are known."""
        return None

    def keep(self, texts: Iterable[str]) -> None:
        """Keep what was found for some texts, and what was counted, for the next run."""


class CacheSession(Session):
    """Looks up what was kept of the same entries, texts and tasks.

    Where many entries were just read, and this process `may_fork`, a second one works out their sizes while
    the first one asks.
    """

    def __init__(
        self,
        reading: Reading,
        tokenizer: str,
        numbers: Sequence[int],
        cache: Cache,
        kept: LazyMemory,
        *,
        may_fork: bool,
    ) -> None:
        super().__init__(reading, tokenizer, numbers)
        self._cache, self._kept, self._may_fork = cache, kept, may_fork
        self._counted = 0

    @cached_property
    def _counts(self) -> Counts:
        """The token counts that are known; those that came last stand in a small file of their own."""
        name = f"tokens-{self._tokenizer}"
        many, last = self._cache.find(name), self._cache.find(f"{name}-last")
        known = Counts() if many is None else Counts(many.numbers("keys"), many.numbers("counts"))
        known.added |= {} if last is None else json.loads(last.data("added"))
        self._counted = len(known.added)
        return known

    @cached_property
    def block_counter(self) -> BlockCounter:
        """What counts the blocks of a packet, beginning with the counts that are known."""
        return BlockCounter(counter(self._tokenizer, self._counts))

    @cached_property
    def _answers(self) -> Answers:
        reading, lists = self._reading, self._kept.about["lists"]
        stamp = f"{lists['live']} {[*reading.config.synonyms.items()]!r}"
        return Answers(self._cache, stamp, lambda: reading.live_collection, reading.entry_columns.limited)

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        """What each query finds among the competing entries."""
        with self._measured_beside():
            return super().ask(questions)

    def _find(self, text: str) -> Best:
        return self._answers.find(text)

    def _measured_beside(self) -> AbstractContextManager[None]:
        if not self._may_fork or self._reading.was_kept or len(self._reading.live) < _MANY:
            return nullcontext()
        from ctx.store.child_process import run_in_child

        def work() -> None:
            self.sizes()
            self.keep(())

        return run_in_child(work)

    def sizes(self) -> Sizes:
        """The sizes of the competing entries, found or else worked out for all live ones and kept."""
        name = f"sizes-{self._tokenizer}"
        entries = self._find_or_make(name, self._kept.about["lists"]["live"], self._measure)
        rest = self._find_or_make(f"{name}-rest", self._kept.rest_digest, self._measure_rest)
        return PacketSizes(EntrySizes(entries), rest, self._reading.live, self._numbers)

    def _measure(self) -> Parts:
        before = self._cache.find(f"sizes-{self._tokenizer}")
        known = EntrySizes(before) if before else None
        return measure(self._kept.list_keys("live"), self._reading.live, self.block_counter, known)

    def _measure_rest(self) -> Parts:
        return measure_rest(self._reading.memory, self.block_counter)

    def _find_or_make(self, name: str, stamp: str, make: Callable[[], Parts]) -> Arrays:
        found = self._cache.find(name, stamp)
        if found:
            return found
        parts = make()
        self._cache.put(name, stamp, parts)
        return Held(parts)

    def keep(self, texts: Iterable[str]) -> None:
        """Keep what was found for some texts, and what was counted, for the next run."""
        if "_answers" in self.__dict__:
            self._answers.keep(texts)
        known = self._counts
        if len(known.added) == self._counted:
            return
        from ctx.packet.render import more_entries

        for digits in range(_DIGITS):
            # With another section behind it a blank line follows.
            self.block_counter.many([more_entries(10**digits), more_entries(10**digits) + "\n"])
        name, last = f"tokens-{self._tokenizer}", known.added
        if len(last) > _LAST:
            keys, numbers = known.merged()
            self._cache.put(name, "", {"keys": keys, "counts": numbers})
            last = {}
        self._cache.put(f"{name}-last", "", {"added": json.dumps(last).encode()})


def open_session(reader: Reader, reading: Reading, tokenizer: str | None, numbers: Sequence[int]) -> Session:
    """The session of a reading, with a cache where there is one; the tokenizer may be left to its config."""
    tokenizer = tokenizer or reading.config.tokenizer
    if reading.cache is None or reading.kept is None:
        return Session(reading, tokenizer, numbers)
    return CacheSession(reading, tokenizer, numbers, reading.cache, reading.kept, may_fork=reader.may_fork)
