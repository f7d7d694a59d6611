"""Status: whether an entry still holds, from every place where people say so."""

from __future__ import annotations

import re
from collections.abc import Mapping

_WORD = re.compile(r"[A-Za-z]+")
_IN_TITLE = re.compile(r"\[(superseded|deprecated|rejected)\b", re.IGNORECASE)
_IN_QUOTE = re.compile(r"^[ ]{0,3}>[ \t]*\*\*(superseded|deprecated)\b", re.IGNORECASE | re.MULTILINE)


def read_status(title: str, body: str, fields: Mapping[str, str]) -> str:
    """The status as one lower-case word, or the empty string where none is written.

    It is read from `[Superseded]` in the title, a struck title, a `> **Superseded**` quote, else from the
    `**Status**:` line.
    """
    if (match := _IN_TITLE.search(title)) and "]" in title[match.end() :]:
        return match[1].lower()
    if is_struck(title):
        return "superseded"
    if ">" in body and (match := _IN_QUOTE.search(body)):
        return match[1].lower()
    word = _WORD.search(fields.get("Status", "").replace("~~", ""))
    return word[0].lower() if word else ""


def is_struck(title: str) -> bool:
    """Whether the whole title is struck through: `~~Use Redis~~`."""
    inner = title.strip()
    return len(inner) > 4 and inner.startswith("~~") and inner.endswith("~~") and "~~" not in inner[2:-2]
