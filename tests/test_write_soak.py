"""Short runs of the kill harness; `python -m tests.soak` has the long ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.soak import POINTS, add_at_once, soak

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")


def test_killed_writers_lose_nothing_they_acknowledged(tmp_path: Path) -> None:
    report = soak(tmp_path, kills=len(POINTS))
    assert report.clean, report
    assert report.refused == 0
    assert report.acknowledged > 0
    assert report.kills_under_lock > 0
    assert report.present - report.acknowledged <= report.kills + 4


def test_killed_writers_and_a_person_who_saves_lose_nothing_of_each_other(tmp_path: Path) -> None:
    report = soak(tmp_path, kills=12, writers=2, pause=0.1)
    assert report.clean, report
    assert report.refused == 0
    assert report.saves > 1


def test_commands_are_served_beside_a_person_who_saves(tmp_path: Path) -> None:
    report = add_at_once(tmp_path, commands=8, at_once=2, pause=0.1)
    assert report.clean, report
    assert report.refused == 0, report
