"""Building an index: entries in, the flat arrays that `Index` reads out."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from ctx.memory.entry import Entry
from ctx.memory.shelf import Held, Parts
from ctx.retrieval.bm25 import length_norm, saturation
from ctx.retrieval.document import (
    GAP,
    Document,
    Documents,
    Vocabulary,
    document_of,
    encode,
    encode_terms,
)
from ctx.retrieval.groups import find_dialogues, find_neighbours
from ctx.retrieval.postings import (
    TWENTIETHS,
    UNIT,
    Fields,
    Row,
    averages_of,
    fields_of,
    impacts,
    terms_of,
)

# A term that counts for more than one in so many documents is stored for all of them.
_COMMON = 16
_GROUP_K1, _GROUP_B = 2.0, 0.75


def index_entries(entries: Iterable[Entry]) -> Parts:
    """The arrays of an index of some entries, numbered as they come."""
    return index_documents(map(document_of, entries))


def index_documents(found: Iterable[Document]) -> Parts:
    """The arrays of an index of some documents, numbered as they come."""
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
    df = array("I", (count - borrowed[term] for term, count in enumerate(table.counts())))
    return (
        parts
        | table.parts(len(own))
        | _build_groups(documents, own, size)
        | {
            "terms": encode_terms(vocabulary),
            "df": df,
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
