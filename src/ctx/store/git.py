"""What git knows, asked of git itself. Git is used where it is there and never required."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ctx.errors import CtxError

# A hook or an alias may have pointed these at another repository or index.
_FOREIGN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX")


class GitError(CtxError):
    """Git is missing, or refused what was asked of it."""


def git(root: Path, *args: str, stdin: bytes | None = None) -> bytes:
    """Run git in `root` and return what it printed. Raises GitError with git's own first line."""
    environment = {key: value for key, value in os.environ.items() if key not in _FOREIGN}
    environment |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    command = ["git", "-c", "core.quotePath=false", "-C", str(root), *args]
    try:
        done = subprocess.run(  # noqa: S603 - arguments are a list, never a shell's text
            command, input=stdin, capture_output=True, env=environment, check=False
        )
    except FileNotFoundError as error:
        raise GitError("git is not installed", hint="install git, or leave out what needs it") from error
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GitError(said[0] if said else f"git {args[0]} failed with {done.returncode}")
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
