"""Closing what a text leaves open, so that nothing that follows it is swallowed."""

from ctx.markdown.blocks import scan
from ctx.markdown.lines import newline_of


def close_open(text: str) -> str:
    """Append the line that closes the top-level block the text ends inside of, if there is one.

    That is an unclosed fence, comment or other HTML block, which would swallow whatever follows.
    """
    closer = scan(text).closer
    if not closer:
        return text
    newline = newline_of(text)
    return text + ("" if text.endswith(("\n", "\r")) else newline) + closer + newline
