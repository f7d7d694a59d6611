"""What is proposed: groups that are worth it, within their bounds, in an order that helps."""

from __future__ import annotations

import random
import tempfile
from array import array
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings

from ctx.actions.apply_plan import apply_groups
from ctx.actions.check_drift import check_drift
from ctx.actions.propose_merges import propose_merges
from ctx.consolidate.approved import Approved
from ctx.consolidate.cluster import clusters
from ctx.consolidate.coverage import unsaid
from ctx.consolidate.duplicate import find_duplicates
from ctx.consolidate.kept_apart import is_apart, read_apart, with_line
from ctx.consolidate.proposal import Draft, Group, Proposal
from ctx.consolidate.propose import Bounds, is_worth_it, ranked
from ctx.consolidate.similar import Background, Rows, profile_of, similarities
from ctx.consolidate.supersede import find_superseded
from ctx.model.entry import Entry
from ctx.reading.read_entries import read_entries
from tests.contexts import MemoryReader
from tests.test_consolidate_drafts import LEARNING, learning, read
from tests.test_consolidate_laws import contexts, write

PATH = ".context/LEARNINGS.md"
OTHERS = "alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november".split()


def alike(count: int) -> str:
    """Entries about the uploads of a queue, each with a lesson of its own, and as many about other things."""
    rng = random.Random(7)
    context = "While the broker was away for the night we waited for the uploads of it. " * 3
    rows = []
    for number in range(count):
        own = " ".join(rng.sample(OTHERS, 5))
        lesson = rng.sample(["upload", "queue", "broker", "retry", "backoff", own], 6)
        rows.append(
            f"## [2026-05-01-10{number:02}00] Queue upload {own[:12]}\n\n**Context**: {context}\n\n"
            f"**Lesson**: {' '.join(lesson)}.\n\n---\n\n"
        )
        rows.append(f"## [2025-0{1 + number % 9}-01] Word{number}\n\nThing{number} stuff{number}.\n\n---\n\n")
    return "# Learnings\n\n" + "".join(rows)


def proposed(text: str, config: str = "") -> list[Group]:
    files = {PATH: text, **({".contextrc": config} if config else {})}
    return propose_merges(MemoryReader(files), everything=True)


def group(before: int, after: int, cohesion: float = 0.5, proposal: Proposal = Proposal.MERGE) -> Group:
    return Group(f"g-{before}{after}", proposal, "learning", cohesion, (), Draft("t", "b"), before, after)


def test_a_merge_saves_a_quarter_and_is_not_oversized() -> None:
    assert is_worth_it(group(100, 75), Bounds(800))
    assert not is_worth_it(group(100, 76), Bounds(800))
    assert is_worth_it(group(2000, 800), Bounds(800))
    assert not is_worth_it(group(2000, 801), Bounds(800))


def test_what_replaces_comes_first_then_what_is_said_twice_then_the_most_useful_merge() -> None:
    small, loose, tight = group(100, 70, 0.9), group(400, 300, 0.1), group(300, 220, 0.5)
    twice, replaced = group(10, 5, proposal=Proposal.DUPLICATE), group(11, 5, proposal=Proposal.SUPERSEDE)
    assert ranked([loose, small, twice, tight, replaced]) == [replaced, twice, tight, small, loose]


def test_no_group_has_more_than_eight_members() -> None:
    rows = rows_of(*((a, b, 0.9 if b > 1 else 0.95) for b in range(10) for a in range(b)))
    assert sorted(len(group) for group in members(rows, 1000)) == [2, 8]


def test_a_group_that_would_be_oversized_is_split() -> None:
    whole = proposed(alike(6))
    assert [len(one.members) for one in whole] == [6]
    limit = whole[0].tokens_after - 60
    parts = proposed(alike(6), f"[drift]\noversized_tokens = {limit}\n")
    assert len(parts) > 1
    assert max(one.tokens_after for one in parts) <= limit


def rows_of(*likeness: tuple[int, int, float]) -> Rows:
    size = 1 + max(max(a, b) for a, b, _ in likeness)
    rows = [array("d", [0.0] * size) for _ in range(size)]
    for one, other, value in likeness:
        rows[one][other] = rows[other][one] = value
    return rows


def members(rows: Rows, capacity: int = 100) -> list[list[int]]:
    return [one.members for one in clusters(rows, [10] * len(rows), capacity, lambda *_: True)]


def test_three_are_a_group_from_the_cut_on_and_two_need_a_third_more() -> None:
    triangle = [(0, 1), (0, 2), (1, 2)]
    assert members(rows_of(*((a, b, 0.191) for a, b in triangle))) == [[0, 1, 2]]
    assert members(rows_of(*((a, b, 0.189) for a, b in triangle))) == []
    assert members(rows_of((0, 1, 0.25))) == []
    assert members(rows_of((0, 1, 0.26))) == [[0, 1]]
    assert members(rows_of((0, 1, 0.26)), capacity=19) == []
    assert members(rows_of((0, 1, 0.26)), capacity=20) == [[0, 1]]


def test_what_may_not_join_never_does_not_even_through_others() -> None:
    rows = rows_of((0, 1, 0.9), (0, 2, 0.9), (1, 2, 0.9))
    found = clusters(rows, [1] * 3, 100, lambda one, other: {one, other} != {0, 2})
    assert all(not {0, 2} <= set(one.members) for one in found)
    assert found


def test_of_two_groups_the_tighter_one_is_more_cohesive() -> None:
    rows = rows_of((0, 1, 0.8), (0, 2, 0.8), (1, 2, 0.8), (3, 4, 0.7), (5, 6, 0.9), (5, 7, 0.9), (6, 7, 0.3))
    cohesion = {tuple(one.members): one.cohesion for one in clusters(rows, [1] * 8, 100, lambda *_: True)}
    assert cohesion[0, 1, 2] > cohesion[5, 6, 7] > cohesion[3, 4]


def test_likeness_reports_its_progress() -> None:
    entries = read(alike(3))[:3]
    profiles = [profile_of(entry) for entry in entries]
    told: list[tuple[int, int]] = []
    similarities(
        profiles, [None] * 3, Background.of(profiles), lambda done, total: told.append((done, total))
    )
    assert told == [(0, 3)]


def decisions(*entries: tuple[str, str]) -> list[Entry]:
    text = "".join(
        f"## [2026-0{n}-01-000000] {title}\n\n{body}\n\n" for n, (title, body) in enumerate(entries, 1)
    )
    return [one.named(f"D-{n:06x}") for n, one in enumerate(read_entries(text, LEARNING, PATH))]


def replaced(entries: list[Entry], likeness: float = 1.0) -> list[tuple[int, int]]:
    return [(one.older, one.newer) for one in find_superseded(entries, lambda *_: likeness)]


def test_only_what_is_about_one_subject_is_thought_to_be_replaced() -> None:
    entries = decisions(
        ("Jobs run in Celery workers", "They do."), ("Jobs in threads", "Celery workers run jobs no longer.")
    )
    assert replaced(entries, 0.3) == [(0, 1)]
    assert replaced(entries, 0.29) == []


def test_most_words_of_the_older_title_have_to_be_spoken_of() -> None:
    older = ("Alpha beta gamma delta epsilon", "So it is.")
    assert replaced(decisions(older, ("Zeta", "Alpha beta gamma no longer hold."))) == [(0, 1)]
    assert replaced(decisions(older, ("Zeta", "Alpha beta no longer hold."))) == []  # two of five
    assert replaced(decisions(older, ("Gamma", "Alpha beta no longer hold."))) == [(0, 1)]  # with the title
    assert replaced(decisions(older, ("Beta gamma", "Alpha no longer holds."))) == []  # one in the sentence
    six = ("Alpha beta gamma delta epsilon zeta", "So it is.")
    assert replaced(decisions(six, ("Gamma delta", "Alpha beta no longer hold."))) == []  # two of six in it
    assert replaced(decisions(six, ("Gamma", "Alpha beta delta no longer hold."))) == [(0, 1)]


def test_an_older_entry_never_replaces_a_newer_one_unless_it_says_by_what_it_is_replaced() -> None:
    assert (
        replaced(
            decisions(
                ("Threads", "Threads replaced the Celery workers for jobs."),
                ("Jobs run in Celery workers", "x"),
            )
        )
        == []
    )
    told = decisions(("Jobs", "Superseded by [2026-02-01-000000]."), ("Threads run all", "x"))
    assert replaced(told) == [(0, 1)]


def test_what_goes_round_in_a_circle_replaces_nothing() -> None:
    text = (
        "## [2026-01-01-a] One thing\n\nSupersedes [2026-01-01-b].\n\n"
        "## [2026-01-01-b] Other matter\n\nSupersedes [2026-01-01-a].\n\n"
    )
    entries = [one.named(f"D-{n:06x}") for n, one in enumerate(read_entries(text, LEARNING, PATH))]
    assert replaced(entries) == []


def duplicates(*entries: tuple[str, str]) -> list[tuple[int, int]]:
    return list(find_duplicates(decisions(*entries), LEARNING))


def test_the_one_that_says_more_stays_and_of_two_that_say_the_same_the_newer() -> None:
    short = ("Fonts", "The fonts are cut down to the letters in use.")
    more = ("Fonts", "The fonts are cut down to the letters in use. A new letter needs a build.")
    assert duplicates(short, more) == [(0, 1)]
    assert duplicates(more, short) == [(1, 0)]
    assert duplicates(short, short) == [(0, 1)]
    assert sorted(duplicates(short, more, short)) == [(0, 1), (2, 1)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            ("Wait 30 seconds", "The lock is given back then."),
            ("Wait 60 seconds", "The lock is given back then."),
        ),
        (
            ("Fonts", "Letters are cut to 30 kilobytes each."),
            ("Fonts", "Letters are cut to 60 kilobytes each."),
        ),
        (
            ("Pushes are allowed", "To the main branch of it."),
            ("Pushes are not allowed", "To the main branch of it."),
        ),
        (("To do", "Later."), ("To do too", "Later.")),
    ],
)
def test_what_differs_in_what_counts_is_no_duplicate(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert duplicates(one, other) == []


def test_pairs_that_are_kept_apart_are_in_no_proposal_together() -> None:
    text = alike(3)
    [found] = proposed(text)
    note = with_line(None, found, date(2026, 11, 21), "Ada")
    assert note.startswith("# Kept apart\n")
    assert f"- {', '.join(one.id for one in found.members)} · 2026-11-21, Ada · Queue upload " in note
    apart = read_apart(note)
    assert len(apart) == 3
    assert is_apart([one.id for one in found.members], apart)
    assert not is_apart([found.members[0].id], apart)
    again = with_line(note.rstrip("\n"), replace(found, members=found.members[:2]), date(2026, 11, 22), "")
    assert again.startswith(note)
    assert again.count("\n- ") == 2
    with tempfile.TemporaryDirectory() as folder:
        files = {PATH: text.encode(), ".context/archive/kept-apart.md": note.encode()}
        assert propose_merges(write(Path(folder), files), everything=True) == []


def test_a_title_that_looks_like_a_handle_keeps_nothing_apart() -> None:
    assert read_apart("- L-aaaaaa, L-bbbbbb · 2026-11-21 · about L-cccccc\n") == {
        frozenset({"L-aaaaaa", "L-bbbbbb"})
    }
    assert read_apart(None) == set()


@settings(max_examples=40)
@given(contexts())
def test_every_draft_of_ours_says_all_that_its_members_do(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for found in propose_merges(write(Path(folder), files), everything=True):
            if found.proposal is Proposal.MERGE:
                for member in found.members:
                    assert unsaid(found.draft, member.entry, LEARNING) == []


def test_a_draft_may_use_other_words_but_keeps_numbers_names_and_negations() -> None:
    [entry] = read(learning("Hooks", "Never wait for `hook.sh` longer than 60 seconds.", 1))
    kept = Draft(
        "Hooks", "Never wait longer than 60 seconds for `hook.sh`. Check this before every release of hooks."
    )
    assert unsaid(kept, entry, LEARNING) == []
    for lacking in ("60 ", "Never ", "`hook.sh`"):
        lost = Draft("Hooks", kept.body.replace(lacking, ""))
        assert unsaid(lost, entry, LEARNING) == ["Never wait for `hook.sh` longer than 60 seconds."]
        assert unsaid(lost, entry, LEARNING, ["never wait for hook.sh"]) == []
        assert len(unsaid(lost, entry, LEARNING, ["never"])) == 1  # too short to name it


def test_drift_is_quieter_once_all_that_is_proposed_is_approved() -> None:
    config = b"[caps]\nlearning = 12\n[drift]\noversized_tokens = 300\n"
    with tempfile.TemporaryDirectory() as folder:
        reader = write(Path(folder), {PATH: alike(8).encode(), ".contextrc": config})
        before = [one for one in check_drift(reader).findings if one.severity == "nudge"]
        groups = propose_merges(reader)
        tokens = sum(one.tokens_before for one in groups), sum(one.tokens_after for one in groups)
        outcomes = apply_groups(reader, [Approved.of(one) for one in groups], approved_by="Ada")
        assert groups
        assert not any(one.why for one in outcomes)
        assert tokens[1] <= 0.75 * tokens[0]
        after = [one for one in check_drift(reader).findings if one.severity == "nudge"]
        assert {one.rule for one in before} >= {"soft-cap"}
        assert len(after) < len(before)
        assert "oversized-entry" not in {one.rule for one in after}
