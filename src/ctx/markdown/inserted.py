"""What a change of some texts inserts, as opposed to what it moves or leaves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ctx.markdown.lines import split_lines

_WORD = re.compile(r"[^ \t]+")


class Inserted(NamedTuple):
    """A line of the new text of a file, without its end; `spans` are the offsets of what is new of it."""

    path: str
    text: str
    spans: tuple[tuple[int, int], ...]

    def is_new(self, at: int) -> bool:
        """Whether the character at an offset is new."""
        return any(start <= at < end for start, end in self.spans)


def inserted_lines(texts: Mapping[str, tuple[str, str]]) -> Iterator[Inserted]:
    """The lines that some files, told as before and after, hold now and none of them held before.

    A line that moved, also from one file to another, is not new. Where as many lines of a file were replaced
    as came, each is compared with the one whose place it took, and only words that this one did not hold are
    new. Takes time in proportion to the texts.
    """
    middles = {path: _middles(before, after) for path, (before, after) in texts.items()}
    moved = Counter(line for gone, _ in middles.values() for line in gone)
    for path, (gone, come) in middles.items():
        stayed = Counter(come)
        fresh = []
        for line in come:
            if moved[line]:
                moved[line] -= 1
            else:
                fresh.append(line)
        replaced = [line for line in gone if not _take(stayed, line)]
        for number, line in enumerate(fresh):
            pairs = len(replaced) == len(fresh)
            yield Inserted(path, line, _new_words(replaced[number], line) if pairs else ((0, len(line)),))


def _take(counts: Counter[str], line: str) -> bool:
    """Whether a line is among those counted; it is counted off."""
    if counts[line]:
        counts[line] -= 1
        return True
    return False


def _middles(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines of two texts without those that both begin and end with."""
    gone, come = _lines(before), _lines(after)
    least = min(len(gone), len(come))
    head = next((at for at in range(least) if gone[at] != come[at]), least)
    tail = next((at for at in range(least - head) if gone[-1 - at] != come[-1 - at]), least - head)
    return gone[head : len(gone) - tail], come[head : len(come) - tail]


def _lines(text: str) -> list[str]:
    return [line.rstrip("\r\n") for line in split_lines(text.removeprefix("\ufeff"))]


def _new_words(old: str, new: str) -> tuple[tuple[int, int], ...]:
    there = Counter(_WORD.findall(old))
    return tuple(match.span() for match in _WORD.finditer(new) if not _take(there, match[0]))
