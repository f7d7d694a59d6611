"""A block of lines that ctx keeps in a file which belongs to others: everything around it stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ctx.errors import CtxError
from ctx.markdown.lines import line_offsets, newline_of, split_lines


class Marks(NamedTuple):
    """The lines that begin and end a block."""

    begin: str
    end: str


SETTINGS = Marks("# >>> ctx >>>", "# <<< ctx <<<")
MARKDOWN = Marks("<!-- >>> ctx >>> -->", "<!-- <<< ctx <<< -->")


def with_block(text: str, lines: Sequence[str], marks: Marks = SETTINGS) -> str:
    """The text with the block holding these lines: where it was, else at the end."""
    newline = newline_of(text)
    block = newline.join([marks.begin, *lines, marks.end, ""])
    span = _find(text, marks)
    if span is not None:
        return text[: span[0]] + block + text[span[1] :]
    gap = newline if text and not text.endswith(("\n", "\r")) else ""
    return text + gap + block


def has_block(text: str, marks: Marks = SETTINGS) -> bool:
    """Whether there is a block. Raises CtxError for one without an end."""
    return _find(text, marks) is not None


def without_block(text: str, marks: Marks = SETTINGS) -> str:
    """The text without the block; the same text where there is none."""
    span = _find(text, marks)
    return text if span is None else text[: span[0]] + text[span[1] :]


def _find(text: str, marks: Marks) -> tuple[int, int] | None:
    """The span of the block with its marker lines. Raises CtxError for one without an end."""
    lines = split_lines(text)
    bare = [line.strip() for line in lines]
    if marks.begin not in bare:
        return None
    first = bare.index(marks.begin)
    if marks.end not in bare[first:]:
        raise CtxError(
            f"has a line {marks.begin!r} and none that ends it",
            line=first + 1,
            hint=f"remove it, or add a line {marks.end!r}",
        )
    offsets = line_offsets(lines)
    return offsets[first], offsets[bare.index(marks.end, first) + 1]
