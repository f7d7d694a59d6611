"""Where the blocks of a Markdown text are: CommonMark 0.31 with exact source positions.

The deviations wanted here are named in docs/formats.md.
"""

from ctx.markdown.scanner import Scanner
from ctx.markdown.spans import Blocks, Comment, Fence, Heading, Item

__all__ = ["Blocks", "Comment", "Fence", "Heading", "Item", "scan"]


def scan(text: str) -> Blocks:
    """Find the blocks of any text; never fails."""
    return Scanner(text).run()
