"""Terms, BM25 and ranking."""

from __future__ import annotations

import random
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi
from snowballstemmer.english_stemmer import EnglishStemmer

from ctx.actions.build_packet import Request, build_packet
from ctx.actions.search import search
from ctx.retrieval.analysis.stems import stem
from ctx.retrieval.analysis.terms import _COMPOUND, analyse, analyse_compound, terms
from ctx.retrieval.index.bm25 import length_norm, saturation
from ctx.retrieval.ranking.snippet import snippet
from tests.contexts import MemoryReader, anything, contexts, words

corpora = st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=12), min_size=2, max_size=12)


@settings(max_examples=200)
@given(
    corpora, st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=5), st.floats(0.5, 3), st.floats(0, 1)
)
def test_bm25_equals_rank_bm25(corpus: list[list[str]], query: list[str], k1: float, b: float) -> None:
    """On the same terms and idf our formula is the reference's to 1e-9."""
    reference = BM25Okapi(corpus, k1=k1, b=b)
    average = sum(map(len, corpus)) / len(corpus)
    expected = reference.get_scores(query)
    for number, document in enumerate(corpus):
        ours = sum(
            (reference.idf.get(term) or 0)
            * saturation(document.count(term) * length_norm(len(document), average, b), k1)
            for term in query
        )
        assert ours == pytest.approx(expected[number], abs=1e-9)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("redis-cache", {"redi", "cach", "rediscach"}),
        ("os.path.join", {"os", "path", "join", "ospathjoin"}),
        ("HTTPClientFactory", {"http", "client", "factori", "httpclientfactori"}),
        ("parse_config", {"pars", "config", "parseconfig"}),
        ("src/api/auth.py", {"src", "api", "auth", "py", "srcapiauthpi"}),
        ("the of and", set()),
        ("Größe", {"grösse", "~gross", "~groess"}),
        ("naïve", {"naïv", "~naiv"}),
        ("данные", {"дан"}),
        ("漢字仮名", {"漢字", "字仮", "仮名"}),
        ("hooks' hook's", {"hook"}),
        ("wrote written", {"write"}),
        ("C++ and C# in R", {"c++", "c#", "c", "r"}),
        ("P&L", {"p", "l", "p&l"}),
        ("v1.2.3", {"v1", "2", "3", "1.2.3"}),
        ("1.23 and 12.3", {"1", "23", "12", "3", "1.23", "12.3"}),
        ("a 1 b 2", {"1", "2"}),
    ],
)
def test_terms(text: str, wanted: set[str]) -> None:
    assert terms(text) == wanted


@given(anything)
def test_any_text_has_terms(text: str) -> None:
    words_, wholes = analyse(text)
    assert all(words_)
    assert all(whole.removeprefix("~") for whole in wholes)


@given(st.from_regex(r"[a-z]{1,17}[abfhjkopquvwxz]", fullmatch=True))
def test_words_without_a_suffix_have_the_stem_that_snowball_gives_them(word: str) -> None:
    assert stem(word) == EnglishStemmer().stemWord(word)


BLANKS = "".join(char for char in map(chr, range(sys.maxunicode + 1)) if char.isspace())


@given(st.lists(anything, max_size=4), st.lists(st.sampled_from(BLANKS), min_size=4, max_size=4))
def test_no_term_reaches_over_a_blank(texts: list[str], blanks: list[str]) -> None:
    joined = "".join(text + blank for text, blank in zip(texts, blanks, strict=False))
    apart = [analyse(text) for text in texts]
    assert analyse(joined).words == [word for words_, _ in apart for word in words_]
    assert analyse(joined).wholes == [whole for _, wholes in apart for whole in wholes]
    # Where a text is cut at its blanks, the terms are those of it as a whole.
    joined = joined.encode("ascii", "ignore").decode()
    found = [analyse_compound(compound) for compound in _COMPOUND.findall(joined)]
    assert analyse(joined).words == [word for words_, _ in found for word in words_]


FILES = {
    ".context/LEARNINGS.md": """# Learnings

## [2026-01-01] Use redis-cache for sessions

The `SessionStore` class lives in src/store/session_store.py.

## [2026-01-02] Größe zählt

Umlaute and 漢字 are words too.

## [2026-01-03] Retries need jitter

Exponential backoff alone makes thundering herds.

## [2026-01-04] Old way

**Status**: Superseded by [2026-01-03]

Retry at once.
""",
    ".context/archive/learnings-2025-Q4.md": """## [2025-12-01] Archived wisdom about retries

Cap the number of attempts.
""",
    ".context/sessions/2026-01-05-1200-retry-work.md": """# Make the retry loop kind

**Status**: completed

## Summary
Backoff with jitter is in.
""",
    ".context/TASKS.md": "- [ ] Document the jitter #docs\n",
}


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("redis-cache", "Use redis-cache for sessions"),
        ("session_store.py", "Use redis-cache for sessions"),
        ("sessionStore", "Use redis-cache for sessions"),
        ("größe", "Größe zählt"),
        ("漢字", "Größe zählt"),
        ("thundering", "Retries need jitter"),
        ("attempts cap", "Archived wisdom about retries"),
        ("kind loop", "Make the retry loop kind"),
        ("superseded retry at once", "Old way"),
        ("January 2026 redis", "Use redis-cache for sessions"),
    ],
)
def test_search_finds(query: str, title: str) -> None:
    assert search(MemoryReader(FILES), query)[0].title == title


def test_search_marks_what_is_archived_and_shows_a_snippet() -> None:
    hit = search(MemoryReader(FILES), "attempts")[0]
    assert (hit.archived, hit.path) == (True, ".context/archive/learnings-2025-Q4.md")
    assert "number of attempts" in hit.snippet
    assert all(not hit.archived for hit in search(MemoryReader(FILES), "retries", archived=False))


def test_synonyms_and_the_glossary_widen_a_query() -> None:
    """What is found shares no word with the query."""
    files = FILES | {
        ".contextrc": '[synonyms]\nstampede = ["herds", "thundering"]\n',
        ".context/GLOSSARY.md": "# Glossary\n\n## Terms\n\n- **RDS**: redis session store. Not Amazon's.\n",
    }
    for query, title in (("stampede", "Retries need jitter"), ("RDS", "Use redis-cache for sessions")):
        assert title in [hit.title for hit in search(MemoryReader(files), query)]
        assert title not in [hit.title for hit in search(MemoryReader(FILES), query)]


def test_a_shared_tag_counts() -> None:
    files = {
        ".context/TASKS.md": "- [ ] Write it down #frobnication\n",
        ".context/LEARNINGS.md": "## [2026-01-01] One\n\n**Tags**: frobnication\n\n"
        "## [2026-01-02] Two\n\nText.\n",
    }
    packet = build_packet(MemoryReader(files), Request(budget=1000, now="2026-01-03"))
    relevance = {one.title: one.score.relevance for one in packet.entries}
    assert relevance["One"] == pytest.approx(0.1)
    assert relevance["Two"] == 0


def test_tasks_are_found_when_asked_for() -> None:
    from ctx.actions.find_entries import Filter

    assert [hit.kind for hit in search(MemoryReader(FILES), "jitter", only=Filter(kinds=["task"]))] == [
        "task"
    ]
    assert all(hit.kind != "task" for hit in search(MemoryReader(FILES), "jitter"))


@settings(max_examples=60)
@given(contexts(), words, st.randoms(use_true_random=False))
def test_ranking_ignores_the_order_of_files(
    files: dict[str, str], query: str, shuffle: random.Random
) -> None:
    paths = list(files)
    shuffle.shuffle(paths)
    one = search(MemoryReader(files), query)
    other = search(MemoryReader({path: files[path] for path in paths}), query)
    assert one == other
    assert [hit.score for hit in one] == sorted((hit.score for hit in one), reverse=True)


@given(anything, words, st.integers(20, 200))
def test_a_snippet_is_one_short_line(text: str, query: str, width: int) -> None:
    shown = snippet(text * 5, query, width)
    assert len(shown) <= width + 4
    assert "\n" not in shown


def test_in_a_dialogue_the_answer_follows_the_question() -> None:
    """The same talk, once with a question mark: the answer gains on the question."""

    def share_of_answer(mark: str) -> float:
        said = [
            f"Where did you leave the umbrella yesterday{mark}",
            "In the hallway of the old library.",
            "Shall we go?",
        ]
        turns = "".join(f"### Turn {n}\n\n{text}\n\n" for n, text in enumerate(said))
        others = "".join(f"## Other {n}\n\nNothing of the kind.\n\n" for n in range(8))
        files = {".context/LEARNINGS.md": f"# Learnings\n\n## Talk\n\n{turns}{others}"}
        scores = {hit.title: hit.score for hit in search(MemoryReader(files), "umbrella left yesterday")}
        return scores["Turn 1"] / scores["Turn 0"]

    assert share_of_answer("?") > 1.2 * share_of_answer(".")
