"""Postings: for each term, the documents it counts for and its impact on each of them.

An impact is what BM25 gives a term before its idf, over fields and neighbours (docs/retrieval.md), as a whole
number of 4096ths: whole numbers add up to the same sum in any order. Terms that count for many documents have
an impact for every one of them, 0 included; the others have (document, impact) pairs.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from ctx.retrieval.bm25 import length_norm, saturation
from ctx.retrieval.document import (
    GAP,
    Document,
    Documents,
    Held,
    Parts,
    Vocabulary,
    encode,
    encode_terms,
)
from ctx.retrieval.groups import find_dialogues, find_neighbours

UNIT = 4096
K1 = 2.5
_B = 0.75
# The most an impact can be.
HIGHEST = round((K1 + 1.0) * UNIT)
_TITLE, _LABEL = 1.5, 3.0
_SHORTEST_TITLE = 20.0
_GROUP_K1, _GROUP_B = 2.0, 0.75
# A term that counts for more than one in so many documents is stored for all of them.
_COMMON = 16
# Lengths with neighbours counted in are whole numbers of these.
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
    return Averages(_steady(sum(titles) / max(1, count)), _steady(sum(lengths) / TWENTIETHS / max(1, count)))


def _steady(average: float) -> float:
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
        body_length=len(words) - title_length - 1,
    )


def terms_of(fields: Fields) -> set[int]:
    """The terms that a document holds."""
    return {*fields.title, *fields.body, *fields.label}


def build(found: Iterable[Document]) -> Parts:
    """The arrays of an index."""
    vocabulary = Vocabulary({"": GAP})
    parts = encode(found, vocabulary)
    documents, size = Documents(Held(parts)), len(vocabulary)
    own = [fields_of(documents, place) for place in range(len(documents))]
    dialogues = find_dialogues(documents.groups, documents.asks)
    neighbours = find_neighbours(documents.groups, documents.asks, dialogues)
    spread = [_spread(own, place, neighbours.get(place, ())) for place in range(len(own))]
    lengths = array("I", (round(fields.body_length * TWENTIETHS) for fields in spread))
    averages = averages_of(documents.title_lengths, lengths, len(own))
    table, borrowed = _Table(size), Counter[int]()
    for place, fields in enumerate(spread):
        row = impacts(fields, averages)
        table.add(place, row)
        if fields is not own[place]:
            borrowed.update(row.keys() - terms_of(own[place]))
    holding = array("I", (count - borrowed[term] for term, count in enumerate(table.counts())))
    return (
        parts
        | table.parts(len(own))
        | _build_groups(documents, own, size)
        | {
            "terms": encode_terms(vocabulary),
            "holding": holding,
            "lengths": lengths,
            "dialogues": array("I", sorted(dialogues)),
        }
    )


def _spread(own: Sequence[Fields], place: int, neighbours: Iterable[tuple[int, float]]) -> Fields:
    """A document's fields with the bodies of its neighbours counted in."""
    fields = own[place]
    if not neighbours:
        return fields
    body: dict[int, float] = dict(fields.body)
    length = float(fields.body_length)
    for other, share in neighbours:
        length += share * own[other].body_length
        for term, count in own[other].body.items():
            body[term] = body.get(term, 0.0) + share * count
    return fields._replace(body=body, body_length=length)


def _build_groups(documents: Documents, own: Sequence[Fields], size: int) -> Parts:
    """The categories as documents of their own; a term's row holds (group, impact) pairs."""
    bodies = [Counter[int]() for _ in documents.group_names]
    lengths = [0.0] * len(bodies)
    for group, fields in zip(documents.groups, own, strict=True):
        if group:
            bodies[group].update(fields.body)
            bodies[group].update(fields.title)
            lengths[group] += fields.body_length + fields.title_length
    average = max(0.01, math.fsum(lengths) / max(1, len(lengths) - 1))
    table = _Table(size)
    for group, body in enumerate(bodies):
        norm = length_norm(lengths[group], average, _GROUP_B)
        table.add(group, {t: int(saturation(n * norm, _GROUP_K1) * UNIT + 0.5) for t, n in body.items()})
    return {f"group_{name}": part for name, part in table.sparse_parts().items()}


class _Table:
    """Rows of (place, impact) pairs by term."""

    def __init__(self, terms: int) -> None:
        self._places = [array("I") for _ in range(terms)]
        self._impacts = [array("H") for _ in range(terms)]

    def add(self, place: int, row: Row) -> None:
        """Add a document's impacts; places come in order."""
        places, impacts_ = self._places, self._impacts
        for term, impact in row.items():
            places[term].append(place)
            impacts_[term].append(impact)

    def counts(self) -> Iterator[int]:
        """How many pairs each term has."""
        return map(len, self._places)

    def parts(self, count: int) -> Parts:
        """The arrays for `count` documents."""
        common = [term for term, places in enumerate(self._places) if len(places) * _COMMON > count]
        whole = array("H", bytes(2 * count * len(common)))
        for at, term in enumerate(common):
            for place, impact in zip(self._places[term], self._impacts[term], strict=True):
                whole[at * count + place] = impact
            self._places[term], self._impacts[term] = array("I"), array("H")
        return {"common": array("I", common), "common_impacts": whole, **self.sparse_parts()}

    def sparse_parts(self) -> Parts:
        """The arrays of pairs, one term's behind the other's."""
        return {
            "places": array("I", b"".join(map(bytes, self._places))),
            "impacts": array("H", b"".join(map(bytes, self._impacts))),
            "ends": array("I", accumulate(map(len, self._places))),
        }
