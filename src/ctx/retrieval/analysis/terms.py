"""Terms: the words a text is indexed and asked by.

Text is brought to one form first (`normalise`). A compound such as `os.path.join`, `foo_bar.py`, `re-run` or
`JavaScript` is split at every boundary, and its letters together are a term too, in the space of plain words:
`javascript` and `JavaScript`, `nodejs` and `Node.js` find each other. Scripts without blanks between words go
in as bigrams; stop words are left out, irregular forms are brought to their base, and the rest is stemmed.
A word with accents has a weaker term without them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from ctx.retrieval.analysis.bounded_cache import BoundedCache
from ctx.retrieval.analysis.english import BASE_FORMS, STOP_WORDS
from ctx.retrieval.analysis.stems import stem

# A sign joins what stands on both sides of it; `++` and `#` may end a name: C++, C#.
_COMPOUND = re.compile(r"[^\W_][\w']*(?:(?:[-./@#&]|::?|\+\+?)(?=\w)[\w']*)*(?:\+\+|(?<=\b[^\W_])#)?")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_CAMEL = re.compile(r"[A-Z]\d+(?![a-z])|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_SIGNED = re.compile(r"[^\W_]+\+\+|\b[^\W_]#")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[-./:@_]+(?=\d)")
_VERSION = re.compile(r"v(?=\d+\.\d)")
_SIGNS = str.maketrans("", "", "-/:@_'")
# Marks a term without accents, which counts less than one that is spelt so.
FOLDED = "~"

# The words of a compound, or of a chunk between blanks, and what further terms it has.
Analysed = tuple[tuple[str, ...], tuple[str, ...]]


class Terms(NamedTuple):
    """The terms of a text, each as often as it occurs: its words in order, and `wholes`.

    Wholes are compounds as one word, names of one capital letter, and words without their accents, which
    are marked as `FOLDED`.
    """

    words: list[str]
    wholes: list[str]


def analyse(text: str) -> Terms:
    """The terms of a text."""
    found = list(map(_KNOWN.__getitem__, text.split()))
    words = [word for words, _ in found for word in words]
    return Terms(words, [whole for _, wholes in found for whole in wholes])


def normalise(text: str) -> str:
    """The text in one form for what looks the same, see `scripts`; ASCII is as it is."""
    if text.isascii():
        return text
    from ctx.retrieval.analysis.scripts import normalise as in_one_form

    return in_one_form(text)


def known_chunks(texts: Iterable[str]) -> dict[str, Analysed]:
    """The terms of each chunk of some texts, to be given to `learn`."""
    return {chunk: _KNOWN[chunk] for text in texts for chunk in text.split()}


def learn(chunks: Mapping[str, Sequence[Sequence[str]]]) -> None:
    """Take the terms of chunks from one who has worked them out."""
    for chunk, (words, wholes) in chunks.items():
        _KNOWN[chunk] = tuple(words), tuple(wholes)


def terms(text: str) -> set[str]:
    """The distinct terms of a text."""
    words, wholes = analyse(text)
    return {*words, *wholes}


def find_terms(text: str, wanted: AbstractSet[str]) -> list[int]:
    """Where in a text the words and compounds begin that say any of some terms, with accents or without."""
    wanted = {variant for term in wanted for variant in (term, term.removeprefix(FOLDED), FOLDED + term)}
    found = []
    for match in _COMPOUND.finditer(text):
        words, wholes = _KNOWN[match[0]]
        if not (wanted.isdisjoint(words) and wanted.isdisjoint(wholes)):
            found.append(match.start())
    return found


class _Chunks(BoundedCache[str, Analysed]):
    """The terms of what stands between blanks, worked out when it is first met; no compound holds a blank."""

    def __missing__(self, chunk: str) -> Analysed:
        known = _analyse_chunk(chunk)
        if len(chunk) <= _LONG:
            self[chunk] = known
        return known


# What is longer is no word, and not met again. There are fewer different ones in 100,000 entries.
_LONG = 100
_KNOWN = _Chunks(1 << 18)


def _analyse_chunk(chunk: str) -> Analysed:
    if not chunk.isascii():
        from ctx.retrieval.analysis.scripts import analyse_chunk

        return analyse_chunk(chunk)
    found = list(map(analyse_compound, _COMPOUND.findall(chunk)))
    if len(found) == 1:
        return found[0]
    return tuple(w for words, _ in found for w in words), tuple(w for _, wholes in found for w in wholes)


def analyse_compound(compound: str) -> Analysed:
    """The terms of a compound in ASCII."""
    parts = _WORD.findall(compound)
    words: list[str] = []
    wholes: list[str] = []
    for part in parts:
        lower = part.lower()
        pieces = () if part.islower() else _CAMEL.findall(part)
        if len(pieces) > 1 and lower not in STOP_WORDS:
            wholes.append(stem(_without_apostrophe(lower)))
            words += [term for piece in pieces if (term := word_term(piece.lower()))]
        elif term := word_term(lower):
            words.append(term)
        elif len(part) == 1 and part.isupper() and lower not in STOP_WORDS:
            wholes.append(lower)
    if len(parts) > 1:
        wholes.append(whole_term(compound.lower()))
    if compound[-1] in "+#" or "++" in compound:
        wholes += _SIGNED.findall(compound.lower())
    return tuple(words), tuple(wholes)


def whole_term(compound: str) -> str:
    """The term of a compound as one word: signs drop out, but `&`, `+`, `#` and what divides numbers."""
    joined = _BETWEEN_DIGITS.sub("\0", compound).replace(".", "").translate(_SIGNS).replace("\0", ".")
    version = _VERSION.match(joined)
    return stem(joined[version.end() :] if version else joined)


def word_term(word: str) -> str:
    """The term of a word in lower case; empty where it says nothing."""
    if word in STOP_WORDS:
        return ""
    word = _without_apostrophe(word)
    if word in STOP_WORDS or (len(word) < 2 and word.isascii() and not word.isdigit()):
        return ""
    return stem(BASE_FORMS.get(word, word))


def _without_apostrophe(word: str) -> str:
    return word[:-2] if word.endswith("'s") else word.replace("'", "")
