"""Text from files made harmless to the structure of a packet, with as little change as that takes.

Whatever a rule, a task, an entry or a session says, the headings of the packet's own levels, its frames and
the ends of its fences are ctx's alone. Headings are lowered, setext ones too and those in quotes and items;
fences that nothing closes are closed; the `<` of tags that make up a packet, that make headings of HTML or
that swallow what follows becomes `&lt;`. Code stays code. What was changed is read again until nothing is
left to change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctx.markdown.edits import Edit
    from ctx.markdown.structure import StructureScan, Underline

_DEEPEST = 6
# Escaping can turn a line from one thing into another: so often a text is looked at again.
_PASSES = 4
_TAGS = (
    r"frame|frameset|goal|summary|log|artifacts|h[1-6]|"
    r"script|style|pre|textarea|title|xmp|plaintext|listing|iframe|noembed|noframes|noscript|template|svg|math"
)
# Declarations, instructions and sections are unsafe as well, and comments that do not end on their line.
_UNSAFE = re.compile(rf"<(?:/?(?:{_TAGS})(?![a-z0-9-])|\?|!)", re.IGNORECASE)
# Without any of these a text has no structure to escape.
_SUSPECT = re.compile(r"<[A-Za-z/!?]|```|~~~|^[ \t>*+\-0-9.)]*+#|[=\-][ \t]*$", re.MULTILINE)

# What decides on a line whether a backtick starts a code span: escapes, runs, tags, targets of links. The
# forms of tags and targets that hold no backtick are passed over.
_TOKEN = re.compile(r"\\[!-/:-@\[-`{-~]|`+|<|\][(:]")
_HIGH_MARKS = re.compile(r"^([ \t*+\-0-9.)]*+)#{1,2}(?=[ \t]|$)", re.MULTILINE)
_OPENING = re.compile("<")
_RUN = re.compile(r"`+")
_TAG = re.compile(
    r"""</?[A-Za-z](?:[^<>`"'|]|"[^"`<>|]*"|'[^'`<>|]*')*+>|<[A-Za-z][A-Za-z0-9+.-]*:[^\s<>`|]*>|<!--[^`<]*?-->"""
)
# No tag and no address goes on behind the last character of these.
_NO_TAG = re.compile(r"""<[^<>`"':]*[<`]""")
_TARGET = re.compile(r"""\]\([^\s`<>()"']*(?:[ \t]+"[^"`|\\]*")?\)""")


def escape_block(text: str, level: int) -> str:
    """A text of several lines that end in line feeds, its headings at a level or below.

    Where reading it again comes to no end the text is shown as code, in a fence longer than any in it.
    """
    text = text.lstrip("\ufeff")
    if not _SUSPECT.search(text):
        return text
    from ctx.markdown.edits import apply

    ended = text.endswith("\n")
    escaped = text if ended else text + "\n"
    for _ in range(_PASSES):
        edits = [*_edits(escaped, level)]
        if not edits:
            return escaped if ended else escaped.removesuffix("\n")
        escaped = apply(escaped, edits)
    fence = "`" * max(3, 1 + max(map(len, _RUN.findall(text)), default=0))
    return f"{fence}\n{text if ended else text + chr(10)}{fence}" + ("\n" if ended else "")


def escape_line(text: str) -> str:
    """A text that stands in a line of ours, without line breaks."""
    if "<" not in text:
        return text
    escaped = list(text)
    for start in _tags(text, _Spans()):
        escaped[start] = "&lt;"
    return "".join(escaped)


def escape_xml(text: str) -> str:
    """A text in an element or an attribute of a frame."""
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(character, entity)
    return text


def escape_prose(text: str, level: int) -> str:
    """Prose in an element of a frame, without blank lines: one would end the HTML that the frame is.

    No fence makes code of lines there, so that their number signs are no comments either.
    """
    lines = (line for line in text.split("\n") if line.strip())
    escaped = escape_block(escape_xml("\n".join(lines)), level)
    return _HIGH_MARKS.sub(r"\1" + "#" * level, escaped)


def _is_unsafe(line: str, start: int) -> bool:
    return _UNSAFE.match(line, start) is not None and not _is_comment(line, start, line.rfind("-->"))


def _is_comment(line: str, start: int, last_end: int) -> bool:
    """Whether a comment starts here and ends on this line, in which `-->` stands last at `last_end`."""
    return line.startswith("<!--", start) and last_end >= start + 2


def _edits(text: str, level: int) -> Iterator[Edit]:
    from ctx.markdown.edits import Edit
    from ctx.markdown.structure import StructureScan

    scan = StructureScan(text, _is_unsafe)
    scan.find()
    for closer in scan.closers:
        yield Edit(closer.start, closer.start, closer.line)
    levels = [mark.level for mark in scan.marks] + [line.level for line in scan.underlines]
    by = max(0, level - min(levels, default=level))
    for mark in scan.marks:
        if by and mark.level < _DEEPEST:
            yield Edit(mark.start, mark.start, "#" * min(by, _DEEPEST - mark.level))
    for line in scan.underlines:
        yield from _without_underline(text, line, min(_DEEPEST, line.level + by))
    for start in _all_tags(scan):
        yield Edit(start, start + 1, "&lt;")


def _without_underline(text: str, line: Underline, level: int) -> Iterator[Edit]:
    """A heading as number signs; a rule where its text is many lines, or a field above a line of dashes."""
    from ctx.markdown.edits import Edit

    if line.text is None or text.startswith("**", line.text):
        yield Edit(line.start, line.end, "***")
        return
    yield Edit(line.text, line.text, "#" * level + " ")
    yield Edit(line.text_end, line.end, "")


def _all_tags(scan: StructureScan) -> Iterator[int]:
    """The offsets of all tags to escape in what is no code."""
    spans, behind = _Spans(), 0
    for offset, line, html in scan.text_lines():
        if offset != behind or html or not line.strip("> \t\n"):
            spans = _Spans()
        behind = offset + len(line)
        yield from (offset + start for start in _tags(line, spans, html=html))
        if html:
            spans = _Spans()


class _Spans:
    """Whether code spans can be told from the rest of a paragraph, a line at a time.

    They cannot any more once one may go on on the next line, or a backtick may belong to something else; then
    what is in code is escaped as well.
    """

    clear = True


def _tags(line: str, spans: _Spans, *, html: bool = False) -> Iterator[int]:
    """The places of tags to escape in a line of a paragraph, or of a block of HTML, where nothing is code."""
    at, last_end = 0, line.rfind("-->")
    spans.clear = spans.clear and not html
    while token := (_OPENING if html else _TOKEN).search(line, at):
        start, at, mark = token.start(), token.end(), token[0]
        if mark == "<":
            if _UNSAFE.match(line, start) and not _is_comment(line, start, last_end):
                yield start
            else:
                at = _behind_tag(line, start, spans)
        elif mark[0] == "]":
            passed = _TARGET.match(line, start)
            spans.clear = spans.clear and passed is not None
            at = passed.end() if passed else at
        elif mark[0] == "`" and spans.clear:
            at = _behind_code(line, start, at, spans)


def _behind_tag(line: str, start: int, spans: _Spans) -> int:
    """Where to go on after a `<` that stays."""
    passed = _TAG.match(line, start)
    if passed:
        return passed.end()
    if _NO_TAG.match(line, start):
        return start + 1
    following = line[start + 1 : start + 2]
    spans.clear = spans.clear and not (following.isalpha() or following in {"/", "!"})
    return start + 1


def _behind_code(line: str, start: int, after: int, spans: _Spans) -> int:
    """Where to go on after a run of backticks: behind the code that it opens, if that can be told."""
    closing = next((run for run in _RUN.finditer(line, after) if len(run[0]) == after - start), None)
    # In a table a bar ends a cell, and the code with it.
    spans.clear = closing is not None and "|" not in line[after : closing.start()]
    return closing.end() if closing and spans.clear else after
