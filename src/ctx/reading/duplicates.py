"""Entries that say the same as another one, or nearly."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ctx.model.entry import Entry
from ctx.model.fields import ONE_PARAGRAPH

NEAR = 0.85  # the score from which two entries are named as near duplicates
_ABOUT = re.compile(rf"^\*\*(?:{'|'.join(sorted(ONE_PARAGRAPH))})\*\*:[^\r\n]*", re.IGNORECASE | re.MULTILINE)
_DONE_FOR = re.compile(r"^\*\*(?:Frame|Task)\*\*:[^\r\n]*", re.MULTILINE)
_NAME = re.compile(r"^\*\*[^*\r\n]+\*\*:", re.MULTILINE)
_LONGEST = 4000  # characters compared; comparing takes time in the product of the lengths


class Near(NamedTuple):
    """An entry and how much alike it is, from 0 to 1."""

    entry: Entry
    score: float


def find_exact(title: str, body: str, entries: Iterable[Entry]) -> Entry | None:
    """The first entry that has this title and body but for white space, stamp, frame and task."""
    wanted = _words(title), _said(body)
    return next((e for e in entries if _words(e.title) == wanted[0] and _said(e.body) == wanted[1]), None)


def find_near(title: str, body: str, entries: Sequence[Entry], *, least: float = NEAR) -> list[Near]:
    """The entries at least so much alike, most alike first: by title, or by all they say."""
    from rapidfuzz import fuzz, process

    wanted = (title.lower(), _folded(title, body))
    texts = ([e.title.lower() for e in entries], [_folded(e.title, e.body) for e in entries])
    best: dict[int, float] = {}
    for text, choices in zip(wanted, texts, strict=True):
        found = process.extract(
            text, choices, scorer=fuzz.token_sort_ratio, limit=None, score_cutoff=least * 100
        )
        for _, score, index in found:
            best[index] = max(best.get(index, 0.0), score / 100)
    near = [Near(entries[index], score) for index, score in best.items()]
    return sorted(near, key=lambda one: (-one.score, one.entry.path, one.entry.position))


def _said(body: str) -> str:
    return _words(_DONE_FOR.sub("", body)) if "**" in body else _words(body)


def _words(text: str) -> str:
    return " ".join(text.split())


def _folded(title: str, body: str) -> str:
    """What the two say, without the names of fields and without fields about the entry itself."""
    return f"{title} {_NAME.sub('', _ABOUT.sub('', body[:_LONGEST]))}".lower()
