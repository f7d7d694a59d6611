"""What the commits reachable from HEAD say and what they added, oldest first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ctx.store.git_call import git

# A message holds no NUL, and every line of a patch begins with a character of its own.
_COMMIT = re.compile(r"^\0(?P<id>[0-9a-f]{40,64})\0(?P<message>[^\0]*)\0", re.MULTILINE)
_LOG = (
    *("log", "--reverse", "--topo-order", "--encoding=UTF-8", "--no-show-signature", "--no-color"),
    "--format=%x00%H%x00%B%x00",
)
_PATCH = (
    *("--patch", "--unified=0", "--no-renames", "--text", "--no-ext-diff", "--no-textconv"),
    *("--submodule=short", "--no-prefix", "--diff-filter=AM", "-O/dev/null"),
)


class Commit(NamedTuple):
    """A commit with its whole message and the lines it added where that was asked, else none."""

    id: str
    message: str
    added: tuple[str, ...] = ()


def messages(root: Path) -> list[Commit]:
    """Every commit, merges included. Raises GitError without one."""
    return [Commit(match["id"], match["message"]) for match in _COMMIT.finditer(_log(root, "HEAD", "--"))]


def commits(root: Path, range_: str) -> list[Commit]:
    """The commits of a range, oldest first, without merges. Raises GitError where there is no such range."""
    text = _log(root, "--no-merges", "--end-of-options", range_, "--")
    return [Commit(match["id"], match["message"]) for match in _COMMIT.finditer(text)]


def additions(root: Path, folder: str) -> list[Commit]:
    """The commits other than merges that changed files below `folder`, with the lines they added there.

    A file that was moved counts as added again. Raises GitError without a commit.
    """
    text = _log(root, *_PATCH, "--no-merges", "HEAD", "--", folder)
    found = list(_COMMIT.finditer(text))
    ends = [*(match.start() for match in found[1:]), len(text)]
    return [
        Commit(match["id"], match["message"], tuple(_added(text[match.end() : end])))
        for match, end in zip(found, ends, strict=False)  # where none was found there is still an end
    ]


def _log(root: Path, *args: str) -> str:
    return git(root, *_LOG, *args).decode("utf-8", "replace")


def _added(patch: str) -> Iterator[str]:
    return (
        line[1:].rstrip("\r")
        for line in patch.split("\n")
        if line.startswith("+") and not line.startswith("+++ ")
    )
