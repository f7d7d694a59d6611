"""What git knows, asked of git itself. Git is used where it is there and never required."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ctx.errors import CtxError
from ctx.model.file_roles import CONTEXT
from ctx.store.git_call import GitError, NoAnswerError, NoRepositoryError, git

_OBJECT_ID = re.compile(rb"[0-9a-f]{40,64}\n")
# What blame says of a line before the line itself, which begins with a tab.
_BLAMED = re.compile(rb"(?P<commit>[0-9a-f]{40,64}) \d+ (?P<line>\d+)(?: \d+)?")
_CACHE = ".cache"
_DAY_OF = b"author-time "


def resolve(root: Path, revision: str) -> str:
    """The commit id a revision names. Raises CtxError when there is none."""
    try:
        found = git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}")
    except NoRepositoryError as error:
        raise CtxError(
            f"there is no git repository in {root}", hint="leave out --at, or run `git init`"
        ) from error
    except NoAnswerError:
        found = b""
    # An excluded commit (`^HEAD`) is a revision to git, and none that files could be read from.
    if not _OBJECT_ID.fullmatch(found):
        raise CtxError(
            f"there is no git revision {revision!r} here", hint="`git log --oneline` lists commits"
        )
    return found.decode().strip()


def head(root: Path) -> str | None:
    """The commit that is checked out, or None without git, a repository or a commit."""
    try:
        return resolve(root, "HEAD")
    except CtxError:
        return None


def prefix(root: Path) -> str:
    """The path of `root` inside its repository, with a trailing `/`, or the empty string."""
    return _text(git(root, "rev-parse", "--show-prefix").removesuffix(b"\n"))


def list_tree(root: Path, commit: str) -> dict[str, str]:
    """The object ids of the regular files below `root` at a commit, by their paths relative to `root`."""
    blobs = {}
    for row in git(root, "ls-tree", "-r", "-z", commit, "--", ".").split(b"\0"):
        kind, _, path = row.partition(b"\t")
        if kind.startswith(b"100"):
            blobs[_text(path)] = kind.split(b" ")[2].decode()
    return blobs


def list_index(root: Path) -> dict[str, str]:
    """The object ids of the regular files below `root` in git's index, by their paths relative to `root`.

    Of a file in conflict it is our side. Raises NoRepositoryError outside a repository.
    """
    blobs: dict[str, str] = {}
    for row in git(root, "ls-files", "--stage", "-z", "--", ".").split(b"\0"):
        kind, _, path = row.partition(b"\t")
        if kind.startswith(b"100") and kind[-1:] in b"02":
            blobs[_text(path)] = kind.split(b" ")[1].decode()
    return blobs


def read_blobs(root: Path, ids: Iterable[str]) -> dict[str, bytes]:
    """The bytes of objects, in one run of git; those that the repository lacks are left out.

    They are asked for by id, since a name may hold a line break, which ends a question.
    """
    output = git(root, "cat-file", "--batch", stdin="".join(f"{one}\n" for one in ids).encode())
    blobs, at = {}, 0
    while at < len(output):
        line_end = output.index(b"\n", at)
        id_, *kind = output[at:line_end].split(b" ")
        at = line_end + 1
        if len(kind) == 2:  # otherwise it says that the object is missing
            end = at + int(kind[1])
            blobs[id_.decode()] = output[at:end]
            at = end + 1
    return blobs


def is_shallow(root: Path) -> bool:
    """Whether the repository lacks a part of its history: a shallow clone, or one that fetches on demand."""
    if git(root, "rev-parse", "--is-shallow-repository").strip() != b"false":
        return True
    try:
        return bool(git(root, "config", "--get-regexp", r"^remote\..*\.promisor$").strip())
    except NoAnswerError:
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
    kinds = ("--name-status", "-z", "-M", "--no-ext-diff", "--diff-filter=ADR", "-O/dev/null")
    staged = git(root, "diff-index", "--cached", *kinds, "HEAD", "--")
    order = ("--date-order", "--diff-merges=first-parent", "--no-show-signature", "--format=")
    committed = git(root, "log", *order, *kinds, "HEAD", "--")
    return [*_changes(staged, below), *_changes(committed, below)]


def _changes(output: bytes, below: str) -> Iterator[PathChange]:
    words = iter(_text(output).split("\0"))
    for word in words:
        status = word.lstrip("\n")[:1]  # a line break may stand between two commits
        if status == "R":
            yield PathChange(status, _relative(next(words), below), _relative(next(words), below))
        elif status:
            yield PathChange(status, _relative(next(words), below))


def tracked(root: Path) -> list[str]:
    """All paths in the index of the repository, relative to `root`; those outside it begin with `../`."""
    below = prefix(root)
    listed = _text(git(root, "ls-files", "-z", "--full-name", ":/"))
    return [_relative(path, below) for path in listed.split("\0") if path]


def tracked_cache(root: Path) -> list[str]:
    """The files of the cache that git tracks, as paths relative to `root`; none without git."""
    with suppress(GitError):
        listed = git(root / CONTEXT, "ls-files", "-z", "--", _CACHE).split(b"\0")
        return [f"{CONTEXT}/{_text(path)}" for path in listed if path]
    return []


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _relative(path: str, below: str) -> str:
    if not below:
        return path
    return path[len(below) :] if path.startswith(below) else posixpath.relpath(path, below)


def blame_dates(root: Path, path: str, text: str, lines: Iterable[int]) -> dict[int, str]:
    """The ISO date, in UTC, on which each of some lines of a file's `text` last changed; lines count from 1.

    What is blamed is the file as it was committed: for the one on the disk git would run the filters that the
    repository names. Lines that are not committed are left out. Raises GitError for a file unknown to git.
    """
    asked = set(lines)
    if not asked:
        return {}
    committed = _text(git(root, "cat-file", "blob", f"HEAD:./{path}"))
    places = {old: new for new, old in _same_lines(text, committed).items() if new in asked}
    if not places:
        return {}
    ranges = [argument for line in sorted(places) for argument in ("-L", f"{line},{line}")]
    blamed = git(root, "blame", "--line-porcelain", "--no-textconv", *ranges, "HEAD", "--", path)
    return {places[line]: day for line, day in _blamed_days(blamed) if line in places}


def committed_lines(root: Path, path: str) -> frozenset[str]:
    """The lines of a file as it was committed last, without their ends. Raises GitError for a new file."""
    text = _text(git(root, "cat-file", "blob", f"HEAD:./{path}"))
    return frozenset(re.split(r"\r\n|\n|\r", text))


def _same_lines(new: str, old: str) -> dict[int, int]:
    """The lines of `new` that `old` holds too, with their numbers there.

    A line that stands there several times is known again where both hold it as often. Git counts lines by
    line feeds alone.
    """
    after = _numbered(re.split(r"\r\n|\n|\r", new))
    before = _numbered(old.replace("\r\n", "\n").split("\n"))
    return {
        number: former
        for line, numbers in after.items()
        if len(numbers) == len(before.get(line, ()))
        for number, former in zip(numbers, before[line], strict=True)
    }


def _numbered(lines: Sequence[str]) -> dict[str, list[int]]:
    numbered: dict[str, list[int]] = {}
    for number, line in enumerate(lines if lines[-1] else lines[:-1], 1):  # nothing after the last line feed
        numbered.setdefault(line, []).append(number)
    return numbered


def _blamed_days(output: bytes) -> Iterator[tuple[int, str]]:
    line = 0
    for row in output.split(b"\n"):
        if found := _BLAMED.fullmatch(row):
            line = int(found["line"])
        elif row.startswith(_DAY_OF):
            with suppress(ValueError, OverflowError, OSError):  # a date that no calendar has
                yield line, datetime.fromtimestamp(int(row[len(_DAY_OF) :]), tz=UTC).date().isoformat()


def user_name(root: Path) -> str:
    """The name that git writes into commits, on one line; empty where it knows none or is missing."""
    try:
        return " ".join(git(root, "config", "--get", "user.name").decode("utf-8", "replace").split())
    except GitError:
        return ""
