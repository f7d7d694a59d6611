"""Postings: for each term, the documents it counts for and its impact on each of them.

An impact is what BM25 gives a term before its idf, over fields and neighbours (docs/retrieval.md), as a whole
number of 4096ths: whole numbers add up to the same sum in any order. Terms that count for many documents have
an impact for every one of them, 0 included; the others have (document, impact) pairs.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ctx.retrieval.index.bm25 import length_norm, saturation
from ctx.retrieval.index.document import GAP, Documents

UNIT = 4096
K1 = 2.5
_B = 0.75
# The most an impact can be.
HIGHEST = round((K1 + 1.0) * UNIT)
_TITLE, _LABEL = 1.5, 3.0
_SHORTEST_TITLE = 20.0
# What neighbours count (groups.py) are whole numbers of twentieths, and so are lengths with them counted in.
TWENTIETHS = 20
# Averages are kept to a sixteenth of an octave, so that a changed entry does not change every other's norm.
_STEPS = 16

Row = Mapping[int, int]


class Fields(NamedTuple):
    """A document's term numbers by field, and its lengths in words; neighbours count in `body` too."""

    title: Sequence[int]
    body: Mapping[int, float]
    label: Sequence[int]
    title_length: int
    body_length: float


class Averages(NamedTuple):
    """The average lengths of titles and bodies in words, nearly."""

    title: float
    body: float


def averages_of(titles: Iterable[int], lengths: Iterable[int], count: int) -> Averages:
    """The average lengths of `count` documents; those of bodies are given in `TWENTIETHS` of a word.

    They are so rounded that a changed document seldom changes the norms of all others.
    """
    count = max(1, count)
    return Averages(nearly(sum(titles) / count), nearly(sum(lengths) / TWENTIETHS / count))


def nearly(average: float) -> float:
    """An average length to a sixteenth of an octave; at least 0.01."""
    return float(2.0 ** (round(math.log2(max(0.01, average)) * _STEPS) / _STEPS))


def body_norm(length: float, average: float) -> float:
    """The factor on frequencies in a body of some length: those in longer ones count less."""
    return length_norm(length, average, _B)


def impacts(fields: Fields, averages: Averages) -> Row:
    """The impacts of a document's terms on itself."""
    norm = body_norm(fields.body_length, averages.body)
    once = _impact(norm)
    row = {term: once if count == 1 else _impact(count * norm) for term, count in fields.body.items()}
    if fields.title or fields.label:
        title_norm = min(_SHORTEST_TITLE, averages.title / max(1, fields.title_length))
        extra: dict[int, float] = {}
        for terms, factor in ((fields.title, _TITLE * title_norm), (fields.label, _LABEL)):
            for term in terms:
                extra[term] = extra.get(term, 0.0) + factor
        for term, value in extra.items():
            row[term] = _impact(fields.body.get(term, 0) * norm + value)
    return row


def _impact(frequency: float) -> int:
    return int(saturation(frequency, K1) * UNIT + 0.5)


def fields_of(documents: Documents, place: int) -> Fields:
    """The fields of a document, neighbours left aside."""
    words, wholes = list(documents.row("words", place)), list(documents.row("wholes", place))
    title_length, gap = documents.title_lengths[place], wholes.index(GAP)
    return Fields(
        title=words[:title_length] + wholes[:gap],
        body=Counter(words[title_length + 1 :] + wholes[gap + 1 :]),
        label=[term for term in documents.row("labels", place) if term != GAP],
        title_length=title_length,
        body_length=documents.body_length(place),
    )


def spread(fields: Fields, neighbours: Sequence[tuple[Fields, float]]) -> Fields:
    """A document's fields with the bodies of its neighbours counted in, each by its share."""
    if not neighbours:
        return fields
    body: dict[int, float] = dict(fields.body)
    for other, share in neighbours:
        for term, count in other.body.items():
            body[term] = body.get(term, 0.0) + share * count
    lengths = [(other.body_length, share) for other, share in neighbours]
    return fields._replace(body=body, body_length=spread_length(fields.body_length, lengths))


def spread_length(length: float, neighbours: Iterable[tuple[float, float]]) -> float:
    """The length of a body with those of its neighbours counted in, each by its share."""
    for other, share in neighbours:
        length += share * other
    return length


def terms_of(fields: Fields) -> set[int]:
    """The terms that a document holds."""
    return {*fields.title, *fields.body, *fields.label}
