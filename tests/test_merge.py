"""Laws of the merge: what either side has is there once, unless a side removed it."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctx.kinds import Kinds
from ctx.merging.merge import merge
from ctx.merging.task_heads import merge_heads
from ctx.merging.units import ENTRY, TEXT, Unit, split_entries, split_tasks
from ctx.store.merge_file import merge_lines
from tests.contexts import contexts, words
from tests.task_files import task_files

KINDS = Kinds()
LEARNINGS = partial(split_entries, kind=KINDS["learning"])
CONVENTIONS = partial(split_entries, kind=KINDS["convention"])
HEAD = "# Learnings\n\n<!-- guidance -->\n\n"


def entry(number: int, body: str = "") -> str:
    return f"## [2026-11-{number:02}-120000] Title {number}\n\n{body or f'Body {number}.'}\n\n---\n\n"


def learnings(numbers: list[int], *, newest_first: bool = False) -> str:
    return HEAD + "".join(entry(n) for n in sorted(numbers, reverse=newest_first))


numbers = st.lists(st.integers(1, 28), unique=True, max_size=6)
files = contexts().map(lambda found: next((t for p, t in found.items() if p.endswith("LEARNINGS.md")), HEAD))


@settings(max_examples=30)
@given(files)
def test_units_concatenate_to_the_text(text: str) -> None:
    assert "".join(unit.source for unit in LEARNINGS(text)) == text
    assert "".join(unit.source for unit in CONVENTIONS(text)) == text


@settings(max_examples=50)
@given(task_files())
def test_tasks_are_units_whose_parts_concatenate(text: str) -> None:
    def check(units: list[Unit]) -> None:
        for unit in units:
            if unit.parts:
                assert "".join(part.source for part in unit.parts) == unit.body
                check(list(unit.parts))

    units = split_tasks(text)
    assert "".join(unit.source for unit in units) == text
    assert len({unit.key for unit in units}) == len(units)
    check(units)


@settings(max_examples=30)
@given(files, files)
def test_what_only_one_side_changed_is_taken(base: str, changed: str) -> None:
    for texts in ((changed, changed, changed), (base, base, changed), (base, changed, base)):
        assert merge(*texts, LEARNINGS, merge_lines) == (changed, 0)


@settings(max_examples=30)
@given(numbers, numbers, numbers, st.booleans(), st.data())
def test_entries_of_both_are_there_once_and_removed_ones_are_gone(
    base: list[int], ours: list[int], theirs: list[int], newest_first: bool, data: st.DataObject
) -> None:
    gone = [set(data.draw(st.lists(st.sampled_from(base))) if base else []) for _ in range(2)]
    mine = set(base) - gone[0] | set(ours) - set(base)
    other = set(base) - gone[1] | set(theirs) - set(base)
    texts = [learnings(list(found), newest_first=newest_first) for found in (set(base), mine, other)]
    text, conflicts = merge(texts[0], texts[1], texts[2], LEARNINGS, merge_lines)
    wanted = sorted((mine | other) - gone[0] - gone[1], reverse=newest_first)
    assert conflicts == 0
    stamps = [unit.stamp for unit in LEARNINGS(text) if unit.sort == ENTRY]
    assert sorted(stamps, reverse=newest_first) == [f"2026-11-{number:02}-120000" for number in wanted]
    if max(len(set(base)), len(mine), len(other)) > 1:  # else nothing tells which way the file grows
        assert stamps == sorted(stamps, reverse=newest_first)
    assert text.startswith(HEAD)


@st.composite
def edited(draw: st.DrawFn, text: str) -> str:
    """The text with some lines added, changed and taken out."""
    lines = text.split("\n")
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(lines)))
        stop = min(len(lines), at + draw(st.integers(0, 4)))
        lines[at:stop] = [f"{line} q" for line in lines[at:stop]] if draw(st.booleans()) else draw(added)
    return "\n".join(lines)


added = st.lists(
    st.sampled_from(["", "x", "## [2026-11-03-120000] New", "---", "```", "<!--", "-->", "**Lesson**: q"]),
    max_size=3,
)
branches = files.flatmap(lambda base: st.tuples(st.just(base), edited(base), edited(base)))


@settings(max_examples=40)
@given(st.one_of(branches, st.tuples(files, files, files)))
def test_nothing_is_lost_whatever_the_files_are_and_sides_are_equal(texts: tuple[str, str, str]) -> None:
    base, ours, theirs = texts
    text, conflicts = merge(base, ours, theirs, LEARNINGS, merge_lines)
    for mine, other in ((ours, theirs), (theirs, ours)):
        if conflicts == 0:
            assert _lost(base, mine, other, text) == []
    swapped, clashes = merge(base, theirs, ours, LEARNINGS, merge_lines)
    if conflicts == clashes == 0:
        assert _statements(text) == _statements(swapped)


@settings(max_examples=30)
@given(task_files(), task_files(), task_files())
def test_tasks_of_both_are_kept(base: str, ours: str, theirs: str) -> None:
    text, conflicts = merge(base, ours, theirs, split_tasks, merge_lines)
    if conflicts:
        return
    keys = [{unit.key for unit in split_tasks(side) if unit.sort != TEXT} for side in (base, ours, theirs)]
    kept = {unit.key[2] for unit in split_tasks(text) if unit.sort != TEXT}
    assert {key[2] for key in (keys[1] | keys[2]) - keys[0]} <= kept
    assert {key[2] for key in keys[0] & keys[1] & keys[2]} <= kept


def _lost(base: str, mine: str, other: str, merged: str) -> list[str]:
    """The entries of one side that should be in the merged text and are not, with whatever stamp.

    What the other side changed or removed is not asked for: that holds, or both changes merge by lines.
    """
    before, there = ({unit.key: unit for unit in LEARNINGS(text)} for text in (base, other))
    statements, plain = _statements(merged), _squeezed(merged)
    lost = []
    for unit in LEARNINGS(mine):
        old, now = before.get(unit.key), there.get(unit.key)
        is_theirs = old is not None and (now is None or now.body != old.body)
        there_is = statements[unit.same] or _squeezed(unit.body) in plain
        if unit.sort == ENTRY and not is_theirs and not there_is:
            lost.append(unit.body)
    return lost


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _statements(text: str) -> Counter[str]:
    return Counter(unit.same for unit in LEARNINGS(text) if unit.sort == ENTRY)


def test_the_same_entry_with_another_stamp_is_one_entry() -> None:
    base = learnings([1])
    ours = base + entry(3) + entry(5, "Same.")
    theirs = base + entry(4) + entry(5, "Same.").replace("-05-", "-06-")
    for sides in ((ours, theirs), (theirs, ours)):
        text, conflicts = merge(base, *sides, LEARNINGS, merge_lines)
        assert (text, conflicts) == (base + entry(3) + entry(4) + entry(5, "Same."), 0)


def test_a_change_against_a_removal_is_kept_as_a_conflict_in_that_entry_alone() -> None:
    base = learnings([1, 2, 3])
    ours = HEAD + entry(1) + entry(3) + entry(4)
    theirs = HEAD + entry(1) + entry(2, "Better.") + entry(3) + entry(5)
    text, conflicts = merge(base, ours, theirs, LEARNINGS, merge_lines)
    assert conflicts == 1
    start, end = text.index("<<<<<<< ours"), text.index(">>>>>>> theirs")
    assert "Better." in text[start:end]
    outside = text[:start] + text[end:]
    assert [f"Title {n}" in outside for n in (1, 3, 4, 5)] == [True] * 4
    assert "Title 3" not in text[start:end]


def test_a_change_on_both_sides_is_a_conflict_in_that_entry_alone() -> None:
    base = learnings([1, 2])
    ours, theirs = base.replace("Body 2", "Ours") + entry(3), base.replace("Body 2", "Theirs") + entry(4)
    text, conflicts = merge(base, ours, theirs, LEARNINGS, merge_lines)
    assert conflicts == 1
    marked = (
        "## [2026-11-02-120000] Title 2\n\n<<<<<<< ours\nOurs.\n=======\nTheirs.\n>>>>>>> theirs\n\n---\n\n"
    )
    assert text == HEAD + entry(1) + marked + entry(3) + entry(4)


def test_two_entries_of_one_name_and_stamp_are_both_kept() -> None:
    base = learnings([1])
    text, conflicts = merge(base, base + entry(2, "One."), base + entry(2, "Two."), LEARNINGS, merge_lines)
    assert (text, conflicts) == (base + entry(2, "One.") + entry(2, "Two."), 0)


def test_bullets_stay_close_and_categories_apart() -> None:
    base = "# Conventions\n\n## Code\n\n- **A**: a\n\n## Docs\n\n- **D**: d\n"
    ours = base.replace("- **A**: a\n", "- **A**: a\n- **B**: b\n") + "- **E**: e\n"
    theirs = base.replace("- **A**: a\n", "- **A**: a\n- **C**: c\n") + "- **F**: f\n\n## New\n\n- **G**: g\n"
    text, conflicts = merge(base, ours, theirs, CONVENTIONS, merge_lines)
    code = "- **A**: a\n- **B**: b\n- **C**: c\n"
    docs = "- **D**: d\n- **E**: e\n- **F**: f\n\n## New\n\n- **G**: g\n"
    assert (text, conflicts) == (f"# Conventions\n\n## Code\n\n{code}\n## Docs\n\n{docs}", 0)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        (
            "- [ ] a",
            "- [x] a #done:2026-11-02",
            "- [ ] a #in-progress",
            "- [x] a #done:2026-11-02 #in-progress",
        ),
        ("- [x] a", "- [ ] a", "- [x] a #ui", "- [ ] a #ui"),
        ("- [ ] a #blocked", "- [ ] a #ui", "- [x] a #blocked", "- [x] a #ui"),
        ("- [ ] a", "- [-] a", "- [x] a", "- [x] a"),
        (None, "- [ ] a #added:2026-11-02", "- [ ] a #added:2026-11-01", "- [ ] a #added:2026-11-01"),
        ("- [ ] a", "- [ ] a #priority:high", "- [ ] a #priority:low", None),
        ("- [ ] a", "- [x] a", "- [ ] a b", None),
    ],
)
def test_boxes_and_labels_merge_by_themselves(
    base: str | None, ours: str, theirs: str, merged: str | None
) -> None:
    assert merge_heads(base, ours, theirs) == merged


def test_states_of_neighbours_and_of_nested_tasks_merge() -> None:
    base = "# Tasks\n\n- [ ] a\n  - [ ] a1\n  - [ ] a2\n- [ ] b\n- [ ] c\n"
    ours = base.replace("[ ] a1", "[x] a1").replace("[ ] b", "[x] b") + "- [ ] new one\n"
    theirs = base.replace("[ ] a2", "[x] a2").replace("[ ] c", "[-] c") + "- [ ] new two\n"
    text, conflicts = merge(base, ours, theirs, split_tasks, merge_lines)
    done = "- [ ] a\n  - [x] a1\n  - [x] a2\n- [x] b\n- [-] c\n"
    assert (text, conflicts) == (f"# Tasks\n\n{done}- [ ] new one\n- [ ] new two\n", 0)


@settings(max_examples=10)
@given(words)
def test_line_endings_are_those_of_the_side_that_changed_them(word: str) -> None:
    base = learnings([1, 2])
    ours = (base + entry(3, word)).replace("\n", "\r\n")
    text, conflicts = merge(base, ours, base + entry(4), LEARNINGS, merge_lines)
    assert (text, conflicts) == ((base + entry(3, word) + entry(4)).replace("\n", "\r\n"), 0)
