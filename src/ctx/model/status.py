"""Status: whether an entry still holds, from every place where people say so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from ctx.model.entry import RETIRED
from ctx.model.fields import fenced_spans, with_line_feeds

# Words that make a line without markup (`Status: accepted`) a status and not, say, an HTTP response.
_HOLDING = frozenset(
    "accepted active adopted agreed approved confirmed current decided done draft final implemented in open"
    " pending planned proposed provisional ratified review reviewed tentative trial valid".split()
)
# The same in a common misspelling and in other languages.
_SAID = {
    "superseded": "superceded supersedes ersetzt abgelöst remplacé remplacée reemplazado reemplazada"
    " sustituido sustituida substituído substituída sostituito sostituita vervangen заменено 已取代 已替换",
    "deprecated": "veraltet obsolète obsoleto obsoleta verouderd устарело 已废弃 非推奨 廃止",
    "rejected": "abgelehnt verworfen rejeté rejetée rechazado rechazada rejeitado rifiutato"
    " отклонено 已拒绝 却下",
}
_MEANING = {word: status for status, words in _SAID.items() for word in words.split()}
_WORD = re.compile(r"[^\W\d_]+")
_RETIRED_WORDS = "|".join(sorted(RETIRED | {"superceded"}))
_IN_TITLE = re.compile(rf"[\[(]({_RETIRED_WORDS})\b", re.IGNORECASE)
_IN_QUOTE = re.compile(rf"^[ ]{{0,3}}>[ \t]*(?:\*\*|__)({_RETIRED_WORDS})\b", re.IGNORECASE | re.MULTILINE)
_STRUCK = re.compile(r"~~[^~\n]*~~")
_LINE = re.compile(
    r"^[ ]{0,3}(?:(?:[-*+]|\d{1,2}[.)]|>)[ \t]+)*"
    r"(?P<mark>\*\*|__|)status(?:(?P=mark)[ \t]*:|:(?P=mark))[ \t]*",
    re.IGNORECASE | re.MULTILINE,
)
# How pages of decisions are headed in other languages.
_HEADED = ("statut", "estado", "stato", "статус", "状态", "ステータス", "상태", "durum")
_HEADING = re.compile(
    rf"^[ ]{{0,3}}#{{1,6}}[ \t]+(?:\*\*)?(?:status|{'|'.join(_HEADED)}):?(?:\*\*)?[ \t]*#*[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_SKIPPED = re.compile(r"(?:[ \t\r\n]|<!--.*?(?:-->|\Z))*", re.DOTALL)
_VALUE = re.compile(r"[^\r\n]*")
_NOT_A_VALUE = re.compile(r"(?:\*\*|__|#|```|~~~|\|)")


class StatusText(NamedTuple):
    """What a body says of its status, and the span in which it says so; `plain` where no markup leads it."""

    text: str
    start: int
    end: int
    plain: bool


def read_status(title: str, body: str, fields: Mapping[str, str]) -> str:
    """The status as one lower-case word, or the empty string where none is written.

    It is read from `[Superseded]` in the title, a struck title, a `> **Superseded**` quote, else from the
    first line that gives one (`**Status**: x`, `- **Status:** x`, `Status: x`), or from under a heading.
    """
    if (match := _IN_TITLE.search(title)) and any(sign in title[match.end() :] for sign in "])"):
        return _normal(match[1])
    if is_struck(title):
        return "superseded"
    if ">" in body and (match := _IN_QUOTE.search(body)):
        return _normal(match[1])
    found = find_status(body)
    return _word(found.text if found else fields.get("Status", ""))


def find_status(body: str) -> StatusText | None:
    """The first status that a body gives in a line or under a heading, comments passed over."""
    if "tatus" not in body and "TATUS" not in body and not _is_headed(body):
        return None
    text = with_line_feeds(body)
    fenced = fenced_spans(text)
    for match in _LINE.finditer(text):
        if any(start <= match.start() < end for start, end in fenced):
            continue
        found = _value(text, match.end(), plain=not match["mark"])
        if found and (not found.plain or _is_known(found.text)):
            return found
    heading = _HEADING.search(text)
    return _value(text, heading.end(), plain=False, below=True) if heading else None


def _is_headed(body: str) -> bool:
    """Whether a heading may give the status in another language."""
    if "#" not in body:
        return False
    return any(word[1:] in body for word in (_HEADED[:3] if body.isascii() else _HEADED))


def is_struck(title: str) -> bool:
    """Whether the whole title is struck through: `~~Use Redis~~`."""
    inner = title.strip()
    return len(inner) > 4 and inner.startswith("~~") and inner.endswith("~~") and "~~" not in inner[2:-2]


def _value(text: str, at: int, *, plain: bool, below: bool = False) -> StatusText | None:
    """The value that begins at an offset: on that line, or, behind a comment or heading, on the next one."""
    skipped = _SKIPPED.match(text, at)
    start = skipped.end() if skipped else at
    passed = text[at:start]
    if "\n" in passed and not below and "<!--" not in passed:
        return None
    match = _VALUE.match(text, start)
    value = match[0].rstrip() if match else ""
    value = value.partition("<!--")[0].rstrip()
    if not value or ("\n" in passed and _NOT_A_VALUE.match(value)):
        return None
    return StatusText(value, start, start + len(value), plain)


def _is_known(value: str) -> bool:
    return _word(value) in RETIRED | _HOLDING


def _word(value: str) -> str:
    """The first word of a status that is not struck through."""
    words = _WORD.findall(_STRUCK.sub(" ", value))
    return _normal(words[0]) if words else ""


def _normal(word: str) -> str:
    return _MEANING.get(word.lower(), word.lower())
