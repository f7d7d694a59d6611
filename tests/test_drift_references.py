"""Paths in texts: which are references, and what became of the files they name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctx.drift.history import History
from ctx.drift.mentions import candidates, find_mentions, path_of
from ctx.drift.places import Places
from tests.drift_facts import facts, findings, lines


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("src/a.py", "src/a.py"),
        ("src/a.py:12", "src/a.py"),
        ("src/a.py:12-20", "src/a.py"),
        ("src/a.py:12:5", "src/a.py"),
        ("src/a.py#L12", "src/a.py"),
        ("tests/test_a.py::test_b", "tests/test_a.py"),
        ("docs/a.md#some-heading", "docs/a.md"),
        ("../src/a.py", "../src/a.py"),
        ("./a.py", "./a.py"),
        (".github/workflows/ci.yml", ".github/workflows/ci.yml"),
        (".gitignore", ".gitignore"),
        ("src/ctx/", "src/ctx/"),
        ("src/_private.py", "src/_private.py"),
        ("setup.cfg", "setup.cfg"),
    ],
)
def test_what_is_a_path(written: str, path: str) -> None:
    assert path_of(written) == path


@pytest.mark.parametrize(
    "written",
    [
        *(
            "foo.go",
            "src/foo.py",
            "path/to/file.py",
            "bar/x.py",
            "example.py",
            "your-module/a.py",
            "my_app/a.py",
        ),
        *("src/*.py", "**/*.md", "src/<name>.py", "src/{a,b}.py", "$HOME/x.sh", "~/.bashrc", "a?.py"),
        *("https://x.org/a.py", "git@x.org:a/b.git", "mailto:a@b.c", "/etc/hosts", "//x"),
        *("python src/a.py", "make test", "rm -rf src/", "--flag", "-v", "", " ", "a b.py"),
        *(
            "desc.Text",
            "os.Exit()",
            "status",
            "README",
            "YYYY-MM-DD.md",
            "docs/NNN-title.md",
            "…/a.py",
            "a/../b.py",
        ),
        *("C:\\src\\a.py", "'a.py'", "a.py,", "a=b.py", "%20.py"),
    ],
)
def test_what_is_no_path(written: str) -> None:
    assert path_of(written) == ""


@given(st.text(max_size=40))
def test_any_text_can_be_asked(written: str) -> None:
    assert path_of(written) == "" or path_of(written) in written
    assert path_of(written, link=True) == "" or path_of(written, link=True) in written


def test_where_a_path_may_lie() -> None:
    assert candidates("a/b.py", ".context/LEARNINGS.md") == ("a/b.py", ".context/a/b.py")
    assert candidates("b.md", ".context/learnings/x.md", link=True) == (
        ".context/learnings/b.md",
        "b.md",
        ".context/b.md",
    )
    assert candidates("../src/a.py", ".context/LEARNINGS.md", link=True) == ("src/a.py",)
    assert candidates("svc/src/a.py", ".context/LEARNINGS.md", "svc/")[-1] == "src/a.py"
    assert candidates("../../out.py", ".context/LEARNINGS.md") == ()


MENTIONS = """# L

## [2026-11-01] One

`in/code.py`, [link](in/link.md "title") and ``in/two.py``.

```
`in/fence.py`
```

<!-- `in/comment.py` -->

    `in/indented.py`

## [2026-11-02] Retired

**Status**: Superseded, see `in/retired.py`
"""


def test_which_texts_are_looked_at() -> None:
    files = {
        "LEARNINGS.md": MENTIONS,
        "TASKS.md": "- [ ] open `in/open.py`\n- [x] done `in/done.py`\n",
        "CONSTITUTION.md": "# C\n\n- Never touch `in/rules.py`.\n",
        "CONVENTIONS.md": "Read `in/intro.py`.\n\n- **Name**: `in/bullet.py`\n",
        "archive/learnings-2026-Q1.md": "## [2026-01-01] A\n\n`in/archive.py`\n",
        "sessions/2026-01-01-x.md": "# S\n\n`in/session.py`\n",
    }
    found = {mention.path for mention in find_mentions(facts(files))}
    assert found == {f"in/{n}" for n in ("code.py", "link.md", "two.py", "open.py", "rules.py", "bullet.py")}


@pytest.mark.parametrize(
    "text",
    [
        "We removed `src/a.py` last year.",
        "Renamed `src/a.py` to `src/b.py`.",
        "It was moved from `src/a.py`.",
        "Use `src/b.py` instead of `src/a.py`.",
        "`src/a.py` was removed.",
        "`src/a.py` → `src/b.py`",
        "(`src/a.py` is now called `src/b.py`)",
        "deleted `src/z.py`, `src/a.py` and more",
    ],
)
def test_a_text_that_says_itself_that_the_file_went_is_no_drift(text: str) -> None:
    found = find_mentions(facts({"CONSTITUTION.md": f"# C\n\n{text}\n"}))
    assert "src/a.py" not in {mention.path for mention in found}


@pytest.mark.parametrize(
    "text",
    [
        "Look at `src/a.py` first.",
        "The cache was removed. Look at `src/a.py`.",
        "- removed the cache\n- look at `src/a.py`",
        "`src/a.py` is slow.",
        "`src/a.py` is in charge of locks.",
        "`src/a.py` now reads bytes.",
        "The lock moved to `src/a.py`.",
    ],
)
def test_words_about_something_else_do_not_hide_a_mention(text: str) -> None:
    found = find_mentions(facts({"CONSTITUTION.md": f"# C\n\n{text}\n"}))
    assert "src/a.py" in {mention.path for mention in found}


# What became of a file, newest change first.
HISTORY = History(
    [
        ("D", "src/gone.py", ""),
        ("R", "src/second.py", "src/third.py"),
        ("R", "src/first.py", "src/second.py"),
        ("D", "src/again.py", ""),
        ("R", "src/again.py", "src/other.py"),
        ("R", "src/ends.py", "src/gone.py"),
        ("R", "old/a.py", "new/a.py"),
        ("R", "old/deep/b.py", "new/deep/b.py"),
        ("D", "old/c.py", ""),
        ("R", "split/a.py", "new/a2.py"),
        ("R", "split/b.py", "third/b.py"),
        ("D", "dead/a.py", ""),
        ("A", "src/third.py", ""),
        ("R", "src/loop.py", "src/pool.py"),
        ("R", "src/pool.py", "src/loop.py"),
    ]
)
TRACKED = frozenset({"src/third.py", "src/other.py", "new/a.py", "new/deep/b.py", "new/a2.py", "third/b.py"})
PLACES = Places(present=frozenset({"README.md"}), tracked=TRACKED, history=HISTORY)


@pytest.mark.parametrize(
    ("path", "state", "to"),
    [
        ("src/third.py", "ok", "src/third.py"),
        ("src/", "ok", "src"),
        ("README.md", "ok", "README.md"),
        ("deep/b.py", "ok", ""),
        ("third.py", "ok", ""),
        ("src/first.py", "moved", "src/third.py"),
        ("src/second.py", "moved", "src/third.py"),
        ("src/gone.py", "gone", ""),
        ("src/ends.py", "gone", ""),
        ("src/again.py", "gone", ""),
        ("src/loop.py", "gone", ""),
        ("old/", "moved", "new"),
        ("old/deep", "moved", "new/deep"),
        ("dead/", "gone", ""),
        ("split/", "unverifiable", ""),
        ("src/never.py", "unverifiable", ""),
        ("never/", "unverifiable", ""),
    ],
)
def test_what_became_of_a_path(path: str, state: str, to: str) -> None:
    verdict = PLACES.judge(path, candidates(path, ".context/LEARNINGS.md"))
    assert (verdict.state, verdict.to) == (state, to)


def test_without_history_everything_that_is_missing_is_unverifiable() -> None:
    places = Places(tracked=TRACKED, history=None, why="this clone lacks a part of git's history")
    for path in ("src/gone.py", "src/first.py", "src/never.py"):
        verdict = places.judge(path, (path,))
        assert verdict.state == "unverifiable"
        assert "lacks" in verdict.why


names = st.sampled_from([f"{folder}/{name}" for folder in "abc" for name in ("x.py", "y.py", "sub/z.py")])
changes = st.lists(st.tuples(st.sampled_from("ADR"), names, names), max_size=20)


@given(changes, st.frozensets(names, max_size=5), names)
def test_verdicts_hold_for_any_history(
    steps: list[tuple[str, str, str]], tracked: frozenset[str], path: str
) -> None:
    places = Places(tracked=tracked, history=History(steps))
    verdict = places.judge(path, (path,))
    named = {name for status, old, new in steps for name in (old, *([new] if status == "R" else []))}
    if path in tracked:
        assert verdict.state == "ok"
    if verdict.state == "moved":
        assert verdict.to in tracked
    if verdict.state == "gone":
        assert path in named
        assert path not in tracked


ENTRY = "## [2026-11-01] One\n\nSee `src/first.py:3`, `src/gone.py`, `src/never.py` and `src/third.py`.\n"


def test_the_rule_reports_moved_and_gone_and_keeps_the_rest_apart() -> None:
    found = findings("dead-reference", facts({"LEARNINGS.md": ENTRY}, places=PLACES))
    assert [(one.severity, one.certain, one.message) for one in found] == [
        ("nudge", True, "src/first.py was moved to src/third.py"),
        ("warning", True, "src/gone.py is gone: it was in git's history and is no longer there"),
        ("nudge", False, "src/never.py cannot be verified: git never saw it"),
    ]


def test_a_fix_changes_nothing_but_the_path() -> None:
    (moved, *_) = findings("dead-reference", facts({"LEARNINGS.md": ENTRY}, places=PLACES))
    assert moved.fix is not None
    ((start, end, new),) = moved.fix.edits
    assert ENTRY[start:end] == "src/first.py"
    assert new == "src/third.py"


@pytest.mark.parametrize(
    ("files", "new"),
    [
        ({"LEARNINGS.md": "## [2026-11-01] One\n\n[x](../src/first.py#L3)\n"}, "../src/third.py"),
        ({"LEARNINGS.md": "## [2026-11-01] One\n\n`./src/first.py`\n"}, "./src/third.py"),
        ({"LEARNINGS.md": "## [2026-11-01] One\n\n`old/`\n"}, "new/"),
        ({"learnings/p.md": "# P\n\n[x](../../src/first.py)\n"}, "../../src/third.py"),
        ({"CONSTITUTION.md": "# C\n\n- `src/first.py`\n"}, "src/third.py"),
    ],
)
def test_a_path_is_rewritten_in_the_way_it_was_written(files: dict[str, str], new: str) -> None:
    (found,) = findings("dead-reference", facts(files, places=PLACES))
    assert found.fix is not None
    assert found.fix.edits[0].replacement == new


def test_titles_and_tasks_are_not_rewritten_because_their_handles_come_from_them() -> None:
    files = {
        "LEARNINGS.md": "## [2026-11-01] About `src/first.py`\n\ntext\n",
        "CONVENTIONS.md": "- Look at `src/first.py` before anything else\n",
        "TASKS.md": "- [ ] split `src/first.py`\n",
    }
    found = findings("dead-reference", facts(files, places=PLACES))
    assert len(found) == 3
    assert not any(one.fix for one in found)


def test_nothing_is_certain_where_the_source_cannot_be_seen() -> None:
    """A context on its own, its project elsewhere: hundreds of paths, none of which may be called gone."""
    text = "".join(
        f"## [2026-11-01] E{n}\n\nSee `internal/pkg{n}/run.go` and `docs/{n}.md`.\n\n" for n in range(200)
    )
    alone = Places(
        tracked=frozenset({".context/LEARNINGS.md"}), history=History([("A", ".context/LEARNINGS.md", "")])
    )
    found = findings("dead-reference", facts({"LEARNINGS.md": text}, places=alone))
    assert len(found) == 400
    assert not any(one.certain for one in found)
    assert lines("soft-cap", facts({"LEARNINGS.md": text}))
