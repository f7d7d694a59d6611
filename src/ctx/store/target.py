"""The file that is really meant by a path, its bytes, and whether it may be written at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

from ctx.errors import CtxError
from ctx.model.file_roles import CONTEXT
from ctx.store.system import System

if TYPE_CHECKING:
    from ctx.store.publish import FileChange


class BusyError(CtxError):
    """A file changed meanwhile, or somebody is writing it: trying again may help.

    `written` has the changes that stood in their places for a moment, before they were taken back or
    somebody saved over them.
    """

    written: Sequence[FileChange] = ()


@dataclass(frozen=True)
class Target:
    """A file as it was when it was looked at; `data` and `found` are None where there was none."""

    path: str
    link: Path
    real: Path
    data: bytes | None
    found: os.stat_result | None


def look(root: Path, path: str, system: System) -> Target:
    """Find and read the file a path means.

    Raises CtxError for a path or link out of the project, for what is not a regular file, and for what
    cannot be read.
    """
    link = root.joinpath(*_parts(path, system))
    try:
        real = link.resolve()
        if not _is_inside(root, real):
            raise _refusal(path, link)
        try:
            found = real.stat()
        except FileNotFoundError:
            if link.is_symlink():
                raise CtxError("is a link to a file that is gone", path=path, hint="mend the link") from None
            return Target(path, link, real, None, None)
        if not stat.S_ISREG(found.st_mode):
            raise CtxError(f"is {_what(found.st_mode)}, not a file", path=path, hint="move it away")
        return Target(path, link, real, system.read(real), found)
    except (OSError, RuntimeError) as error:  # Python before 3.13 raises RuntimeError for a loop of links
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise CtxError(f"cannot be read: {said}", path=path, hint="check its permissions") from error


def same(target: Target, root: Path, system: System) -> bool:
    """Whether path, link and bytes are still those of `target`."""
    try:
        now = look(root, target.path, system)
    except CtxError:
        return False
    return now.real == target.real and now.data == target.data


def require_writable(target: Target, system: System) -> None:
    """Raise CtxError where the file, or the folder that will hold the new one, is read-only."""
    if target.found is not None and not system.may_write(target.real, target.found.st_mode):
        raise CtxError(
            "is read-only; the file is as it was", path=target.path, hint="make it writable, then try again"
        )
    folder = _nearest_folder(target.real.parent)
    try:
        mode = folder.stat().st_mode
    except OSError as error:
        raise CtxError(
            f"cannot be reached: {error.strerror}", path=target.path, hint="check the permissions above it"
        ) from error
    if not stat.S_ISDIR(mode):
        raise CtxError(
            f"lies below {folder.name!r}, which is not a folder", path=target.path, hint="move it away"
        )
    if not system.may_write(folder, mode):
        raise CtxError(
            f"lies in a read-only folder; {_unchanged(target)}",
            path=target.path,
            hint=f"make {folder} writable, then try again",
        )


def _unchanged(target: Target) -> str:
    return "the file was not made" if target.data is None else "the file is as it was"


def _nearest_folder(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _parts(path: str, system: System) -> tuple[str, ...]:
    parts = PurePosixPath(path).parts
    if not parts or path.endswith("/"):
        raise CtxError("names no file", path=path, hint="name a file in the project")
    absolute = path.startswith(("/", "\\")) or bool(PureWindowsPath(path).drive)
    if absolute or ".." in parts or ".." in PureWindowsPath(path).parts:
        raise CtxError("leads out of the project", path=path, hint="name a file in the project")
    for part in parts:
        if problem := system.name_problem(part):
            raise CtxError(f"is no name for a file: it {problem}", path=path, hint="choose another name")
    return parts


def _is_inside(root: Path, real: Path) -> bool:
    """In the project, or in a context folder that is linked from elsewhere."""
    return any(real.is_relative_to(folder) for folder in (root.resolve(), (root / CONTEXT).resolve()))


def _refusal(path: str, link: Path) -> CtxError:
    if link.is_symlink():
        return CtxError(
            "is a link to a file outside the project", path=path, hint="copy the file into the project"
        )
    return CtxError(
        "lies in a linked folder outside the project", path=path, hint="copy the folder into the project"
    )


def _what(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a pipe" if stat.S_ISFIFO(mode) else "a device or socket"
