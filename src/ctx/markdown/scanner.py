"""The block structure of CommonMark 0.31, a line at a time, without a syntax tree.

A line is first matched against the containers that are open, then may open new ones, and what is left
is a leaf or its continuation. Top-level fences and comments are taken whole, see `lookahead`.
"""

import re
from typing import Final

from ctx.markdown.definitions import Definitions
from ctx.markdown.html import COMMENT, html_start
from ctx.markdown.spans import Blocks, Comment, Heading
from ctx.markdown.state import CODE_INDENT, FENCE, HTML, INDENTED, NONE, PARAGRAPH, QUOTE, ScanState

# What the start of a block made of a line.
_TEXT: Final = 0
_LEAF: Final = 1
_CONTAINER: Final = 2

_SPECIAL: Final = frozenset("\ufeff \t\r\n#>`~<=-+*_[0123456789")
_BLANK_LINES: Final = frozenset(("\n", "\r\n", "\r"))
_ATX = re.compile(r"(#{1,6})(?=[ \t]|\Z)")
_FENCE_OPEN = re.compile(r"(`{3,})([^`]*)\Z|(~{3,})(.*)\Z", re.DOTALL)
_MARKER = re.compile(r"(?:[-+*]|[0-9]{1,9}[.)])(?=[ \t]|\Z)")
# What may stand before the last character of a marker that interrupts a paragraph: nothing, or one.
_FIRST_MARKERS: Final = frozenset(("", "1", *("0" * zeros + "1" for zeros in range(1, 9))))


class Scanner(ScanState):
    """One scan of one text."""

    def run(self) -> Blocks:
        """Scan all lines."""
        lines, stack, special = self._lines, self._stack, _SPECIAL
        line, count = 0, len(lines)
        while line < count:
            if not stack and self._leaf <= PARAGRAPH and self._definitions is None:
                # Most lines of a document: text at top level, and blank lines between.
                leaf = self._leaf
                while line < count:
                    raw = lines[line]
                    if raw[0] not in special or (raw[:2] == "**" and raw[2:3].isalnum()):
                        leaf = PARAGRAPH
                    elif raw in _BLANK_LINES:
                        leaf = NONE
                    else:
                        break
                    line += 1
                self._leaf = leaf
                if line == count:
                    break
            line = self._scan_line(line)
        self._line = count
        closer = self._closer()
        self._close_to(0)
        return self._result(closer)

    def _scan_line(self, line: int) -> int:
        """Take one line, or a whole top-level fence or comment; return the line after it."""
        raw = self._lines[line]
        marked = line == 0 and raw[0] == "\ufeff"
        self._line, self._after = line, line + 1
        self._start = self._offsets[line] + marked
        self._cursor.load(raw, int(marked))
        self._match_containers()
        whole = self._matched == len(self._stack)
        if not (whole and self._leaf >= INDENTED and self._continue_leaf()):
            if self._cursor.blank:
                self._take_blank()
            else:
                self._start_blocks()
        if raw not in _BLANK_LINES and raw.strip(" \t\r\n"):
            self._items.used = line + 1
        return self._after

    def _continue_leaf(self) -> bool:
        """Give the line to the open code or HTML block; false if that block is over."""
        cursor = self._cursor
        if self._leaf == FENCE:
            self._continue_fence()
            return True
        if self._leaf == INDENTED:
            if cursor.blank:
                return True
            if cursor.indent >= CODE_INDENT:
                self._indented.append(self._line)
                return True
        elif not cursor.blank or (self._html and self._html.end):
            self._end_html()
            return True
        self._leaf = NONE
        return False

    def _continue_fence(self) -> None:
        cursor = self._cursor
        char, length, _, _ = self._fence
        if cursor.indent < CODE_INDENT and not cursor.blank and cursor.body[cursor.next] == char:
            run = cursor.body[cursor.next :].rstrip(" \t")
            if len(run) >= length and not run.strip(char):
                self._end_fence(self._line + 1, closed=True)
                self._leaf = NONE

    def _end_html(self) -> None:
        """Close the HTML block if this line holds what ends it."""
        cursor, end = self._cursor, self._html and self._html.end
        if end and end.search(cursor.body, cursor.position):
            self._leaf = NONE

    def _take_blank(self) -> None:
        self._close_to(self._matched)
        self._leaf = NONE
        self._definitions = None

    def _start_blocks(self) -> None:
        """Open what the line opens; what is left over is text."""
        paragraph = self._leaf == PARAGRAPH
        if paragraph and self._definitions is not None and self._definitions.complete:
            cursor = self._cursor
            paragraph = self._definitions.takes_title(cursor.body[cursor.next :])
        self._lazy = paragraph
        self._in_paragraph = paragraph and self._matched == len(self._stack)
        outcome = _CONTAINER
        while outcome == _CONTAINER:
            outcome = self._start_block()
        if outcome == _TEXT:
            self._take_text()

    def _start_block(self) -> int:
        cursor = self._cursor
        if cursor.next_column - cursor.column >= CODE_INDENT:
            return self._start_indented()
        char = cursor.body[cursor.next]
        if char not in _SPECIAL:
            return _TEXT
        if char == ">":
            return self._start_quote()
        if char == "#":
            return self._start_heading()
        if char in "`~":
            return self._start_fence(char)
        if char == "<":
            return self._start_html()
        if char in "=-" and self._in_paragraph and self._is_underline(char):
            if not self._stack:
                self._underlines.append(self._line)
            return self._leaf_done()
        if char in "-_*" and cursor.at_rule():
            return self._start_rule()
        if char in "-+*" or char.isdigit():
            return self._start_item()
        return _TEXT

    def _leaf_done(self) -> int:
        """Note that a block which is one line long stands here."""
        self._close_to(self._matched)
        self._begin_leaf(NONE)
        return _LEAF

    def _is_underline(self, char: str) -> bool:
        cursor = self._cursor
        return not cursor.body[cursor.next :].rstrip(" \t").strip(char)

    def _start_indented(self) -> int:
        if self._lazy:
            return _TEXT
        self._close_to(self._matched)
        self._begin_leaf(INDENTED)
        self._indented.append(self._line)
        return _LEAF

    def _start_quote(self) -> int:
        self._open_container()
        self._quotes.append(len(self._stack))
        self._stack.append(QUOTE)
        self._matched += 1
        self._cursor.skip_quote_marker()
        return _LEAF if self._cursor.blank else _CONTAINER

    def _open_container(self) -> None:
        self._close_to(self._matched)
        self._begin_leaf(NONE)
        self._in_paragraph = self._lazy = False

    def _start_heading(self) -> int:
        cursor = self._cursor
        found = _ATX.match(cursor.body, cursor.next)
        if not found:
            return _TEXT
        self._leaf_done()
        if not self._stack:
            level, content = len(found[1]), heading_content(cursor.body[found.end() :])
            end = self._offsets[self._line + 1]
            self._headings.append(Heading(level, content, self._line, self._start, end))
        return _LEAF

    def _start_fence(self, char: str) -> int:
        cursor = self._cursor
        found = _FENCE_OPEN.match(cursor.body, cursor.next)
        if not found:
            return _TEXT
        run, info = (found[1], found[2]) if found[1] else (found[3], found[4])
        self._close_to(self._matched)
        self._begin_leaf(FENCE)
        self._fence = (char, len(run), self._line, info.strip(" \t"))
        if not self._stack:
            closer = self._ahead.fence_end(self._line, char, len(run))
            self._after = self._ahead.dated_heading(self._line) if closer is None else closer + 1
            self._end_fence(self._after, closed=closer is not None)
            self._leaf = NONE
        return _LEAF

    def _start_html(self) -> int:
        cursor = self._cursor
        kind = html_start(cursor.body, cursor.next)
        if not kind or (self._lazy and not kind.interrupts):
            return _TEXT
        self._close_to(self._matched)
        self._begin_leaf(HTML)
        self._html = kind
        if kind is COMMENT and not self._stack:
            self._take_comment()
        else:
            self._end_html()
        return _LEAF

    def _take_comment(self) -> None:
        line = self._line
        last, closed = self._ahead.comment_lines(line, self._offsets[line] + self._cursor.next)
        self._after = last
        self._comments.append(Comment(line, last, closed, self._start, self._offsets[last]))
        self._leaf = NONE

    def _start_rule(self) -> int:
        self._leaf_done()
        if not self._stack:
            self._rules.append(self._line)
        return _LEAF

    def _start_item(self) -> int:
        cursor = self._cursor
        found = _MARKER.match(cursor.body, cursor.next)
        if not found:
            return _TEXT
        marker = found.group()
        if self._in_paragraph and (
            not cursor.body[found.end() :].strip(" \t") or marker[:-1] not in _FIRST_MARKERS
        ):
            return _TEXT
        self._open_container()
        indent = cursor.indent
        cursor.move(found.end(), cursor.next_column + len(marker))
        blank = cursor.blank
        padding = 1 if blank or cursor.indent > CODE_INDENT else cursor.indent
        if not blank:
            cursor.advance(padding)
        if not self._quotes:
            content = self._offsets[self._line] + cursor.position
            self._items.open(self._line, marker, content, self._start)
        self._stack.append(indent + len(marker) + padding)
        self._matched += 1
        self._empty_item = blank
        return _LEAF if blank else _CONTAINER

    def _take_text(self) -> None:
        """Continue the open paragraph, lazily if its containers were not matched, or begin one."""
        cursor = self._cursor
        if not self._lazy:
            self._close_to(self._matched)
            if self._leaf != PARAGRAPH:
                opens = cursor.body[cursor.next] == "["
                self._begin_leaf(PARAGRAPH)
                self._definitions = Definitions() if opens else None
        if self._definitions is not None:
            self._definitions.feed(cursor.body[cursor.next :])


def heading_content(raw: str) -> str:
    """Return the content of an ATX heading without blanks around it and its closing sequence."""
    content = raw.strip(" \t")
    open_part = content.rstrip("#")
    if open_part != content and (not open_part or open_part[-1] in " \t"):
        return open_part.rstrip(" \t")
    return content
