"""Lines `-->` that close nothing: what is left where a heading with a date ended the comment before."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from ctx.markdown.blocks import scan
from ctx.markdown.edits import Edit, apply
from ctx.markdown.inline import find_comments
from ctx.markdown.spans import Blocks

_ALONE = re.compile(r"^[ ]{0,3}-->[ \t]*(?:\r\n|\n|\r|\Z)", re.MULTILINE)


def without_strays(text: str) -> str:
    """A text without such lines."""
    if "-->" not in text or not _ALONE.search(text):
        return text
    return apply(text, [Edit(start, end, "") for start, end in find_strays(text, scan(text))])


def find_strays(text: str, blocks: Blocks) -> Iterator[tuple[int, int]]:
    """The spans of such lines, line breaks included, outside fences, comments and comments in paragraphs."""
    if "-->" not in text:
        return
    hidden = [(comment.start, comment.end) for comment in blocks.comments]
    hidden = sorted(hidden + [(fence.start, fence.end) for fence in blocks.fences if fence.top])
    starts = [start for start, _ in hidden]
    heads = [0, *(heading.end for heading in blocks.headings)]
    for match in _ALONE.finditer(text):
        at = bisect_right(starts, match.start()) - 1
        if at >= 0 and match.start() < hidden[at][1]:
            continue
        above = max([heads[bisect_right(heads, match.start()) - 1], *([hidden[at][1]] if at >= 0 else [])])
        part = text[above : match.end()]
        if not any(start <= match.start() - above < end for start, end in find_comments(part)):
            yield match.span()
