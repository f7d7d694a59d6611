"""Fitting a text under another heading, without touching anything that is not a top-level heading."""

from ctx.markdown.blocks import scan
from ctx.markdown.edits import Edit, apply
from ctx.markdown.lines import newline_of

_DEEPEST = 6


def demote(text: str, by: int) -> str:
    """Move every top-level ATX heading down by some levels, to the sixth at most (negative: up).

    Close what is open first: a dated heading ends an unclosed fence only at the levels 2 and 3.
    """
    edits = []
    for heading in scan(text).headings:
        level = max(1, min(_DEEPEST, heading.level + by))
        marks = text.index("#", heading.start)
        edits.append(Edit(marks, marks + heading.level, "#" * level))
    return apply(text, edits)


def demote_to(text: str, level: int) -> str:
    """Move the headings down together so that the highest of them is at `level` or below."""
    highest = min((heading.level for heading in scan(text).headings), default=level)
    return demote(text, level - highest) if highest < level else text


def close_open(text: str) -> str:
    """Append the line that closes the top-level block the text ends inside of, if there is one.

    That is an unclosed fence, comment or other HTML block, which would swallow whatever follows.
    """
    closer = scan(text).closer
    if not closer:
        return text
    newline = newline_of(text)
    return text + ("" if text.endswith(("\n", "\r")) else newline) + closer + newline
