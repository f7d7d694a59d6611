"""The last resort against a damaged cache: doing without it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from ctx.errors import Damaged

P = ParamSpec("P")
T = TypeVar("T")


class Forgetful(Protocol):
    """What remembers something that it can do without."""

    def forget(self) -> None:
        """Do without it from now on."""


R = TypeVar("R", bound=Forgetful)
Action = Callable[Concatenate[R, P], T]


def mended(action: Action[R, P, T]) -> Action[R, P, T]:
    """An action that is done again where what one file would be mended with turns out to be damaged too."""

    @wraps(action)
    def done(reader: R, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return action(reader, *args, **kwargs)
        except Damaged:
            reader.forget()
            return action(reader, *args, **kwargs)

    return done
