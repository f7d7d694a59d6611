"""What a change of some texts inserts, as opposed to what it moves or leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ctx.markdown.lines import split_lines


class Inserted(NamedTuple):
    """A line of the new text of a file, without its end; what is new of it stands from `start` to `end`."""

    path: str
    text: str
    start: int
    end: int


def inserted_lines(texts: Mapping[str, tuple[str, str]]) -> Iterator[Inserted]:
    """The lines that some files, told as before and after, hold now and none of them held before.

    A line that moved, also from one file to another, is not new. Where as many lines of a file were replaced
    as came, each is compared with the one whose place it took, and only what lies between their common
    beginning and end is new. Takes time in proportion to the texts.
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
            start, end = _span(replaced[number], line) if len(replaced) == len(fresh) else (0, len(line))
            yield Inserted(path, line, start, end)


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


def _span(old: str, new: str) -> tuple[int, int]:
    """Where two lines differ, as offsets in the new one."""
    least = min(len(old), len(new))
    head = next((at for at in range(least) if old[at] != new[at]), least)
    tail = next((at for at in range(least - head) if old[-1 - at] != new[-1 - at]), least - head)
    return head, len(new) - tail
