"""Nothing is lost: originals are kept byte for byte, an undo gives back the files, a rerun heals a crash."""

from __future__ import annotations

import datetime as dt
import os
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctx.actions.apply_plan import apply_groups
from ctx.actions.check_drift import check_drift
from ctx.actions.propose_merges import propose_merges
from ctx.actions.read_context import Reader
from ctx.actions.undo_apply import undo_apply
from ctx.consolidate import journal
from ctx.consolidate.approved import Approved, Ending
from ctx.consolidate.proposal import Draft
from ctx.consolidate.propose import make_group
from ctx.consolidate.relink import Absorbed, new_names
from ctx.errors import CtxError
from ctx.kinds import BUILTIN
from ctx.model.entry import Entry
from ctx.reading.read_entries import read_entries
from ctx.store.system import System
from ctx.tokens.counting import CharsCounter
from tests import faults

FILE = ".context/LEARNINGS.md"
ARCHIVE = ".context/archive/learnings-2026-Q4.md"
TODAY = dt.date(2026, 11, 21)
ARCHIVING = {Ending.MERGED, Ending.REMOVED}
TOPICS = (
    "hook stdin payload event envelope",
    "index segment posting merge compaction",
    "token budget packing packet tier",
    "lock file holder timeout process",
)
EXTRAS = (
    "",
    "```\n# code\n```\n",
    "- one\n- two\n",
    "### Deeper\n\ntext\n",
    "<!-- note -->\n",
    "**Tags**: a-b\n",
    "| a | b |\n|---|---|\n",
    "ends in blanks \t  \n",
)
UNCLOSED = ("```\nnever closed\n", "<!-- never closed\n", "~~~ py\nx = 1\n")


def source_text(topic: int, number: int, seed: int, extra: str, stamp: str) -> str:
    rng = random.Random(seed)
    words = TOPICS[topic].split()
    title = " ".join(rng.sample(words, 3))
    lesson = " ".join(rng.choice(words) for _ in range(12))
    context = " ".join(rng.choice(words) for _ in range(40))
    return (
        f"## {stamp}{title} {number}\n\n**Context**: {context}.\n\n"
        f"**Lesson**: {lesson} number{number}.\n\n{extra}"
    )


@st.composite
def contexts(draw: st.DrawFn) -> dict[str, bytes]:
    """Files with related entries in many forms, links between them, and now and then something unclosed."""
    extras = st.sampled_from(EXTRAS * 3 + UNCLOSED)
    rows = []
    for number in range(draw(st.integers(4, 12))):
        topic, seed = draw(st.integers(0, len(TOPICS) - 1)), draw(st.integers(0, 5))
        stamp = draw(st.sampled_from([f"[2026-11-{10 + topic}-10{number:02}00] ", "[2026-11-20] ", ""]))
        rows.append(source_text(topic, number, seed, draw(extras), stamp))
    separator = draw(st.sampled_from(["\n---\n\n", "\n", "\n\n\n"]))
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    text = draw(st.sampled_from(["# Learnings\n\n", "", "\ufeff# Learnings\n\n"])) + separator.join(rows)
    if draw(st.booleans()):
        text = text.rstrip("\n")
    tasks = "# Tasks\n\n- [ ] see [2026-11-10-100000] and [2026-11-11-100100]\n"
    return {FILE: text.replace("\n", newline).encode(), ".context/TASKS.md": tasks.encode()}


def write(root: Path, files: dict[str, bytes]) -> Reader:
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return Reader(root)


def files_of(root: Path) -> dict[str, bytes]:
    """Every file but those that are nobody's: locks, the journal, what a crash left."""
    found = (
        path
        for path in root.rglob("*")
        if path.is_file() and ".local" not in path.parts and path.suffix != ".ctx-tmp"
    )
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def source(text: str, member: Any) -> bytes:
    return text[member.entry.start : member.entry.end].encode()


@settings(max_examples=50)
@given(contexts(), st.data())
def test_originals_are_kept_once_and_undo_gives_back_every_byte(
    files: dict[str, bytes], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        reader = write(root, files)
        groups = propose_merges(reader, everything=True)
        chosen = [group for group in groups if data.draw(st.booleans())]
        text = files[FILE].decode()
        outcomes = apply_groups(reader, [Approved.of(group) for group in chosen], today=TODAY)
        after = files_of(root)
        archive = after.get(ARCHIVE, b"")
        for group, outcome in zip(chosen, outcomes, strict=True):
            merged = outcome.ending is Ending.MERGED
            for original in {source(text, member) for member in group.members}:
                assert archive.count(original) >= merged
                assert (original in after[FILE]) >= (not merged)
        entries = [
            one
            for group, outcome in zip(chosen, outcomes, strict=True)
            if not outcome.why
            for one in group.members
            if one.id in Approved.of(group).leaving
        ]
        kept = [e for e in reader.read(archive=True).memory.entries if e.archived]
        assert (
            len({(e.digest, e.body) for e in kept})
            == len(kept)
            <= len({(m.entry.digest, m.entry.body) for m in entries})
        )
        stay = {e.digest for e in reader.read().memory.entries}
        members = {m.entry.digest for m in entries}
        before = reader_of(files)
        assert {e.digest for e in before if e.digest not in members} <= stay
        if any(not outcome.why for outcome in outcomes):
            undo_apply(reader)
        assert files_of(root) == files


def reader_of(files: dict[str, bytes]) -> Sequence[Any]:
    with tempfile.TemporaryDirectory() as folder:
        return write(Path(folder), files).read().memory.entries


@settings(max_examples=40)
@given(contexts(), st.data())
def test_a_second_run_proposes_nothing_new(files: dict[str, bytes], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        reader = write(Path(folder), files)
        groups = propose_merges(reader, everything=True)
        chosen = [group for group in groups if data.draw(st.booleans())]
        outcomes = apply_groups(reader, [Approved.of(group) for group in chosen], today=TODAY)
        refused = {outcome.group for outcome in outcomes if outcome.why}
        left = {group.id for group in groups if group not in chosen} | refused
        assert {group.id for group in propose_merges(reader, everything=True)} == left


def sample() -> dict[str, bytes]:
    """A file with two groups, links to members of both, and an archive that is there already."""
    rows = [source_text(n % 2, n, n, "", f"[2026-11-1{n % 2}-10{n:02}00] ") for n in range(6)]
    text = "# Learnings\n\n" + "\n---\n\n".join(rows) + "\n---\n"
    tasks = "# Tasks\n\n- [ ] as [2026-11-10-100000] says #added:2026-11-20\n- [ ] and [2026-11-11-100100]\n"
    return {
        FILE: text.encode(),
        ".context/TASKS.md": tasks.encode(),
        ARCHIVE: b"# Learnings\n\n## [2026-10-01] Old\n\nx\n",
    }


def approved(reader: Reader) -> list[Approved]:
    groups = propose_merges(reader, everything=True)
    assert len(groups) == 2
    return [Approved.of(group) for group in groups]


@contextmanager
def using(system: System) -> Iterator[None]:
    with mock.patch("ctx.store.write.current", return_value=system):
        yield


def crash(root: Path, groups: list[Approved], system: System) -> int:
    """Apply in a child process; how it ended."""
    child = os.fork()
    if child == 0:
        try:
            with using(system):
                apply_groups(Reader(root), groups, today=TODAY)
        except BaseException:  # noqa: BLE001 - the child must never run on into the test
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


CALLS = {
    "open_temp": 4,
    "write": 4,
    "sync": 8,
    "close": 4,
    "read_back": 4,
    "exchange": 3,
    "place_new": 1,
    "sync_folder": 4,
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # fork while a test library has threads
@pytest.mark.parametrize("step", CALLS)
def test_a_rerun_after_a_crash_ends_in_the_same_state_and_can_be_undone(tmp_path: Path, step: str) -> None:
    whole = tmp_path / "whole"
    reader = write(whole, sample())
    groups = approved(reader)
    apply_groups(reader, groups, today=TODAY)
    expected = files_of(whole)
    ended = set()
    points: list[tuple[int, Callable[..., Any]]] = [
        (n, f) for n in range(1, CALLS[step] + 1) for f in faults.CRASHES
    ]
    for number, (on, fault) in enumerate(points):
        root = tmp_path / f"{number}"
        write(root, sample())
        ended.add(crash(root, groups, faults.with_fault(step, fault, on=on)))
        half = files_of(root)
        for one in reader_of(sample()):
            body = sample()[FILE].decode()[one.start : one.end].rstrip().encode() if one.path == FILE else b""
            assert body in half[FILE] or body in half[ARCHIVE]
        outcomes = apply_groups(Reader(root), groups, today=TODAY)
        assert not any(outcome.why for outcome in outcomes)
        assert files_of(root) == expected
        if (root / journal.PATH).exists():
            undo_apply(Reader(root))
            assert files_of(root) == sample()
    assert 9 in ended


def test_links_to_members_lead_to_the_merged_entry_and_origins_stay(tmp_path: Path) -> None:
    reader = write(tmp_path, sample())
    apply_groups(reader, approved(reader), today=TODAY)
    tasks = (tmp_path / ".context/TASKS.md").read_text()
    text = (tmp_path / FILE).read_text()
    for stamp in ("[2026-11-10-100400]", "[2026-11-11-100500]"):
        assert stamp in tasks
        assert f"## {stamp}" in text
    assert "[2026-11-10-100000]" not in tasks
    assert text.count("**Consolidated from**: L-") == 2
    assert text.count("(archive/learnings-2026-Q4.md)") == 2


def test_handles_are_rewritten_everywhere_but_in_the_archive_and_in_origins(tmp_path: Path) -> None:
    reader = write(tmp_path, sample())
    groups = approved(reader)
    old = groups[0].members[0].id
    pages = (".context/sessions/2026-11-20-1000-work.md", ".context/CONSTITUTION.md", ".context/notes.md")
    text = f"# Work\n\nSee {old}, `{old}` and x-{old}.\n"
    line = f"**Consolidated from**: {old} (elsewhere)\n"
    kept = f"# Tasks\n\n- [x] {old}\n"
    write(tmp_path, {path: (text + line).encode() for path in pages})
    write(tmp_path, {".context/archive/tasks-2026-Q3.md": kept.encode()})
    before = files_of(tmp_path)
    new = {outcome.group: outcome.id for outcome in apply_groups(reader, groups, today=TODAY)}[groups[0].id]
    for path in pages:
        told = (tmp_path / path).read_text()
        assert told == f"# Work\n\nSee {new}, `{new}` and x-{old}.\n{line}"
    assert (tmp_path / ".context/archive/tasks-2026-Q3.md").read_text() == kept
    undo_apply(reader)
    assert files_of(tmp_path) == before


def test_a_namesake_that_stays_keeps_the_links_to_it(tmp_path: Path) -> None:
    def named(handle: str, stamp: str | None, title: str) -> Entry:
        part = f"[{stamp}] " if stamp else ""
        kind = next(kind for kind in BUILTIN if kind.name == "learning")
        return next(iter(read_entries(f"## {part}{title}\n\nx\n", kind, FILE))).named(handle)

    twins = [named("L-aaaaaa", "2026-11-20-1", "Same"), named("L-aaaaaa.2", "2026-11-20-1", "Same")]
    other = named("L-bbbbbb", "2026-11-20-2", "Other")
    merged = named("L-cccccc", "2026-11-20-2", "Merged (consolidated)")
    after = [twins[1].named("L-aaaaaa"), merged]
    absorbed = Absorbed(merged, ("L-aaaaaa", "L-bbbbbb"), ("2026-11-20-1", "2026-11-20-2"))
    assert new_names([*twins, other], after, [absorbed]) == {
        "L-aaaaaa": "L-cccccc",
        "L-bbbbbb": "L-cccccc",
        "L-aaaaaa.2": "L-aaaaaa",
    }


def test_a_member_edited_since_is_refused_alone(tmp_path: Path) -> None:
    reader = write(tmp_path, sample())
    groups = approved(reader)
    text = (tmp_path / FILE).read_text()
    (tmp_path / FILE).write_text(text.replace("number2.", "number2, since corrected."))
    endings = [outcome.ending for outcome in apply_groups(reader, groups, today=TODAY)]
    assert sorted(endings, key=str) == [Ending.MERGED, Ending.REFUSED]
    assert "number2, since corrected." in (tmp_path / FILE).read_text()


def test_undo_refuses_and_names_a_file_that_changed_since(tmp_path: Path) -> None:
    reader = write(tmp_path, sample())
    apply_groups(reader, approved(reader), today=TODAY)
    with (tmp_path / ARCHIVE).open("a") as file:
        file.write("\nby hand\n")
    before = files_of(tmp_path)
    with pytest.raises(CtxError, match="has changed since the last apply") as refused:
        undo_apply(reader)
    assert refused.value.path == ARCHIVE
    assert files_of(tmp_path) == before


def test_groups_of_one_run_are_taken_back_together_and_those_of_another_are_not(tmp_path: Path) -> None:
    reader = write(tmp_path, sample())
    first, second = approved(reader)
    for run, expected in (("same", 0), ("", 1)):
        apply_groups(reader, [first], today=TODAY, run="same")
        middle = files_of(tmp_path)
        apply_groups(reader, [second], today=TODAY, run=run or "other")
        undo_apply(reader)
        assert files_of(tmp_path) == (middle if expected else sample())


def test_what_forges_an_entry_is_disarmed_or_refused(tmp_path: Path) -> None:
    reader = write(tmp_path, sample())
    group = approved(reader)[0]
    from dataclasses import replace

    body = "Text.\n\n## [2026-01-01-000000] Forged\n\nMore.\n\n```\nnever closed"
    forged = replace(group, draft=replace(group.draft, body=body))
    [outcome] = apply_groups(reader, [forged], today=TODAY)
    titles = [e.title for e in reader.read().memory.entries]
    assert "Forged" not in titles
    assert len(titles) == (4 if outcome.ending is Ending.MERGED else 6)


def test_an_untracked_archive_is_ignored_by_git(tmp_path: Path) -> None:
    reader = write(
        tmp_path,
        {**sample(), ".contextrc": b"[archive]\ntracked = false\n", ".context/.gitignore": b".cache/"},
    )
    before = files_of(tmp_path)
    apply_groups(reader, approved(reader), today=TODAY)
    assert (tmp_path / ".context/.gitignore").read_text() == ".cache/\narchive/\n"
    undo_apply(reader)
    assert files_of(tmp_path) == before


def test_bullets_are_merged_as_a_bullet(tmp_path: Path) -> None:
    rows = [
        "- **Lock holder file**: the lock file names its holder process and the timeout.",
        "- **Lock file timeout**: a process waits for the lock file until the timeout of its holder.",
        "- **Lock process holder**: the holder of a lock file is a process, with a timeout.",
        "- **Fonts**: cut to the letters used.",
        "- **Invoices**: round half to even.",
    ]
    path = ".context/CONVENTIONS.md"
    files = {path: ("# Conventions\n\n## Rules\n\n" + "\n".join(rows) + "\n").encode()}
    reader = write(tmp_path, files)
    chosen = reader.read().memory.entries[:3]
    group = make_group("convention", 1.0, chosen, Draft("Locks", "- one\n- two"), CharsCounter())
    [outcome] = apply_groups(reader, [Approved.of(group)], today=TODAY)
    assert outcome.ending is Ending.MERGED
    entries = reader.read().memory.entries
    assert [e.title for e in entries] == [group.draft.title, "Fonts", "Invoices"]
    archive = (tmp_path / ".context/archive/conventions-2026-Q4.md").read_text()
    assert all(row in archive for row in rows[:3])
    undo_apply(reader)
    assert files_of(tmp_path) == files


@given(st.one_of(st.none(), st.text("ab\n", max_size=8)), st.text("ab\n", max_size=8))
def test_a_change_is_told_by_its_difference(before: str | None, after: str) -> None:
    assert journal.JournalChange.between("f", before, after).undone(after) == before


CONVENTIONS = """\
# Conventions

## Lock file holder

A lock file names its holder process and its timeout.

## Patterns

- **Lock file timeout**: the lock file holder process waits for a timeout
- **Paths**: always join paths with the library
- Locks in a lock file: never remove the lock file of a live process

## Naming

### Lock file process

The lock file holder process ends at its timeout.
"""


def test_every_original_is_read_in_the_archive_and_every_other_entry_as_before(tmp_path: Path) -> None:
    """A section that is an entry becomes no category of one that is archived behind it."""
    path = ".context/CONVENTIONS.md"
    reader = write(tmp_path, {path: CONVENTIONS.encode()})
    entries = reader.read().memory.entries
    chosen = [entry for entry in entries if entry.title.startswith("Lock")]
    assert [entry.category for entry in chosen] == ["", "Patterns", "Patterns", "Naming"]
    group = make_group("convention", 1.0, chosen, Draft("Locks (consolidated)", "all"), CharsCounter())
    assert [one.why for one in apply_groups(reader, [Approved.of(group)], today=TODAY)] == [""]
    after = reader.read(archive=True).memory.entries
    assert {entry.id for entry in chosen} <= {entry.id for entry in after if entry.archived}
    assert ("Paths", "Patterns") in {(entry.title, entry.category) for entry in after if not entry.archived}


def test_entries_that_are_there_twice_are_each_named_and_a_rerun_knows_them(tmp_path: Path) -> None:
    text = source_text(0, 1, 1, "", "[2026-11-10-100000] ")
    other = source_text(0, 1, 2, "", "[2026-11-10-100100] ")
    reader = write(tmp_path, {FILE: f"{text}---\n\n{text}---\n\n{other}".encode()})
    members = reader.read().memory.entries
    group = make_group("learning", 1.0, members, Draft("Hooks (consolidated)", "all"), CharsCounter())
    assert [one.ending for one in apply_groups(reader, [Approved.of(group)])] == [Ending.MERGED]
    (merged,) = reader.read().memory.entries
    assert all(entry.id in merged.fields["Consolidated from"] for entry in members)
    assert not [one for one in check_drift(reader).findings if one.rule == "dangling-link"]
    assert [one.ending for one in apply_groups(reader, [Approved.of(group)])] == [Ending.ALREADY]
