"""`ctx add` when the disk fails at any step, when many run at once, and when some are killed."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from ctx.actions.read_context import Reader
from ctx.store import write
from ctx.store.write import Writer
from tests.faults import AFTER_CHANGE, ERRORS, MAKING, REPLACING, failing, failing_close, temps, with_fault
from tests.soak import add_at_once
from tests.test_writing import ctx, text_of, tree


@pytest.mark.parametrize("code", ERRORS, ids=errno.errorcode.get)
@pytest.mark.parametrize("kind", ["learning", "fact"])
def test_a_fault_at_any_step_leaves_old_bytes_or_new_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, code: int
) -> None:
    path = f".context/{kind.upper()}S.md"
    for number, step in enumerate(REPLACING if kind == "learning" else MAKING):
        if step == "make_folder":
            continue  # the folder of a kind's file is always there
        here = tmp_path / f"{number}"
        here.mkdir()
        assert ctx("init", cwd=here).code == 0
        old = tree(here)
        fault = failing_close(code) if step == "close" else failing(code)
        with monkeypatch.context() as patch:
            patch.setattr(write, "current", lambda step=step, fault=fault: with_fault(step, fault))
            done = ctx("add", kind, "Title", "--body", "words", cwd=here)
        if step == "sync_folder" and done.code == 0:
            continue  # a file system without it; nothing was lost
        assert (done.code, done.out) == (1, ""), (step, done)
        assert done.err.startswith("error: "), done
        now = tree(here)
        assert {name: data for name, data in now.items() if name != path} == {
            name: data for name, data in old.items() if name != path
        }
        if step in AFTER_CHANGE:
            assert b"] Title\n\nwords\n\n---\n" in now[path]
        else:
            assert now.get(path) == old.get(path), step
        assert temps(here) == []
        assert ctx("add", kind, "After", cwd=here).code == 0


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_many_at_once_some_of_them_killed_leave_whole_entries_and_no_lock(tmp_path: Path) -> None:
    report = add_at_once(tmp_path, commands=24, at_once=6, kills=10)
    assert report.clean, report
    assert (report.acknowledged, report.refused, report.killed) == (14, 0, 10), report
    entries = Reader(tmp_path / "project").read().memory.entries
    assert len({entry.stamp for entry in entries}) == len({entry.id for entry in entries}) == len(entries)
    with Writer(tmp_path / "project", wait=0).transaction() as transaction:
        assert transaction.read(".context/LEARNINGS.md") == text_of(tmp_path / "project")
