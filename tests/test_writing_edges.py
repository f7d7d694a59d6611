"""Writing at its edges: dry runs, errors in two lines, what is moved byte for byte, other locales."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctx.kinds import Kinds
from ctx.markdown.diff import unified_diff
from ctx.reading.entry_file import EntryFile
from ctx.reading.read_entries import read_entries
from ctx.writing.extract import keep, take_out
from tests.cli import ctx, project

LEARNING = Kinds()["learning"]
PATH = ".context/LEARNINGS.md"
TEXT = "# Learnings\n\n## [2026-01-01-000000] One\n\nfirst\n\n---\n\n## [2026-01-02-000000] Two\n\nsecond\n"

pieces = st.lists(st.sampled_from(["a", "b", "\n", "\r\n", "\r", "\f", "\u2028", "\x85", " ", "é"])).map(
    "".join
)


def files_of(root: Path) -> dict[str, bytes]:
    found = (path for path in (root / ".context").rglob("*") if path.is_file() and ".local" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


@settings(max_examples=15)
@given(st.none() | pieces, st.none() | pieces)
def test_git_applies_the_diff_whatever_the_lines_hold(
    tmp_path_factory: pytest.TempPathFactory, before: str | None, after: str | None
) -> None:
    diff = unified_diff("f.md", before, after)
    if not diff:
        assert (before or "") == (after or "")
        return
    folder = tmp_path_factory.mktemp("diff")
    if before is not None:
        (folder / "f.md").write_bytes(before.encode())
    command = ["git", "-c", "core.autocrlf=false", "apply", "--whitespace=nowarn", "-"]
    done = subprocess.run(command, cwd=folder, input=diff.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    there = folder / "f.md"
    assert (there.read_bytes().decode() if there.exists() else None) == after


@pytest.mark.parametrize(
    "command",
    [
        ("learn", "Three", "--lesson", "x"),
        ("edit", "2026-01-01-000000", "--title", "Uno"),
        ("edit", "2026-01-01-000000", "--kind", "decision"),
        ("mark", "2026-01-01-000000", "helpful"),
        ("supersede", "2026-01-01-000000", "2026-01-02-000000"),
        ("deprecate", "2026-01-01-000000", "--why", "old"),
        ("remove", "2026-01-01-000000", "2026-01-02-000000"),
        ("task", "add", "new"),
        ("task", "start", "T-"),
        ("task", "done", "T-"),
        ("task", "block", "T-", "--why", "waits"),
    ],
)
def test_a_dry_run_in_json_names_what_it_would_write_and_writes_nothing(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    project(tmp_path, {"LEARNINGS.md": TEXT, "TASKS.md": "# Tasks\n\n- [ ] one\n"})
    before = files_of(tmp_path)
    told = json.loads(ctx(*command, "--dry-run", "--json", cwd=tmp_path).out)
    shown = ctx(*command, "--dry-run", cwd=tmp_path).out
    assert files_of(tmp_path) == before
    assert told["diff"].startswith("--- ")
    assert re.sub(r"\[\d{4}-\d\d-\d\d-\d{6}\]", "", told["diff"]) == re.sub(
        r"\[\d{4}-\d\d-\d\d-\d{6}\]", "", shown
    )
    for row in told.get("entries", [told]):
        assert {"id", "path", "line"} <= row.keys()


@pytest.mark.parametrize(
    "command",
    [
        ("learn", ""),
        ("learn", "\u202e"),
        ("learn", "x", "-f", "a*b=c"),
        ("add", "nothing", "x"),
        ("edit", "nothing", "--title", "x"),
        ("edit", "L-", "--title", "x"),
        ("edit", "2026-01-01-000000", "--title", " "),
        ("edit", "2026-01-01-000000"),
        ("mark", "2026-01-01-000000", "so-so"),
        ("supersede", "2026-01-01-000000", "2026-01-01-000000"),
        ("deprecate", "2026-01-01-000000", "--why", " "),
        ("remove", "nothing"),
        ("task", "add", ""),
        ("task", "add", "#label"),
        ("task", "add", "x", "--section", "a\nb"),
        ("task", "add", "x", "--now", "today"),
        ("task", "done", "nothing"),
        ("task", "block", "T-"),
        ("install", "git"),
    ],
)
def test_an_error_is_two_lines_and_nothing_is_written(tmp_path: Path, command: tuple[str, ...]) -> None:
    project(tmp_path, {"LEARNINGS.md": TEXT, "TASKS.md": "# Tasks\n\n- [ ] one\n"})
    before = files_of(tmp_path)
    done = ctx(*command, cwd=tmp_path, env={"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)})
    assert done.code in {1, 2}
    assert re.fullmatch(r"error: [^\n]+\nhint: [^\n]+\n", done.err), done.err
    assert (done.out, files_of(tmp_path)) == ("", before)


@settings(max_examples=40)
@given(
    st.sampled_from(["", " ", "  ", "\t", "\u00a0", "\u3000"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
def test_what_is_taken_out_is_archived_with_its_last_blanks(end: str, newline: str, separated: bool) -> None:
    first = newline.join(["## [2026-01-01-000000] One", "", f"body{end}", ""])
    rule = newline.join(["", "---", "", ""]) if separated else newline
    text = f"# Learnings{newline * 2}{first}{rule}## [2026-01-02-000000] Two{newline * 2}other{newline}"
    entry = next(read_entries(text, LEARNING, PATH))
    rest, taken = take_out(EntryFile.of(LEARNING, PATH, text), {0})
    assert taken == [first]
    assert rest.text.endswith(f"Two{newline * 2}other{newline}")
    archive = keep(EntryFile.of(LEARNING, "a.md", ""), [(entry, taken[0])])
    assert first in archive.text
    assert [kept.body for kept in archive.entries] == [entry.body]
    assert keep(archive, [(entry, taken[0])]) == archive


@pytest.mark.parametrize("command", [("remove", "2026-01-01-000000"), ("edit", "{}", "--kind", "fact")])
def test_a_page_whose_only_entry_leaves_goes_and_a_kinds_own_file_stays(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    only = "\ufeff## [2026-01-01-000000] One\n\nfirst\n"
    project(tmp_path, {"LEARNINGS.md": "# Learnings\n", "learnings/one.md": only})
    handle = ctx("list", "learning", "--ids", cwd=tmp_path).out.strip()
    command = tuple(part.format(handle) for part in command)
    diff = ctx(*command, "--dry-run", cwd=tmp_path).out
    assert "+++ /dev/null" in diff
    assert ctx(*command, cwd=tmp_path).code == 0
    assert [path for path in files_of(tmp_path) if path.startswith(".context/learnings/")] == []
    assert ctx("list", "--json", cwd=tmp_path).code == 0
    project(tmp_path, {"LEARNINGS.md": only})
    assert ctx(*command, cwd=tmp_path).code == 0
    assert (tmp_path / PATH).read_text("utf-8") == "\ufeff"


def test_no_handles_on_stdin_is_nothing_to_do(tmp_path: Path) -> None:
    project(tmp_path, {"LEARNINGS.md": TEXT})
    assert ctx("remove", "-", cwd=tmp_path)[:2] == (0, "")
    assert json.loads(ctx("remove", "-", "--json", cwd=tmp_path).out) == []


@pytest.mark.skipif(os.name == "nt", reason="arguments are Unicode there")
def test_words_come_through_a_locale_that_knows_ascii_alone(tmp_path: Path) -> None:
    project(tmp_path, {"LEARNINGS.md": TEXT})
    plain = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = ctx("learn", "Größe 漢字", "--body", "für", cwd=tmp_path, env=plain)
    assert done.code == 0, done.err
    assert "Größe 漢字\n\nfür\n" in (tmp_path / PATH).read_text("utf-8")
    assert ctx("show", done.out.strip(), cwd=tmp_path, env=plain).out.startswith("Gr\\xf6\\xdfe")


@pytest.mark.skipif(os.name == "nt", reason="a shell's redirections")
@pytest.mark.parametrize(
    ("redirect", "code", "said"),
    [
        ("<&-", 2, "error: there is nothing on stdin\nhint: "),
        ("</dev/null >&-", 0, ""),
        ("</dev/null >&- 2>&-", 0, ""),
        ("</dev/null >/dev/full", 1, "error: cannot print: No space left on device\nhint: only the output"),
    ],
)
def test_streams_that_are_closed_or_full(tmp_path: Path, redirect: str, code: int, said: str) -> None:
    if "/dev/full" in redirect and not Path("/dev/full").exists():
        pytest.skip("no device that is always full")
    project(tmp_path, {"LEARNINGS.md": TEXT})
    command = f'"{sys.executable}" -m ctx learn Three --body - {redirect}'
    done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(said) if said else done.stderr == ""
    assert ("Three" in (tmp_path / PATH).read_text("utf-8")) == ("/dev/null" in redirect)


def test_a_byte_order_mark_is_no_part_of_a_text(tmp_path: Path) -> None:
    project(tmp_path, {"LEARNINGS.md": TEXT})
    assert ctx("learn", "Three", "--body", "-", cwd=tmp_path, stdin="\ufefftext\r\n").code == 0
    assert (tmp_path / PATH).read_text("utf-8").endswith("Three\n\ntext\n")
    for command in (("learn", "\ufeffFour"), ("task", "add", "\ufeffFour")):
        done = ctx(*command, cwd=tmp_path)
        assert done.code == 1
        assert "U+FEFF" in done.err


def test_a_stamp_that_could_not_be_read_again_is_refused_by_name(tmp_path: Path) -> None:
    project(tmp_path, {"LEARNINGS.md": TEXT})
    done = ctx("edit", "2026-01-01-000000", "--stamp", "a]", cwd=tmp_path)
    assert done.code == 2
    assert "error: 'a]' is no stamp\nhint: " in done.err


def test_a_new_field_does_not_take_the_body_for_its_own(tmp_path: Path) -> None:
    """Text behind `**Context**:` is read as part of it, so it goes before tags and the like."""
    project(tmp_path, {})
    handle = ctx("decide", "Locks", "--source", "a test", cwd=tmp_path).out.strip()
    for change in (("-f", "Context=contention"), ("--body", "what was decided"), ("-f", "Context=")):
        assert ctx("edit", handle, *change, cwd=tmp_path).code == 0
    text = (tmp_path / ".context" / "DECISIONS.md").read_text()
    assert "what was decided" in text
    assert "contention" not in text
