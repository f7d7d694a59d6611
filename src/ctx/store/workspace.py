"""Finding the context folder and reading its files, from the disk or from a git revision."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Protocol

from ctx.errors import CtxError, UndecodableError
from ctx.model.file_roles import CONTEXT
from ctx.model.paths import matches

CONFIG = ".contextrc"
_SESSIONS = "sessions"
_DERIVED = frozenset({".cache", ".local"})
# A time that no file has been read after.
_LATER = 1 << 63
_HOW_TO_COMPLETE = "`git fetch --refetch` brings what a partial clone left out; `git fsck` names what is lost"


class Source(Protocol):
    """Where the files of a context are read from; paths are relative to the root, with `/`."""

    def paths(self, patterns: Sequence[str] = ()) -> list[str]:
        """The Markdown files of the context folder, and those that match the patterns, sorted."""

    def sessions(self) -> list[str]:
        """The files of the sessions, without those of the frames in them, sorted."""

    def read(self, path: str) -> str | None:
        """A file's text, line endings and byte order mark as they are; None where there is no such file."""


def find_root(start: Path, explicit: Path | None = None) -> Path:
    """The folder that holds `.context/`: `explicit`, or the nearest one from `start` up.

    Raises CtxError where there is none.
    """
    if explicit is not None:
        root = explicit.parent if explicit.name == CONTEXT else explicit
        if not (root / CONTEXT).is_dir():
            raise CtxError(f"no {CONTEXT}/ in {root}", hint=_how_to_start(root))
        return root.resolve()
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / CONTEXT).is_dir():
            return folder
    raise CtxError(f"no {CONTEXT}/ in {here} or any folder above it", hint=_how_to_start(here))


def _how_to_start(folder: Path) -> str:
    if (folder / CONTEXT).exists():
        return f"{folder / CONTEXT} is not a folder; move it away and run `ctx init`"
    return "run `ctx init` in the project's folder, or name it with --root"


class Worktree:
    """The files as they are on the disk now.

    `failed` is where folders that cannot be listed are noted; without it the first of them ends the listing.
    """

    def __init__(self, root: Path, failed: list[CtxError] | None = None) -> None:
        self.root = root
        self.failed = failed

    @cached_property
    def _inside(self) -> tuple[Path, ...]:
        """Where a file may really be: in the project, or in a context folder linked from elsewhere."""
        return (self.root.resolve(), (self.root / CONTEXT).resolve())

    def paths(self, patterns: Sequence[str] = ()) -> list[str]:
        """The Markdown files of the context folder and those that match the patterns, sorted."""
        return self._listed(patterns, _DERIVED)

    def sessions(self) -> list[str]:
        """The files of the sessions, without those of the frames in them, sorted."""
        try:
            names = os.listdir(self.root / CONTEXT / _SESSIONS)  # noqa: PTH208 - names are all that is wanted
        except OSError:
            return []
        return sorted(f"{CONTEXT}/{_SESSIONS}/{name}" for name in names if name.endswith(".md"))

    def frames_of(self, session: str) -> list[str]:
        """The files of the frames in one session, by the name of its folder."""
        if session in {"", ".", ".."} or "/" in session or "\\" in session:
            return []
        folder = f"{CONTEXT}/{_SESSIONS}/{session}"
        return sorted(_markdown_below(str(self.root / folder), folder, [], _DERIVED))

    def frames_signature(self) -> list[tuple[str, int, int, int, int]]:
        """The stats of the files of all frames, as `signature` has them of all others."""
        folder, failed = f"{CONTEXT}/{_SESSIONS}", list[CtxError]()
        paths = sorted(_markdown_below(str(self.root / folder), folder, failed, _DERIVED))
        return self._rows(paths)

    def _listed(self, patterns: Sequence[str], without: frozenset[str]) -> list[str]:
        found = set(_markdown_below(str(self.root / CONTEXT), CONTEXT, self.failed, without))
        for pattern in patterns:
            found.update(path.relative_to(self.root).as_posix() for path in self._glob(pattern))
        return sorted(found)

    def _glob(self, pattern: str) -> Iterator[Path]:
        if PurePosixPath(pattern).is_absolute() or ".." in PurePosixPath(pattern).parts:
            raise CtxError(f"references: {pattern!r} leads out of the project", path=CONFIG)
        return (path for path in self.root.glob(pattern) if path.is_file())

    def present(self, paths: Iterable[str]) -> set[str]:
        """Those of some paths, relative to the root, at which there is anything."""
        return {path for path in paths if os.path.lexists(self.root / path)}

    def read(self, path: str) -> str | None:
        """A file's text; None where there is none. Raises CtxError for what cannot be read whole."""
        data = self.read_bytes(path)
        return None if data is None else decode(data, path)

    def read_bytes(self, path: str) -> bytes | None:
        """A regular file's bytes, never those of a folder, a pipe or a file outside the project."""
        full = self.root / path
        try:
            found = full.stat()
            if not stat.S_ISREG(found.st_mode):
                raise CtxError(f"is {_what(found.st_mode)}, not a file", path=path, hint="move it away")
            if not self._contains(full):
                raise CtxError(
                    "is a link to a file outside the project",
                    path=path,
                    hint="copy the file into the project",
                )
            return full.read_bytes()
        except FileNotFoundError:
            if full.is_symlink():
                raise CtxError("is a link to a file that is gone", path=path, hint="mend the link") from None
            return None
        except OSError as error:
            raise CtxError(
                f"cannot be read: {error.strerror or error}", path=path, hint="check its permissions"
            ) from error

    def signature(self, patterns: Sequence[str] = ()) -> tuple[tuple[str, int, int, int, int], ...]:
        """The stats of every file but those of sessions: equal signatures, equal files.

        What cannot be read has times to come.
        """
        return tuple(self._rows([CONFIG, *self._listed(patterns, _DERIVED | {_SESSIONS})]))

    def _rows(self, paths: Iterable[str]) -> list[tuple[str, int, int, int, int]]:
        rows, root, folders = [], str(self.root), dict[str, bool]()
        for path in paths:
            found = self._stat(f"{root}/{path}", path, folders)
            if found:
                rows.append((path, found.st_mtime_ns, found.st_size, found.st_ino, found.st_ctime_ns))
            elif path != CONFIG:
                rows.append((path, _LATER, 0, 0, _LATER))
        return rows

    def _stat(self, full: str, path: str, folders: dict[str, bool]) -> os.stat_result | None:
        """The stats of a file in the project; `folders` holds those that are known to be in it or not."""
        try:
            # A Path takes longer to make than these calls.
            found = os.lstat(full)
            if stat.S_ISLNK(found.st_mode):
                found = os.stat(full)  # noqa: PTH116
                return found if self._contains(full) else None
        except OSError:
            return None
        if path.startswith(f"{CONTEXT}/"):
            return found
        folder = os.path.dirname(full)  # noqa: PTH120
        if folder not in folders:
            folders[folder] = self._contains(folder)
        return found if folders[folder] else None

    def _contains(self, full: Path | str) -> bool:
        """Whether a path leads, over whatever links, to a place in the project."""
        real = Path(full).resolve()
        return any(real.is_relative_to(folder) for folder in self._inside)


class _Stored:
    """Files that git holds, by their object ids; `name` is what stands before their paths in messages."""

    def __init__(self, root: Path, name: str) -> None:
        self.root = root
        self._name = name
        self._blobs: dict[str, bytes] = {}
        self._wanted: set[str] = set()
        self._asked: set[str] = set()

    @cached_property
    def _tree(self) -> dict[str, str]:
        """The object ids of all files by path."""
        raise NotImplementedError

    def paths(self, patterns: Sequence[str] = ()) -> list[str]:
        """The Markdown files of the context folder and those that match the patterns, sorted."""
        found = {path for path in self._tree if _is_context(path) and path.endswith(".md")}
        found.update(path for path in self._tree if any(matches(path, pattern) for pattern in patterns))
        self._wanted |= found
        return sorted(found)

    def sessions(self) -> list[str]:
        """The files of the sessions, without those of the frames in them, sorted."""
        folder = f"{CONTEXT}/{_SESSIONS}/"
        found = (path for path in self._tree if path.startswith(folder) and path.endswith(".md"))
        return sorted(path for path in found if "/" not in path[len(folder) :])

    def read(self, path: str) -> str | None:
        """A file's text; None where git holds none. Raises CtxError for what is not whole."""
        if path not in self._tree:
            return None
        where = f"{self._name}{path}"
        if "\n" in path or "\r" in path:
            raise CtxError("holds a line break in its name", path=repr(where)[1:-1], hint="rename the file")
        try:
            data = self._blob(path)
        except CtxError as error:
            raise CtxError(f"cannot be read: {error.message}", path=where, hint=_HOW_TO_COMPLETE) from error
        if data is None:
            raise CtxError("is missing from this repository", path=where, hint=_HOW_TO_COMPLETE)
        return decode(data, where)

    def _blob(self, path: str) -> bytes | None:
        """A file's bytes; those of all files that were listed are read in one run of git."""
        self._wanted.add(path)
        if path not in self._asked:
            from ctx.store.git import read_blobs

            fresh = self._wanted - self._asked
            self._blobs |= read_blobs(self.root, sorted({self._tree[one] for one in fresh}))
            self._asked |= fresh
        return self._blobs.get(self._tree[path])


class Revision(_Stored):
    """The files as they were at a git commit."""

    def __init__(self, root: Path, commit: str) -> None:
        super().__init__(root, f"{commit[:10]}:")
        self.commit = commit

    @cached_property
    def _tree(self) -> dict[str, str]:
        from ctx.store.git import list_tree

        return list_tree(self.root, self.commit)


class Staged(_Stored):
    """The files as git's index holds them: as a commit made now would."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, "")

    @cached_property
    def _tree(self) -> dict[str, str]:
        from ctx.store.git import list_index

        return list_index(self.root)


def decode(data: bytes, path: str) -> str:
    """Text from bytes, unchanged. Raises UndecodableError with the line of a NUL or of what is not UTF-8."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UndecodableError(
            f"is not UTF-8: byte 0x{data[error.start]:02x}",
            path=path,
            line=_line_of(data, error.start),
            hint="save the file as UTF-8",
        ) from error
    if "\0" in text:
        line = _line_of(data, data.index(0))
        raise UndecodableError("holds a NUL byte", path=path, line=line, hint="remove it")
    return text


def _line_of(data: bytes, offset: int) -> int:
    head = data[:offset].replace(b"\r\n", b"\n")
    return head.count(b"\n") + head.count(b"\r") + 1


def _is_context(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return len(parts) > 1 and parts[0] == CONTEXT and parts[1] not in _DERIVED


def _markdown_below(
    folder: str, prefix: str, failed: list[CtxError] | None, without: frozenset[str]
) -> Iterator[str]:
    """The Markdown files below a folder, but for folders of some names right in it and derived ones."""
    try:
        with os.scandir(folder) as rows:
            for row in rows:
                path = f"{prefix}/{row.name}"
                if row.name.endswith(".md"):
                    yield path
                elif row.name not in without and row.is_dir(follow_symlinks=False):
                    yield from _markdown_below(row.path, path, failed, _DERIVED)
    except OSError as error:
        failure = CtxError(f"cannot be read: {error.strerror or error}", path=prefix)
        if failed is None:
            raise failure from error
        failed.append(failure)


def _what(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a pipe" if stat.S_ISFIFO(mode) else "a device or socket"
