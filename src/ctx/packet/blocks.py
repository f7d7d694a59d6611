"""Blocks: the pieces a packet is made of, each with its exact size, and the budget they are taken from.

A block begins with neither white space nor `/` and ends in a line break, so that sizes add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ctx.tokens.counting import Counter


class Size(NamedTuple):
    """The size of a text, or room for one: units of the token counter, characters, bytes of UTF-8."""

    units: int
    chars: int
    bytes: int

    def plus(self, other: Size) -> Size:
        """Both together."""
        return Size(self.units + other.units, self.chars + other.chars, self.bytes + other.bytes)

    def less(self, other: Size) -> Size:
        """What is left of it without the other, nothing at least."""
        return Size(
            max(self.units - other.units, 0),
            max(self.chars - other.chars, 0),
            max(self.bytes - other.bytes, 0),
        )

    def share(self, part: float) -> Size:
        """A share of it, rounded down."""
        return Size(int(self.units * part), int(self.chars * part), int(self.bytes * part))

    def fits(self, room: Size) -> bool:
        """Whether a text of this size has room there."""
        return self.units <= room.units and self.chars <= room.chars and self.bytes <= room.bytes


UNLIMITED = 1 << 62
NOTHING = Size(0, 0, 0)
# What one more line break can cost at the end of a block.
LINE_BREAK = Size(1, 1, 1)


def total(*sizes: Size) -> Size:
    """The size of several texts together."""
    return Size(*map(sum, zip(*sizes, strict=True))) if sizes else NOTHING


class Budget:
    """What is left for a packet; what is kept for later is taken now and given back then."""

    def __init__(self, room: Size) -> None:
        self.left = room

    def fits(self, size: Size, within: Size | None = None) -> bool:
        """Whether there is room for it, and in `within` too where that is given."""
        return size.fits(self.left) and (within is None or size.fits(within))

    def take(self, size: Size) -> Size:
        """Spend the room for something that fits; returns its size."""
        self.left = self.left.less(size)
        return size

    def keep(self, size: Size) -> Size:
        """Set aside as much of some room as is left; returns that, to be given back."""
        return self.take(Size(*map(min, size, self.left)))

    def give(self, size: Size) -> None:
        """Give back what was taken."""
        self.left = self.left.plus(size)


class Block(NamedTuple):
    """A piece of the packet and its size."""

    text: str
    size: Size


EMPTY = Block("", NOTHING)


class BlockCounter:
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
