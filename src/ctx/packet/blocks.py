"""Blocks: the pieces a packet is made of, each with its exact size.

A block begins with neither white space nor `/` and ends in a line break, so that sizes add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ctx.packet.budget import NOTHING, Size
from ctx.packet.tokens import Counter


class Block(NamedTuple):
    """A piece of the packet and its size."""

    text: str
    size: Size


EMPTY = Block("", NOTHING)


class Press:
    """Makes blocks, counting each text once."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self._made: dict[str, Block] = {"": EMPTY}

    def __call__(self, text: str) -> Block:
        """The block of a text."""
        made = self._made.get(text)
        if made is None:
            made = self._made[text] = _block(text, self.counter.units(text))
        return made

    def many(self, texts: Sequence[str]) -> list[Block]:
        """The blocks of texts that are counted together, which is sooner done than one by one."""
        new = [*dict.fromkeys(text for text in texts if text not in self._made)]
        for text, units in zip(new, self.counter.units_of(new), strict=True):
            self._made[text] = _block(text, units)
        return [self._made[text] for text in texts]

    def learn(self, text: str, units: int) -> None:
        """Take a text's units from one who has counted it."""
        if text not in self._made:
            self._made[text] = _block(text, units)


def _block(text: str, units: int) -> Block:
    # A lone surrogate, which JSON can hold, is printed as one `?`.
    return Block(text, Size(units, len(text), len(text.encode("utf-8", "replace"))))
