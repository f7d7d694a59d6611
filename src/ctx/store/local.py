"""`.context/.local/`: what belongs to this checkout alone, and never to git.

A clone may bring links in its place, so none is followed.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from ctx.errors import CtxError
from ctx.model.file_roles import CONTEXT, in_context

LOCAL = in_context(".local")
_NOTE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def make_local_folder(root: Path) -> None:
    """Make the folder, with a note to git that nothing in it is to be kept.

    Raises CtxError for a link out of the project, OSError or RuntimeError where it cannot be made.
    """
    folder = root / LOCAL
    inside = (root.resolve(), (root / CONTEXT).resolve())
    if not any(folder.resolve().is_relative_to(place) for place in inside):
        raise CtxError("is a link out of the project", path=LOCAL, hint="remove the link")
    if folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError), (folder / ".gitignore").open("x", encoding="utf-8") as file:
        file.write("*\n")


def make_folder_in(root: Path, name: str) -> Path:
    """Make a folder in it that others cannot read. Raises OSError, also for a link."""
    folder = root / LOCAL / name
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink():
        raise OSError(f"{folder} is a link")
    return folder


def names_in(root: Path, name: str) -> list[str]:
    """The names of the files in one of its folders, sorted; none where there is no such folder."""
    try:
        with os.scandir(root / LOCAL / name) as rows:
            return sorted(row.name for row in rows if row.is_file(follow_symlinks=False))
    except OSError:
        return []


def write_note(root: Path, name: str, data: bytes) -> None:
    """Write a small file in it that others cannot read. Raises OSError, also for a link."""
    descriptor = os.open(root / LOCAL / name, _NOTE, 0o600)
    try:
        os.write(descriptor, data)
    finally:
        os.close(descriptor)
