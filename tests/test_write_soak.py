"""A short run of the kill harness; `python -m tests.soak` is the long one."""

from __future__ import annotations

from pathlib import Path

from tests.soak import soak


def test_killed_writers_lose_nothing_they_acknowledged(tmp_path: Path) -> None:
    report = soak(tmp_path, kills=20, writers=4, pause=0.2)
    assert report.clean, report
    assert report.acknowledged > 0
    assert report.kills_in_transaction > 0
    assert report.unacknowledged <= report.kills + 4
    assert report.lock_free_after < 1
