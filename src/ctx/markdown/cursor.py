"""A position in one line, in characters and in columns: tabs stop at every fourth column."""

import re

_BLANKS = re.compile(r"[ \t]*")
_TAB = 4


class Cursor:
    """Where the scanner stands in a line.

    `column` may lie inside the tab at `position` when a container took only a part of it.
    `next` is the first character after `position` that is no blank, `next_column` its column.
    """

    __slots__ = ("_rule_from", "body", "column", "length", "next", "next_column", "position")

    def __init__(self) -> None:
        self.load("", 0)

    def load(self, line: str, position: int) -> None:
        """Begin a line; the characters before `position` (a byte order mark) take no column."""
        self.body = body = line.rstrip("\r\n")
        self.length = len(body)
        self._rule_from = -1
        self.move(position, 0)

    def move(self, position: int, column: int) -> None:
        """Go to a character that stands at, or spans, the given column."""
        self.position = position
        self.column = column
        body = self.body
        if position < self.length and body[position] not in " \t":
            self.next = position
            self.next_column = column
            return
        found = _BLANKS.match(body, position)
        self.next = end = found.end() if found else position
        if body.find("\t", position, end) < 0:
            self.next_column = column + end - position
            return
        for char in body[position:end]:
            column += _TAB - column % _TAB if char == "\t" else 1
        self.next_column = column

    @property
    def indent(self) -> int:
        """Columns of blank space before the next character."""
        return self.next_column - self.column

    @property
    def blank(self) -> bool:
        """Whether nothing but blank space is left."""
        return self.next >= self.length

    def advance(self, columns: int) -> None:
        """Take columns of the blank space ahead, a part of a tab where need be."""
        body = self.body
        position, column = self.position, self.column
        target = column + columns
        while column < target:
            if body[position] == "\t":
                stop = column + _TAB - column % _TAB
                if stop > target:
                    column = target
                    break
                column = stop
            else:
                column += 1
            position += 1
        self.position = position
        self.column = column

    def skip_quote_marker(self) -> None:
        """Step over `>` and the one blank that belongs to it."""
        self.move(self.next + 1, self.next_column + 1)
        if self.next_column > self.column:
            self.advance(1)

    def at_rule(self) -> bool:
        """Whether the rest of the line is a thematic break."""
        if self._rule_from < 0:
            # Found once per line: `- - - … x` would ask the same of every marker.
            bare = self.body.rstrip(" \t")
            mark = bare[-1]
            self._rule_from = len(bare.rstrip(mark + " \t")) if mark in "-_*" else self.length
        return self.next >= self._rule_from and self.body.count(self.body[self.next], self.next) >= 3
