"""Headings that are underlined, where a file means them so.

`===` under one line of text makes a heading. `---` is a separator in most files of entries, also right
below text; it makes a heading where it is as long as the text above it, or where that text reads like a
title and no heading of the file but its title has number signs.
"""

import re

from ctx.markdown.spans import Blocks, Heading

_SHORTEST = 4  # dashes that a separator seldom has
_LONGEST_TITLE = 100
_NO_TITLE = re.compile(r"\*\*|__|\||!|\[[^\]]*\]:|.*[.:;!,…。：；][*_]*\Z")


def with_underlined(blocks: Blocks) -> list[Heading]:
    """All headings of a text in order, those underlined among them."""
    marked = blocks.headings
    alone = not marked or (len(marked) == 1 and marked[0].level == 1 and marked[0].text[:1] != "[")
    return sorted([*marked, *underlined(blocks, alone=alone)], key=lambda heading: heading.start)


def underlined(blocks: Blocks, *, alone: bool) -> list[Heading]:
    """The underlined headings of a text; `alone` says that there are no others but a title."""
    if not blocks.underlines:
        return []
    ends = {heading.line + 1 for heading in blocks.headings} | {line + 1 for line in blocks.rules}
    ends |= {line + 1 for line in blocks.underlines} | {fence.last for fence in blocks.fences}
    ends |= {comment.last for comment in blocks.comments}
    found = []
    for line in blocks.underlines:
        above = line - 1
        opens = above in ends or above == 0 or not blocks.lines[above - 1].strip()
        if opens and not _in_front_matter(blocks, above) and _is_meant(blocks, line, alone=alone):
            found.append(_heading(blocks, line))
    return found


def _is_meant(blocks: Blocks, line: int, *, alone: bool) -> bool:
    underline, text = blocks.lines[line].strip(), _text(blocks, line)
    if underline[0] == "=":
        return True
    if alone and len(text) <= _LONGEST_TITLE and not _NO_TITLE.match(text):
        return True
    return len(underline) >= _SHORTEST and abs(len(underline) - len(text)) <= 1


def _in_front_matter(blocks: Blocks, above: int) -> bool:
    """Whether the text is all there is of a front matter: a line between the `---` of the first lines."""
    return above == 1 and blocks.lines[0].lstrip("\ufeff").rstrip() == "---"


def _text(blocks: Blocks, line: int) -> str:
    return blocks.lines[line - 1].lstrip("\ufeff").strip()


def _heading(blocks: Blocks, line: int) -> Heading:
    level = 1 if blocks.lines[line].strip()[0] == "=" else 2
    start = blocks.offsets[line - 1] + blocks.lines[line - 1].startswith("\ufeff")
    return Heading(level, _text(blocks, line), line - 1, start, blocks.offsets[line + 1])
