"""The forms of a packet's parts: each rendered and counted once for all budgets it is packed into."""

from __future__ import annotations

from ctx.memory.task import Task
from ctx.packet import render
from ctx.packet.blocks import Block, Press
from ctx.packet.budget import Size
from ctx.packet.content import FULL, Content, Sizes
from ctx.packet.entry_text import entry_line, entry_whole, wording
from ctx.packet.task_text import task_line, task_whole


class Forms:
    """Texts and sizes of entries and tasks, taken from `sizes` where they are known there."""

    def __init__(self, content: Content, press: Press, sizes: Sizes | None = None) -> None:
        self.press = press
        self.head = sizes.head if sizes else render.head(content.rules)
        self._entries = content.scored.roster.entries
        self._sizes = sizes
        self._known: dict[tuple[int, str], Size] = {}
        self._wordings: dict[int, str] = {}

    def size(self, number: int, form: str) -> Size:
        """The size of an entry."""
        known = self._known.get((number, form))
        if known is None:
            size = (
                self._sizes.entry(number, form) if self._sizes else self.press(self.text(number, form)).size
            )
            known = self._known[number, form] = size
        return known

    def text(self, number: int, form: str) -> str:
        """The text of an entry."""
        if self._sizes:
            return self._sizes.entry_text(number, form)
        return (entry_whole if form == FULL else entry_line)(self._entries[number])

    def entry(self, number: int, form: str) -> Block:
        """An entry."""
        return Block(self.text(number, form), self.size(number, form))

    def wording(self, number: int) -> str:
        """What an entry says, to be compared."""
        if number not in self._wordings:
            self._wordings[number] = wording(self.text(number, FULL))
        return self._wordings[number]

    def task(self, task: Task, form: str) -> Block:
        """A task."""
        known = self._sizes.task_text(task.id, form) if self._sizes else None
        return self.press((task_whole if form == FULL else task_line)(task) if known is None else known)
