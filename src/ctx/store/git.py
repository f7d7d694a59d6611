"""What git knows, asked of git itself. Git is used where it is there and never required."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ctx.errors import CtxError

# A hook or an alias may have pointed these at another repository or index.
_FOREIGN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX")

# What blame says of a line before the line itself, which begins with a tab.
_BLAMED = re.compile(rb"(?P<commit>[0-9a-f]{40,64}) \d+ (?P<line>\d+)(?: \d+)?")
_DAY_OF = b"author-time "


class GitError(CtxError):
    """Git is missing, or refused what was asked of it."""


def git(root: Path, *args: str, stdin: bytes | None = None) -> bytes:
    """Run git in `root` and return what it printed. Raises GitError with git's own first line."""
    import subprocess

    environment = {key: value for key, value in os.environ.items() if key not in _FOREIGN}
    # A partial clone must not fetch what it lacks: there is no network here.
    environment |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1"}
    command = ["git", "-c", "core.quotePath=false", "-C", str(root), *args]
    try:
        done = subprocess.run(  # noqa: S603 - arguments are a list, never a shell's text
            command, input=stdin, capture_output=True, env=environment, check=False
        )
    except FileNotFoundError as error:
        raise GitError("git is not installed", hint="install git, or leave out what needs it") from error
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        message = said[0] if said else f"git {args[0]} failed with {done.returncode}"
        raise GitError(message, hint="`git status` may say more")
    return done.stdout


def resolve(root: Path, revision: str) -> str:
    """The commit id a revision names. Raises CtxError when there is none."""
    try:
        return (
            git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}")
            .decode()
            .strip()
        )
    except GitError as error:
        if "not installed" in error.message:
            raise
        if "not a git repository" in error.message:
            raise CtxError(
                f"there is no git repository in {root}", hint="leave out --at, or run `git init`"
            ) from error
        raise CtxError(
            f"there is no git revision {revision!r} here", hint="`git log --oneline` lists commits"
        ) from error


def head(root: Path) -> str | None:
    """The commit that is checked out, or None without git, a repository or a commit."""
    try:
        return resolve(root, "HEAD")
    except CtxError:
        return None


def prefix(root: Path) -> str:
    """The path of `root` inside its repository, with a trailing `/`, or the empty string."""
    return git(root, "rev-parse", "--show-prefix").decode("utf-8", "surrogateescape").strip("\n")


def list_tree(root: Path, commit: str) -> list[str]:
    """The paths of regular files below `root` at a commit, relative to `root`."""
    listed = git(root, "ls-tree", "-r", "-z", commit, "--", ".").split(b"\0")
    paths = []
    for row in listed:
        head_, _, path = row.partition(b"\t")
        if head_.startswith(b"100"):
            paths.append(path.decode("utf-8", "surrogateescape"))
    return paths


def read_blobs(root: Path, commit: str, paths: Sequence[str]) -> list[bytes]:
    """The bytes of files at a commit, in one run of git; paths are relative to `root`."""
    below = prefix(root)
    asked = "".join(f"{commit}:{below}{path}\n" for path in paths if "\n" not in path)
    output = git(root, "cat-file", "--batch", stdin=asked.encode("utf-8", "surrogateescape"))
    blobs, at = [], 0
    for _ in range(asked.count("\n")):
        line_end = output.index(b"\n", at)
        size = int(output[at:line_end].split()[-1])
        blobs.append(output[line_end + 1 : line_end + 1 + size])
        at = line_end + 2 + size
    return blobs


def is_shallow(root: Path) -> bool:
    """Whether the repository lacks a part of its history: a shallow clone, or one that fetches on demand."""
    if git(root, "rev-parse", "--is-shallow-repository").strip() != b"false":
        return True
    try:
        return bool(git(root, "config", "--get-regexp", r"^remote\..*\.promisor$").strip())
    except GitError:  # that is how it says that there is none
        return False


class PathChange(NamedTuple):
    """A path that was added (`A`), deleted (`D`) or renamed (`R`, to `to`)."""

    status: str
    path: str
    to: str = ""


def path_changes(root: Path) -> list[PathChange]:
    """What is staged and then what each commit reachable from HEAD did to paths, newest first.

    Paths are relative to `root`; those outside it begin with `../`. A merge counts by what it changed in its
    first parent, so what only the merge itself renamed is there too. Raises GitError without a commit.
    """
    below = prefix(root)
    kinds = ("--name-status", "-z", "-M", "--no-ext-diff", "--diff-filter=ADR")
    staged = git(root, "diff", "--cached", *kinds, "HEAD", "--")
    order = ("--date-order", "--diff-merges=first-parent", "--no-show-signature", "--format=")
    committed = git(root, "log", *order, *kinds, "HEAD", "--")
    return [*_changes(staged, below), *_changes(committed, below)]


def _changes(output: bytes, below: str) -> Iterator[PathChange]:
    words = iter(output.decode("utf-8", "surrogateescape").split("\0"))
    for word in words:
        status = word.lstrip("\n")[:1]  # a line break may stand between two commits
        if status == "R":
            yield PathChange(status, _relative(next(words), below), _relative(next(words), below))
        elif status:
            yield PathChange(status, _relative(next(words), below))


def tracked(root: Path) -> list[str]:
    """All paths in the index of the repository, relative to `root`; those outside it begin with `../`."""
    below = prefix(root)
    listed = git(root, "ls-files", "-z", "--full-name", ":/").decode("utf-8", "surrogateescape")
    return [_relative(path, below) for path in listed.split("\0") if path]


def _relative(path: str, below: str) -> str:
    if not below:
        return path
    return path[len(below) :] if path.startswith(below) else posixpath.relpath(path, below)


def blame_dates(root: Path, path: str, lines: Sequence[int]) -> dict[int, str]:
    """The ISO date, in UTC, on which each of some lines of a file last changed; lines count from 1.

    Lines that are not committed are left out. Raises GitError for a file that git does not know.
    """
    ranges = [argument for line in sorted(set(lines)) for argument in ("-L", f"{line},{line}")]
    if not ranges:
        return {}
    dates: dict[int, str] = {}
    line, committed = 0, False
    for row in git(root, "blame", "--line-porcelain", *ranges, "--", path).split(b"\n"):
        if found := _BLAMED.fullmatch(row):
            line, committed = int(found["line"]), bool(found["commit"].strip(b"0"))
        elif committed and row.startswith(_DAY_OF):
            dates[line] = datetime.fromtimestamp(int(row[len(_DAY_OF) :]), tz=UTC).date().isoformat()
    return dates


def user_name(root: Path) -> str:
    """The name that git writes into commits, on one line; empty where it knows none or is missing."""
    try:
        return " ".join(git(root, "config", "--get", "user.name").decode("utf-8", "replace").split())
    except GitError:
        return ""
