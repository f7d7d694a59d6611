"""Artifacts and the docs index, by real commands in real repositories."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ctx.reading.test_logs import summarize
from tests.repository import git, ok, repository, run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "app")


def test_bytes_come_back_and_git_ignores_them(root: Path, tmp_path: Path) -> None:
    data = bytes(range(256)) * 40
    (tmp_path / "out.bin").write_bytes(data)
    made = json.loads(
        ok(root, "artifact", "add", str(tmp_path / "out.bin"), "--summary", "All bytes", "--json")
    )
    assert made["size"] == len(data)
    assert (root / made["path"]).read_bytes() == data
    git(root, "add", "-A")
    staged = git(root, "diff", "--cached", "--name-only").split()
    assert f".context/artifacts/{made['id']}.md" in staged
    assert made["path"] not in staged
    again = json.loads(ok(root, "artifact", "add", str(tmp_path / "out.bin"), "--summary", "x", "--json"))
    assert again["id"] == made["id"]
    (root / made["path"]).unlink()
    done = run(root, "artifact", "show", made["id"])
    assert done.code == 1
    assert "is not on this machine" in done.err
    assert "elsewhere" in ok(root, "artifact", "list")


def test_one_that_is_tracked_and_one_that_was_changed(root: Path) -> None:
    (root / "log.txt").write_bytes(b"some\r\nlines\x00\n")
    made = json.loads(ok(root, "artifact", "add", "log.txt", "--summary", "A log", "--track", "--json"))
    git(root, "add", "-A")
    assert made["path"] in git(root, "diff", "--cached", "--name-only").split()
    assert run(root, "artifact", "show", made["id"]).out == "some\r\nlines\x00\n"
    (root / made["path"]).write_bytes(b"other")
    assert "is not what was added" in run(root, "artifact", "show", made["id"]).err


def test_a_secret_is_not_tracked(root: Path) -> None:
    (root / "log.txt").write_text("key AKIAQ3EGUJ4XNHRWZ5PT\n")
    assert run(root, "artifact", "add", "log.txt", "--summary", "A log", "--track").code == 1
    assert not (root / ".context/artifacts").exists()
    ok(root, "artifact", "add", "log.txt", "--summary", "A log")
    assert run(root, "artifact", "add", "log.txt").code == 2
    assert run(root, "artifact", "add", "gone.txt", "--summary", "x").code == 1


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (
            "FAILED tests/a.py::test_x - boom\n==== 1 failed, 7 passed, 1 skipped in 0.50s ====\n",
            "1 failed, 7 passed, 1 skipped; first failures: tests/a.py::test_x",
        ),
        ("....\n4 passed in 0.10s\n", "4 passed"),
        (
            "=== RUN TestA\n--- PASS: TestA (0.00s)\n--- FAIL: TestB (0.00s)\nFAIL\n",
            "1 passed, 1 failed; first failures: TestB",
        ),
        (
            '{"Action":"pass","Test":"TestA"}\nnoise\n{"Action":"fail","Test":"TestB"}\n{"Action":"fail"}\n',
            "1 passed, 1 failed; first failures: TestB",
        ),
        (
            "test a::b ... ok\ntest a::c ... FAILED\ntest result: FAILED. 1 passed; 1 failed; 2 ignored\n",
            "1 passed, 1 failed, 2 ignored; first failures: a::c",
        ),
        (
            "  ● sums › adds\nTests:       1 failed, 3 passed, 4 total\n",
            "1 failed, 3 passed; first failures: sums › adds",
        ),
        (
            '<testsuite><testcase name="a"/><testcase name="b"><failure/></testcase></testsuite>',
            "1 passed, 1 failed; first failures: b",
        ),
        ("nothing of the kind\n", ""),
        ("", ""),
    ],
)
def test_logs_say_what_they_come_to(log: str, said: str) -> None:
    assert summarize(log) == said
    assert summarize(log.replace("\n", "\r\n")) == said


def test_the_docs_index_keeps_what_is_around_it(root: Path) -> None:
    (root / "docs/deep").mkdir(parents=True)
    (root / "docs/a.md").write_text("# First [page]\n\ntext\n")
    (root / "docs/deep/b.md").write_text("no heading\n")
    assert ok(root, "export", "--docs-index") == "docs/README.md changed\n"
    path = root / "docs/README.md"
    text = path.read_text()
    assert "- [First (page)](a.md)\n- [b](deep/b.md)\n" in text
    assert "- [Decisions](../.context/DECISIONS.md)" in text
    assert ok(root, "export", "--docs-index") == "docs/README.md is up to date\n"
    path.write_text(f"Mine above\n\n{text}\nMine below\n")
    (root / "docs/c.md").write_text("# Third\n")
    ok(root, "session", "start", "S", "--no-branch")
    assert "up to date again" in run(root, "session", "end", "--summary", "s").err
    now = path.read_text()
    assert "- [Third](c.md)\n" in now
    assert now.startswith("Mine above\n")
    assert now.endswith("Mine below\n")
    path.write_text("<!-- >>> ctx >>> -->\nopen\n")
    assert run(root, "export", "--docs-index").code == 1
    assert path.read_text() == "<!-- >>> ctx >>> -->\nopen\n"


def test_no_index_is_made_where_there_is_none(root: Path) -> None:
    ok(root, "session", "start", "S", "--no-branch")
    ok(root, "session", "end", "--summary", "s")
    assert not (root / "docs").exists()
