"""Merging by lines, as git does it, and the file in which git waits for a merge driver's result."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ctx.errors import CtxError
from ctx.store.git_call import GitError, git_outside

_MOST_CONFLICTS = 127


def merge_lines(base: str, ours: str, theirs: str) -> tuple[str, int]:
    """Three texts merged by lines, and how many conflicts are marked in the result."""
    merged, conflicts = merge_bytes(base.encode(), ours.encode(), theirs.encode())
    return merged.decode(), conflicts


def merge_bytes(base: bytes, ours: bytes, theirs: bytes) -> tuple[bytes, int]:
    """The same for bytes. Raises GitError for what has no lines."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("ours", "base", "theirs")]
        for path, data in zip(paths, (ours, base, theirs), strict=True):
            path.write_bytes(data)
        names = [part for path in paths for part in ("-L", path.name)]
        done = git_outside(Path(folder), "merge-file", "-p", "-q", *names, *map(str, paths))
    if not 0 <= done.code <= _MOST_CONFLICTS:
        said = done.err.decode("utf-8", "replace").strip().splitlines()
        raise GitError(said[0] if said else "git merge-file failed", hint="merge the file by hand")
    return done.out, done.code


def read_versions(*paths: Path) -> list[bytes]:
    """The bytes of the files that git gave a merge driver. Raises CtxError for one that is not there."""
    try:
        return [path.read_bytes() for path in paths]
    except OSError as error:
        raise CtxError(
            f"cannot be read: {error.strerror}", path=error.filename, hint="git calls this with its own files"
        ) from error


def write_result(path: Path, data: bytes) -> None:
    """Put the result where git reads it: a temporary file of its own, which nothing else looks at."""
    path.write_bytes(data)
