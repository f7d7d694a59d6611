"""What in a text has to be changed so that nothing in it is structure of the packet around it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctx.markdown.edits import Edit
from ctx.markdown.structure import StructureScan, Underline

_DEEPEST = 6
_SHORTEST = 3
# Those of frames, those of headings, and those that blank lines do not end.
_TAGS = r"frame|frameset|goal|done_when|reason|summary|log|artifacts|h[1-6]|script|style|pre|textarea"
# Declarations, instructions and sections are unsafe as well, and comments that do not end on their line.
_UNSAFE = re.compile(rf"<(?:/?(?:{_TAGS})(?![a-z0-9-])|\?|!)", re.IGNORECASE)
# Number signs behind nothing but marks of quotes and items: a heading, or what looks like one.
_MARKS = re.compile(r"(?:[ \t>]|[-*+][ \t]|[0-9]{1,9}[.)][ \t])*+(#{1,6})(?=[ \t\n])")
# What decides on a line whether a backtick starts a code span: escapes, runs, tags, targets of links. The
# forms of tags and targets that hold no backtick are passed over.
_TOKEN = re.compile(r"\\[!-/:-@\[-`{-~]|`+|<|\][(:]")
_OPENING = re.compile("<")
_RUN = re.compile(r"`+")
_TAG = re.compile(
    r"""</?[A-Za-z](?:[^<>`"'|]|"[^"`<>|]*"|'[^'`<>|]*')*+>|<[A-Za-z][A-Za-z0-9+.-]*:[^\s<>`|]*>|<!--[^`<]*?-->"""
)
# No tag and no address goes on behind the last character of these.
_NO_TAG = re.compile(r"""<[^<>`"':]*[<`]""")
_TARGET = re.compile(r"""\]\([^\s`<>()"']*(?:[ \t]+"[^"`|\\]*")?\)""")


def _is_unsafe(line: str, start: int) -> bool:
    return _UNSAFE.match(line, start) is not None and not _is_comment(line, start, line.rfind("-->"))


def _is_comment(line: str, start: int, last_end: int) -> bool:
    """Whether a comment starts here and ends on this line, in which `-->` stands last at `last_end`."""
    return line.startswith("<!--", start) and last_end >= start + 2


def structure_edits(text: str, level: int) -> Iterator[Edit]:
    """What escapes the structure of a text whose lines end in line feeds, headings from a level on."""
    scan = StructureScan(text, _is_unsafe)
    scan.find()
    for closer in scan.closers:
        yield Edit(closer.start, closer.start, closer.line)
    marks = [
        (line.start + found.start(1), len(found[1]))
        for line in scan.text_lines()
        if (found := _MARKS.match(line.text))
    ]
    levels = [level for _, level in marks]
    levels += [line.level for line in scan.underlines if line.end - line.start >= _SHORTEST]
    by = max(0, level - min(levels, default=level))
    for start, own in marks:
        if by and own < _DEEPEST:
            yield Edit(start, start, "#" * min(by, _DEEPEST - own))
    for line in scan.underlines:
        yield from _without_underline(text, line, min(_DEEPEST, line.level + by))
    for start in _all_tags(scan):
        yield Edit(start, start + 1, "&lt;")


def _without_underline(text: str, line: Underline, level: int) -> Iterator[Edit]:
    """A heading as number signs; a rule where its text is many lines, or a field above a line of dashes.

    One dash or two are hardly meant as an underline and stay a part of the text.
    """
    if line.end - line.start < _SHORTEST:
        yield Edit(line.start, line.start, "\\")
    elif line.text is None or text.startswith("**", line.text):
        yield Edit(line.start, line.end, "***")
    else:
        yield Edit(line.text, line.text, "#" * level + " ")
        yield Edit(line.text_end, line.end, "")


def _all_tags(scan: StructureScan) -> Iterator[int]:
    """The offsets of all tags to escape in what is no code."""
    spans = _Spans()
    for line in scan.text_lines():
        if line.begins or line.html:
            spans = _Spans()
        yield from (line.start + start for start in _tags(line.text, spans, html=line.html))


def tag_edits(line: str) -> Iterator[Edit]:
    """What escapes the tags in a line that stands by itself."""
    return (Edit(start, start + 1, "&lt;") for start in _tags(line, _Spans()))


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
