"""The forms of a packet's parts: each rendered and counted once for all budgets it is packed into."""

from __future__ import annotations

from ctx.model.task import Task
from ctx.packet import render
from ctx.packet.blocks import Block, BlockCounter, Size
from ctx.packet.content import FULL, Content, Sizes


class Forms:
    """Texts and sizes of entries and tasks, taken from `sizes` where they are known there."""

    def __init__(self, content: Content, block_counter: BlockCounter, sizes: Sizes | None = None) -> None:
        self.block_counter = block_counter
        self.head = sizes.head if sizes else render.head(content.rules)
        self._entries = content.scored.entry_columns.entries
        self._sizes = sizes
        self._known: dict[tuple[int, str], Size] = {}
        self._wordings: dict[int, int] = {}

    def size(self, number: int, form: str) -> Size:
        """The size of an entry."""
        known = self._known.get((number, form))
        if known is None:
            size = (
                self._sizes.entry(number, form)
                if self._sizes
                else self.block_counter(self.text(number, form)).size
            )
            known = self._known[number, form] = size
        return known

    def text(self, number: int, form: str) -> str:
        """The text of an entry."""
        if self._sizes:
            return self._sizes.entry_text(number, form)
        from ctx.packet.entry_text import entry_line, entry_whole

        return (entry_whole if form == FULL else entry_line)(self._entries[number])

    def entry(self, number: int, form: str) -> Block:
        """An entry."""
        return Block(self.text(number, form), self.size(number, form))

    def wording(self, number: int) -> int:
        """What an entry says, as a number to be compared."""
        if number not in self._wordings:
            self._wordings[number] = self._find_wording(number)
        return self._wordings[number]

    def _find_wording(self, number: int) -> int:
        if self._sizes:
            return self._sizes.wording(number)
        from ctx.packet.entry_text import wording

        return wording(self.text(number, FULL))

    def task(self, task: Task, form: str) -> Block:
        """A task."""
        known = self._sizes.task(task.id, form) if self._sizes else None
        if known is not None:
            self.block_counter.learn(*known)
            return self.block_counter(known[0])
        from ctx.packet.task_text import task_line, task_whole

        return self.block_counter((task_whole if form == FULL else task_line)(task))
