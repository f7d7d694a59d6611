"""Building an index: entries in, the flat arrays that `Index` reads out."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import accumulate

from ctx.memory.entry import Entry
from ctx.memory.shelf import Held, Parts
from ctx.retrieval.document import (
    GAP,
    Document,
    Documents,
    Vocabulary,
    document_of,
    encode,
    encode_terms,
)
from ctx.retrieval.groups import (
    REACH,
    Dialogues,
    average_length,
    find_dialogues,
    find_neighbours,
    gather,
    group_impacts,
)
from ctx.retrieval.postings import (
    TWENTIETHS,
    Fields,
    Row,
    averages_of,
    fields_of,
    impacts,
    spread,
    spread_length,
    terms_of,
)

# A term that counts for more than one in so many documents is stored for all of them.
_COMMON = 16


def index_entries(entries: Iterable[Entry]) -> Parts:
    """The arrays of an index of some entries, numbered as they come."""
    return index_documents(map(document_of, entries))


def index_documents(found: Iterable[Document]) -> Parts:
    """The arrays of an index of some documents, numbered as they come."""
    vocabulary = Vocabulary({"": GAP})
    parts = encode(found, vocabulary)
    documents, size = Documents(Held(parts)), len(vocabulary)
    own_lengths = [documents.body_length(place) for place in range(len(documents))]
    dialogues = find_dialogues(documents.groups, documents.asks, own_lengths)
    neighbours = find_neighbours(documents.groups, documents.asks, own_lengths, dialogues)
    # In file order, so that those of a document's neighbours are still there when its turn comes.
    own = lru_cache(maxsize=4 * REACH)(partial(fields_of, documents))
    lengths = array("I", _lengths(own_lengths, neighbours))
    averages = averages_of(documents.title_lengths, lengths, len(documents))
    table, borrowed = _Table(size), Counter[int]()
    for place in range(len(documents)):
        fields = spread(own(place), [(own(other), share) for other, share in neighbours.get(place, ())])
        row = impacts(fields, averages)
        table.add(place, row)
        if fields is not own(place):
            borrowed.update(row.keys() - terms_of(own(place)))
    df = array("I", (count - borrowed[term] for term, count in enumerate(table.counts())))
    return (
        parts
        | table.parts(len(documents))
        | _build_groups(documents, own, dialogues, size)
        | {
            "terms": encode_terms(vocabulary),
            "df": df,
            "lengths": lengths,
            "dialogues": array("I", dialogues),
            "brevities": array("B", dialogues.values()),
        }
    )


def _lengths(own: Sequence[int], neighbours: Mapping[int, Sequence[tuple[int, float]]]) -> Iterator[int]:
    """The length of each document's body, neighbours counted in, in twentieths of a word."""
    for place, length in enumerate(own):
        found = [(own[other], share) for other, share in neighbours.get(place, ())]
        yield round(spread_length(length, found) * TWENTIETHS)


def _build_groups(
    documents: Documents, own: Callable[[int], Fields], dialogues: Dialogues, size: int
) -> Parts:
    """The dialogues as documents of their own; a term's row holds (group, impact) pairs."""
    found = gather((group, own(place)) for place, group in enumerate(documents.groups) if group in dialogues)
    lengths = [found[group].length for group in sorted(found)]
    average, table = average_length(lengths), _Table(size)
    for group in sorted(found):
        table.add(group, group_impacts(found[group], average, dialogues[group]))
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
