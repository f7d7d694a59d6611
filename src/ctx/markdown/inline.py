"""Comments taken out of a text, wherever it is text and not code."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator

from ctx.markdown.blocks import Blocks, scan
from ctx.markdown.edits import apply
from ctx.markdown.lookahead import is_dated
from ctx.markdown.remove_spans import span_removals

_TOKEN = re.compile(r"\\[!-/:-@\[-`{-~]|`+|<!--")
_RUN = re.compile(r"`+")

Span = tuple[int, int]


def strip_comments(text: str) -> str:
    """Remove `<!-- … -->` except in code spans, fenced code and indented code.

    A line on which nothing else stood goes away whole, and no hole of blank lines is left. An unclosed
    comment ends at the next dated heading, else with the text; where code follows it is no comment.
    """
    if "<!--" not in text:
        return text
    blocks = scan(text)
    return apply(text, span_removals(text, blocks, list(_comments(text, blocks))))


def find_comments(text: str) -> list[Span]:
    """Return the spans that `strip_comments` takes for comments, in order."""
    return list(_comments(text, scan(text))) if "<!--" in text else []


def _comments(text: str, blocks: Blocks) -> Iterator[Span]:
    """Find the comments, from `<!--` to behind `-->`."""
    starts = {text.index("<", comment.start): comment for comment in blocks.comments}
    breaks = _breaks(blocks)
    dated = [heading.start for heading in blocks.headings if is_dated(blocks.lines[heading.line])]
    for start, end in _prose(text, blocks):
        code = _CodeSpans(text, start, end, breaks)
        position = start
        unclosed = end  # from here on no comment of this stretch closes
        while token := _TOKEN.search(text, position, end):
            position = token.end()
            if token[0][0] == "`":
                position = code.end(token.start(), position)
            elif token[0] == "<!--":
                # From the dashes on: `<!-->` is a whole comment.
                block = starts.get(token.start())
                last = blocks.offsets[block.last - 1] if block and block.closed else 0
                closing = text.find("-->", max(position - 2, last), end) if position < unclosed else -1
                if closing < 0:
                    unclosed = min(unclosed, position)
                if closing >= 0:
                    position = closing + 3
                elif block:
                    position = block.end
                elif end == len(text):
                    following = bisect_right(dated, position)
                    position = dated[following] if following < len(dated) else end
                else:
                    break
                yield token.start(), position


def _prose(text: str, blocks: Blocks) -> list[Span]:
    """Return the spans between code blocks."""
    offsets = blocks.offsets
    code = [(fence.start, fence.end) for fence in blocks.fences]
    code += [(offsets[line], offsets[line + 1]) for line in blocks.indented]
    spans = []
    position = 0
    for start, end in sorted(code):
        if position < start:
            spans.append((position, start))
        position = end
    return [*spans, (position, len(text))] if position < len(text) else spans


def _breaks(blocks: Blocks) -> list[int]:
    """Return the offsets that no code span crosses, as far as the block structure tells."""
    breaks = {item.start for item in blocks.items}
    breaks.update(offset for heading in blocks.headings for offset in (heading.start, heading.end))
    breaks.update(offset for comment in blocks.comments for offset in (comment.start, comment.end))
    breaks.update(blocks.offsets[line] for line in blocks.rules)
    breaks.update(
        offset
        for offset, line in zip(blocks.offsets, blocks.lines, strict=False)
        if not line.strip(" \t\r\n")
    )
    return sorted(breaks)


class _CodeSpans:
    """Where the code spans of a stretch of text close; asking costs a search in a sorted list."""

    def __init__(self, text: str, start: int, end: int, breaks: list[int]) -> None:
        self._breaks = breaks
        self._runs: dict[int, list[int]] = defaultdict(list)
        for run in _RUN.finditer(text, start, end):
            self._runs[len(run[0])].append(run.start())

    def end(self, start: int, after: int) -> int:
        """Return the offset behind the code span opened by this run, or behind the run if it opens none."""
        runs = self._runs[after - start]
        index = bisect_left(runs, after)
        if index == len(runs):
            return after
        following = bisect_right(self._breaks, start)
        if following < len(self._breaks) and self._breaks[following] <= runs[index]:
            return after
        return runs[index] + after - start
