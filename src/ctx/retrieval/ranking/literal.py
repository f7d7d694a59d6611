"""Literal look-up, for what is asked but leaves no term: `don't`, `=>`, one CJK character."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ctx.model.entry import Entry
from ctx.retrieval.analysis.terms import normalise
from ctx.retrieval.index.bm25 import saturation

# What an occurrence in a title counts beside one in a body.
_TITLE = 3.0
_K1 = 2.5


def look_up(entries: Iterable[Entry], text: str) -> Mapping[int, float]:
    """The entries, by their places, that hold a text as it is, case aside; more often scores higher."""
    needle = _same(text).strip()
    if not needle:
        return {}
    pattern = re.compile(r"\s+".join(map(_bounded, needle.split())))
    found: dict[int, float] = {}
    for place, entry in enumerate(entries):
        count = len(pattern.findall(_same(entry.body))) + _TITLE * len(pattern.findall(_same(entry.title)))
        if count:
            found[place] = saturation(count, _K1)
    return found


def _same(text: str) -> str:
    return normalise(text).casefold()


def _bounded(word: str) -> str:
    """A pattern for a word that is no part of another one; signs and other scripts may stand anywhere."""
    before = r"(?<![\w'])" if _is_letter(word[0]) else ""
    after = r"(?![\w'+#])" if _is_letter(word[-1]) else ""
    return before + re.escape(word) + after


def _is_letter(char: str) -> bool:
    return char.isascii() and char.isalnum()
