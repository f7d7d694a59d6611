"""Real repositories: branches that changed the same context, merged by git through the installed driver."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli import ctx, project

LEARNINGS = ".context/LEARNINGS.md"
TASKS = ".context/TASKS.md"
ARCHIVE = ".context/archive/learnings-2026-Q4.md"
HEAD = "# Learnings\n\n"
OLD = [1, 2, 3]


def entry(number: int, body: str = "Body.") -> str:
    return f"## [2026-11-{number:02}-120000] Title {number}\n\n{body}\n\n---\n\n"


def learnings(*numbers: int) -> str:
    return HEAD + "".join(map(entry, numbers))


def git(root: Path, *args: str, code: int = 0) -> str:
    driver = f"'{sys.executable}' -m ctx merge-driver %O %A %B %P"
    environment = dict(os.environ, GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1")
    environment |= {"PYTHONPATH": os.pathsep.join(sys.path), "GIT_MERGE_AUTOEDIT": "no"}
    names = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main")
    has_driver = (root / ".git/info/attributes").exists()
    with_driver = ("-c", f"merge.ctx.driver={driver}") if has_driver else ()
    done = subprocess.run(
        ["git", *names, *with_driver, *args],
        cwd=root,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with three entries and two tasks, the driver, and two branches: main and other."""
    tasks = "# Tasks\n\n- [ ] Ship it\n- [ ] Write docs\n"
    found = project(
        tmp_path / "repo", {"LEARNINGS.md": learnings(*OLD), "TASKS.md": tasks, ".gitignore": ".local/\n"}
    )
    git(found, "init", "-q")
    assert ctx("install", "git", cwd=found).code == 0
    git(found, "add", "-A")
    git(found, "commit", "-qm", "start")
    git(found, "branch", "other")
    return found


def change(root: Path, branch: str, files: dict[str, str]) -> None:
    git(root, "checkout", "-q", branch)
    for path, text in files.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)
    git(root, "add", "-A")
    git(root, "commit", "-qm", f"work on {branch}")


def read(root: Path, path: str = LEARNINGS) -> str:
    return (root / path).read_text()


def test_three_and_three_entries_of_which_one_is_the_same_make_five(root: Path) -> None:
    same = entry(9, "The same.")
    change(root, "main", {LEARNINGS: learnings(*OLD, 4, 6) + same})
    change(root, "other", {LEARNINGS: learnings(*OLD, 5, 7) + same.replace("120000", "120005")})
    git(root, "checkout", "-q", "main")
    git(root, "merge", "-q", "other")
    assert read(root) == learnings(*OLD, 4, 5, 6, 7) + same


def test_consolidated_on_one_side_and_added_to_on_the_other(root: Path) -> None:
    merged = entry(3, "All three.\n\n**Consolidated from**: L-1, L-2, L-3").replace("Title 3", "Merged")
    change(root, "main", {LEARNINGS: HEAD + merged, ARCHIVE: learnings(*OLD)})
    change(root, "other", {LEARNINGS: learnings(*OLD, 4, 5), ARCHIVE: learnings(8)})
    git(root, "checkout", "-q", "main")
    git(root, "merge", "-q", "other")
    assert read(root) == HEAD + merged + entry(4) + entry(5)
    assert read(root, ARCHIVE) == learnings(*OLD, 8)


def test_states_and_new_tasks_of_both_sides(root: Path) -> None:
    change(root, "main", {TASKS: "# Tasks\n\n- [x] Ship it #done:2026-11-02\n- [ ] Write docs\n- [ ] Ours\n"})
    change(root, "other", {TASKS: "# Tasks\n\n- [ ] Ship it #ui\n- [ ] Write all docs\n- [ ] Theirs\n"})
    git(root, "checkout", "-q", "main")
    git(root, "merge", "-q", "other")
    rest = "- [ ] Ours\n- [ ] Write all docs\n- [ ] Theirs\n"
    assert read(root, TASKS) == f"# Tasks\n\n- [x] Ship it #done:2026-11-02 #ui\n{rest}"


def test_a_clash_is_marked_in_its_entry_alone_and_git_says_so(root: Path) -> None:
    change(root, "main", {LEARNINGS: HEAD + entry(1) + entry(2, "Ours.") + entry(3) + entry(4)})
    change(root, "other", {LEARNINGS: HEAD + entry(1) + entry(2, "Theirs.") + entry(3) + entry(5)})
    git(root, "checkout", "-q", "main")
    said = git(root, "merge", "-q", "other", code=1)
    assert "CONFLICT" in said
    clash = "<<<<<<< ours\nOurs.\n=======\nTheirs.\n>>>>>>> theirs"
    assert read(root) == HEAD + entry(1) + entry(2, clash) + entry(3) + entry(4) + entry(5)
    assert git(root, "diff", "--name-only", "--diff-filter=U") == f"{LEARNINGS}\n"


def test_what_is_no_entry_file_is_merged_by_lines(root: Path) -> None:
    rules = "".join(f"{n}. Rule\n" for n in range(9))
    change(root, "main", {".context/CONSTITUTION.md": rules})
    git(root, "checkout", "-q", "other")
    git(root, "reset", "-q", "--hard", "main")
    change(root, "main", {".context/CONSTITUTION.md": rules.replace("0. Rule", "0. Ours")})
    change(root, "other", {".context/CONSTITUTION.md": rules.replace("8. Rule", "8. Theirs")})
    git(root, "checkout", "-q", "main")
    git(root, "merge", "-q", "other")
    assert read(root, ".context/CONSTITUTION.md") == rules.replace("0. Rule", "0. Ours").replace(
        "8. Rule", "8. Theirs"
    )


def test_bytes_that_are_no_text_are_left_to_git(root: Path) -> None:
    lines = [f"line {n}\n".encode() for n in range(9)]
    (root / LEARNINGS).write_bytes(b"".join(lines))
    git(root, "commit", "-qam", "lines")
    git(root, "branch", "-qf", "other")
    for branch, line in (("main", 0), ("other", 8)):
        git(root, "checkout", "-q", branch)
        (root / LEARNINGS).write_bytes(b"".join([*lines[:line], b"\xff\n", *lines[line + 1 :]]))
        git(root, "commit", "-qam", branch)
    git(root, "merge", "-q", "main")
    assert (root / LEARNINGS).read_bytes() == b"".join([b"\xff\n", *lines[1:8], b"\xff\n"])


def test_a_clone_without_the_driver_keeps_both_sides(root: Path, tmp_path: Path) -> None:
    git(root, "clone", "-q", str(root), str(tmp_path / "clone"))
    clone = tmp_path / "clone"
    git(clone, "branch", "-q", "other")
    change(clone, "main", {LEARNINGS: learnings(*OLD) + entry(4, "Four.")})
    change(clone, "other", {LEARNINGS: learnings(*OLD) + entry(5, "Five.")})
    git(clone, "merge", "-q", "main")
    bodies = [row["snippet"] for row in json.loads(ctx("list", "learning", "--json", cwd=clone).out)]
    assert sorted(bodies) == ["Body.", "Body.", "Body.", "Five.", "Four."]


def test_without_ctx_on_the_path_the_installed_driver_merges_by_lines(root: Path) -> None:
    driver = git(root, "config", "--local", "merge.ctx.driver").strip()
    assert "ctx merge-driver %O %A %B %P" in driver
    for name, text in (("o", "a\nb\nc\nd\n"), ("a", "A\nb\nc\nd\n"), ("b", "a\nb\nc\nD\n")):
        (root / name).write_text(text)
    command = driver.replace("%O", "o").replace("%A", "a").replace("%B", "b").replace("%P", LEARNINGS)
    tools = str(Path(shutil.which("git") or "").parent)
    done = subprocess.run(["/bin/sh", "-c", command], cwd=root, env={"PATH": tools}, check=False)
    assert (done.returncode, read(root, "a")) == (0, "A\nb\nc\nD\n")


def test_install_keeps_other_lines_and_remove_takes_out_its_own(tmp_path: Path) -> None:
    root = project(tmp_path, {"TASKS.md": "# Tasks\n"})
    refused = ctx("install", "git", cwd=root)
    assert (refused.code, refused.err.splitlines()[1]) == (1, "hint: run `git init` there first")
    git(root, "init", "-q")
    before = b"*.png binary\r\n*.md  text\r\n"
    (root / ".gitattributes").write_bytes(before)
    info = root / ".git/info/attributes"
    info.write_text("*.c diff=cpp\n")
    shown = ctx("install", "git", "--dry-run", cwd=root)
    assert "+/.context/LEARNINGS.md merge=union" in shown.out
    assert ((root / ".gitattributes").read_bytes(), info.read_text()) == (before, "*.c diff=cpp\n")
    assert ctx("install", "git", cwd=root).code == 0
    after = (root / ".gitattributes").read_bytes()
    assert after.startswith(before)
    assert ctx("install", "git", cwd=root).err == "nothing to do\n"
    assert (root / ".gitattributes").read_bytes() == after
    checked = git(root, "check-attr", "merge", "--", LEARNINGS, ARCHIVE, "README.md")
    assert [line.rpartition(" ")[2] for line in checked.splitlines()] == ["ctx", "ctx", "unspecified"]
    assert ctx("install", "git", "--remove", cwd=root).code == 0
    assert ((root / ".gitattributes").read_bytes(), info.read_text()) == (before, "*.c diff=cpp\n")
    assert "merge.ctx" not in git(root, "config", "--local", "--list")
    (root / ".gitattributes").write_text("# >>> ctx >>>\n")
    assert ctx("install", "git", cwd=root).err.startswith("error: .gitattributes:1: has a line")


def test_a_context_in_a_subfolder_and_in_a_second_work_tree(tmp_path: Path) -> None:
    top = tmp_path / "repo"
    inner = project(top / "services/api", {"LEARNINGS.md": learnings(*OLD), ".gitignore": ".local/\n"})
    git(top, "init", "-q")
    assert ctx("install", "git", cwd=inner).code == 0
    assert not (top / ".context").exists()
    git(top, "add", "-A")
    git(top, "commit", "-qm", "start")
    path = f"services/api/{LEARNINGS}"
    git(top, "worktree", "add", "-q", str(tmp_path / "tree"), "-b", "other")
    assert ctx("install", "git", cwd=tmp_path / "tree/services/api").err == "nothing to do\n"
    for folder, number in ((top, 4), (tmp_path / "tree", 5)):
        (folder / path).write_text(learnings(*OLD, number))
        git(folder, "commit", "-qam", f"entry {number}")
    git(top, "merge", "-q", "other")
    assert read(top, path) == learnings(*OLD, 4, 5)
