"""What a value may be: each shape reads a TOML value or says what it expected."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from ctx.config.toml_text import LARGEST, found


class Shape(NamedTuple):
    """``expected`` in words; ``read`` gives the value or raises :class:`ValueError`.

    An argument of that error replaces the usual words for what was found. ``choices`` are the only values
    there are, where there are few.
    """

    expected: str
    read: Callable[[object], object]
    choices: tuple[str, ...] = ()


def whole(unit: str) -> Shape:
    """A whole number of a unit, from 0."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
            raise ValueError
        return value

    return Shape(f"a whole number of {unit} ≥ 0", read)


def _real(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > LARGEST:
        raise ValueError
    if not math.isfinite(value):
        raise ValueError
    return float(value) + 0.0  # -0.0 becomes 0.0


def share() -> Shape:
    """A number from 0 to 1."""

    def read(value: object) -> float:
        number = _real(value)
        if not 0 <= number <= 1:
            raise ValueError
        return number

    return Shape("a number from 0 to 1", read)


def at_least_zero() -> Shape:
    """A number from 0."""

    def read(value: object) -> float:
        number = _real(value)
        if number < 0:
            raise ValueError
        return number

    return Shape("a number ≥ 0", read)


def above_zero(unit: str) -> Shape:
    """A number of a unit, larger than 0."""

    def read(value: object) -> float:
        number = _real(value)
        if number <= 0:
            raise ValueError
        return number

    return Shape(f"a number of {unit} > 0", read)


def flag() -> Shape:
    """True or false."""

    def read(value: object) -> bool:
        if not isinstance(value, bool):
            raise ValueError  # noqa: TRY004 - one error for every refusal
        return value

    return Shape("true or false", read)


def choice(*names: str) -> Shape:
    """One of a few names."""

    def read(value: object) -> str:
        if not isinstance(value, str) or value not in names:
            raise ValueError
        return value

    return Shape(f"one of {', '.join(names)}", read, names)


def text(expected: str, accepts: Callable[[str], bool]) -> Shape:
    """A text that a test accepts."""

    def read(value: object) -> str:
        if not isinstance(value, str) or not accepts(value):
            raise ValueError
        return value

    return Shape(expected, read)


def texts(what: str, accepts: Callable[[str], bool]) -> Shape:
    """A list of texts, each of which a test accepts, none twice."""

    def read(value: object) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise ValueError  # noqa: TRY004 - one error for every refusal
        for at, item in enumerate(value):
            if not isinstance(item, str) or not accepts(item):
                raise ValueError(f"{found(item)} in it")
            if item in value[:at]:
                raise ValueError(f"{found(item)} in it twice")
        return tuple(value)

    return Shape(f"a list of {what}", read)
