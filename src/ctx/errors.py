"""What can go wrong, said for people: what happened, where, and what to do next."""

from __future__ import annotations

from pathlib import PurePath


class CtxError(Exception):
    """A request that failed for a reason its user can act on.

    ``message`` is one line; ``hint`` says what to do next; ``path`` and ``line`` (from 1) say where.
    The command line prints ``error: path:line: message`` and the hint, and exits with ``exit_code``.
    """

    exit_code = 1

    def __init__(
        self, message: str, *, hint: str = "", path: str | PurePath | None = None, line: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.path = path
        self.line = line

    def __str__(self) -> str:
        """The message led by where it happened: ``path:line: message``."""
        where = "".join(f"{part}:" for part in (self.path, self.line) if part is not None)
        return f"{where} {self.message}" if where else self.message


class CacheCorrupt(Exception):  # noqa: N818 - nobody sees it: what is damaged is made again
    """Something derived is not what was written."""


class UndecodableError(CtxError):
    """A file that is no text."""


class UsageError(CtxError):
    """A command or call that could never work as it was written."""

    exit_code = 2


class BudgetError(CtxError):
    """The constitution alone is larger than the budget; ``need`` is the smallest budget in tokens."""

    def __init__(self, message: str, *, need: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.need = need
