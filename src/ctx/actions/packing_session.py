"""What a packet needs to know of its entries: answers to queries, texts and sizes, kept between two runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cached_property

from ctx.actions.read_context import Reader, Reading
from ctx.kinds import TASK_PREFIX
from ctx.memory.roster import Chosen, Roster
from ctx.packet.blocks import Press
from ctx.packet.content import Sizes
from ctx.packet.tokens import counter
from ctx.retrieval import ask
from ctx.retrieval.ask import Answer, Question, Tags

# The sizes of so many entries are worth a process of their own.
_MANY = 100


class PackingSession:
    """One reading of a context, and those of its live entries that compete, by their `numbers`."""

    def __init__(
        self, reader: Reader, reading: Reading, tokenizer: str | None, numbers: Sequence[int]
    ) -> None:
        self._reader, self._reading, self._numbers = reader, reading, numbers
        self._tokenizer = tokenizer or reading.config.tokenizer

    @cached_property
    def roster(self) -> Roster:
        """The columns of the competing entries."""
        roster = self._reading.roster
        return roster if len(self._numbers) == len(roster.kinds) else Chosen(roster, self._numbers)

    def ask(self, questions: Sequence[Question], *, remember: bool) -> list[Answer]:
        """What each query finds among the competing entries.

        With `remember`, what the tasks of TASKS.md find is known from the last run and kept for the next one,
        where every live entry competes.
        """
        reading, known = self._reading, None
        with self._measuring():
            if reading.recall and remember and self.roster is reading.roster:
                tasks = {one.text for one in questions if one.id.startswith(TASK_PREFIX)}
                known = reading.recall.answers(tasks, lambda: reading.live_collection)
            answers = ask.ask(
                lambda: reading.live_collection, questions, self._numbers, self._tags(questions), known
            )
            if known:
                known.keep()
        return answers

    @contextmanager
    def counting(self) -> Iterator[Press]:
        """The press of a packet; it starts from the counts that are known, and what it counts is kept."""
        recall = self._reading.recall
        counted = recall.counts(self._tokenizer) if recall else None
        press = Press(counter(self._tokenizer, counted))
        yield press
        if recall and counted is not None:
            recall.keep_counts(counted, press)

    def sizes(self, press: Press, numbers: Sequence[int] | None = None) -> Sizes | None:
        """The sizes of the competing entries, where they are known."""
        reading = self._reading
        if reading.recall is None:
            return None
        chosen = self._numbers if numbers is None else numbers
        return reading.recall.sizes(reading.memory, reading.live, press).of(chosen)

    def _measuring(self) -> AbstractContextManager[None]:
        """Where many entries were just read, have their sizes worked out and kept while we rank them."""
        reading = self._reading
        few = len(reading.live) < _MANY
        if not self._reader.may_fork or reading.recall is None or reading.was_kept or few:
            return nullcontext()
        from ctx.store.beside import beside

        def measure() -> None:
            with self.counting() as press:
                self.sizes(press, ())

        return beside(measure)

    def _tags(self, questions: Sequence[Question]) -> Tags:
        """The tags of the entries, where a task has any to share."""
        weight = self._reading.config.tags_weight
        return Tags(self.roster.tags if weight and any(one.tags for one in questions) else {}, weight)
