"""A scan for what in a text could be structure of another one that it is put into, at any depth.

An HTML block that the caller calls unsafe is not opened: its `<` is going to be escaped, so that its lines
are text like others.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ctx.markdown.scanner import _TEXT, Scanner
from ctx.markdown.state import CODE_INDENT, HTML, PARAGRAPH

_NO_QUOTE_MARK = re.compile(r"[^>\t]")


class Underline(NamedTuple):
    """The underline of a setext heading, from `start` to `end`.

    `text` is where the heading's text starts if that is one line and no definition, and `text_end` where it
    ends; else `text` is None.
    """

    level: int
    start: int
    end: int
    text: int | None
    text_end: int


class Closer(NamedTuple):
    """A line that closes a fence which nothing closes, to be inserted at `start`."""

    start: int
    line: str


class TextLine(NamedTuple):
    """A line that is no code: whether it is in an HTML block, and whether a paragraph or heading begins."""

    start: int
    text: str
    html: bool
    begins: bool


class StructureScan(Scanner):
    """One scan of a text whose lines end in line feeds; `unsafe` says of a `<` in a line whether it is."""

    def __init__(self, text: str, unsafe: Callable[[str, int], bool]) -> None:
        super().__init__(text)
        self.underlines: list[Underline] = []
        self.closers: list[Closer] = []
        self._unsafe = unsafe
        self._html_lines: set[int] = set()
        self._beginnings: set[int] = set()
        self._paragraph = (-1, 0)
        self._opening = ""

    def find(self) -> None:
        """Scan all lines."""
        line = 0
        while line < len(self._lines):
            line = self._scan_line(line)
        self._line = line
        self._close_to(0)

    def text_lines(self) -> Iterator[TextLine]:
        """The lines that are no code."""
        code = set(self._indented)
        for fence in self._fences:
            code.update(range(fence.first, fence.last))
        for number, line in enumerate(self._lines):
            if number not in code:
                begins = number in self._beginnings
                yield TextLine(self._offsets[number], line, number in self._html_lines, begins)

    def _start_block(self) -> int:
        cursor = self._cursor
        char = cursor.body[cursor.next]
        # A paragraph of nothing but definitions counts too: escaping may make another paragraph of it.
        if (
            char in "=-"
            and self._leaf == PARAGRAPH
            and self._matched == len(self._stack)
            and cursor.indent < CODE_INDENT
            and self._is_underline(char)
        ):
            self._note_underline(1 if char == "=" else 2)
            return self._leaf_done()
        return super()._start_block()

    def _note_underline(self, level: int) -> None:
        cursor, offset = self._cursor, self._offsets[self._line]
        first, text = self._paragraph
        single = first == self._line - 1 and self._definitions is None
        end = offset + len(cursor.body.rstrip(" \t"))
        self.underlines.append(
            Underline(level, offset + cursor.next, end, text if single else None, offset - 1)
        )

    def _begin_leaf(self, leaf: int) -> None:
        self._beginnings.add(self._line)
        if leaf == PARAGRAPH:
            self._paragraph = self._line, self._offsets[self._line] + self._cursor.next
        super()._begin_leaf(leaf)

    def _start_html(self) -> int:
        if self._unsafe(self._cursor.body, self._cursor.next):
            return _TEXT
        outcome = super()._start_html()
        if outcome != _TEXT:
            self._html_lines.add(self._line)
        return outcome

    def _continue_leaf(self) -> bool:
        html = self._leaf == HTML
        taken = super()._continue_leaf()
        if html and taken:
            self._html_lines.add(self._line)
        return taken

    def _start_fence(self, char: str) -> int:
        self._opening = self._cursor.body[: self._cursor.next]
        return super()._start_fence(char)

    def _end_fence(self, last: int, *, closed: bool) -> None:
        if not closed:
            char, length, _, _ = self._fence
            # What stands before the opening, as it continues on the next line: item markers become blanks.
            prefix = _NO_QUOTE_MARK.sub(" ", self._opening)
            self.closers.append(Closer(self._offsets[last], f"{prefix}{char * length}\n"))
        super()._end_fence(last, closed=closed)
