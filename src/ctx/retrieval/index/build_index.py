"""Building an index: entries in, the flat arrays that `Index` reads out."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import accumulate

from ctx.model.arrays import Held, Parts
from ctx.model.entry import Entry
from ctx.retrieval.index.document import (
    GAP,
    Document,
    Documents,
    Vocabulary,
    code_for,
    document_of,
    encode,
    encode_terms,
)
from ctx.retrieval.index.index import Index
from ctx.retrieval.index.postings import (
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
from ctx.retrieval.index.section_documents import (
    REACH,
    Dialogues,
    average_length,
    find_dialogues,
    find_neighbours,
    gather,
    group_impacts,
)


def index_entries(entries: Iterable[Entry]) -> Parts:
    """The arrays of an index of some entries, numbered as they come."""
    return index_documents(map(document_of, entries))


def index_documents(
    found: Iterable[Document], base: Index | None = None, places: Sequence[int] | None = None
) -> Parts:
    """The arrays of an index of some documents, numbered as they come.

    With a `base` they are held beside it: terms are numbered after its own, and impacts are worked out by its
    averages. `places` says where in their list the documents stand.
    """
    vocabulary = Vocabulary(base.vocabulary if base else {"": GAP})
    parts, known = encode(found, vocabulary), len(base.terms) if base else 0
    documents, size = Documents(Held(parts)), len(vocabulary)
    own_lengths = [documents.body_length(place) for place in range(len(documents))]
    dialogues = find_dialogues(documents.groups, documents.asks, own_lengths)
    places = range(len(documents)) if places is None else places
    neighbours = find_neighbours(documents.groups, documents.asks, own_lengths, dialogues, places)
    # In file order, so that those of a document's neighbours are still there when its turn comes.
    own = lru_cache(maxsize=4 * REACH)(partial(fields_of, documents))
    lengths = array("I", _lengths(own_lengths, neighbours))
    averages = base.averages if base else averages_of(documents.title_lengths, lengths, len(documents))
    table, borrowed = _Table(size, len(documents)), Counter[int]()
    for place in range(len(documents)):
        fields = spread(own(place), [(own(other), share) for other, share in neighbours.get(place, ())])
        row = impacts(fields, averages)
        table.add(place, row)
        if fields is not own(place):
            borrowed.update(row.keys() - terms_of(own(place)))
    df = array("I", (count - borrowed[term] for term, count in enumerate(table.counts())))
    return (
        parts
        | table.parts()
        | _build_groups(documents, own, dialogues, size, base)
        | {
            "terms": encode_terms([*vocabulary][known:]),
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
    documents: Documents,
    own: Callable[[int], Fields],
    dialogues: Dialogues,
    size: int,
    base: Index | None,
) -> Parts:
    """The dialogues as documents of their own; a term's row holds (group, impact) pairs."""
    found = gather((group, own(place)) for place, group in enumerate(documents.groups) if group in dialogues)
    lengths = array("I", (found[n].length if n in found else 0 for n in range(len(documents.group_names))))
    average = average_length(base.group_lengths if base else lengths)
    table = _Table(size, len(documents.group_names))
    for group in sorted(found):
        table.add(group, group_impacts(found[group], average, dialogues[group]))
    parts = {f"group_{name}": part for name, part in table.parts().items()}
    return parts | {"group_lengths": lengths}


class _Table:
    """Rows of (place, impact) pairs by term."""

    def __init__(self, terms: int, count: int) -> None:
        self._code = code_for(count)
        self._places = [array(self._code) for _ in range(terms)]
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

    def parts(self) -> Parts:
        """The arrays of pairs, one term's behind the other's."""
        return {
            "places": array(self._code, b"".join(map(bytes, self._places))),
            "impacts": array("H", b"".join(map(bytes, self._impacts))),
            "ends": array("I", accumulate(map(len, self._places))),
        }
