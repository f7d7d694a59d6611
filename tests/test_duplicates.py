"""Duplicates: the same but for white space, and nearly the same with a score."""

from __future__ import annotations

from ctx.kinds import Kinds
from ctx.reading.duplicates import find_exact, find_near
from ctx.reading.read_entries import read_entries

TEXT = """## [2026-01-01-a] Retry with backoff

**Lesson**: wait longer
each time

**Tags**: net

## [2026-01-02-b] Locks are per checkout

They live in `.local` and are never shared between machines.
"""
ENTRIES = list(read_entries(TEXT, Kinds()["learning"], "f"))


def test_white_space_makes_no_difference_and_anything_else_does() -> None:
    body = "**Lesson**:  wait longer each\n\ttime\n**Tags**: net"
    assert find_exact(" Retry  with backoff ", body, ENTRIES) is ENTRIES[0]
    assert find_exact("Retry with backoff", body + "!", ENTRIES) is None
    assert find_exact("retry with backoff", body, ENTRIES) is None


def test_near_ones_come_most_alike_first() -> None:
    near = find_near("Retry with back-off", "something else entirely", ENTRIES)
    assert [one.entry.title for one in near] == ["Retry with backoff"]
    assert 0.85 <= near[0].score < 1
    body = "They live in `.local` and never are shared between machines"
    assert [one.entry.title for one in find_near("Locking", body, ENTRIES)] == ["Locks are per checkout"]
    assert find_near("Retry with backoff", "", ENTRIES)[0].score == 1
    assert find_near("Stamps are UTC", "Always.", ENTRIES) == []


def test_what_is_said_about_an_entry_makes_none_alike() -> None:
    made = "## [2026-01-01] Old\n\n**Status**: Accepted\n\n**Source**: the same long address of a page\n"
    entries = list(read_entries(made, Kinds()["decision"], "f"))
    assert find_near("New", entries[0].body, entries) == []
