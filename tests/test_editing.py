"""Fields and free text side by side: each is changed without the other, and what was typed is kept."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctx.actions.add_entry import NewEntry, add_entry
from ctx.actions.edit_entry import EntryChange, edit_entry
from ctx.actions.read_context import Reader
from ctx.errors import CtxError
from ctx.model.entry import Entry
from ctx.model.fields import find_fields, outside, parts_of
from tests.contexts import anything, words
from tests.test_writing import added, ctx, here, text_of

__all__ = ["here"]
NOW = datetime(2026, 11, 21, tzinfo=UTC)
TEXTS = (
    "old",
    "one\n\ntwo",
    "- a\n- b\n\nand more",
    "```sh\nctx drift\n\nctx list\n```\n\nbehind",
    "> quoted\n\n1. first\n2. second",
)
paragraphs = st.lists(
    words | st.sampled_from(["- a\n- b", "a list:\n\n- x", "> q", "word:"]), max_size=3
).map("\n\n".join)


def entry_of(root: Path, handle: str) -> Entry:
    return next(one for one in Reader(root).read().memory.entries if one.id == handle)


@pytest.mark.parametrize("body", TEXTS)
@pytest.mark.parametrize(
    ("command", "options", "field"),
    [
        ("learn", ("--lesson", "L"), "Lesson"),
        ("decide", ("--context", "C", "--rationale", "R", "--tag", "a"), "Rationale"),
        ("decide", ("--decision", "one\n\ntwo"), "Decision"),
        ("learn", ("-f", "Where=here", "--lesson", "in short:"), "Lesson"),
    ],
)
def test_a_field_leaves_the_body_and_the_body_the_fields(
    here: Path, command: str, options: tuple[str, ...], field: str, body: str
) -> None:
    name = added(ctx(command, "T", *options, "--body", body, cwd=here))
    fields = dict(entry_of(here, name).fields)
    assert outside(entry_of(here, name).body) == body
    added(ctx("edit", name, "-f", f"{field}=new", cwd=here))
    assert outside(entry_of(here, name).body) == body
    assert entry_of(here, name).fields == fields | {field: "new"}
    added(ctx("edit", name, "-f", "Outcome=three\n\nfour", cwd=here))
    assert outside(entry_of(here, name).body) == body
    added(ctx("edit", name, "--body", "other\n\nwords", cwd=here))
    assert outside(entry_of(here, name).body) == "other\n\nwords"
    assert entry_of(here, name).fields == fields | {field: "new", "Outcome": "three\n\nfour"}
    added(ctx("edit", name, "--body", "", cwd=here))
    assert outside(entry_of(here, name).body) == ""
    assert entry_of(here, name).fields == fields | {field: "new", "Outcome": "three\n\nfour"}


@pytest.mark.parametrize("body", TEXTS)
def test_a_body_that_is_shown_and_written_back_changes_nothing(here: Path, body: str) -> None:
    name = added(ctx("decide", "T", "--context", "C", "--decision", "a\n\nb", "--body", body, cwd=here))
    before = text_of(here, "DECISIONS.md")
    shown = json.loads(ctx("show", name, "--json", cwd=here).out)["body"]
    again = ctx("edit", name, "--body", "-", "--json", cwd=here, stdin=shown)
    assert json.loads(again.out)["status"] == "unchanged"
    assert text_of(here, "DECISIONS.md") == before
    added(ctx("edit", name, "--body", "-", cwd=here, stdin=shown.replace("**: C", "**: Changed")))
    assert text_of(here, "DECISIONS.md") == before.replace("**: C", "**: Changed")


@settings(max_examples=80, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["Context", "Lesson", "Where", "Source"]), paragraphs | anything),
    paragraphs | anything,
    st.sampled_from(["Context", "Lesson", "Application", "Source"]),
    paragraphs.filter(str.strip),
    paragraphs,
)
def test_what_is_not_edited_is_read_as_before(
    fields: dict[str, str], body: str, name: str, value: str, other: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / ".context").mkdir()
        try:
            handle = add_entry(Reader(root), NewEntry("learning", "T", fields, ["a"], body), NOW).id
        except CtxError:
            return
        old = parts_of(entry_of(root, handle).body)
        edit_entry(Reader(root), handle, EntryChange(fields={name: value}), NOW)
        new = parts_of(entry_of(root, handle).body)
        assert new[1] == old[1]
        assert sorted(one for one in new[0] if one[0] != name) == sorted(
            one for one in old[0] if one[0] != name
        )
        edit_entry(Reader(root), handle, EntryChange(body=other), NOW)
        assert sorted(parts_of(entry_of(root, handle).body)[0]) == sorted(new[0] + parts_of(other)[0])
        text = (root / ".context/LEARNINGS.md").read_bytes()
        edit_entry(Reader(root), handle, EntryChange(body=entry_of(root, handle).body), NOW)
        assert (root / ".context/LEARNINGS.md").read_bytes() == text


@pytest.mark.parametrize(
    ("kind", "options", "lines"),
    [
        ("convention", ("--body", "text"), ["- **Name**: text"]),
        (
            "conventions",
            ("--body", "a\n\nb", "--tag", "x,y"),
            ["- **Name**: a", "", "  b", "", "  **Tags**: x, y"],
        ),
        ("convention", (), ["- **Name**:"]),
        ("Convention", ("--source", "a talk"), ["- **Name**: **Source**: a talk"]),
    ],
)
def test_a_convention_in_a_new_file_is_a_bullet_that_takes_nothing_in(
    here: Path, kind: str, options: tuple[str, ...], lines: list[str]
) -> None:
    name = added(ctx("add", kind, "Name", *options, cwd=here))
    text = text_of(here, "CONVENTIONS.md")
    (here / ".context/CONVENTIONS.md").write_text(text + "- **By hand**: below\n")
    entries = json.loads(ctx("list", "conventions", "--json", cwd=here).out)
    assert [entry["title"] for entry in entries] == ["Name", "By hand"]
    assert "below" not in ctx("show", name, cwd=here).out
    if "--source" not in options:
        assert text.split("\n")[4:-1] == lines


def test_lists_take_commas_and_repetition(here: Path) -> None:
    name = added(
        ctx(
            *("learn", "T", "--lesson", "l", "-t", "a,b", "-t", "C d", "--tag=e"),
            *("--applies-to", "src/**, docs/x", "--applies-to", "lib/*.py"),
            cwd=here,
        )
    )
    entry = entry_of(here, name)
    assert (entry.tags, entry.applies_to) == (("a", "b", "c-d", "e"), ("src/**", "docs/x", "lib/*.py"))
    added(ctx("edit", name, "-t", "x,y", cwd=here))
    assert entry_of(here, name).tags == ("x", "y")
    task = added(ctx("task", "add", "Do it", "-l", "one,two:2", "-l", "three", cwd=here))
    assert json.loads(ctx("task", "list", "--label", "one,three", "--json", cwd=here).out)[0]["id"] == task
    assert ctx("list", "-k", "learnings,facts", "--tag", "x,y", "--ids", cwd=here).out == f"{name}\n"
    assert ctx("list", "-k", "learnings", "--tag", "x,z", "--ids", cwd=here).out == ""


@pytest.mark.parametrize(
    "command",
    [
        ("learn", "T", "--lesson", "one", "--lesson", "two"),
        ("learn", "T", "--body=one", "--body", "two"),
        ("learn", "T", "-f", "Lesson=one", "-f", "lesson=two"),
        ("decide", "T", "--applies-to", "a", "-f", "Applies-to=b"),
        ("task", "add", "T", "-p", "low", "--priority", "high"),
        ("list", "--limit", "1", "-n", "2"),
        ("search", "x", "--since", "2026-01-01", "--since", "2026-01-01"),
    ],
)
def test_what_takes_one_value_is_refused_twice(here: Path, command: tuple[str, ...]) -> None:
    before = {path: path.read_bytes() for path in (here / ".context").glob("*.md")}
    done = ctx(*command, cwd=here)
    assert (done.code, done.out) == (2, "")
    assert "is given twice" in done.err
    assert done.err.count("\n") == 2
    assert {path: path.read_bytes() for path in (here / ".context").glob("*.md")} == before


def test_a_reason_is_not_written_over(here: Path) -> None:
    one, two, three = (added(ctx("learn", f"T{n}", "--lesson", str(n), cwd=here)) for n in range(3))
    added(ctx("deprecate", one, "--why", "first", cwd=here))
    before = text_of(here)
    for command in (
        ("deprecate", one, "--why", "second"),
        ("supersede", one, two),
    ):
        done = ctx(*command, cwd=here)
        assert done.code == 1
        assert "is retired already: Deprecated (first, " in done.err
        assert text_of(here) == before
    added(ctx("supersede", two, three, cwd=here))
    before = text_of(here)
    again = ctx("supersede", two, three, cwd=here)
    assert (again.code, again.err, text_of(here)) == (0, f"{two} was so already\n", before)
    four = added(ctx("learn", "T4", "--lesson", "4", cwd=here))
    assert ctx("supersede", two, four, cwd=here).code == 1
    assert text_of(here).count(f"Superseded by {three}") == 1


def test_a_task_is_told_as_it_stands(here: Path) -> None:
    task = added(ctx("task", "add", "Do it", "--in-progress", cwd=here))
    done = ctx("task", "done", "--undo", task, cwd=here)
    assert done == (0, f"{task} is in-progress: Do it\n", f"{task} was not done: it is in-progress\n")
    assert ctx("task", "block", task, "--why", "keys", cwd=here).out == f"{task} is blocked: Do it\n"
    before = text_of(here, "TASKS.md")
    other = ctx("task", "block", task, "--why", "rain", cwd=here)
    assert (other.code, text_of(here, "TASKS.md")) == (1, before)
    assert "is blocked already: keys" in other.err
    same = ctx("task", "block", task, "--why", "keys", cwd=here)
    assert (same.code, text_of(here, "TASKS.md")) == (0, before)
    assert ctx("task", "skip", task, cwd=here).out == f"{task} is skipped: Do it\n"
    reopened = ctx("task", "done", "--undo", task, cwd=here)
    assert reopened == (0, f"{task} is blocked: Do it\n", f"{task} was skipped\n")
    ctx("task", "skip", task, cwd=here)
    archived = ctx("task", "archive", "--now", "2026-11-21", cwd=here)
    assert archived.code == 0
    gone = ctx("task", "done", "--undo", task, cwd=here)
    assert (gone.code, gone.out) == (1, "")
    assert f"{task} is archived\nhint: `ctx restore {task}`" in gone.err


def test_free_text_is_the_last_fields_for_readers_and_its_own_for_writers() -> None:
    body = "**Context**: a\n\nb\n\n**Lesson**: c\n\nd\n\n- e"
    assert [field.text for field in find_fields(body)] == ["a\n\nb", "c\n\nd\n\n- e"]
    assert parts_of(body) == ([("Context", "a\n\nb"), ("Lesson", "c")], "d\n\n- e")
    for whole in ("**Lesson**:\n\nc\n\nd", "**Lesson**: these:\n\n- c", "### Lesson\n\nc\n\nd"):
        assert outside(whole) == ""
    fenced = "**Lesson**: run\n```\na\n\nb\n```\n\nfree"
    assert outside(fenced) == outside(fenced.replace("\n", "\r\n")) == "free"
