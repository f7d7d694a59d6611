"""A clock beyond 2262, where Python's ends: what reads works, and what cannot is refused in one line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ctx.actions.read_context import Reader
from ctx.cache import signature
from ctx.store.cache import Cache
from tests.cli import Done, ctx, project

FILES = {
    "LEARNINGS.md": "# Learnings\n\n## [2026-01-01-101010] Locks\n\nRetry a lock with jitter.\n",
    "TASKS.md": "# Tasks\n\n- [ ] Retry the lock\n",
}
# What Python itself does from then on, in every process that is started with it.
LATE = """
import time

def _late():
    raise OverflowError("timestamp too large to convert to C _PyTime_t")

time.time = time.time_ns = _late
"""
READING = (
    ("agent", "--budget", "500", "--now", "2026-11-21"),
    ("search", "lock"),
    ("list",),
    ("show", "L-9cb592"),
    ("status",),
    ("drift", "--now", "2026-11-21"),
)
WRITING = (
    ("learn", "New", "--lesson", "text"),
    ("task", "add", "Another"),
    ("task", "done", "T-9fdb3f"),
    ("remove", "L-9cb592"),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "late").mkdir()
    (tmp_path / "late/sitecustomize.py").write_text(LATE)
    return project(tmp_path / "project", FILES)


def late(root: Path, *command: str) -> Done:
    return ctx(*command, cwd=root, env={"PYTHONPATH": str(root.parent / "late")})


@pytest.mark.parametrize("command", READING, ids=lambda command: command[0])
def test_what_reads_says_what_it_says_today(root: Path, command: tuple[str, ...]) -> None:
    plain = ctx(*command, cwd=root)
    assert plain.code == 0
    assert late(root, *command) == plain
    assert late(root, *command) == plain


@pytest.mark.parametrize("command", WRITING, ids=lambda command: " ".join(command[:2]))
def test_what_writes_is_refused_in_one_line(root: Path, command: tuple[str, ...]) -> None:
    before = {path: path.read_bytes() for path in (root / ".context").glob("*.md")}
    done = late(root, *command)
    assert (done.code, done.out) == (1, "")
    error, hint = done.err.splitlines()
    assert error == "error: the clock of this machine stands beyond the year 2262, where Python's ends"
    assert hint == "hint: set the clock"
    assert {path: path.read_bytes() for path in before} == before


def test_files_from_then_are_no_matter(root: Path) -> None:
    then = 9_300_000_000
    os.utime(root / ".context/LEARNINGS.md", (then, then))
    for command in READING:
        assert late(root, *command) == ctx(*command, cwd=root)


def test_what_is_kept_then_is_found_by_its_bytes(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def overflow() -> int:
        raise OverflowError

    monkeypatch.setattr("time.time_ns", overflow)
    monkeypatch.setattr("time.time", overflow)
    assert signature.now() == 0
    Reader(root).look()
    assert Reader(root).look().was_kept
    text = root / ".context/LEARNINGS.md"
    found = text.stat()
    text.write_bytes(text.read_bytes().replace(b"jitter", b"vigour"))
    os.utime(text, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert "vigour" in str([one.body for one in Reader(root).look().memory.entries])
    assert Cache(root).find("manifest") is not None
