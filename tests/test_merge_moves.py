"""Tasks that one side moved under another task or heading while the other side changed them."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from ctx.merging.merge import merge
from ctx.merging.task_heads import merge_heads
from ctx.merging.task_moves import cut_out
from ctx.merging.units import split_tasks
from ctx.store.merge_file import merge_lines
from tests.merge_attack import attack, attack_through_git, faults, read, seen, sides_of, write

BASE = "# Tasks\n\n- [ ] p\n  - [ ] a #ui\n    - [ ] deep\n  - [ ] b\n- [ ] q\n  - [ ] c\n"
MOVED = "# Tasks\n\n- [ ] p\n  - [ ] b\n- [ ] q\n  - [ ] c\n  - [ ] a #ui\n    - [ ] deep\n"
UP = "# Tasks\n\n- [ ] a #ui\n  - [ ] deep\n- [ ] p\n  - [ ] b\n- [ ] q\n  - [ ] c\n"


def both_ways(base: str, ours: str, theirs: str) -> list[tuple[str, int]]:
    return [
        merge(base, ours, theirs, split_tasks, merge_lines),
        merge(base, theirs, ours, split_tasks, merge_lines),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[ ] a #ui", "[x] a #ui #done:2026-11-02"),
        ("[ ] deep", "[x] deep"),
        ("    - [ ] deep\n", ""),
        ("    - [ ] deep\n", "    - [ ] deep\n    - [ ] deeper\n"),
        ("a #ui", "a"),
        ("[ ] c", "[x] c"),
    ],
)
def test_a_task_that_moved_has_what_the_other_side_did_to_it(old: str, new: str) -> None:
    found = both_ways(BASE, MOVED, BASE.replace(old, new))
    assert found == [(MOVED.replace(old, new), 0)] * 2


def test_what_moves_out_is_outdented_with_what_the_other_side_put_below_it() -> None:
    theirs = BASE.replace("    - [ ] deep\n", "    - [ ] deep\n      - [ ] deeper\n")
    wanted = UP.replace("  - [ ] deep\n", "  - [ ] deep\n    - [ ] deeper\n")
    assert both_ways(BASE, UP, theirs) == [(wanted, 0)] * 2


def test_a_task_that_both_moved_to_one_place_stands_there_once() -> None:
    wanted = MOVED.replace("[ ] a", "[x] a")
    assert (
        both_ways(BASE, MOVED, wanted.replace("- [ ] c", "- [x] c"))
        == [(wanted.replace("- [ ] c", "- [x] c"), 0)] * 2
    )


def test_a_task_under_a_renamed_heading_keeps_what_the_other_side_did() -> None:
    base = "# Tasks\n\n## Now\n\n- [ ] a\n- [ ] b\n"
    ours, theirs = base.replace("Now", "Today"), base.replace("[ ] a", "[x] a")
    assert both_ways(base, ours, theirs) == [(ours.replace("[ ] a", "[x] a"), 0)] * 2


def test_a_task_that_one_moved_and_the_other_removed_is_marked() -> None:
    removed = BASE.replace("  - [ ] a #ui\n    - [ ] deep\n", "")
    text, conflicts = merge(BASE, MOVED, removed, split_tasks, merge_lines)
    clash = "<<<<<<< ours\n  - [ ] a #ui\n    - [ ] deep\n=======\n>>>>>>> theirs\n"
    assert (text, conflicts) == (removed + clash, 1)


def test_a_task_that_both_moved_to_different_places_is_marked_in_both() -> None:
    text, conflicts = merge(BASE, MOVED, UP, split_tasks, merge_lines)
    assert conflicts == 2
    assert text.count("- [ ] a #ui") == text.count("<<<<<<< ours") == 2
    assert _outside(text) == ["p", "b", "q", "c"]


def test_each_moved_into_the_other_is_a_conflict_of_the_whole_file() -> None:
    base = "- [ ] p\n- [ ] q\n"
    ours, theirs = "- [ ] q\n  - [ ] p\n", "- [ ] p\n  - [ ] q\n"
    text, conflicts = merge(base, ours, theirs, split_tasks, merge_lines)
    assert (text, conflicts) == (f"<<<<<<< ours\n{ours}=======\n{theirs}>>>>>>> theirs\n", 1)


def test_no_conflict_is_marked_inside_another_one() -> None:
    base = "- [ ] p\n  - [ ] a\n- [ ] q\n"
    ours, theirs = "- [ ] p\n- [ ] q\n  - [ ] a\n    - [ ] new\n", "- [ ] p\n  - [ ] other\n"
    text, conflicts = merge(base, ours, theirs, split_tasks, merge_lines)
    assert conflicts
    depth = 0
    for line in text.splitlines():
        depth += line.startswith("<<<<<<< ")
        assert depth < 2
        depth -= line.startswith(">>>>>>> ")


def test_a_text_with_the_character_of_the_marks_is_merged_without_them() -> None:
    sides = [split_tasks(text) for text in (BASE + "- [ ] \ufdd0\n", MOVED, BASE)]
    assert cut_out(sides) == ([list(units) for units in sides], [])


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        ("- [ ] a #priority:low", "- [ ] a", "- [ ] a #priority:high", None),
        ("- [ ] a\n  - one", "- [x] a\n  - one", "- [ ] a\n  - two", "- [x] a\n  - two"),
        ("- [ ] a", "- [x] a", "- [ ] a\n  - new", "- [x] a\n  - new"),
        ("- [ ] a\n  - one", "- [ ] a\n  - two", "- [x] a", None),
    ],
)
def test_what_stands_below_a_task_merges_apart_from_its_box(
    base: str, ours: str, theirs: str, merged: str | None
) -> None:
    assert merge_heads(base, ours, theirs) == merged
    assert (merge_heads(base, theirs, ours) is None) == (merged is None)


def test_random_merges_of_random_trees() -> None:
    done = attack(150, seed=7)
    assert done.wrong == []
    assert 0 < done.conflicts < done.merges


def test_random_merges_by_git() -> None:
    assert attack_through_git(4, seed=7).wrong == []


def test_the_model_finds_what_is_wrong() -> None:
    """The attack would not notice anything were its judge blind."""
    base, ours, theirs = next(
        trees for n in range(99) if len(seen((trees := sides_of(random.Random(n)))[0]).keys()) > 4
    )
    assert faults(base, base, base, write(base)) == []
    assert faults(base, base, base, write(base) * 2)
    assert faults(base, base, base, "")
    assert any(faults(base, ours, theirs, write(side)) for side in (ours, theirs))


def _outside(text: str) -> Sequence[str]:
    """The words of the tasks outside of conflicts."""
    words, inside = [], False
    for line in text.splitlines():
        inside = inside or line.startswith("<<<<<<< ")
        if "] " in line and not inside:
            words.append(line.partition("] ")[2])
        inside = inside and not line.startswith(">>>>>>> ")
    return words


def test_the_reader_of_the_model_reads_what_it_writes() -> None:
    for number in range(30):
        tree = sides_of(random.Random(number))[0]
        assert dict(read(write(tree)).tasks) == seen(tree)
