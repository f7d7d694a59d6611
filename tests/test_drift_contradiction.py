"""Entries that cannot both hold: named as a contradiction, and never as duplicates."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.drift_facts import facts, findings

TABLE = tomllib.loads(
    (Path(__file__).parent.parent / "fixtures/drift/contradictions.toml").read_text("utf-8")
)
PAIRS: list[dict[str, Any]] = TABLE["pair"]


def _files(one: str, other: str) -> dict[str, str]:
    texts = [text if "\n" in text else f"{text}\n\nAs it was found." for text in (one, other)]
    return {"LEARNINGS.md": f"## [2026-11-01-101010] {texts[0]}\n\n## [2026-11-02-101010] {texts[1]}\n"}


@pytest.mark.parametrize("pair", PAIRS, ids=[pair["one"][:40] for pair in PAIRS])
def test_a_pair_is_judged_as_a_reader_would(pair: dict[str, Any]) -> None:
    given = facts(_files(pair["one"], pair["other"]))
    assert bool(findings("contradiction", given)) == pair["contradicts"]


@pytest.mark.parametrize(
    "pair", [pair for pair in PAIRS if pair["contradicts"]], ids=lambda pair: pair["one"][:40]
)
def test_opposites_are_never_duplicates(pair: dict[str, Any]) -> None:
    body = "\n\nThe words that follow are the same in both, so that nine letters of ten are alike here too."
    given = facts(_files(pair["one"] + body, pair["other"] + body))
    assert not findings("duplicate-entry", given)


def test_both_are_shown() -> None:
    given = facts(_files("Retry when the count is > 3", "Retry when the count is < 3"))
    (found,) = findings("contradiction", given)
    assert "“Retry when the count is < 3” and “Retry when the count is > 3”" in found.message
    assert (found.path, found.line) == (".context/LEARNINGS.md", 5)


def test_entries_that_name_each_other_are_left_alone() -> None:
    first = facts(_files("Force pushes are allowed", "x y")).memory.entries[0].id
    one, other = "Force pushes are allowed", f"Force pushes are not allowed\n\nUnlike {first} says."
    assert not findings("contradiction", facts(_files(one, other)))
