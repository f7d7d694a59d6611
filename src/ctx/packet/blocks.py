"""Blocks: the pieces a packet is made of, each with its exact size.

A block begins with neither white space nor `/` and ends in a line break, so that sizes add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ctx.packet.tokens import Counter


class Block(NamedTuple):
    """A piece of the packet; `units` as its counter counts, `chars` in characters."""

    text: str
    units: int
    chars: int


UNLIMITED = 1 << 62
EMPTY = Block("", 0, 0)


class Press:
    """Makes blocks, counting each text once."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self._made: dict[str, Block] = {"": EMPTY}

    def __call__(self, text: str) -> Block:
        """The block of a text."""
        made = self._made.get(text)
        if made is None:
            made = self._made[text] = Block(text, self.counter.units(text), len(text))
        return made

    def many(self, texts: Sequence[str]) -> list[Block]:
        """The blocks of texts that are counted together, which is sooner done than one by one."""
        new = [*dict.fromkeys(text for text in texts if text not in self._made)]
        for text, units in zip(new, self.counter.units_of(new), strict=True):
            self._made[text] = Block(text, units, len(text))
        return [self._made[text] for text in texts]

    def learn(self, text: str, units: int) -> None:
        """Take a text's size from one who has counted it."""
        self._made.setdefault(text, Block(text, units, len(text)))

    def joined(self, texts: Sequence[str]) -> Block:
        """The block of some texts that are blocks themselves, one behind the other."""
        text = "".join(texts)
        made = self._made.get(text)
        if made is None:
            units = sum(self(part).units for part in texts)
            made = self._made[text] = Block(text, units, len(text))
        return made


class Room(NamedTuple):
    """An amount of room in a packet; `chars` is UNLIMITED where characters do not count."""

    units: int
    chars: int

    def share(self, part: float) -> Room:
        """A share of it, rounded down."""
        return Room(int(self.units * part), int(self.chars * part))

    def less(self, other: Room) -> Room:
        """What is left of it, nothing at least."""
        return Room(max(self.units - other.units, 0), max(self.chars - other.chars, 0))


class Ledger:
    """What is left of a budget, some of it set aside."""

    def __init__(self, room: Room) -> None:
        self.left = room

    def fits(self, *blocks: Block, within: Room | None = None) -> bool:
        """Whether there is room for all of them, and in `within` too where it is given."""
        units = sum(block.units for block in blocks)
        chars = sum(block.chars for block in blocks)
        rooms = (self.left,) if within is None else (self.left, within)
        return all(units <= room.units and chars <= room.chars for room in rooms)

    def take(self, *blocks: Block) -> Room:
        """Spend the room of all of them; returns what that was."""
        spent = Room(sum(block.units for block in blocks), sum(block.chars for block in blocks))
        self.left = Room(self.left.units - spent.units, self.left.chars - spent.chars)
        return spent

    def set_aside(self, room: Room) -> Room:
        """Keep room back for later; returns what could be kept, to be given to `release`."""
        kept = Room(min(room.units, self.left.units), min(room.chars, self.left.chars))
        self.left = self.left.less(kept)
        return kept

    def release(self, room: Room) -> None:
        """Give back what was set aside or is no longer needed."""
        self.left = Room(self.left.units + room.units, self.left.chars + room.chars)
