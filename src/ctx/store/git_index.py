"""When git's index last changed, found without running git, since every start of ctx looks at it."""

from __future__ import annotations

import os
from pathlib import Path


def index_state(folder: Path) -> str | None:
    """What the index of the repository around a folder looks like: equal looks, equal index. None without."""
    try:
        found = _index(Path(os.path.realpath(folder))).stat()
    except (OSError, ValueError):  # ValueError: a pointer that no path can be
        return None
    return f"{found.st_mtime_ns} {found.st_size} {found.st_ino} {found.st_ctime_ns}"


def _index(folder: Path) -> Path:
    """The index below the nearest `.git` from a folder up, or below what that points to. Raises OSError.

    Work trees and submodules have such pointers.
    """
    for above in (folder, *folder.parents):
        found = above / ".git"
        if found.is_dir():
            return found / "index"
        if found.is_file():
            pointer = found.read_text("utf-8", "surrogateescape").removeprefix("gitdir:").strip()
            return above / pointer / "index"
    raise FileNotFoundError(folder)
