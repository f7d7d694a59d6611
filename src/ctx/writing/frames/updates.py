"""What updates write into a log, and what a report reads out of it: items with named parts below them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ctx.writing.compose import one_line

PROBLEM, SOLUTION, PATTERN, DISCOVERED = "Problem", "Solution", "Pattern", "Discovered"
COMMITS, FILES, TASKS = "Commits", "Files", "Tasks"
_PART = re.compile(r"^[ ]{2}- \*\*(?P<name>[A-Z][a-z]+)\*\*: (?P<text>\S.*)$", re.MULTILINE)
_MOST = 12  # so many names of files or commits are written out


class Problem(NamedTuple):
    """What went wrong, and what mended it; empty where nothing did yet."""

    text: str
    solution: str


def update_text(message: str, parts: Sequence[tuple[str, str]]) -> str:
    """A message with what was found out, as the text of one item of a log."""
    lines = [f"- **{name}**: {one_line(text)}" for name, text in parts if text.strip()]
    return "\n".join([message.strip(), *lines])


def names_text(names: Sequence[str], most: int = _MOST) -> str:
    """Names in a row, the first of them and how many more."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def parts_in(log: str) -> Iterator[tuple[str, str]]:
    """The named parts of all items of a log, in order."""
    return ((match["name"], match["text"].strip()) for match in _PART.finditer(log))


def problems_in(log: str) -> list[Problem]:
    """The problems of a log with the solutions that follow them; the same one told again is one."""
    found: dict[str, str] = {}
    last = ""
    for name, text in parts_in(log):
        if name == PROBLEM:
            found.setdefault(text, "")
            last = text
        elif name == SOLUTION:
            found[last or text] = text
            last = ""
    return [Problem(text, solution) for text, solution in found.items()]


def texts_of(log: str, name: str) -> list[str]:
    """The texts of one part, each once."""
    return list(dict.fromkeys(text for part, text in parts_in(log) if part == name))
