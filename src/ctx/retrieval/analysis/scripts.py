"""Terms of text beyond ASCII: one form for what looks the same, bigrams, and words without their accents.

Loaded when such text is met: to compile these patterns takes longer than to import all else that ranks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from ctx.retrieval.analysis.stems import stem
from ctx.retrieval.analysis.terms import FOLDED, Analysed, analyse_compound, whole_term, word_term

# Scripts that put no blanks between words, and Hangul, where particles hang on the words.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
)
# Marks that are part of a word without being letters.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f"
    "\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0900-\u0963\u0980-\u0dff\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    "\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3\u3099\u309a"
)
_LETTERS = rf"[^\W_](?:[^\W_]|[{_MARKS}])*"
_COMPOUND = re.compile(rf"{_LETTERS}(?:(?:[-./@#&_']|::?|\+\+?){_LETTERS})*(?:\+\+|(?<=\b[^\W_])#)?")
_WORD = re.compile(rf"{_LETTERS}(?:'{_LETTERS})*")
_RUN = re.compile(f"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_UNSPACED_RUN = re.compile(f"[{_UNSPACED}]+")

# Nothing to the eye: soft hyphens, joiners, marks of direction.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufe0e\ufe0f\ufeff"
)
_SAME = str.maketrans(
    dict.fromkeys(_INVISIBLE)
    | dict.fromkeys("\u200b™℠®©", " ")
    | dict.fromkeys("‘’ʼ", "'")
    | dict.fromkeys("‐‑−", "-")
    | {chr(zero + digit): str(digit) for zero in (0x660, 0x6F0) for digit in range(10)}
)
_ACCENTS = [(0x300, 0x36F), (0x591, 0x5BD), (0x5C1, 0x5C7), (0x610, 0x61A), (0x64B, 0x65F), (0x670, 0x670)]
# Letters that a keyboard without them writes as others.
_PLAIN = str.maketrans(
    dict.fromkeys(map(chr, (code for first, last in _ACCENTS for code in range(first, last + 1))))
    | {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"}
    | {"ـ": None, "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه"}
)
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
# A letter of its own, though Unicode composes it.
_SHORT_I = "й"


def normalise(text: str) -> str:
    """The text in one form for what looks the same: NFKC, nothing invisible, plain `'`, `-` and digits."""
    return unicodedata.normalize("NFKC", text.translate(_SAME))


def analyse_chunk(chunk: str) -> Analysed:
    """The terms of what stands between blanks."""
    return _together(map(_analyse_compound, _COMPOUND.findall(normalise(chunk))))


def _analyse_compound(compound: str) -> Analysed:
    if compound.isascii():
        return analyse_compound(compound)
    parts = _WORD.findall(compound)
    words, wholes = _together(map(_analyse_part, parts))
    if len(parts) < 2:
        return words, wholes
    whole = compound.casefold()
    folded = (FOLDED + term for variant in fold(whole) if (term := whole_term(variant)))
    return words, (*wholes, whole_term(whole), *folded)


def _together(found: Iterable[Analysed]) -> Analysed:
    """The terms of several parts as those of one."""
    every = list(found)
    return tuple(w for words, _ in every for w in words), tuple(w for _, wholes in every for w in wholes)


def _analyse_part(part: str) -> Analysed:
    if part.isascii():
        return analyse_compound(part)
    return _bigrams(part) if _UNSPACED_RUN.search(part) else _analyse_word(part)


def _analyse_word(word: str) -> Analysed:
    """The terms of a word, cut where a capital follows a small letter, and of it without its accents."""
    cuts = [at for at in range(1, len(word)) if word[at].isupper() and word[at - 1].islower()]
    pieces = [word[start:end] for start, end in zip([0, *cuts], [*cuts, len(word)], strict=True)]
    lower = word.casefold()
    words = [term for piece in pieces if (term := word_term(piece.casefold()))]
    wholes = [stem(lower)] if cuts else []
    wholes += (FOLDED + term for variant in fold(lower) if (term := word_term(variant)))
    return tuple(words), tuple(wholes)


def fold(word: str) -> list[str]:
    """What a case-folded word may be written as without its accents: `größe` as `grosse` and `groesse`."""
    bare = _SHORT_I.join(
        unicodedata.normalize("NFKC", unicodedata.normalize("NFD", part).translate(_PLAIN))
        for part in word.split(_SHORT_I)
    )
    spelt = unicodedata.normalize("NFC", word).translate(_SPELT_OUT)
    return [variant for variant in dict.fromkeys((bare, spelt)) if variant != word]


def _bigrams(part: str) -> Analysed:
    """The bigrams of each run without blanks, and the terms of what stands between such runs."""
    return _together(
        (tuple(_pairs(run)), ()) if _UNSPACED_RUN.match(run) else _analyse_part(run)
        for run in _RUN.findall(part)
    )


def _pairs(run: str) -> list[str]:
    return [run] if len(run) == 1 else [run[at : at + 2] for at in range(len(run) - 1)]
