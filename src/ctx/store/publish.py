"""Bringing staged texts to the disk: all of them written and verified beside their files, then put in place.

Each file goes from its old bytes to its new ones in one step. A failure before the first of these steps
leaves every file as it was; one after it says which files are new and which are not.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import signal
import stat
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from ctx.errors import CtxError
from ctx.store.system import System
from ctx.store.target import Target, same

STALE = 600.0  # seconds after which a temporary file is taken for one that a killed program left
_TEMP = re.compile(r"\.[0-9a-f]{16}\.ctx-tmp")
_HINTS = {
    errno.ENOSPC: "free some space, then run the command again",
    errno.EDQUOT: "free some of your quota, then run the command again",
    errno.EFBIG: "the file is larger than is allowed here",
    errno.EACCES: "check the permissions of the file and its folder",
    errno.EPERM: "check the permissions of the file and its folder",
    errno.EROFS: "the disk is read-only",
}


@dataclass(frozen=True)
class Change:
    """What a file is to become; `data` is None for one that is to go."""

    target: Target
    data: bytes | None

    @property
    def path(self) -> str:
        """The file's path, relative to the root."""
        return self.target.path

    @property
    def folder(self) -> Path:
        """The folder in which the change takes place: of a link's file, or of a link that goes."""
        return (self.target.link if self.data is None else self.target.real).parent


@dataclass
class Publication:
    """One commit: the changes, in order, and what has been done for them."""

    root: Path
    changes: Sequence[Change]
    system: System
    temps: dict[str, Path] = field(default_factory=dict)
    folders: list[Path] = field(default_factory=list)
    done: int = 0

    def run(self) -> None:
        """Write everything beside its place, look again, then put it in place. Raises CtxError."""
        try:
            for change in self.changes:
                self._prepare(change)
            for change in self.changes[1:]:  # the first is about to be checked
                self._require_same(change)
            with _uninterrupted():
                for change in self.changes:
                    self._put(change)
                    self.done += 1
        finally:
            self._tidy()

    def _prepare(self, change: Change) -> None:
        if change.data is None:
            return
        with self._failing(change, "cannot be written"):
            self._make_folders(change.folder)
            sweep(change.folder, self.system)
            self.temps[change.path] = _write_temp(change, change.data, self.system)

    def _make_folders(self, folder: Path) -> None:
        missing: list[Path] = []
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for new in reversed(missing):
            self.system.make_folder(new)
            self.folders.append(new)
            self.system.sync_folder(new.parent)

    def _require_same(self, change: Change) -> None:
        if not same(change.target, self.root, self.system):
            raise self._changed(change)

    def _changed(self, change: Change) -> CtxError:
        return CtxError(
            f"was changed by another program meanwhile; {self._tally() or 'nothing was written'}",
            path=change.path,
            hint="run the command again",
        )

    def _put(self, change: Change) -> None:
        self._require_same(change)  # an editor takes no lock, so as late as can be
        verb = "removed" if change.data is None else "put in place"
        with self._failing(change, f"cannot be {verb}"):
            self._step(change)
        try:
            self.system.sync_folder(change.folder)
        except OSError as error:
            self.done += 1
            now = "the file is gone" if change.data is None else "the new text is in place"
            raise self._error(
                change, f"{now} but the folder could not be synced: {_said(error)}", error
            ) from error

    def _step(self, change: Change) -> None:
        """The one step in which a file changes."""
        if change.data is None:
            self.system.remove(change.target.link)
        elif change.target.data is None:
            try:
                self.system.place_new(self.temps[change.path], change.target.real)
            except FileExistsError as error:
                raise self._changed(change) from error
        else:
            self.system.replace(self.temps[change.path], change.target.real)

    @contextmanager
    def _failing(self, change: Change, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            old = "the file was not made" if change.target.data is None else "the file is as it was"
            raise self._error(change, f"{what}: {_said(error)}; {old}", error) from error

    def _error(self, change: Change, message: str, error: OSError) -> CtxError:
        tally = self._tally()
        hint = _HINTS.get(error.errno or 0, "check the disk, then run the command again")
        return CtxError(f"{message}; {tally}" if tally else message, path=change.path, hint=hint)

    def _tally(self) -> str:
        """Which of several files are new and which are not; nothing to tell of a single one."""
        if len(self.changes) == 1:
            return ""
        if self.done == 0:
            return "nothing was written"
        paths = [change.path for change in self.changes]
        rest = ", ".join(paths[self.done :])
        return f"written: {', '.join(paths[: self.done])}" + (f"; not written: {rest}" if rest else "")

    def _tidy(self) -> None:
        for temp in self.temps.values():
            with suppress(OSError):
                temp.unlink()
        if self.done == 0:
            for folder in reversed(self.folders):
                with suppress(OSError):  # somebody may have put a file there
                    folder.rmdir()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back for the moment in which some files are new and others are not yet."""
    caught: list[int] = []
    ours = threading.current_thread() is threading.main_thread()  # elsewhere it never strikes
    before = signal.getsignal(signal.SIGINT) if ours else None
    if before is None:
        yield
        return
    signal.signal(signal.SIGINT, lambda number, _frame: caught.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if caught:
        signal.raise_signal(signal.SIGINT)


def _write_temp(change: Change, data: bytes, system: System) -> Path:
    """A file beside the one to change that holds `data`, on the disk and read back. Raises OSError."""
    found = change.target.found
    temp = change.folder / f".{secrets.token_hex(8)}.ctx-tmp"
    descriptor = system.open_temp(temp, 0o666 if found is None else stat.S_IMODE(found.st_mode) & 0o777)
    try:
        try:
            _write_all(descriptor, data, system)
            if found is not None:
                system.adopt(descriptor, found)
            system.sync(descriptor)
        except BaseException:
            with suppress(OSError):
                os.close(descriptor)
            raise
        system.close(descriptor)
        _verify(temp, data, system)
    except BaseException:
        with suppress(OSError):
            temp.unlink()
        raise
    return temp


def _write_all(descriptor: int, data: bytes, system: System) -> None:
    rest = memoryview(data)
    while rest:
        written = system.write(descriptor, rest)
        if written <= 0:
            raise OSError(errno.EIO, "nothing more can be written")
        rest = rest[written:]


def _verify(temp: Path, data: bytes, system: System) -> None:
    if system.read_back(temp) != data:
        raise OSError(errno.EIO, "what was written reads back differently")


def sweep(folder: Path, system: System, now: float | None = None) -> None:
    """Remove what killed programs of ours left in a folder. Failing is no harm."""
    oldest = (time.time() if now is None else now) - STALE
    with suppress(OSError), os.scandir(folder) as rows:
        for row in rows:
            if not _TEMP.fullmatch(row.name):
                continue
            with suppress(OSError):
                found = row.stat(follow_symlinks=False)
                if stat.S_ISREG(found.st_mode) and found.st_mtime < oldest:
                    system.remove(Path(row.path))


def _said(error: OSError) -> str:
    return error.strerror or str(error)
