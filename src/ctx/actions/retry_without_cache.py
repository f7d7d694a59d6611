"""The one answer to a damaged cache: doing without it."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from ctx.errors import CacheCorrupt

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Concatenate, ParamSpec, TypeVar

    from ctx.actions.read_context import Reader

    P = ParamSpec("P")
    T = TypeVar("T")
    Action = Callable[Concatenate[Reader, P], T]


def retry_without_cache(action: Action[P, T]) -> Action[P, T]:
    """An action that is done again from the files where the cache turns out to be damaged.

    What its result looks up after it returned is looked up by `Reading.ask`, which does the same.
    """

    @wraps(action)
    def done(reader: Reader, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return action(reader, *args, **kwargs)
        except CacheCorrupt:
            reader.forget()
            return action(reader, *args, **kwargs)

    return done
