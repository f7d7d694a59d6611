"""What git answers is understood in every form: odd names, other hashes, settings, hooks, what is missing."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctx.actions.read_context import Reader
from ctx.errors import CtxError
from ctx.store import git, git_history
from ctx.store.git_call import GitError
from ctx.store.workspace import CONFIG, Revision, Worktree
from tests.cli import ctx, project
from tests.git_plants import context, run

LEARNING = "# Learnings\n\n## [2026-01-01-101010] Locks\n\nRetry.\n"

# Names as file systems allow them: line breaks, quotes, bytes that are no UTF-8, what looks like an option.
letters = st.sampled_from([*"ab -:\n\t\r\"'\\*?[]{}^~@!#.é漢", "\x7f", "\x01", "\udcff", "\udc80"])
names = st.text(letters, min_size=1, max_size=12).filter(
    lambda name: (
        name not in {".", ".."} and name.casefold().rstrip(". ").partition(":")[0] not in {".git", "git~1"}
    )
)


def make(root: Path, files: dict[str, bytes]) -> None:
    for path, data in files.items():
        full = root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(data)


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["", "d/", "d e/"]), names), st.binary(max_size=40), min_size=1
    ),
    st.sampled_from(["sha1", "sha256"]),
    st.booleans(),
)
def test_trees_and_files_come_back_whatever_their_names(
    files: dict[tuple[str, str], bytes], hashing: str, below: bool
) -> None:
    wanted = {f"{folder}{name}": data for (folder, name), data in files.items()}
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        root = top / "a\nb" if below else top
        run(top, "init", "-q", f"--object-format={hashing}")
        make(root, wanted)
        run(top, "-c", "core.autocrlf=false", "add", "-A", "-f")
        run(top, "commit", "-qm", "all")
        commit = git.resolve(root, "HEAD")
        tree = git.list_tree(root, commit)
        blobs = git.read_blobs(root, tree.values())
        assert {path: blobs[id_] for path, id_ in tree.items()} == wanted
        assert sorted(git.tracked(root)) == sorted(wanted)
        assert git.prefix(root) == ("a\nb/" if below else "")
        assert [one.id for one in git_history.additions(root, ".")] == [commit]
        run(top, "rm", "-rq", "--cached", ".")
        deleted = [change.path for change in git.path_changes(root) if change.status == "D"]
        assert sorted(deleted) == sorted(wanted)


@given(st.lists(st.sampled_from([b"author-time 5", b"author-time 99999999999999999999", b"author-time -1"])))
def test_days_that_no_calendar_has_are_left_out(rows: list[bytes]) -> None:
    header = b"1234567890123456789012345678901234567890 1 7 1"
    output = b"".join(header + b"\n" + row + b"\n\ttext\n" for row in rows)
    days = {"1970-01-01", "1969-12-31"}
    assert {day for _, day in git._blamed_days(output)} <= days


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found = context(tmp_path / "repository")
    run(found, "init", "-q")
    run(found, "add", "-A")
    run(found, "commit", "-qm", "Locks and retries")
    run(found, "mv", "src/old.py", "src/new.py")
    run(found, "rm", "-q", "src/gone.py")
    run(found, "commit", "-qm", "Rename and remove")
    return found


def told(root: Path) -> list[object]:
    """Everything that ctx learns from git."""
    lines = git.blame_dates(root, ".context/TASKS.md", (root / ".context/TASKS.md").read_text(), range(1, 9))
    return [
        *(git.head(root), git.prefix(root), git.path_changes(root), git.tracked(root), git.is_shallow(root)),
        *(git_history.messages(root), git_history.additions(root, ".context"), lines),
        Reader(root).read(at="HEAD").digest,
    ]


ODD_SETTINGS = {
    "color.ui": "always",
    "core.quotePath": "true",
    "core.abbrev": "4",
    "diff.relative": "true",
    "diff.renames": "false",
    "diff.noprefix": "false",
    "diff.mnemonicPrefix": "true",
    "diff.srcPrefix": "x/",
    "diff.context": "9",
    "diff.interHunkContext": "9",
    "diff.suppressBlankEmpty": "true",
    "diff.colorMoved": "zebra",
    "diff.wsErrorHighlight": "all",
    "diff.submodule": "log",
    "diff.ignoreSubmodules": "all",
    "diff.orderFile": "no-such-file",
    "diff.algorithm": "patience",
    "format.pretty": "fuller",
    "log.showRoot": "false",
    "log.follow": "true",
    "log.date": "relative",
    "log.decorate": "full",
    "log.diffMerges": "combined",
    "log.mailmap": "true",
    "log.abbrevCommit": "true",
    "log.showSignature": "true",
    "i18n.logOutputEncoding": "UTF-16",
    "blame.showEmail": "true",
    "blame.date": "relative",
    "blame.coloring": "highlightRecent",
    "column.ui": "always",
    "status.relativePaths": "true",
    "pager.log": "true",
}


@pytest.mark.parametrize("key", ODD_SETTINGS)
def test_settings_of_a_clone_change_no_answer(root: Path, key: str) -> None:
    before = told(root)
    run(root, "config", key, ODD_SETTINGS[key])
    assert told(root) == before


VARIABLES = {
    "GIT_DIR": "/nowhere",
    "GIT_COMMON_DIR": "/nowhere",
    "GIT_WORK_TREE": "/nowhere",
    "GIT_INDEX_FILE": "/nowhere/index",
    "GIT_OBJECT_DIRECTORY": "/nowhere",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": "/nowhere",
    "GIT_NAMESPACE": "other",
    "GIT_PREFIX": "other/",
    "GIT_ICASE_PATHSPECS": "1",
    "GIT_GLOB_PATHSPECS": "1",
    "GIT_NOGLOB_PATHSPECS": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_CONFIG_COUNT": "7",
    "GIT_CONFIG_PARAMETERS": "nonsense",
    "GIT_CONFIG": "/nowhere",
    "GIT_SHALLOW_FILE": "/nowhere",
    "GIT_GRAFT_FILE": "/nowhere",
    "GIT_REPLACE_REF_BASE": "refs/heads/",
    "GIT_DEFAULT_HASH": "sha256",
    "GIT_ATTR_SOURCE": "nonsense",
    "GIT_DIFF_OPTS": "-u9",
    "GIT_REDIRECT_STDOUT": "off",
    "GIT_FLUSH": "nonsense",
    "GIT_TEST_FSMONITOR": "nonsense",
}


@pytest.mark.parametrize("name", VARIABLES)
def test_variables_of_git_change_no_answer(root: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    before = told(root)
    monkeypatch.setenv(name, VARIABLES[name])
    assert told(root) == before


@pytest.mark.parametrize("form", ["shared", "packed", "worktree", "separate", "detached"])
def test_every_kind_of_clone_answers_alike(root: Path, tmp_path: Path, form: str) -> None:
    before = told(root)
    other = tmp_path / "other"
    if form == "shared":
        run(tmp_path, "clone", "-q", "--shared", str(root), str(other))
    elif form == "separate":
        run(tmp_path, "clone", "-q", f"--separate-git-dir={tmp_path / 'elsewhere'}", str(root), str(other))
    elif form == "worktree":
        run(root, "worktree", "add", "-q", "-b", "side", str(other))
    else:
        other = root
        run(root, "gc", "-q") if form == "packed" else run(root, "checkout", "-q", "--detach")
    assert told(other) == before


def test_the_index_of_the_commit_that_is_being_made_is_the_one_that_counts(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `git commit PATH` gives its hooks an index that holds that path alone."""
    (root / "staged.py").write_text("staged = 1\n")
    index = root / ".git/next-index-1.lock"
    index.write_bytes((root / ".git/index").read_bytes())
    subprocess.run(
        ["git", "add", "staged.py"], cwd=root, env=dict(os.environ, GIT_INDEX_FILE=str(index)), check=True
    )
    assert "staged.py" not in git.tracked(root)
    monkeypatch.chdir(root)
    for spelling in (str(index), ".git/next-index-1.lock"):
        monkeypatch.setenv("GIT_INDEX_FILE", spelling)
        assert "staged.py" in git.tracked(root)
    other = project(tmp_path / "other", {})
    run(other, "init", "-q")
    assert git.tracked(other) == []


def test_a_real_hook_hears_of_its_own_repository(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    run(root, "worktree", "add", "-q", "-b", "side", str(other))
    hook = root / ".git/hooks/pre-commit"
    program = "import sys, pathlib; from ctx.store import git; print(git.tracked(pathlib.Path(sys.argv[1])))"
    hook.write_text(f"#!/bin/sh\n'{os.sys.executable}' -c '{program}' \"$(pwd)\" > '{tmp_path}/heard'\n")  # type: ignore[attr-defined]
    hook.chmod(0o755)
    for place in (root, other):
        (place / "fresh.py").write_text("fresh = 1\n")
        (place / "apart.py").write_text("apart = 1\n")
        run(place, "add", "fresh.py", "apart.py")
        run(place, "commit", "-qm", "some", "fresh.py")
        heard = (tmp_path / "heard").read_text()
        assert "fresh.py" in heard
        assert "apart.py" not in heard
        run(place, "reset", "-q")


def test_a_line_break_in_a_name_is_one_line_where_the_file_is_read_and_nothing_elsewhere(
    tmp_path: Path,
) -> None:
    root = project(tmp_path / "r", {"LEARNINGS.md": LEARNING})
    run(root, "init", "-q")
    make(root, {"a\nb.md": b"x\n", ".context/c\nd.md": b"x\n"})
    run(root, "add", "-A")
    run(root, "commit", "-qm", "one")
    done = ctx("agent", "--at", "HEAD", cwd=root)
    assert done.code == 0
    assert "Retry." in done.out
    make(root, {".context/learnings/c\nd.md": b"# Two\n\nText.\n"})
    (root / ".context/LEARNINGS.md").unlink()
    run(root, "add", "-A")
    run(root, "commit", "-qm", "two")
    done = ctx("agent", "--at", "HEAD", cwd=root)
    assert (done.code, done.out) == (1, "")
    error, hint = done.err.splitlines()
    assert error.endswith(r":.context/learnings/c\nd.md: holds a line break in its name")
    assert hint == "hint: rename the file"


def objects(root: Path, *names: str) -> Iterator[Path]:
    for name in names:
        id_ = run(root, "rev-parse", name).strip()
        yield root / ".git/objects" / id_[:2] / id_[2:]


@pytest.mark.parametrize("what", ["HEAD:.context/LEARNINGS.md", "HEAD:.context", "HEAD^{tree}", "HEAD"])
@pytest.mark.parametrize("how", ["missing", "cut", "other"])
def test_an_object_that_is_missing_or_damaged_is_one_line(root: Path, what: str, how: str) -> None:
    (path,) = objects(root, what)
    whole = path.read_bytes()
    path.unlink()
    if how != "missing":
        path.write_bytes(whole[: len(whole) // 2] if how == "cut" else os.urandom(len(whole)))
    done = ctx("agent", "--at", "HEAD", cwd=root)
    assert (done.code, done.out) == (1, "")
    error, hint = done.err.splitlines()
    assert error.startswith("error: ")
    assert hint.startswith("hint: ")
    assert ctx("drift", cwd=root).code in {0, 1}
    assert ctx("bench", cwd=root).code in {0, 1}


def test_what_is_missing_and_not_read_is_no_matter(root: Path) -> None:
    (path,) = objects(root, "HEAD:src/new.py")
    path.unlink()
    assert ctx("agent", "--at", "HEAD", cwd=root).code == 0


def test_a_partial_clone_says_what_it_lacks_and_fetches_nothing(root: Path, tmp_path: Path) -> None:
    run(root, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    run(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{root}", str(clone))
    project(clone, {})
    packs = sorted((clone / ".git/objects/pack").iterdir())
    done = ctx("agent", "--at", "HEAD", cwd=clone)
    assert (done.code, done.out) == (1, "")
    error, hint = done.err.splitlines()
    assert ".context/" in error
    assert "git fetch" in hint
    assert sorted((clone / ".git/objects/pack").iterdir()) == packs


def test_a_revision_says_what_the_work_tree_says(root: Path) -> None:
    (root / CONFIG).write_text('references = ["docs/**/*.md", "notes.txt"]\n')
    make(root, {"docs/a/b.md": b"# B\n\ntext\n", "notes.txt": b"# N\n\ntext\n", "other.md": b"x\n"})
    run(root, "add", "-A")
    run(root, "commit", "-qm", "references")
    patterns = ["docs/**/*.md", "notes.txt"]
    revision, worktree = Revision(root, git.resolve(root, "HEAD")), Worktree(root)
    assert revision.paths(patterns) == worktree.paths(patterns)
    assert [revision.read(path) for path in revision.paths(patterns)] == [
        worktree.read(path) for path in worktree.paths(patterns)
    ]
    assert revision.read("no-such-file") is None


def test_dates_of_lines_follow_the_text_and_not_the_number(root: Path) -> None:
    path = ".context/TASKS.md"
    before = git.blame_dates(root, path, (root / path).read_text(), [3])
    assert list(before) == [3]
    new, old = "- [ ] New #in-progress\r\n", "- [ ] Retry the lock #in-progress\r\n"
    text = f"# Tasks\r\n\r\n{new}{old}{new}"
    assert git.blame_dates(root, path, text, [3, 4, 5]) == {4: before[3]}
    with pytest.raises(GitError):
        git.blame_dates(root, ".context/NONE.md", text, [3])


def test_revisions_that_are_none_are_one_line(root: Path) -> None:
    for revision in (
        "",
        "no-such",
        "HEAD~9",
        "HEAD:",
        "HEAD^{tree}",
        "--all",
        "-x",
        "a\nb",
        "HEAD..",
        "^HEAD",
        ":0:a",
    ):
        with pytest.raises(CtxError) as caught:
            git.resolve(root, revision)
        assert "\n" not in str(caught.value)
