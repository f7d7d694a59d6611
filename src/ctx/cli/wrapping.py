"""Text laid out for a terminal: wrapped to its width, and shown page by page where it is long."""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from ctx.cli.output import safe

_LEAD = re.compile(r"[ \t]*(?:\|[ ]?)?[ \t]*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?")
_NARROWEST, _LOWEST = 20, 6


def terminal_size() -> tuple[int, int]:
    """Columns and lines of the terminal."""
    try:
        columns, lines = os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError):
        columns, lines = 80, 24
    return max(columns or 80, _NARROWEST), max(lines or 24, _LOWEST)


def display_width(text: str) -> int:
    """The columns that a text takes: two for a wide character, none for one that combines."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def wrapped(text: str, columns: int, indent: str = "") -> list[str]:
    """The lines of a text, none wider than so many columns; what goes on is indented like a list item."""
    return [line for source in safe(text).split("\n") for line in _wrapped_line(indent + source, columns)]


def _wrapped_line(line: str, columns: int) -> Iterator[str]:
    lead = _LEAD.match(line)
    head = lead[0] if lead else ""
    bar = "|" in head
    hang = re.sub(r"[^|\s]", " ", head) if bar else " " * display_width(head)
    current, width = head, display_width(head)
    empty = True
    for piece in _pieces(line[len(head) :], max(columns - display_width(head), 1)):
        size = display_width(piece)
        if not empty and width + size - (len(piece) - len(piece.rstrip())) > columns:
            yield current.rstrip()
            current, width = hang, display_width(hang)
        current, width, empty = current + piece, width + size, False
    yield current.rstrip()


def _pieces(text: str, longest: int) -> Iterator[str]:
    """Where a line may be broken: behind blanks, at wide characters, and within what is wider than a line."""
    for word in re.findall(r"\S+\s*|\s+", text):
        if display_width(word.rstrip()) <= longest:
            yield word
            continue
        piece, width = "", 0
        for char in word:
            size = display_width(char)
            if piece and width + size > longest:
                yield piece
                piece, width = "", 0
            piece, width = piece + char, width + size
        yield piece


def page(lines: Sequence[str], height: int, show: Callable[[str], None], ask: Callable[[str], str]) -> str:
    """Show lines, a screen at a time; what a person answers between two screens other than Enter ends it.

    Returns that answer, or the empty string when all was shown.
    """
    room = height - 2
    if len(lines) <= room:
        show("\n".join(lines))
        return ""
    pages = [lines[at : at + room] for at in range(0, len(lines), room)]
    for number, part in enumerate(pages, 1):
        show("\n".join(part))
        if number < len(pages) and (
            answer := ask(f"-- page {number} of {len(pages)}: Enter goes on, or a key -- ")
        ):
            return answer
    return ""
