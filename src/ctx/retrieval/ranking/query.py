"""A query: what each of its terms counts."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, pairwise

from ctx.retrieval.analysis.english import STOP_WORDS
from ctx.retrieval.analysis.stems import stem
from ctx.retrieval.analysis.terms import FOLDED, Terms, analyse, normalise
from ctx.retrieval.ranking.searcher import Searcher

# What a compound kept whole counts beside a word.
COMPOUND = 1.25
_DECAY = 0.02
# What another spelling of a word counts beside the word as it is written.
_SPELLING = 0.5
_PLAIN = re.compile(r"[^\W_]+")
_NUMBERED = re.compile(r"([^\W\d_]{2,})(\d+)")
# An address without a path names a site, not a subject.
_SITE = re.compile(r"\b\w+://[^\s/]+/?(?=[\s.,;)>`]|$)")


class Query:
    """A query over the documents of a searcher: the weight of each of its terms, by its number in the index.

    `own` are the terms of its own words, `shares` says what each term counts, before its idf, those that
    widen the query among them.
    """

    def __init__(self, searcher: Searcher, text: str) -> None:
        self.searcher = searcher
        self.text = _SITE.sub(" ", text)
        self.terms: Terms = analyse(self.text)
        index = searcher.index
        own = _shares(self.terms)
        self.has_terms = any(map(_tells, own))
        """Whether the index knows what is asked; else it has to be looked up literally."""
        spellings = {term: words for term, words in _other_spellings(self.text, own) if index.find(term)}
        asked = searcher.expansion.widen(self.terms) | dict.fromkeys(spellings, _SPELLING) | own
        found = ((index.find(term), share) for term, share in asked.items())
        self.shares = {number: share for number, share in found if number and share}
        self.own = self.shares.keys() & map(index.find, own)
        self.words = self.shares.keys() & map(index.find, self.terms.words)
        self.sequence = list(map(index.find, self.terms.words))
        self.weights = {term: share * index.idf(term) for term, share in self.shares.items()}
        for term, words in spellings.items():
            self._keep_below(index.find(term), map(index.find, words))

    def _keep_below(self, spelling: int, words: Iterable[int]) -> None:
        """Let a spelling that is rarer than what was asked weigh no more than its share of that."""
        known = [self.weights[word] for word in words if word in self.weights]
        if known:
            self.weights[spelling] = min(self.weights[spelling], _SPELLING * max(known))


def _tells(term: str) -> bool:
    """Whether the index knows all that holds a term: not of one letter, nor of what goes in as pairs."""
    return len(term) > 1 or term.isdigit()


def _other_spellings(text: str, own: Mapping[str, float]) -> Iterator[tuple[str, Sequence[str]]]:
    """How else the words of a query may be written, each with the terms that it stands for."""
    found = chain(_accented(text, own), _joined(text), _divided(own))
    return ((term, words) for term, words in found if term not in own)


def _accented(text: str, own: Mapping[str, float]) -> Iterator[tuple[str, Sequence[str]]]:
    """With accents where the query has none, and the other way about."""
    yield from ((FOLDED + term, (term,)) for term in own)
    for chunk in () if text.isascii() else text.split():
        words, wholes = analyse(chunk)
        folded = [whole for whole in wholes if whole.startswith(FOLDED)]
        plain = [*words, *(whole for whole in wholes if whole not in folded)]
        yield from ((form, plain) for whole in folded for form in (whole, whole.removeprefix(FOLDED)))


def _joined(text: str) -> Iterator[tuple[str, Sequence[str]]]:
    """Two words as one: `time outs` as `timeout`.

    The stem of both together is that of the second behind the first, mostly without the `e` at its end.
    """
    words = _PLAIN.findall(normalise(text).lower())
    stems = list(map(stem, words))
    for (one, first), (other, last) in pairwise(zip(words, stems, strict=True)):
        if one not in STOP_WORDS or other not in STOP_WORDS:
            for form in (one + other, one + last):
                yield form, (first, last)
                yield form.removesuffix("e"), (first, last)


def _divided(own: Iterable[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """A name and its number as two words: `java17` as `java 17`; a lone digit would say nothing."""
    for term in own:
        if numbered := _NUMBERED.fullmatch(term):
            yield from ((stem(part), (term,)) for part in numbered.groups() if len(part) > 1)


def _shares(query: Terms) -> dict[str, float]:
    """What each term of a query counts: more when repeated (a logarithm), a little less further back.

    A lone digit is noise beside other words: a list number, an amount.
    """
    counts = Counter(query.words)
    first: dict[str, int] = {}
    for position, word in enumerate(query.words):
        first.setdefault(word, position)
    shares = {
        word: 0.0
        if len(word) == 1 and word.isdigit() and len(counts) > 1
        else (1.0 + math.log(count)) / (1.0 + _DECAY * first[word])
        for word, count in counts.items()
    }
    shares.update((whole, COMPOUND) for whole in query.wholes if not whole.startswith(FOLDED))
    return shares
