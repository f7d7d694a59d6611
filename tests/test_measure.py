"""Measuring a ranking: its figures, and the queries made of texts and what is cut out of them."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi

from ctx.evaluation.measure import (
    Figures,
    Topic,
    judge,
    measure,
    ndcg,
    rankers_of,
    recall,
    reciprocal_rank,
    thin_out,
)
from ctx.evaluation.topics import Citations, CommitTopic, birth_topics, find_births, words_of
from ctx.reading.links import find_links
from ctx.retrieval.analysis.passages import cut, without_trailers
from tests.contexts import MemoryReader

POOL = (
    "## [2026-01-02-101112] Use one connection pool per worker\n\nPools are not safe to share after fork.\n"
)
QUEUE = "## [2026-01-03-101112] Retry jobs from the queue twice\n\nThen park them for a person to look at.\n"


def test_figures_by_hand() -> None:
    ranking = [7, 3, 9, 1, 5, 8]
    ideal = 1 + 1 / math.log2(3) + 1 / 2
    assert ndcg(ranking, {3, 8, 99}, 10) == pytest.approx((1 / math.log2(3) + 1 / math.log2(7)) / ideal)
    assert ndcg(ranking, {8}, 5) == 0.0
    assert ndcg(ranking, {7, 3}, 10) == pytest.approx(1.0)
    # More relevant entries than the depth holds: the best there could be is the depth full of them.
    assert ndcg(ranking, {7, 3, 9}, 2) == pytest.approx(1.0)
    assert recall(ranking, {3, 8, 99}, 5) == pytest.approx(1 / 3)
    assert recall(ranking, {3, 8, 99}, 10) == pytest.approx(2 / 3)
    assert reciprocal_rank(ranking, {9, 5}) == pytest.approx(1 / 3)
    assert reciprocal_rank(ranking, {99}) == 0.0
    assert judge([], {1}) == Figures(0.0, 0.0, 0.0, 0.0)


def test_means_leave_out_what_is_the_query_itself() -> None:
    topics = [Topic("a", "x", frozenset({1})), Topic("b", "y", frozenset({2}), frozenset({0}))]
    signal = measure("cite", topics, {"one": lambda _: [0, 1, 2]})
    assert signal.figures["one"].mrr == pytest.approx((1 / 2 + 1 / 2) / 2)
    assert not signal.enough
    assert measure("cite", [], {"one": lambda _: [0]}).figures == {}


@given(st.integers(0, 60), st.integers(1, 60))
def test_a_limit_takes_from_everywhere(size: int, limit: int) -> None:
    topics = [Topic(str(n), "", frozenset({n})) for n in range(size)]
    taken = [topics.index(topic) for topic in thin_out(topics, limit)]
    assert len(taken) == min(size, limit)
    gaps = {after - before for before, after in pairwise(taken)}
    assert all(0 < gap <= math.ceil(size / limit) for gap in gaps)
    assert taken[:1] == [0] * min(1, size)


def test_the_ways_to_rank() -> None:
    reader = MemoryReader({".context/LEARNINGS.md": f"# L\n\n{POOL}\n{QUEUE}\n## Undated\n\nfork\n"})
    reading = reader.read()
    rankers = rankers_of(reading.live, reading.live_collection)
    assert rankers["recency"]("anything") == [1, 0, 2]
    assert rankers["ctx"]("fork the worker")[0] == 0
    model = BM25Okapi([f"{entry.title}\n{entry.body}".lower().split() for entry in reading.live])
    scores = model.get_scores("park them".split())
    assert rankers["bm25"]("Park THEM") == sorted(range(3), key=lambda n: (-scores[n], [1, 0, 2].index(n)))


def test_entries_without_words_do_not_break_the_baseline() -> None:
    reading = MemoryReader({".context/LEARNINGS.md": "# L\n\n## [2026-01-01-101112]\n"}).read()
    bare = [entry.named("L-1") for entry in reading.live]
    assert all(rank("words") in ([], [0]) for rank in rankers_of(bare, reading.live_collection).values())


def test_whole_imports_and_ambiguous_headings_are_no_births() -> None:
    many = "".join(f"## [2026-01-01-1011{n}] Entry number {n}\n\nText.\n\n" for n in range(10, 21))
    texts = {".context/LEARNINGS.md": many, ".context/FACTS.md": "## Same\n\na\n\n## Same\n\nb\n"}
    entries = MemoryReader(texts).read().live
    commit = CommitTopic("c" * 40, "Bring in all that was known so far", many.split("\n"))
    births = find_births(entries, [commit, CommitTopic("d" * 40, "Add what is the same", ["## Same"])])
    assert {name: len(born) for name, born in births.items()} == {"c" * 40: 11}
    assert birth_topics(entries, [commit], births) == []


NAMES = [
    "L-0a1b2c",
    "[2026-01-02-101112]",
    "2026-01-02-101112",
    "one pool",
    "Pool",
    "ONE",
    "per worker",
    "use",
]
TITLES = ["Use one pool per worker", "one pool one", "Pool", "per worker: 数据库", "Größe zählt nie doppelt"]


@given(
    st.lists(
        st.sampled_from([*NAMES, *TITLES, "(", ")", "**", "-", "and", "[", "]", "\n", "L-", "数据库"]),
        max_size=14,
    ),
    st.sampled_from(["", " ", "-"]),
    st.sampled_from(TITLES),
)
def test_nothing_that_names_an_entry_is_left(parts: list[str], joint: str, title: str) -> None:
    texts = {".context/LEARNINGS.md": f"# L\n\n## [2026-01-02-101112] {title}\n\nText.\n"}
    entries = MemoryReader(texts).read().live
    text = joint.join([*parts, entries[0].id])
    masked = Citations(entries).mask(text, [0])
    assert not list(find_links(masked))
    assert "2026-01-02" not in masked
    left, wanted = words_of(masked), words_of(title)
    assert all(left[at : at + len(wanted)] != wanted for at in range(len(left)))
    # And nothing is there that the author did not write.
    assert all(word in text.casefold() for word in left)


def test_titles_cite_only_when_they_are_unmistakable() -> None:
    names = ["Pools", "Use one pool per worker", "Use one pool per worker on Linux", "Twice said by two"]
    body = "".join(f"## {name}\n\nText.\n\n" for name in [*names, names[3]])
    citations = Citations(MemoryReader({".context/LEARNINGS.md": body}).read().live)
    assert citations.find("Pools are pools") == frozenset()
    assert citations.find("we *use one\npool* per `worker`, always") == {1}
    assert citations.find("use one pool per worker on linux") == {2}
    assert citations.find("twice said by two") == frozenset()


def test_passages() -> None:
    text = (
        "# Head\n\nOne\nparagraph <!-- aside -->of two lines.\n- item\n\n  its second paragraph\n"
        "- [x] task #done\n"
        "  wrapped\n\n  - nested\n\n---\n| a | b |\n| c | d |\n\n"
        "<!-- INDEX:START -->\n- row\n<!-- INDEX:END -->\n\n"
        "~~~\ncode\n~~~\n\n> quoted\n"
    )
    passages = cut(text, "a.md")
    assert [(passage.line, passage.text) for passage in passages] == [
        (3, "One paragraph of two lines."),
        (5, "item"),
        (7, "its second paragraph"),
        (8, "task wrapped nested"),
        (14, "| a | b |"),
        (15, "| c | d |"),
        (25, "> quoted"),
    ]
    lines = text.splitlines(keepends=True)
    assert all(text[one.start :].startswith(lines[one.line - 1]) for one in passages)


def test_trailers() -> None:
    assert without_trailers("fix: keep it\n\nWhy: because.\nMore.\n\nChange-Id: I1\nRefs: #2") == (
        "fix: keep it\n\nWhy: because.\nMore."
    )
    assert without_trailers("docs: a subject alone") == "docs: a subject alone"
    assert without_trailers("A\n\nB\nSigned-off-by: X <x@y>\n\nGenerated with a tool") == "A\n\nB"
