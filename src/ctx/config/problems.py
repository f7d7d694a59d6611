"""What is wrong with a `.contextrc`: every problem at once, each with its line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ctx.errors import CtxError

LONGEST_GUESS = 64  # comparing longer keys costs time and helps nobody


class Problem(NamedTuple):
    """One thing wrong: ``message`` names the key; ``line`` counts from 1, None where it cannot be told."""

    line: int | None
    key: str
    message: str
    hint: str = ""

    def render(self, source: str) -> str:
        """One line: ``.contextrc:12: unknown key 'scop' (did you mean 'scope'?)``."""
        where = f"{source}:" if self.line is None else f"{source}:{self.line}:"
        return f"{where} {self.message}" + (f" ({self.hint})" if self.hint else "")


class ConfigError(CtxError):
    """A `.contextrc` that is not applied, because of ``problems``; ``str()`` has one line for each."""

    def __init__(self, problems: Iterable[Problem], source: str) -> None:
        self.problems = list(problems)
        self.source = source
        first = self.problems[0]
        hint = "`ctx config example` explains every key; none of the file is in force until it is right"
        super().__init__(first.message, hint=hint, path=source, line=first.line)

    def __str__(self) -> str:
        """Every problem, one a line."""
        return "\n".join(problem.render(self.source) for problem in self.problems)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that this one may have been meant to be, or nothing."""
    if len(word) > LONGEST_GUESS:
        return ""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(known), n=1)), "")
