"""A block of lines that ctx keeps in a file which belongs to others: everything around it stays."""

from __future__ import annotations

from collections.abc import Sequence

from ctx.errors import CtxError
from ctx.markdown.lines import line_offsets, newline_of, split_lines

BEGIN, END = "# >>> ctx >>>", "# <<< ctx <<<"


def with_block(text: str, lines: Sequence[str]) -> str:
    """The text with the block holding these lines: where it was, else at the end."""
    newline = newline_of(text)
    block = newline.join([BEGIN, *lines, END, ""])
    span = _find(text)
    if span is not None:
        return text[: span[0]] + block + text[span[1] :]
    gap = newline if text and not text.endswith(("\n", "\r")) else ""
    return text + gap + block


def without_block(text: str) -> str:
    """The text without the block; the same text where there is none."""
    span = _find(text)
    return text if span is None else text[: span[0]] + text[span[1] :]


def _find(text: str) -> tuple[int, int] | None:
    """The span of the block with its marker lines. Raises CtxError for one without an end."""
    lines = split_lines(text)
    bare = [line.strip() for line in lines]
    if BEGIN not in bare:
        return None
    first = bare.index(BEGIN)
    if END not in bare[first:]:
        raise CtxError(
            f"has a line {BEGIN!r} and none that ends it",
            line=first + 1,
            hint=f"remove it, or add a line {END!r}",
        )
    offsets = line_offsets(lines)
    return offsets[first], offsets[bare.index(END, first) + 1]
