"""Bringing staged texts to the disk: all of them written and verified beside their files, then put in place.

Each file goes from its old bytes to its new ones in one step. A failure before the first of these steps
leaves every file as it was; one after it says which files are new and which are not.
"""

from __future__ import annotations

import errno
import os
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
from ctx.store import pending
from ctx.store.local import LOCAL
from ctx.store.system import System
from ctx.store.target import BusyError, Target, same

STALE = 600.0  # seconds after which a temporary file is taken for one that a killed program left
_HINTS = {
    errno.ENOSPC: "free some space, then run the command again",
    errno.EDQUOT: "free some of your quota, then run the command again",
    errno.EFBIG: "the file is larger than is allowed here",
    errno.EACCES: "check the permissions of the file and its folder",
    errno.EPERM: "check the permissions of the file and its folder",
    errno.EROFS: "the disk is read-only",
}


@dataclass(frozen=True)
class FileChange:
    """What a file is to become; `data` is None for one that is to go."""

    target: Target
    data: bytes | None

    @property
    def path(self) -> str:
        """The file's path, relative to the root."""
        return self.target.path

    @property
    def place(self) -> Path:
        """Where the change takes place: at a link's file, or at the link where that is to go."""
        return self.target.link if self.data is None else self.target.real

    @property
    def folder(self) -> Path:
        """The folder in which the change takes place."""
        return self.place.parent


@dataclass
class _Placed:
    """A change that was made.

    `aside` is where that is which stood in the place until then; `made` is the state of the new file, None
    for one that was to go.
    """

    change: FileChange
    aside: Path | None
    made: os.stat_result | None


@dataclass
class Publication:
    """One commit: the changes, in order, and what has been done for them.

    Another program may save a file at any instant, and takes no lock. So the file that a new one replaced is
    looked at once it has left its place: where it is not the one that the change was made from, or somebody
    has it open for writing, all is put back, and what was saved is where it was saved.
    """

    root: Path
    changes: Sequence[FileChange]
    system: System
    names: dict[str, Path] = field(default_factory=dict)
    temps: list[Path] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    placed: list[_Placed] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    done: int = 0

    def run(self) -> None:
        """Write everything beside its place, look again, then put it in place.

        Raises BusyError, with nothing written, for what another program saved or is saving, and CtxError for
        what the system refuses.
        """
        try:
            for change in self.changes:
                self._require_same(change)  # before anything that takes time
            for change in self.changes:
                self._prepare(change)
            self._note()
            for change in self.changes[1:]:  # the first is about to be checked
                self._require_same(change)
            with _uninterrupted():
                try:
                    for change in self.changes:
                        self._put(change)
                        self.done += 1
                    self._confirm()
                except BusyError as busy:
                    self._take_back_all(busy)
                    raise
        finally:
            self._tidy()

    def _prepare(self, change: FileChange) -> None:
        temp = self.names[change.path] = temp_beside(change.place)
        if change.data is None:
            return
        with self._failing(change, "cannot be written"):
            self._make_folders(change.folder)
            sweep(change.folder, self.system)
            self.temps.append(temp)
            _write_temp(change, temp, self.system)

    def _make_folders(self, folder: Path) -> None:
        missing: list[Path] = []
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for new in reversed(missing):
            self.system.make_folder(new)
            self.folders.append(new)
            self.system.sync_folder(new.parent)

    def _note(self) -> None:
        if not (self.root / LOCAL).is_dir():
            return  # a file of git's own, below no context
        rows = [
            pending.PendingRow(
                change.path,
                self.names[change.path].name,
                pending.digest(change.target.data),
                pending.digest(change.data),
            )
            for change in self.changes
        ]
        with self._failing(self.changes[0], "cannot be written"):
            pending.note(self.root, rows)

    def _require_same(self, change: FileChange) -> None:
        if not same(change.target, self.root, self.system) or self._is_open(change.target.real):
            raise _changed(change)

    def _is_open(self, path: Path) -> bool:
        """Whether another program is known to have a file open for writing."""
        with suppress(OSError):  # there is none, or none any more
            return self.system.is_being_written(path) is True
        return False

    def _put(self, change: FileChange) -> None:
        self._require_same(change)  # as late as can be
        verb = "removed" if change.data is None else "put in place"
        with self._failing(change, f"cannot be {verb}"):
            placed = self._step(change)
        self.placed.append(placed)
        self._require_untouched(placed)
        try:
            self.system.sync_folder(change.folder)
        except OSError as error:
            self.done += 1
            now = "the file is gone" if change.data is None else "the new text is in place"
            raise self._error(
                change, f"{now} but the folder could not be synced: {_said(error)}", error
            ) from error

    def _step(self, change: FileChange) -> _Placed:
        """The one step in which a file changes."""
        temp = self.names[change.path]
        if change.data is None:
            self.system.set_aside(change.place, temp)
            return _Placed(change, temp, None)
        made = temp.stat()
        if change.target.data is None:
            try:
                self.system.place_new(temp, change.place)
            except FileExistsError as error:
                raise _changed(change) from error
            kept = False
        else:
            kept = self.system.exchange(temp, change.place)
        self.temps.remove(temp)
        return _Placed(change, temp if kept else None, made)

    def _confirm(self) -> None:
        """Look once more at what was replaced and at what replaced it."""
        for placed in self.placed:
            self._require_untouched(placed)
            place = placed.change.place
            if os.path.lexists(place) if placed.made is None else not self._is_ours(placed, place):
                raise _changed(placed.change)

    def _require_untouched(self, placed: _Placed) -> None:
        if placed.aside is not None and not self._is_as_found(placed.change, placed.aside):
            raise _changed(placed.change)

    def _is_as_found(self, change: FileChange, aside: Path) -> bool:
        """Whether what left its place is what the change was made from, and nobody is writing it."""
        with suppress(OSError):
            if aside.is_symlink():
                return aside.resolve() == change.target.real
            return self.system.read(aside) == change.target.data and not self._is_open(aside)
        return False

    def _is_ours(self, placed: _Placed, path: Path) -> bool:
        """Whether a path leads to the file that was made here, as it was made."""
        if placed.made is None:
            return False
        with suppress(OSError):
            return _state(path.lstat()) == _state(placed.made) and not self._is_open(path)
        return False

    def _take_back_all(self, busy: BusyError) -> None:
        """Put back what was replaced, the last first, and tell so in the error."""
        for placed in reversed(self.placed):
            with suppress(OSError):
                self._take_back(placed)
                self._drop(placed)
        self.done = 0
        if self.kept:
            busy.message += f"; an earlier text is in {', '.join(self.kept)}"
        if self.placed:
            busy.written = self.changes

    def _take_back(self, placed: _Placed) -> None:
        place, aside = placed.change.place, placed.aside
        if placed.made is None and aside is not None:
            with suppress(FileExistsError):
                self.system.place_new(aside, place)
        elif self._is_ours(placed, place):
            if aside is None:
                aside = self.names[placed.change.path]
                self.system.set_aside(place, aside)
            else:
                self.system.exchange(aside, place)
            if self._is_ours(placed, aside):
                self.system.remove(aside)
            else:  # saved once more in between: the newer text is the one that stays
                pending.put_back(aside, place, self.system)

    @contextmanager
    def _failing(self, change: FileChange, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            old = "the file was not made" if change.target.data is None else "the file is as it was"
            raise self._error(change, f"{what}: {_said(error)}; {old}", error) from error

    def _error(self, change: FileChange, message: str, error: OSError) -> CtxError:
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
        for temp in self.temps:
            with suppress(OSError):
                temp.unlink()
        for placed in self.placed:
            with suppress(OSError):
                self._drop(placed)
        pending.forget(self.root)
        if self.done == 0:
            for folder in reversed(self.folders):
                with suppress(OSError):  # somebody may have put a file there
                    folder.rmdir()

    def _drop(self, placed: _Placed) -> None:
        """Remove what was replaced; what may be a person's is kept."""
        aside = placed.aside
        if aside is None or not os.path.lexists(aside):
            return
        if self._is_as_found(placed.change, aside):
            self.system.remove(aside)
        else:
            self.kept.append(pending.keep(self.root, aside, placed.change.place.name, self.system))


def _changed(change: FileChange) -> BusyError:
    return BusyError(
        "was changed by another program meanwhile; nothing was written",
        path=change.path,
        hint="run the command again",
    )


def _state(found: os.stat_result) -> tuple[int, ...]:
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def temp_beside(place: Path) -> Path:
    """A name for a temporary file in the same folder, which `sweep` knows."""
    return place.with_name(f".{secrets.token_hex(8)}.ctx-tmp")


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


def _write_temp(change: FileChange, temp: Path, system: System) -> None:
    """Make a file that holds the new bytes, on the disk and read back. Raises OSError."""
    found, data = change.target.found, change.data or b""
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
            if not pending.TEMP.fullmatch(row.name):
                continue
            with suppress(OSError):
                found = row.stat(follow_symlinks=False)
                if stat.S_ISREG(found.st_mode) and found.st_mtime < oldest:
                    system.remove(Path(row.path))


def _said(error: OSError) -> str:
    return error.strerror or str(error)
