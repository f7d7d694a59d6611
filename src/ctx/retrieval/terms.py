"""Terms: the words a text is indexed and asked by.

A compound such as `os.path.join`, `foo_bar.py` or `re-run` is kept whole and split at every boundary,
camelCase included. Letters of any script count, CJK goes in as bigrams; stop words are left out, irregular
forms are brought to their base, and the rest is stemmed (Snowball English).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple

from ctx.retrieval.english import BASE_FORMS, STOP_WORDS
from ctx.retrieval.memo import Memo

_COMPOUND = re.compile(r"[^\W_][\w'’]*(?:[-./:@#+](?=\w)[\w'’]*)*")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"
# Wholes are terms of their own; the mark keeps them apart from words that happen to be spelt alike.
WHOLE = "="

# The words of a compound, or of a chunk between blanks, and what is kept whole of it.
Analysed = tuple[tuple[str, ...], tuple[str, ...]]


class Terms(NamedTuple):
    """The terms of a text: its words in order, and its compounds, each as often as it occurs."""

    words: list[str]
    wholes: list[str]


def analyse(text: str) -> Terms:
    """The terms of a text."""
    found = list(map(_KNOWN.__getitem__, text.split()))
    words = [word for words, _ in found for word in words]
    return Terms(words, [whole for _, wholes in found for whole in wholes])


def known_chunks(texts: Iterable[str]) -> dict[str, Analysed]:
    """The terms of each chunk of some texts, to be given to `learn`."""
    return {chunk: _KNOWN[chunk] for text in texts for chunk in text.split()}


def learn(chunks: Mapping[str, Sequence[Sequence[str]]]) -> None:
    """Take the terms of chunks from one who has worked them out."""
    for chunk, (words, wholes) in chunks.items():
        _KNOWN[chunk] = tuple(words), tuple(wholes)


def is_whole(term: str) -> bool:
    """Whether a term is a compound kept whole."""
    return term.startswith(WHOLE)


def terms(text: str) -> set[str]:
    """The distinct terms of a text."""
    words, wholes = analyse(text)
    return {*words, *wholes}


def find_terms(text: str, wanted: AbstractSet[str]) -> list[int]:
    """Where in a text the words and compounds begin that say any of some terms."""
    found = []
    for match in _COMPOUND.finditer(text):
        words, wholes = _KNOWN[match[0]]
        if not (wanted.isdisjoint(words) and wanted.isdisjoint(wholes)):
            found.append(match.start())
    return found


def _analyse_chunk(chunk: str) -> Analysed:
    found = list(map(_analyse_compound, _COMPOUND.findall(chunk)))
    if len(found) == 1:
        return found[0]
    return tuple(w for words, _ in found for w in words), tuple(w for _, wholes in found for w in wholes)


def _analyse_compound(compound: str) -> Analysed:
    parts = _WORD.findall(compound)
    words: list[str] = []
    wholes: list[str] = []
    for part in parts:
        lower = part.lower().replace("’", "'")
        pieces = _pieces(part) if not part.islower() else ()
        if not part.isascii() and _has_cjk().search(part):
            words += _bigrams(part)
        elif len(pieces) > 1 and lower not in STOP_WORDS:
            wholes.append(WHOLE + _without_apostrophe(lower))
            words += [term for piece in pieces if (term := _term(piece.lower()))]
        elif term := _term(lower):
            words.append(term)
    if len(parts) > 1:
        wholes.append(WHOLE + compound.lower())
    return tuple(words), tuple(wholes)


class _Chunks(Memo[str, Analysed]):
    """The terms of what stands between blanks, worked out when it is first met; no compound holds a blank."""

    def __missing__(self, chunk: str) -> Analysed:
        known = _analyse_chunk(chunk)
        if len(chunk) <= _LONG:
            self[chunk] = known
        return known


# What is longer is no word, and not met again. There are fewer different ones in 100,000 entries.
_LONG = 100
_KNOWN = _Chunks(1 << 18)


def _pieces(part: str) -> list[str]:
    """A word cut where camelCase and digits divide it; outside ASCII only where a capital follows."""
    if part.isascii():
        return _CAMEL.findall(part)
    cuts = [at for at in range(1, len(part)) if part[at].isupper() and part[at - 1].islower()]
    return [part[start:end] for start, end in zip([0, *cuts], [*cuts, len(part)], strict=True)]


def _term(word: str) -> str:
    """The term of a lower-case word; empty where it says nothing."""
    if word in STOP_WORDS:
        return ""
    word = _without_apostrophe(word)
    if word in STOP_WORDS or (len(word) < 2 and not word.isdigit()):
        return ""
    return stem(BASE_FORMS.get(word, word))


def _without_apostrophe(word: str) -> str:
    return word[:-2] if word.endswith("'s") else word.replace("'", "")


@lru_cache(maxsize=1)
def _has_cjk() -> re.Pattern[str]:
    # Compiling these ranges takes longer than all other imports of this module.
    return re.compile(f"[{_CJK}]")


@lru_cache(maxsize=1)
def _cjk_or_not() -> re.Pattern[str]:
    return re.compile(f"[{_CJK}]+|[^{_CJK}]+")


def _bigrams(part: str) -> list[str]:
    """The bigrams of each CJK run, and the words between them."""
    found: list[str] = []
    for run in _cjk_or_not().findall(part):
        if not _has_cjk().match(run):
            found += [term] if (term := _term(run.lower())) else []
        elif len(run) == 1:
            found.append(run)
        else:
            found += [run[at : at + 2] for at in range(len(run) - 1)]
    return found


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The Snowball English stem of a lower-case word."""
    return _stemmer()(word)


@lru_cache(maxsize=1)
def _stemmer() -> Callable[[str], str]:
    # Snowball's own class, so that PyStemmer being installed or not makes no difference.
    with _without_init("snowballstemmer"):
        from snowballstemmer.english_stemmer import EnglishStemmer
    return EnglishStemmer().stemWord  # type: ignore[no-any-return]


@contextmanager
def _without_init(package: str) -> Iterator[None]:
    """Let a module of a package be imported without all that the package itself imports: every language."""
    from importlib.util import find_spec, module_from_spec

    spec = None if package in sys.modules else find_spec(package)
    if spec is not None:
        sys.modules[package] = module_from_spec(spec)
    try:
        yield
    finally:
        if spec is not None:
            del sys.modules[package]
