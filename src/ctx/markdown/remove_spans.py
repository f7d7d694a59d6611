"""Spans taken out of a text so that no blank line, double blank or new markup shows where they were."""

from bisect import bisect_left, bisect_right

from ctx.markdown.edits import Edit
from ctx.markdown.spans import Blocks

_BLANKS = " \t"
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")

Span = tuple[int, int]


def span_removals(text: str, blocks: Blocks, spans: list[Span]) -> list[Edit]:
    """Return the edits that remove the spans, which are in order, and tidy up around them."""
    edits: list[Edit] = []
    above = -1
    for group in _groups(text, spans):
        start, end = group[0][0], group[-1][1]
        before, after = _line_start(blocks, start), _line_end(text, blocks, end)
        if text[before:start].strip(_BLANKS) or text[end:after].strip(_BLANKS + "\r\n"):
            # At the end of a line the blanks before all of them go; one by one they would take the same ones.
            ends_line = end == len(text) or not text[end:after].strip(_BLANKS + "\r\n")
            spans_apart = [(start, end)] if ends_line else group
            edits += [_within_line(text, span, before) for span in spans_apart]
            continue
        first, last = bisect_right(blocks.offsets, before) - 1, bisect_right(blocks.offsets, after - 1)
        if not edits or edits[-1].end != before:
            above = first - 1
        end = _below(blocks, above, last, after)
        floor = edits[-1].end if edits else 0
        while end == len(text) and first and _is_blank(blocks.lines[first - 1]) and before > floor:
            first -= 1
            before = max(floor, _line_start(blocks, blocks.offsets[first]))
        edits.append(Edit(before, end, ""))
    return edits


def _groups(text: str, spans: list[Span]) -> list[list[Span]]:
    """Put together the spans with nothing but blanks between them."""
    groups: list[list[Span]] = []
    for span in spans:
        if groups and not text[groups[-1][-1][1] : span[0]].strip(_BLANKS):
            groups[-1].append(span)
        else:
            groups.append([span])
    return groups


def _line_start(blocks: Blocks, offset: int) -> int:
    line = bisect_right(blocks.offsets, offset) - 1
    return blocks.offsets[line] + (line == 0 and blocks.lines[0].startswith("\ufeff"))


def _line_end(text: str, blocks: Blocks, offset: int) -> int:
    if offset == len(text) or text[offset - 1] in "\r\n":
        return offset
    return blocks.offsets[bisect_right(blocks.offsets, offset)]


def _below(blocks: Blocks, above: int, last: int, end: int) -> int:
    """Return the end of a removal of whole lines, given the line that is left above it."""
    lines = blocks.lines
    if above < 0 or _is_blank(lines[above]):
        while last < len(lines) and _is_blank(lines[last]):
            last += 1
        return blocks.offsets[last]
    if bisect_left(blocks.indented, last) < bisect_left(blocks.indented, last + 1):
        # Without a blank line the code would become a line of the paragraph before it.
        return end - len(lines[last - 1]) + len(lines[last - 1].rstrip("\r\n"))
    return end


def _is_blank(line: str) -> bool:
    return not line.strip(" \t\r\n\ufeff")


def _within_line(text: str, span: Span, line_start: int) -> Edit:
    """Remove a span that stands beside text, with the blanks on one side of it."""
    start, end = span
    before, after = text[start - 1 : start], text[end : end + 1]
    if not after or after in "\r\n":
        while start > line_start and text[start - 1] in _BLANKS:
            start -= 1
    elif start == line_start or before in _BLANKS:
        while end < len(text) and text[end] in _BLANKS:
            end += 1
    elif before in _PUNCTUATION and after in _PUNCTUATION:
        # Kept apart: the two could make a comment or a fence together.
        return Edit(start, end, " ")
    return Edit(start, end, "")
