"""What a scan finds. Lines count from 0, `last` is exclusive, `start`/`end` are offsets in the text."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple


def is_inside(spans: Sequence[tuple[int, int]], offset: int) -> bool:
    """Whether an offset lies in one of some spans, which are in order and do not overlap."""
    at = bisect_right(spans, offset, key=lambda span: span[0]) - 1
    return at >= 0 and offset < spans[at][1]


class Heading(NamedTuple):
    """A top-level heading; `text` is its raw content without closing number signs or underline."""

    level: int
    text: str
    line: int
    start: int
    end: int


class Fence(NamedTuple):
    """A fenced code block with its fence lines; `top` when no list item or quote holds it."""

    first: int
    last: int
    info: str
    top: bool
    closed: bool
    start: int
    end: int


class Comment(NamedTuple):
    """A top-level HTML block that begins with a comment."""

    first: int
    last: int
    closed: bool
    start: int
    end: int


class Item(NamedTuple):
    """A list item outside block quotes, without the blank lines after it.

    `parent` is the index of the enclosing item; `content` is the offset at which its content begins.
    """

    first: int
    last: int
    depth: int
    parent: int | None
    marker: str
    content: int
    start: int
    end: int


class Blocks(NamedTuple):
    """The block structure of a text, everything in the order of the text.

    `offsets` holds the start of each line and then the length of the text, `rules` the lines of
    top-level thematic breaks, `indented` the non-blank lines of indented code at any depth. `closer` is
    the line that would close the top-level block the text ends inside of, empty if there is none;
    `underlines` are the lines that underline a paragraph at top level. `headings` are those with number
    signs.
    """

    lines: list[str]
    offsets: list[int]
    headings: list[Heading]
    fences: list[Fence]
    comments: list[Comment]
    items: list[Item]
    rules: list[int]
    indented: list[int]
    closer: str
    underlines: list[int]
