"""Snippets: the stretch of a text that says most of what was asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ctx.retrieval.analysis.terms import find_terms, terms

_WIDTH = 160
_FIELD = re.compile(r"\*\*([^*\n]{1,40})(?:\*\*:|:\*\*)")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_MARKUP = re.compile(r"^\s{0,3}(?:#{1,6}|>|[-*+]|```\S*|~~~\S*)\s|\*\*|(?<!\w)`+|`+(?!\w)", re.MULTILINE)


def snippet(text: str, words: str, width: int = _WIDTH) -> str:
    """About `width` characters of the text, on one line, around as many of the words as possible."""
    plain = " ".join(_MARKUP.sub("", _FIELD.sub(r"\1:", _COMMENT.sub("", text))).split())
    if not plain.isascii():
        plain = unicodedata.normalize("NFC", plain).replace("\u00ad", "")
    if len(plain) <= width:
        return plain
    marks = sorted({*find_terms(plain, terms(words)), *_find_literally(plain, words)})
    return _cut(plain, _best_start(marks, width), width)


def _find_literally(plain: str, words: str) -> Iterator[int]:
    """Where words stand that are no terms of their own: beyond ASCII, or all there is."""
    for word in words.split():
        if not word.isascii() or not terms(words):
            yield from (match.start() for match in re.finditer(re.escape(word), plain, re.IGNORECASE))


def _best_start(marks: list[int], width: int) -> int:
    """The first place from which most marks fall into the width."""
    best, start, right = 0, 0, 0
    for left, mark in enumerate(marks):
        while right < len(marks) and marks[right] < mark + width:
            right += 1
        if right - left > best:
            best, start = right - left, mark
    return start


def _cut(plain: str, start: int, width: int) -> str:
    start = max(0, min(start - width // 5, len(plain) - width))
    if start:
        start = plain.find(" ", start) + 1
    end = start + width
    if end < len(plain):
        end = plain.rfind(" ", start, end) if " " in plain[start:end] else end
    lead, tail = "… " if start else "", " …" if end < len(plain) else ""
    return f"{lead}{plain[start:end]}{tail}"
