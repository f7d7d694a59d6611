"""HTML blocks: the seven start conditions of CommonMark and what ends each."""

import re
from typing import NamedTuple

_FLAGS = re.IGNORECASE | re.ASCII
_BLOCK_TAGS = (
    r"address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|"
    r"dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h1|h2|h3|h4|h5|h6|head|header|"
    r"hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|"
    r"section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul"
)

_ATTRIBUTE = (
    r"[ \t]++[A-Za-z_:][A-Za-z0-9_.:-]*+"
    r"(?:[ \t]*+=[ \t]*+(?:[^ \t\"'=<>`]++|'[^']*+'|\"[^\"]*+\"))?+"
)
_OPEN_TAG = rf"<[A-Za-z][A-Za-z0-9-]*+(?:{_ATTRIBUTE})*+[ \t]*+/?>"
_CLOSING_TAG = r"</[A-Za-z][A-Za-z0-9-]*+[ \t]*+>"
_ANY_TAG = rf"(?:{_OPEN_TAG}|{_CLOSING_TAG})[ \t]*\Z"


class HtmlKind(NamedTuple):
    """How one kind of HTML block starts and ends.

    `end` is found on its last line, and `closer` is such a line; where `end` is None, a blank line ends it.
    """

    start: re.Pattern[str]
    end: re.Pattern[str] | None
    closer: str = ""
    interrupts: bool = True


def _ended_by(start: str, end: str, closer: str) -> HtmlKind:
    return HtmlKind(re.compile(start, _FLAGS), re.compile(end, _FLAGS), closer)


COMMENT = _ended_by(r"<!--", r"-->", "-->")
_KINDS = (
    _ended_by(
        r"<(?:script|pre|style|textarea)(?=[ \t>]|\Z)", r"</(?:script|pre|style|textarea)>", "</script>"
    ),
    COMMENT,
    _ended_by(r"<\?", r"\?>", "?>"),
    _ended_by(r"<![a-z]", r">", ">"),
    _ended_by(r"<!\[CDATA\[", r"\]\]>", "]]>"),
    HtmlKind(re.compile(rf"</?(?:{_BLOCK_TAGS})(?=[ \t]|/?>|\Z)", _FLAGS), None),
    HtmlKind(re.compile(_ANY_TAG, _FLAGS), None, interrupts=False),
)


def html_start(body: str, position: int) -> HtmlKind | None:
    """Return the kind of HTML block that starts at the `<` at this position."""
    for kind in _KINDS:
        if kind.start.match(body, position):
            return kind
    return None
