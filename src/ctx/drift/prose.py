"""The parts of a text that are prose: code and comments blanked out, every offset as it was."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ctx.markdown.document import Document

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_VISIBLE = re.compile(r"[^\r\n]+")
# A code span stays within its paragraph.
_CODE_SPAN = re.compile(
    r"(?<!`)(?P<mark>`+)(?!`)(?P<code>(?:(?!\n[ \t]*\n).)+?)(?<!`)(?P=mark)(?!`)", re.DOTALL
)


def without_code(document: Document) -> str:
    """The text with fenced and indented code blanked."""
    blocks = document.blocks
    spans = [(fence.start, fence.end) for fence in blocks.fences]
    spans += [(blocks.offsets[line], blocks.offsets[line + 1]) for line in blocks.indented]
    return blank(document.text, spans)


def prose(document: Document) -> str:
    """The text with code blocks and comments blanked; code spans stay."""
    text = without_code(document)
    spans = [(comment.start, comment.end) for comment in document.blocks.comments]
    text = blank(text, spans)
    return blank(text, (match.span() for match in _COMMENT.finditer(text))) if "<!--" in text else text


def code_spans(text: str) -> Iterator[re.Match[str]]:
    """Each code span of a prose; `code` is what stands between its backticks."""
    return _CODE_SPAN.finditer(text)


def without_spans(text: str) -> str:
    """A prose with its code spans blanked."""
    return blank(text, (match.span() for match in code_spans(text))) if "`" in text else text


def blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with spans overwritten by blanks, line breaks kept; spans may overlap."""
    parts: list[str] = []
    position = 0
    for start, end in sorted(spans):
        if end <= position:
            continue
        parts += [text[position:start], _VISIBLE.sub(_blanks, text[max(start, position) : end])]
        position = end
    return "".join(parts) + text[position:]


def _blanks(match: re.Match[str]) -> str:
    return " " * len(match[0])
