"""What a scan knows between lines: the open containers, the open leaf, and what was found so far."""

from typing import Final

from ctx.markdown.cursor import Cursor
from ctx.markdown.definitions import Definitions
from ctx.markdown.html import COMMENT, HtmlKind
from ctx.markdown.items import OpenItems
from ctx.markdown.lines import line_offsets, split_lines
from ctx.markdown.lookahead import LookAhead
from ctx.markdown.spans import Blocks, Comment, Fence, Heading

# What the innermost container holds last; from FENCE on, it takes lines as they are.
NONE: Final = 0
PARAGRAPH: Final = 1
INDENTED: Final = 2
FENCE: Final = 3
HTML: Final = 4

QUOTE: Final = 0
CODE_INDENT: Final = 4


class ScanState:
    """The state of one scan of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = lines = split_lines(text)
        self._offsets = line_offsets(lines)
        self._ahead = LookAhead(text, lines, self._offsets)
        self._cursor = Cursor()
        self._headings: list[Heading] = []
        self._fences: list[Fence] = []
        self._comments: list[Comment] = []
        self._rules: list[int] = []
        self._underlines: list[int] = []
        self._indented: list[int] = []
        self._items = OpenItems(self._offsets)
        # Open containers from the outside in: 0 for a quote, else the columns an item's content is
        # indented by. `_quotes` are the places of the quotes among them.
        self._stack: list[int] = []
        self._quotes: list[int] = []
        self._empty_item = False
        self._leaf = NONE
        self._definitions: Definitions | None = None
        self._fence = ("", 0, 0, "")
        self._html: HtmlKind | None = None
        # About the line in hand: containers matched, whether it continues a paragraph, may do so lazily.
        self._line = 0
        self._start = 0
        self._after = 0
        self._matched = 0
        self._in_paragraph = False
        self._lazy = False

    def _match_containers(self) -> None:
        cursor, stack = self._cursor, self._stack
        matched, quotes, count = 0, 0, len(stack)
        while matched < count:
            if cursor.next >= cursor.length:
                # A blank remainder continues every item up to the next quote.
                matched = self._quotes[quotes] if quotes < len(self._quotes) else count
                if matched == count and self._empty_item:
                    matched -= 1
                break
            width = stack[matched]
            indent = cursor.next_column - cursor.column
            if width == QUOTE:
                if indent >= CODE_INDENT or cursor.body[cursor.next] != ">":
                    break
                cursor.skip_quote_marker()
                quotes += 1
            elif indent >= width:
                cursor.advance(width)
            else:
                break
            matched += 1
        self._matched = matched

    def _close_to(self, depth: int) -> None:
        """Close the containers deeper than this, and the leaf with them."""
        stack = self._stack
        if len(stack) == depth:
            return
        if self._leaf == FENCE:
            self._end_fence(self._end_of_content(), closed=False)
        while len(stack) > depth:
            if stack.pop() == QUOTE:
                self._quotes.pop()
            elif not self._quotes:
                self._items.close()
        self._leaf = NONE
        self._definitions = None
        self._empty_item = False

    def _end_of_content(self) -> int:
        """Where a block ends that ends with its container: before the blank lines, if there are any."""
        return max(self._items.used, self._fence[2] + 1)

    def _end_fence(self, last: int, *, closed: bool) -> None:
        _, _, first, info = self._fence
        start, end = self._offsets[first] + self._marked(first), self._offsets[last]
        self._fences.append(Fence(first, last, info, not self._stack, closed, start, end))

    def _marked(self, line: int) -> int:
        return int(line == 0 and self._text.startswith("\ufeff"))

    def _begin_leaf(self, leaf: int) -> None:
        self._leaf = leaf
        self._definitions = None
        self._empty_item = False

    def _closer(self) -> str:
        """Return the line that would close the top-level block the text ends inside of."""
        if self._leaf == HTML and not self._stack and self._html:
            return self._html.closer
        length = len(self._text)
        if self._comments and not self._comments[-1].closed and self._comments[-1].end == length:
            return COMMENT.closer
        if self._fences and not self._fences[-1].closed and self._fences[-1].end == length:
            char, run, _, _ = self._fence
            return char * run if self._fences[-1].top else ""
        return ""

    def _result(self, closer: str) -> Blocks:
        self._fences.sort()
        return Blocks(
            self._lines,
            self._offsets,
            self._headings,
            self._fences,
            self._comments,
            self._items.found(),
            self._rules,
            self._indented,
            closer,
            self._underlines,
        )
