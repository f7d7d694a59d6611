"""The work under way in a repository: its branch, what has changed since a commit, and new branches.

Nothing here checks files out: a new branch names the commit that is there, and the tree stays as it is.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ctx.errors import CtxError
from ctx.store.git import head, prefix
from ctx.store.git_call import GitError, NoAnswerError, git
from ctx.store.git_history import Commit, commits

_HEADS = "refs/heads/"
# What git keeps in its folder while something is not finished, and what it is called.
_UNDER_WAY = {
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "BISECT_LOG": "a bisection",
}
# What `ls-files --stage --debug -z` says of a file.
_INDEXED = re.compile(
    r"(?P<mode>\d{6}) (?P<id>[0-9a-f]{40,64}) \d\t(?P<path>[^\0]*)\0"
    r"  ctime: \S+\n  mtime: (?P<mtime>\d+:\d+)\n[^\n]*\n[^\n]*\n  size: (?P<size>\d+)\tflags: \S+\n"
)
_SUBMODULE = "160000"
_SHOWN = 12  # digits of a commit's id


class Work(NamedTuple):
    """Where the work stands: the commit and branch that are checked out, None without, and what is under way.

    `is_repository` says whether there is git here at all.
    """

    is_repository: bool
    commit: str | None = None
    branch: str | None = None
    under_way: str = ""


def look_at_work(root: Path) -> Work:
    """Where the work stands; nothing without git or a repository."""
    try:
        folder = Path(_text(git(root, "rev-parse", "--absolute-git-dir")).removesuffix("\n"))
    except GitError:
        return Work(is_repository=False)
    under_way = next((what for name, what in _UNDER_WAY.items() if (folder / name).exists()), "")
    commit = head(root)
    return Work(True, commit[:_SHOWN] if commit else None, _branch(root), under_way)


def branch_exists(root: Path, name: str) -> bool:
    """Whether there is a branch of that name."""
    try:
        git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", _HEADS + name)
    except NoAnswerError:
        return False
    return True


def require_branch_name(root: Path, name: str) -> None:
    """Raise CtxError for what git does not take as the name of a branch."""
    try:
        git(root, "check-ref-format", "--branch", name)
    except GitError as error:
        raise CtxError(f"{name!r} is no name of a branch", hint="letters, digits and hyphens do") from error


def begin_branch(root: Path, name: str, work: Work) -> None:
    """Make a branch of the commit that is there and be on it; no file changes. Raises GitError."""
    if work.commit is not None:
        git(root, "update-ref", "-m", "branch: made by ctx", _HEADS + name, work.commit, "")
    git(root, "symbolic-ref", "-m", f"checkout: moving to {name}", "HEAD", _HEADS + name)


def leave_branch(root: Path, name: str, work: Work) -> None:
    """Take back what `begin_branch` did. Raises GitError."""
    if work.branch is not None:
        git(root, "symbolic-ref", "HEAD", _HEADS + work.branch)
    elif work.commit is not None:
        git(root, "update-ref", "--no-deref", "HEAD", work.commit)
    if work.commit is not None:
        git(root, "update-ref", "-d", _HEADS + name)


def commits_since(root: Path, base: str) -> list[Commit]:
    """The commits since one, oldest first, without merges. Raises GitError where that is gone."""
    return commits(root, f"{base}..HEAD")


def files_since(root: Path, base: str | None) -> list[str]:
    """The paths that differ from a commit, committed or not; relative to `root`, sorted.

    Without a commit all that are there and not ignored. Raises GitError where it is gone.
    """
    below = prefix(root)
    found = set(changed_files(root))
    if base is not None and head(root) is not None:
        names = git(root, "diff-tree", "-r", "-z", "--name-only", "--no-renames", base, "HEAD", "--")
        found.update(_below(_text(names).split("\0"), below))
    return sorted(found)


def changed_files(root: Path) -> list[str]:
    """The paths with changes that are not committed, new files among them; relative to `root`, sorted.

    Files are compared with the index by their own bytes: git would run filters for that.
    """
    below = prefix(root)
    found = set(
        _below(
            _text(git(root, "ls-files", "-z", "--others", "--exclude-standard", "--full-name")).split("\0"),
            below,
        )
    )
    if head(root) is not None:
        staged = git(root, "diff-index", "-z", "--cached", "--name-only", "--no-renames", "HEAD", "--")
        found.update(_below(_text(staged).split("\0"), below))
    else:
        found.update(_below(_text(git(root, "ls-files", "-z", "--full-name")).split("\0"), below))
    found.update(_below(_differing(root, below), below))
    return sorted(found)


def _differing(root: Path, below: str) -> Iterator[str]:
    """The tracked paths whose bytes are not those of the index.

    Git itself would run a filter for a file that it has to look into, so its index is asked for the times
    and sizes that it knows, and what does not have those is looked into here.
    """
    top = root
    for _ in filter(None, below.split("/")):
        top = top.parent
    listed = _text(git(root, "ls-files", "-z", "--stage", "--debug", "--full-name", "--", "."))
    for row in _INDEXED.finditer(listed):
        if row["mode"] != _SUBMODULE and not _is_as_indexed(top / row["path"], row):
            yield row["path"]


def _is_as_indexed(path: Path, row: re.Match[str]) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    seconds, _, nanoseconds = row["mtime"].partition(":")
    known = (int(seconds) * 10**9 + int(nanoseconds), int(row["size"]))
    if known == (found.st_mtime_ns, found.st_size) and known[1]:
        return True
    return _digest(path, row["id"]) == row["id"]


def _digest(path: Path, id_: str) -> str:
    """The id that git gives a file's bytes, or a link's, as long as another id."""
    try:
        data = os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
    except OSError:
        return ""
    blob = b"blob %d\0" % len(data) + data
    return (hashlib.sha1(blob, usedforsecurity=False) if len(id_) == 40 else hashlib.sha256(blob)).hexdigest()


def _branch(root: Path) -> str | None:
    """The branch that is checked out, one without a commit too; None where HEAD is detached."""
    with suppress(GitError):
        return _text(git(root, "symbolic-ref", "--quiet", "--short", "HEAD")).strip() or None
    return None


def _below(paths: list[str] | Iterator[str], below: str) -> Iterator[str]:
    return (path[len(below) :] for path in paths if path and path.startswith(below))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
