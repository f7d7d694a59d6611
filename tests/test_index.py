"""The index: sums of whole numbers, the best of them, and documents that changed after it was made."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from ctx.model.arrays import Held
from ctx.retrieval.analysis.terms import analyse
from ctx.retrieval.index.build_index import index_documents
from ctx.retrieval.index.delta_index import DeltaIndex, build_delta
from ctx.retrieval.index.document import Document
from ctx.retrieval.index.index import Index
from ctx.retrieval.index.postings import HIGHEST, UNIT
from ctx.retrieval.ranking.accumulator import Accumulator
from ctx.retrieval.ranking.relevance import explain, rank
from ctx.retrieval.ranking.searcher import Searcher

WORDS = "lock retry timeout budget hook parser cache re-run os.path camelCase session token merge".split()
texts = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
groups = st.sampled_from(["", "", "", "Build", "Talk"])


@st.composite
def documents(draw: st.DrawFn, groups: st.SearchStrategy[str] = groups) -> Document:
    title, body, label = draw(texts), draw(texts), draw(st.sampled_from(["", "cache", "21 May"]))
    return Document(analyse(title), analyse(body), analyse(label), draw(groups), draw(st.booleans()))


def index_of(found: Sequence[Document]) -> Index:
    return Index(Held(index_documents(found)))


def with_delta(found: Sequence[Document], origin: Sequence[int], fresh: Sequence[Document]) -> Index | None:
    """The index of a list that comes from these documents and fresh ones, where a delta will do."""
    base = index_of(found)
    delta = build_delta(base, origin, fresh) if origin else None
    return None if delta is None else DeltaIndex(base.arrays, Held(delta))


def together(found: Sequence[Document]) -> list[Document]:
    """The documents with those of a group side by side, as they stand in files."""
    return sorted(found, key=lambda document: document.group)


@settings(max_examples=150)
@given(st.lists(documents(), min_size=1, max_size=20).map(together), texts)
def test_sums_are_those_of_plain_arithmetic(found: list[Document], query: str) -> None:
    """However a term is stored, its impact on each document is added once, times its weight."""
    index = index_of(found)
    weights = {n: 1.0 + n / 7 for term in {*analyse(query).words} if (n := index.find(term))}
    if not weights:
        return
    totals, unit = Accumulator(index).add_up(weights)
    plain = Searcher(index)
    every = set(range(len(found)))
    wanted = dict.fromkeys(every, 0.0)
    for term, weight in weights.items():
        for number, impact in plain.impacts(term, every):
            wanted[number] += weight * impact
    for number, total in enumerate(totals):
        assert total * unit == pytest.approx(wanted[number], rel=1e-3, abs=1e-6)


@given(st.integers(2, 400), st.integers(1, 40))
def test_no_sum_runs_over_into_the_next(terms: int, count: int) -> None:
    """The highest impacts and weights of any query stay within their lane."""

    class Highest(Index):
        def __init__(self) -> None:
            super().__init__(
                Held(index_documents([Document(analyse(""), analyse("x"), analyse(""))] * count))
            )

        def postings(self, term: int) -> tuple[Sequence[int], list[int]]:
            del term
            return range(count), [HIGHEST] * count

    weights = {term: 0.1 + term for term in range(terms)}
    totals, unit = Accumulator(Highest()).add_up(weights)
    most = sum(weights.values()) * HIGHEST / UNIT
    assert len(set(totals)) == 1
    assert totals[0] * unit == pytest.approx(most, rel=terms / 200_000)


@settings(max_examples=100)
@given(st.lists(documents(), min_size=1, max_size=30), texts, st.integers(0, 5))
def test_the_best_are_among_those_asked_for(found: list[Document], query: str, depth: int) -> None:
    """Asking for the best few gives them the scores that they have among all."""
    searcher = Searcher(index_of(together(found)))
    every, some = rank(searcher, query), rank(searcher, query, depth)
    order = sorted(every, key=lambda place: (-every[place], place))
    assert {place: every[place] for place in order[:depth]}.items() <= some.items()


@settings(max_examples=100)
@given(st.lists(documents(), min_size=1, max_size=8).map(together), texts)
def test_what_is_found_can_be_explained(found: list[Document], query: str) -> None:
    searcher = Searcher(index_of(found))
    for place, score in rank(searcher, query).items():
        assert score > 0
        if not found[place].group:
            assert all(value > 0 for value in explain(searcher, query, place).values())


def edit(
    found: list[Document], fresh: list[Document], dice: random.Random
) -> tuple[list[int], list[Document]]:
    """Replace, remove and add documents: where each of the new list comes from, and the fresh ones used."""
    origin = list(range(len(found)))
    used: list[Document] = []
    for document in fresh:
        at = dice.randrange(len(origin) + 1)
        kind = dice.choice(["add", "replace", "remove"])
        if kind != "add" and at < len(origin) and origin[at] < len(found):
            del origin[at]
        if kind != "remove":
            origin.insert(at, len(found) + len(used))
            used.append(document)
    return origin, used


@settings(max_examples=300)
@given(
    st.lists(documents(), min_size=3, max_size=40),
    st.lists(documents(), max_size=3),
    st.lists(texts, min_size=1, max_size=3),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_an_index_with_a_delta_answers_like_a_new_one(
    found: list[Document], fresh: list[Document], queries: list[str], apart: bool, dice: random.Random
) -> None:
    found = together(found) if apart else found
    origin, used = edit(found, fresh, dice)
    updated = with_delta(found, origin, used)
    event(f"holds: {updated is not None}, groups: {bool(updated and updated.groups)}")
    if updated is None:
        return
    new = index_of([[*found, *used][number] for number in origin])
    for query in queries:
        for depth in (None, 5):
            wanted = rank(Searcher(new), query, depth)
            assert rank(Searcher(updated), query, depth) == wanted
        for place in wanted:
            assert explain(Searcher(updated), query, place) == explain(Searcher(new), query, place)


def test_a_small_change_is_no_more_than_a_delta() -> None:
    """What holds in the law above is not nothing: a body edited among many documents does."""
    dice = random.Random(1)
    bodies = (" ".join(dice.choices(WORDS, k=30)) for _ in range(60))
    found = [Document(analyse(f"Note {n}"), analyse(body), analyse("")) for n, body in enumerate(bodies)]
    fresh = found[7]._replace(body=analyse("a new thought about the hook " * 6))
    grouped = fresh._replace(body=analyse("What"), group="G", asks=True)
    assert with_delta(found, [*range(7), 60, *range(8, 60)], [fresh]) is not None
    assert with_delta(found, [*range(6), 60, *range(8, 60)], [grouped]) is None
