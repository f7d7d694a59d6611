"""`ctx bench`: the figures, the queries found in a real history, what is cut out of them, and the command."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi

import ctx as library
from ctx.actions.measure_retrieval import Measured, measure_retrieval
from ctx.actions.read_context import Reader
from ctx.memory.links import find_links
from ctx.retrieval.measure import (
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
from ctx.retrieval.passages import cut, without_trailers
from ctx.retrieval.topics import Citations, Said, birth_topics, find_births, words_of
from tests.cli import ctx, project
from tests.contexts import MemoryReader

POOL = (
    "## [2026-01-02-101112] Use one connection pool per worker\n\nPools are not safe to share after fork.\n"
)
QUEUE = "## [2026-01-03-101112] Retry jobs from the queue twice\n\nThen park them for a person to look at.\n"
UTC = "- **Timestamps are UTC**: local time is for rendering.\n"


class Repository:
    """A git repository of one test; every commit is a day after the one before."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.days = 0
        self("init", "-q", "-b", "main")
        for key, value in (("user.name", "A"), ("user.email", "a@example.org"), ("commit.gpgsign", "false")):
            self("config", key, value)

    def __call__(self, *args: str) -> str:
        date = f"2026-01-{self.days + 1:02}T12:00:00Z"
        environment = dict(os.environ, GIT_AUTHOR_DATE=date, GIT_COMMITTER_DATE=date)
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *args],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def commit(self, message: str, **files: str) -> str:
        """Write the files of the context, or at the root with a leading `_`; commit all; the short id."""
        for name, text in files.items():
            path = self.root / (f"{name[1:]}.md" if name.startswith("_") else f".context/{name}.md")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self("add", "-A")
        self("commit", "-q", "--allow-empty", "-m", message)
        self.days += 1
        return self("rev-parse", "HEAD")[:10]


@pytest.fixture
def history(tmp_path: Path) -> tuple[Repository, dict[str, str]]:
    """A history with three births and four citations, and the handles of the entries by a short name."""
    repository = Repository(_folder(tmp_path))
    repository.commit("Start the project", CONVENTIONS=f"# Conventions\n\n{UTC}")
    repository.commit(
        "Keep a pool in every worker process\n\nForked workers shared sockets and answers got mixed up.\n\n"
        "Signed-off-by: A <a@example.org>\nCo-authored-by: B <b@example.org>",
        LEARNINGS=f"# Learnings\n\n{POOL}",
    )
    repository.commit("Note", DECISIONS=f"# Decisions\n\n{QUEUE}")
    ids = {
        "pool": library.open(repository.root).entries("learning")[0].id,
        "queue": library.open(repository.root).entries("decision")[0].id,
        "utc": library.open(repository.root).entries("convention")[0].id,
    }
    repository.commit(
        "Tasks and pages",
        TASKS=f"# Tasks\n\n- [ ] Close sockets when a worker process is forked, see {ids['pool']} #added:2026-01-09\n"
        "  - [ ] and write a test for answers mixed up\n",
        _README="# Read me\n\nJobs that fail again are parked, as said in [2026-01-03-101112] (2026-01-03).\n\n"
        f"```\ncode that names {ids['queue']} is no passage of the text\n```\n\n"
        "<!-- a comment that names it is none either: [2026-01-03-101112] -->\n\n"
        "Our page on how a failing job is handled: **Retry jobs** from the\nqueue twice, and who looks at it.\n",
    )
    repository.commit(f"Fix the clock\n\nServers render local time again, against {ids['utc']} and its rule.")
    return repository, ids


def _folder(tmp_path: Path) -> Path:
    return project(tmp_path / "repository", {})


def found(measured: Measured, name: str) -> dict[str, tuple[str, list[str]]]:
    """The queries of a signal by source: the text and the handles it should find."""
    signal = next(signal for signal in measured.signals if signal.name == name)
    return {t.source: (t.text, [measured.entries[n].id for n in sorted(t.relevant)]) for t in signal.topics}


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
    gaps = {after - before for before, after in zip(taken, taken[1:], strict=False)}
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


def test_ctx_is_ranked_as_it_searches(history: tuple[Repository, dict[str, str]]) -> None:
    root = history[0].root
    reading = Reader(root).read()
    ranker = rankers_of(reading.live, reading.live_collection)["ctx"]
    for words in ("worker process", "jobs and local time", "the queue", "Pools"):
        hits = library.open(root).search(words, limit=99)
        assert [reading.live[n].id for n in ranker(words)] == [hit.id for hit in hits]


def test_births(history: tuple[Repository, dict[str, str]]) -> None:
    repository, ids = history
    born = found(measure_retrieval(Reader(repository.root)), "birth")
    # The other two messages are too short to ask for anything.
    assert list(born.values()) == [
        (
            "Keep a pool in every worker process Forked workers shared sockets and answers got mixed up.",
            [ids["pool"]],
        )
    ]


def test_an_entry_moved_is_not_born_again(history: tuple[Repository, dict[str, str]]) -> None:
    repository, ids = history
    before = found(measure_retrieval(Reader(repository.root)), "birth")
    (repository.root / ".context/learnings").mkdir()
    repository("mv", ".context/LEARNINGS.md", ".context/learnings/pools.md")
    repository.commit("Give what we learnt about pools a page of its own")
    repository.commit("Text below the heading is changed now", **{"learnings/pools": f"# P\n\n{POOL}More.\n"})
    assert found(measure_retrieval(Reader(repository.root)), "birth") == before


def test_whole_imports_and_ambiguous_headings_are_no_births() -> None:
    many = "".join(f"## [2026-01-01-1011{n}] Entry number {n}\n\nText.\n\n" for n in range(10, 21))
    texts = {".context/LEARNINGS.md": many, ".context/FACTS.md": "## Same\n\na\n\n## Same\n\nb\n"}
    entries = MemoryReader(texts).read().live
    commit = Said("c" * 40, "Bring in all that was known so far", many.split("\n"))
    births = find_births(entries, [commit, Said("d" * 40, "Add what is the same", ["## Same"])])
    assert {name: len(born) for name, born in births.items()} == {"c" * 40: 11}
    assert birth_topics(entries, [commit], births) == []


def test_citations(history: tuple[Repository, dict[str, str]]) -> None:
    repository, ids = history
    cited = found(measure_retrieval(Reader(repository.root)), "cite")
    clock = repository("rev-parse", "HEAD")[:10]
    assert cited == {
        ".context/TASKS.md:3": (
            "Close sockets when a worker process is forked, see and write a test for answers mixed up",
            [ids["pool"]],
        ),
        "README.md:3": ("Jobs that fail again are parked, as said in .", [ids["queue"]]),
        "README.md:11": (
            "Our page on how a failing job is handled: ** , and who looks at it.",
            [ids["queue"]],
        ),
        clock: ("Servers render local time again, against and its rule.", [ids["utc"]]),
    }


def test_what_was_retired_is_neither_asked_for_nor_ranked(history: tuple[Repository, dict[str, str]]) -> None:
    repository, ids = history
    repository.commit("Retire", DECISIONS=f"# D\n\n{QUEUE}\n**Status**: Superseded\n")
    measured = measure_retrieval(Reader(repository.root))
    assert {entry.id for entry in measured.entries} == {ids["pool"], ids["utc"]}
    assert not any(ids["queue"] in wanted for _, wanted in found(measured, "cite").values())


def test_an_entry_is_no_candidate_for_its_own_text(tmp_path: Path) -> None:
    repository = Repository(_folder(tmp_path))
    own = "Two workers never share a pool, which [2026-01-03-101112] relies on every single night."
    repository.commit("One", LEARNINGS=f"# L\n\n{POOL}\n{own}\n", DECISIONS=f"# D\n\n{QUEUE}")
    # A copy elsewhere is its text too; what an entry says of itself cites nothing.
    repository.commit("Two", _COPY=f"{own}\n\nAs [2026-01-03-101112] has it: then park them for a person.\n")
    repository.commit("Three", _SELF="Then park them for a person to look at. [2026-01-03-101112]\n")
    measured = measure_retrieval(Reader(repository.root))
    topics = {topic.text: topic for topic in measured.signals[1].topics}
    shared = topics["Two workers never share a pool, which relies on every single night."]
    assert shared.source == ".context/LEARNINGS.md:7"
    assert [measured.entries[n].stamp for n in shared.without] == ["2026-01-02-101112"]
    assert set(topics) == {shared.text, "As has it: then park them for a person."}


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
        "# Head\n\nOne\nparagraph <!-- aside -->of two lines.\n- item\n\n  its second paragraph\n- [x] task #done\n"
        "  wrapped\n\n  - nested\n\n---\n| a | b |\n| c | d |\n\n<!-- INDEX:START -->\n- row\n<!-- INDEX:END -->\n\n"
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
    assert all(
        text[passage.start :].split("\n")[0] == text.split("\n")[passage.line - 1] for passage in passages
    )


def test_trailers() -> None:
    assert without_trailers("fix: keep it\n\nWhy: because.\nMore.\n\nChange-Id: I1\nRefs: #2") == (
        "fix: keep it\n\nWhy: because.\nMore."
    )
    assert without_trailers("docs: a subject alone") == "docs: a subject alone"
    assert without_trailers("A\n\nB\nSigned-off-by: X <x@y>\n\nGenerated with a tool") == "A\n\nB"


def test_the_table(history: tuple[Repository, dict[str, str]]) -> None:
    done = ctx("bench", cwd=history[0].root)
    assert done.code == 0
    assert done.out == (
        "signal  queries  ranked by  nDCG@10  recall@5  recall@10  MRR\n"
        "birth   1        ctx        1.000    1.000     1.000      1.000\n"
        "                 bm25       1.000    1.000     1.000      1.000\n"
        "                 recency    0.631    1.000     1.000      0.500\n"
        "cite    4        ctx        1.000    1.000     1.000      1.000\n"
        "                 bm25       0.783    1.000     1.000      0.708\n"
        "                 recency    0.783    1.000     1.000      0.708\n"
    )
    assert done.err == (
        "birth: too few queries to mean anything (1, at least 30 are wanted): "
        "one query moves a figure by up to 1.00\n"
        "cite: too few queries to mean anything (4, at least 30 are wanted): "
        "one query moves a figure by up to 0.25\n"
    )


def test_json_and_what_it_lists(history: tuple[Repository, dict[str, str]]) -> None:
    repository, ids = history
    runs = {
        ctx("bench", "--json", "-v", "-n", "2", cwd=repository.root, env={"PYTHONHASHSEED": seed}).out
        for seed in ("1", "2")
    }
    assert len(runs) == 1
    told = json.loads(runs.pop())
    assert (told["entries"], told["commits"], told["shallow"], told["unread"]) == (3, 5, False, [])
    birth, cite = told["signals"]
    assert (birth["signal"], birth["queries"], birth["enough"]) == ("birth", 1, False)
    assert birth["figures"]["recency"] == {"ndcg10": 0.63093, "recall5": 1.0, "recall10": 1.0, "mrr": 0.5}
    assert list(birth["figures"]) == ["ctx", "bm25", "recency"]
    assert [topic["relevant"] for topic in cite["topics"]] == [[ids["pool"]], [ids["queue"]]]


def test_queries_are_listed_for_people(history: tuple[Repository, dict[str, str]]) -> None:
    repository, ids = history
    out = ctx("bench", "-v", cwd=repository.root).out
    assert f"\ncite  README.md:3  {ids['queue']}\n    Jobs that fail again are parked, as said in .\n" in out


def test_without_history(tmp_path: Path) -> None:
    root = project(tmp_path / "bare", {"LEARNINGS.md": POOL})
    done = ctx("bench", cwd=root, env={"GIT_CEILING_DIRECTORIES": str(tmp_path)})
    assert (done.code, done.out) == (1, "")
    assert done.err == f"error: {root} is in no git work tree\nhint: run `git init` there first\n"
    repository = Repository(root)
    assert ctx("bench", cwd=root).err.startswith("error: there is no commit yet\n")
    repository.commit("Only tasks are left now", TASKS="# T\n\n- [ ] one\n", LEARNINGS="# L\n")
    assert ctx("bench", cwd=root).err.startswith("error: there are no live entries to rank\n")


def test_without_git_itself(tmp_path: Path) -> None:
    root = project(tmp_path, {"LEARNINGS.md": POOL})
    done = ctx("bench", cwd=root, env={"PATH": str(tmp_path)})
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("error: git is not installed\n")


def test_nothing_to_ask(tmp_path: Path) -> None:
    repository = Repository(_folder(tmp_path))
    repository.commit("Start", LEARNINGS=f"# L\n\n{POOL}")
    done = ctx("bench", cwd=repository.root)
    assert done.code == 0
    assert "birth   0        -          -        -         -          -\n" in done.out
    assert done.err.startswith("birth: no queries found, so nothing was measured\n")


def test_a_shallow_clone_and_an_unreadable_file_are_named(
    history: tuple[Repository, dict[str, str]], tmp_path: Path
) -> None:
    repository, _ = history
    (repository.root / "latin.md").write_bytes(b"caf\xe9\n")
    repository.commit("A page that is not in UTF-8")
    clone = tmp_path / "clone"
    repository("clone", "-q", "--depth", "1", f"file://{repository.root}", str(clone))
    err = ctx("bench", cwd=clone).err
    assert "this clone lacks a part of its history" in err
    assert "latin.md could not be read and was not searched for citations" in err


def test_a_context_below_the_repository(history: tuple[Repository, dict[str, str]], tmp_path: Path) -> None:
    repository, _ = history
    here = found(measure_retrieval(Reader(repository.root)), "birth")
    (repository.root / "sub").mkdir()
    for name in (".context", "README.md"):
        repository("mv", name, f"sub/{name}")
    repository.commit("Everything goes one folder down now")
    measured = measure_retrieval(Reader(repository.root / "sub"))
    assert "README.md:3" in found(measured, "cite")
    # Before that its files were outside of the context's folder.
    assert [text for text, _ in found(measured, "birth").values()] == ["Everything goes one folder down now"]
    assert here


def test_the_baseline_is_loaded_only_when_asked_for() -> None:
    code = "import sys, ctx.actions.measure_retrieval, ctx.cli.bench; sys.exit('rank_bm25' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
