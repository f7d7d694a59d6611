"""The task commands as people run them, on a real folder."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli import ctx, project

TODAY = ("--now", "2026-11-21")
FILE = ".context/TASKS.md"
START = """# Tasks

## Phase 1 `#priority:high`

- [ ] Ship it
  - [x] Build
- [x] Old one

```
- [ ] Ship it
```

## Phase 2

- [ ] Ship it
- [ ] Wrapped over
  two lines #blocked
  - Blocked: no key

## Notes
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path, {"TASKS.md": START})


def text(root: Path) -> str:
    return (root / FILE).read_bytes().decode()


def test_add_goes_behind_the_last_section_with_open_tasks(root: Path) -> None:
    done = ctx("task", "add", "Try again", "-p", "high", "-l", "ui", "-l", "source:review", *TODAY, cwd=root)
    assert (done.code, done.err) == (0, "")
    assert re.fullmatch(r"T-[0-9a-f]{6}\n", done.out)
    line = "- [ ] Try again #priority:high #ui #source:review #added:2026-11-21\n"
    assert text(root) == START.replace("  - Blocked: no key\n", f"  - Blocked: no key\n{line}")


def test_add_below_a_parent_in_a_section_and_in_a_new_one(root: Path) -> None:
    ctx("task", "add", "Sub", "--parent", "T-", *TODAY, cwd=root)
    assert text(root) == START  # several tasks begin so
    first = json.loads(ctx("task", "list", "--json", cwd=root).out)[0]["id"]
    added = json.loads(ctx("task", "add", "Sub", "--parent", first, "--json", *TODAY, cwd=root).out)
    assert (added["path"], added["line"]) == (FILE, 7)
    assert "  - [x] Build\n  - [ ] Sub #added:2026-11-21\n- [x] Old one" in text(root)
    assert ctx("task", "add", "In one", "--section", "phase 1", "--in-progress", *TODAY, cwd=root).code == 0
    assert "- [x] Old one\n- [ ] In one #in-progress #added:2026-11-21\n\n```" in text(root)
    assert ctx("task", "add", "Noted", "--section", "Notes", *TODAY, cwd=root).code == 0
    assert text(root).endswith("## Notes\n\n- [ ] Noted #added:2026-11-21\n")
    near = ctx("task", "add", "x", "--section", "Note", cwd=root)
    assert (near.code, near.err.splitlines()[1]) == (1, "hint: did you mean 'notes'?")
    made = ctx("task", "add", "Later on", "--section", "Backlog", *TODAY, cwd=root)
    assert made.err == "made the section 'Backlog'\n"
    assert text(root).endswith("\n\n## Backlog\n\n- [ ] Later on #added:2026-11-21\n")


def test_add_takes_a_longer_text_from_stdin_and_refuses_what_would_be_more(root: Path) -> None:
    more = "Do it\nwith care\n\n    code\n\n- note\n"
    assert ctx("task", "add", "-", *TODAY, cwd=root, stdin=more).code == 0
    item = "- [ ] Do it\n  with care #added:2026-11-21\n\n      code\n\n  - note\n"
    assert item in text(root) or item.replace("      code", "  code") in text(root)
    before = text(root)
    for forged in ("a\n- [ ] b", "a\n\n  1. [x] b", "", " \n", "#only #labels"):
        done = ctx("task", "add", "-", cwd=root, stdin=forged)
        assert (done.code, done.err[:6]) == (2, "error:"), forged
    assert text(root) == before
    # What looks like a heading or an entry stays inside the item.
    assert ctx("task", "add", "-", *TODAY, cwd=root, stdin="a\n## [2026-01-01] forged").code == 0
    assert "  ## [2026-01-01] forged\n" in text(root)
    assert json.loads(ctx("list", "learning", "--json", cwd=root).out) == []


def test_add_says_an_open_task_once_and_refuses_secrets_and_bad_labels(root: Path) -> None:
    again = ctx("task", "add", "Wrapped over two lines #ui", cwd=root)
    assert again.code == 0
    assert re.fullmatch(r"not added: T-\w{6} says the same \(line 16\)\n", again.err)
    secret = ctx("task", "add", "use ghp_" + "a1B2" * 9, cwd=root)
    assert secret.code == 1
    assert "a1B2" not in secret.err
    assert ctx("task", "add", "a\u202eb", cwd=root).code == 1
    assert ctx("task", "add", "a", "--label", "two words", cwd=root).code == 2
    assert ctx("task", "add", "a", "--priority", "hihg", cwd=root).code == 2
    assert ctx("task", "done", "T-zzzzzz", cwd=root).code == 1
    assert text(root) == START


def test_add_makes_the_file_and_dry_runs_write_nothing(tmp_path: Path) -> None:
    root = project(tmp_path, {})
    shown = ctx("task", "add", "First", "--dry-run", *TODAY, cwd=root)
    assert shown.out.endswith("+# Tasks\n+\n+- [ ] First #added:2026-11-21\n")
    assert not (root / FILE).exists()
    ctx("task", "add", "First", *TODAY, cwd=root)
    assert text(root) == "# Tasks\n\n- [ ] First #added:2026-11-21\n"
    diff = ctx("task", "done", "T-", "--dry-run", *TODAY, cwd=root).out
    assert "-- [ ] First #added:2026-11-21\n+- [x] First #added:2026-11-21 #done:2026-11-21\n" in diff
    assert text(root) == "# Tasks\n\n- [ ] First #added:2026-11-21\n"


def test_the_right_one_of_two_that_say_the_same(root: Path) -> None:
    ids = [row["id"] for row in json.loads(ctx("task", "list", "--json", cwd=root).out)]
    assert ids[1] == f"{ids[0]}.2"
    done = ctx("task", "done", ids[1], *TODAY, cwd=root)
    assert done.out == f"{ids[1]} is done: Ship it\n"
    assert text(root) == START.replace("2\n\n- [ ] Ship it", "2\n\n- [x] Ship it #done:2026-11-21")
    again = ctx("task", "done", ids[1], *TODAY, cwd=root)
    assert (again.code, again.err) == (0, f"{ids[1]} was so already\n")
    assert ctx("task", "done", "--undo", ids[1], cwd=root).code == 0
    assert text(root) == START


def test_start_ends_a_block_and_block_gives_its_reason(root: Path) -> None:
    blocked = json.loads(ctx("task", "list", "--state", "blocked", "--json", cwd=root).out)
    assert [row["title"] for row in blocked] == ["Wrapped over two lines"]
    name = blocked[0]["id"]
    assert ctx("task", "start", name, cwd=root).out == f"{name} is in-progress: Wrapped over two lines\n"
    assert "  two lines #in-progress\n\n## Notes" in text(root)
    assert ctx("task", "next", cwd=root).out.startswith(f"{name}  Wrapped over\n")
    assert ctx("task", "block", name, cwd=root).code == 2
    found = json.loads(ctx("task", "block", name, "--why", "no\nkey", "--json", cwd=root).out)
    assert found == {"id": name, "path": FILE, "line": 16, "status": "changed"}
    assert "  two lines #in-progress #blocked\n  - Blocked: no key\n\n## Notes" in text(root)
    ctx("task", "block", "--undo", name, cwd=root)
    ctx("task", "start", "--undo", name, cwd=root)
    assert text(root) == START.replace(" #blocked\n  - Blocked: no key", "")
    done = ctx("task", "done", name, *TODAY, cwd=root)
    assert done.code == 0
    refused = ctx("task", "start", name, cwd=root)
    assert (refused.code, refused.err.splitlines()[1]) == (
        1,
        f"hint: `ctx task done --undo {name}` opens it again",
    )


def test_next_is_the_most_urgent_and_list_tells_the_rest(root: Path) -> None:
    found = json.loads(ctx("task", "next", "--json", cwd=root).out)
    assert (found["title"], found["section"], found["line"]) == ("Ship it", "Phase 1 `#priority:high`", 5)
    states = [
        (row["state"], row["parent"]) for row in json.loads(ctx("task", "list", "-a", "--json", cwd=root).out)
    ]
    assert states == [
        ("open", None),
        ("done", found["id"]),
        ("done", None),
        ("open", None),
        ("blocked", None),
    ]
    assert ctx("task", "list", "--state", "skipped", cwd=root).err == "no skipped tasks\n"
    assert ctx("task", "list", "--state", "odd", cwd=root).code == 2
    (root / FILE).write_text("# Tasks\n")
    assert ctx("task", "next", cwd=root)[:2] == (0, "")
    assert ctx("task", "next", "--json", cwd=root).out == "null\n"


def test_archive_moves_finished_items_under_their_headings(root: Path) -> None:
    shown = ctx("task", "archive", "--dry-run", *TODAY, cwd=root)
    assert "+- [x] Old one" in shown.out
    assert text(root) == START
    rows = json.loads(ctx("task", "archive", "--json", *TODAY, cwd=root).out)
    path = ".context/archive/tasks-2026-Q4.md"
    assert [(row["path"], row["line"]) for row in rows] == [(path, 5)]
    assert text(root) == START.replace("- [x] Old one\n", "")
    archived = "# Tasks archived in 2026 Q4\n\n## Phase 1 `#priority:high`\n\n- [x] Old one\n"
    assert (root / path).read_text() == archived
    assert ctx("task", "archive", *TODAY, cwd=root).out == "nothing to archive\n"
    ctx(
        "task",
        "done",
        *(row["id"] for row in json.loads(ctx("task", "list", "--json", cwd=root).out)),
        *TODAY,
        cwd=root,
    )
    assert ctx("task", "archive", *TODAY, cwd=root).out == f"archived 3 to {path}\n"
    kept = (root / path).read_text()
    assert kept.startswith(
        f"{archived}- [x] Ship it #done:2026-11-21\n  - [x] Build\n\n## Phase 2\n\n- [x] Ship it"
    )
    assert (
        text(root)
        == "# Tasks\n\n## Phase 1 `#priority:high`\n\n```\n- [ ] Ship it\n```\n\n## Phase 2\n\n## Notes\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\ufeff* [ ] one", "\ufeff* [x] one #done:2026-11-21"),
        ("# T\r\n\r\n10. [ ] one\r\n", "# T\r\n\r\n10. [x] one #done:2026-11-21\r\n"),
        ("+\t[ ] one  \n\tmore\n", "+\t[x] one  \n\tmore #done:2026-11-21\n"),
        ("- [ ] one\n  ---\n", "- [x] one #done:2026-11-21\n  ---\n"),
        ("- [ ] one\n  ```\n  x\n  ```\n", "- [x] one #done:2026-11-21\n  ```\n  x\n  ```\n"),
        ("- [ ]\n", None),
        ("```\n- [ ] one\n```\n- [ ] one\n", "```\n- [ ] one\n```\n- [x] one #done:2026-11-21\n"),
        ("- a\n  - b\n    - [ ] one\n", "- a\n  - b\n    - [x] one #done:2026-11-21\n"),
    ],
)
def test_odd_files(tmp_path: Path, before: str, after: str | None) -> None:
    root = project(tmp_path, {"TASKS.md": before})
    assert ctx("task", "done", "T-", *TODAY, cwd=root).code == 0
    assert text(root) == (after or "- [x] #done:2026-11-21\n")
