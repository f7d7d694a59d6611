"""What lies ahead of a top-level fence or comment, answered in time linear in the text overall."""

import re
from bisect import bisect_right
from datetime import date

_CLOSER = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*[\r\n]*\Z")
_OPENER = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_DATED = re.compile(r" {0,3}#{2,3}[ \t]+\[([0-9]{4}-[0-9]{2}-[0-9]{2})[^\]\r\n]*\]")


def is_dated(line: str) -> bool:
    """Whether the line is a dated heading: `##` or `###`, then a stamp in brackets."""
    return _DATED.match(line) is not None


def _is_of_calendar(line: str) -> bool:
    """Whether the line is a dated heading whose date is one that a calendar has."""
    found = _DATED.match(line)
    if found is None:
        return False
    try:
        date.fromisoformat(found[1])
    except ValueError:
        return False
    return True


class LookAhead:
    """Answers for lines asked in ascending order; each index is built when it is first needed."""

    def __init__(self, text: str, lines: list[str], offsets: list[int]) -> None:
        self._text = text
        self._lines = lines
        self._offsets = offsets
        self._closers: dict[str, _Closers] = {}
        self._dated: list[int] | None = None
        self._comment_ends = True
        self._arrow = (0, -1)

    def fence_end(self, opening: int, char: str, length: int) -> int | None:
        """Return the line that closes the fence opened on line `opening`, None if there is none."""
        if char not in self._closers:
            self._closers[char] = _Closers(self._lines, char)
        return self._closers[char].after(opening, length)

    def comment_end(self, start: int) -> int | None:
        """Return the line on which the comment at this offset closes, None if it does not.

        A `-->` in a fence inside the comment, the arrow of a diagram, closes it only where no other does
        behind the fence.
        """
        end = self._next_arrow(start)
        if end < 0:
            return None
        first, line = bisect_right(self._offsets, start), bisect_right(self._offsets, end) - 1
        while (behind := self._behind_fence(first, line)) is not None:
            later = self._text.find("-->", self._offsets[behind])
            if later < 0:
                break
            first, line = behind, bisect_right(self._offsets, later) - 1
        return line

    def _next_arrow(self, start: int) -> int:
        """The offset of the next `-->`, -1 if there is none; many comments may ask for the same one."""
        asked, found = self._arrow
        if not asked <= start <= found:
            found = self._text.find("-->", start) if self._comment_ends else -1
            self._comment_ends = found >= 0
            self._arrow = start, found
        return found

    def _behind_fence(self, first: int, line: int) -> int | None:
        """Return the line behind the fence that was opened from `first` on and holds this line, if any."""
        closer = None
        for number in range(first, len(self._lines)):
            text = self._lines[number]
            if number > line and (closer is None or "<!--" in text or is_dated(text)):
                return None
            if closer is None:
                opener = _OPENER.match(text)
                closer = opener[1] if opener else None
            elif (found := _CLOSER.match(text)) and found[1].startswith(closer):
                if number > line:
                    return number + 1
                closer = None
        return None

    def comment_lines(self, line: int, start: int) -> tuple[int, bool]:
        """Return the line behind the comment that begins on a line at an offset, and whether it is closed.

        A dated heading ends one that is never closed. In one that is closed the first heading with a real
        date outside fences does: people keep entries in comments that they think of as guidance, while a
        pattern such as `## [2026-00-00]` or an example in a fence is part of it.
        """
        if self._next_arrow(start) < 0:
            return self.dated_heading(line), False
        if (entry := self._entry_in_comment(line)) is not None:
            return entry, False
        closer = self.comment_end(start)
        return (line if closer is None else closer) + 1, True

    def _entry_in_comment(self, first: int) -> int | None:
        """Return the line of such a heading that stands before a `-->` outside fences closes the comment."""
        closer = None
        if "-->" in self._lines[first]:
            return None
        last = len(self._lines) if self.dated_heading(first) < len(self._lines) else 0
        for number in range(first + 1, last):
            text = self._lines[number]
            if closer is not None:
                found = _CLOSER.match(text)
                closer = None if found and found[1].startswith(closer) else closer
            elif "-->" in text:
                return None
            elif opener := _OPENER.match(text):
                closer = opener[1]
            elif _is_of_calendar(text):
                return number
        return None

    def dated_heading(self, line: int) -> int:
        """Return the first line after this one that is a dated heading, else the number of lines."""
        if self._dated is None:
            self._dated = [number for number, line in enumerate(self._lines) if is_dated(line)]
        index = bisect_right(self._dated, line)
        return self._dated[index] if index < len(self._dated) else len(self._lines)


class _Closers:
    """Lines that can close a fence of one character, with the longest run from each on."""

    def __init__(self, lines: list[str], char: str) -> None:
        self._found = [
            (number, len(found[1]))
            for number, line in enumerate(lines)
            if char * 3 in line and (found := _CLOSER.match(line)) and found[1][0] == char
        ]
        self._longest = [length for _, length in self._found]
        for index in range(len(self._longest) - 2, -1, -1):
            self._longest[index] = max(self._longest[index], self._longest[index + 1])
        self._index = 0

    def after(self, line: int, length: int) -> int | None:
        found = self._found
        while self._index < len(found) and found[self._index][0] <= line:
            self._index += 1
        if self._index == len(found) or self._longest[self._index] < length:
            return None
        # The scan goes on behind the closer, so this walk is never repeated.
        while found[self._index][1] < length:
            self._index += 1
        return found[self._index][0]
