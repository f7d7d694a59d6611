"""What a packet may take, and what is left of it."""

from __future__ import annotations

from typing import NamedTuple


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
