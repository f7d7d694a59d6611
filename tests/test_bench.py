"""`ctx bench`: the queries found in a real history, what is cut out of them, and the command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

import ctx as library
from ctx.actions.measure_retrieval import Measured, measure_retrieval
from ctx.actions.read_context import Reader
from ctx.evaluation.measure import (
    rankers_of,
)
from tests.cli import ctx, project

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
        TASKS="# Tasks\n\n- [ ] Close sockets when a worker process is forked, "
        f"see {ids['pool']} #added:2026-01-09\n"
        "  - [ ] and write a test for answers mixed up\n",
        _README="# Read me\n\n"
        "Jobs that fail again are parked, as said in [2026-01-03-101112] (2026-01-03).\n\n"
        f"```\ncode that names {ids['queue']} is no passage of the text\n```\n\n"
        "<!-- a comment that names it is none either: [2026-01-03-101112] -->\n\n"
        "Our page on how a failing job is handled: "
        "**Retry jobs** from the\nqueue twice, and who looks at it.\n",
    )
    repository.commit(f"Fix the clock\n\nServers render local time again, against {ids['utc']} and its rule.")
    return repository, ids


def _folder(tmp_path: Path) -> Path:
    return project(tmp_path / "repository", {})


def found(measured: Measured, name: str) -> dict[str, tuple[str, list[str]]]:
    """The queries of a signal by source: the text and the handles it should find."""
    signal = next(signal for signal in measured.signals if signal.name == name)
    return {t.source: (t.text, [measured.entries[n].id for n in sorted(t.relevant)]) for t in signal.topics}


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
    repository, _ = history
    before = found(measure_retrieval(Reader(repository.root)), "birth")
    (repository.root / ".context/learnings").mkdir()
    repository("mv", ".context/LEARNINGS.md", ".context/learnings/pools.md")
    repository.commit("Give what we learnt about pools a page of its own")
    repository.commit("Text below the heading is changed now", **{"learnings/pools": f"# P\n\n{POOL}More.\n"})
    assert found(measure_retrieval(Reader(repository.root)), "birth") == before


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


def test_a_birth_cites_others_but_not_what_it_adds(tmp_path: Path) -> None:
    repository = Repository(_folder(tmp_path))
    repository.commit("One", DECISIONS=f"# D\n\n{QUEUE}")
    born = repository.commit(
        "Use one connection pool per worker\n\n"
        "Use one connection pool per worker from now on, for sockets are inherited.\n\n"
        "Against [2026-01-03-101112] and for use one connection pool per worker: jobs should fail early.",
        LEARNINGS=f"# L\n\n{POOL}",
    )
    measured = measure_retrieval(Reader(repository.root))
    queue, pool = measured.entries[0].id, measured.entries[1].id
    assert found(measured, "birth")[born][1] == [pool]
    assert found(measured, "cite") == {born: ("Against and for : jobs should fail early.", [queue])}


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


def _everything(leader: int) -> bytes:
    """What a terminal was sent, which may come piece by piece; Linux ends it with an error."""
    with os.fdopen(leader, "rb", buffering=0) as terminal:
        shown = b""
        with suppress(OSError):
            while piece := terminal.read(1 << 16):
                shown += piece
    return shown


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_progress_is_for_terminals(history: tuple[Repository, dict[str, str]]) -> None:
    leader, follower = os.openpty()
    command = [sys.executable, "-m", "ctx", "bench"]
    done = subprocess.run(command, cwd=history[0].root, stdout=subprocess.PIPE, stderr=follower, check=True)
    os.close(follower)
    shown = _everything(leader).decode()
    assert (
        "\rranking: 2 of 4 queries\rranking: 3 of 4 queries\rranking: 4 of 4 queries\r\x1b[Kbirth:" in shown
    )
    assert b"ranking" not in done.stdout
