"""The few calls by which files are written, and what differs between systems.

`System` is POSIX; `Mac` and `Windows` override what they do otherwise. The object is passed in, so that
every branch, and a failure of every call, can be tested anywhere.
"""

from __future__ import annotations

import errno
import os
import signal
import stat
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path, PurePath

_BINARY = getattr(os, "O_BINARY", 0)
_CLOEXEC = getattr(os, "O_CLOEXEC", 0)
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
# Opening a pipe or a device must come back at once, whatever took the place of the file.
_READ = os.O_RDONLY | _BINARY | _CLOEXEC | _NOFOLLOW | getattr(os, "O_NONBLOCK", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY | _CLOEXEC | _NOFOLLOW
_FOLDER = os.O_RDONLY | _CLOEXEC | getattr(os, "O_DIRECTORY", 0)
_CHUNK = 1 << 20
# Some file systems have no call to sync a folder or to make a hard link, and say so in different ways.
_UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})
_NO_LINKS = _UNSUPPORTED | {errno.EPERM, errno.EMLINK, errno.EXDEV}
_HERE = -100  # AT_FDCWD
_SWAP = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS

_RESERVED = frozenset({"con", "prn", "aux", "nul", "conin$", "conout$"}) | {
    f"{device}{digit}" for device in ("com", "lpt") for digit in "123456789¹²³"
}
_FORBIDDEN = frozenset('<>:"\\|?*') | {chr(code) for code in range(32)}


def second_name(temp: Path) -> Path:
    """The name that an old file has for a moment where two names cannot be swapped in one step."""
    return temp.with_name(f".{temp.name[1:17][::-1]}.ctx-tmp")


class System:
    """POSIX. Every method raises OSError unless it says otherwise."""

    def read(self, path: Path) -> bytes:
        """A regular file's bytes. Follows no link in the last place and never blocks."""
        descriptor = os.open(path, _READ)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, "not a regular file")
            chunks = []
            while chunk := os.read(descriptor, _CHUNK):
                chunks.append(chunk)
            return b"".join(chunks)
        finally:
            os.close(descriptor)

    def read_back(self, path: Path) -> bytes:
        """The bytes of a file just written; apart from `read` so that either can be made to fail."""
        return self.read(path)

    def open_temp(self, path: Path, mode: int) -> int:
        """A descriptor of a new file; never one that was there."""
        return os.open(path, _NEW, mode)

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        """Write some of `data` and return how much."""
        return os.write(descriptor, data)

    def adopt(self, descriptor: int, like: os.stat_result) -> None:
        """Give a new file the owner (as far as allowed) and the mode of the file it will replace."""
        own = os.fstat(descriptor)
        if (own.st_uid, own.st_gid) != (like.st_uid, like.st_gid):
            with suppress(OSError):
                os.fchown(descriptor, -1, like.st_gid)
            with suppress(OSError):
                os.fchown(descriptor, like.st_uid, -1)
        mode = stat.S_IMODE(like.st_mode)
        if stat.S_IMODE(os.fstat(descriptor).st_mode) != mode:
            os.fchmod(descriptor, mode)

    def sync(self, descriptor: int) -> None:
        """Bring a file's bytes to the disk."""
        os.fsync(descriptor)

    def close(self, descriptor: int) -> None:
        """Close a descriptor; it is gone even when this raises."""
        os.close(descriptor)

    def replace(self, temp: Path, real: Path) -> None:
        """Put a finished file in the place of another, in one step."""
        temp.replace(real)

    def exchange(self, temp: Path, real: Path) -> bool:
        """Put a finished file in the place of another, which is at `temp` then; whether it is.

        In one step where the system can swap two names, so that whatever was in the place at that instant is
        kept. Elsewhere the old file is given a second name first, which leaves some microseconds in which a
        file that another program puts there is replaced; without hard links nothing is kept.
        """
        swap = self._swap()
        if swap is not None:
            try:
                swap(os.fsencode(temp), os.fsencode(real))
            except OSError as error:
                if error.errno not in _UNSUPPORTED:
                    raise
            else:
                return True
        aside = second_name(temp)
        try:
            self._link(real, aside)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            self.replace(temp, real)
            return False
        try:
            self.replace(temp, real)
        except BaseException:
            with suppress(OSError):
                aside.unlink()
            raise
        self.replace(aside, temp)
        return True

    def _link(self, path: Path, name: Path) -> None:
        """Give a file, or a link and not the file it leads to, a second name."""
        os.link(path, name, follow_symlinks=False)

    def _swap(self) -> Callable[[bytes, bytes], None] | None:
        """The call that swaps two names in one step, or None. Raises OSError when it is called."""
        rename = _foreign("renameat2")
        return None if rename is None else lambda one, two: rename(_HERE, one, _HERE, two, _SWAP)

    def is_being_written(self, path: Path) -> bool | None:
        """Whether another program has a regular file open for writing; None where that cannot be told.

        Linux grants a read lease on a file (fcntl(2), F_SETLEASE) only while nobody has it open for writing,
        and only to its owner or an administrator; some file systems grant none.
        """
        import fcntl

        if not hasattr(fcntl, "F_SETLEASE"):
            return None
        descriptor = os.open(path, _READ)
        try:
            # Who opens the file before the lease is given back has us told by a signal: SIGIO would end us.
            fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        except OSError as error:
            return True if error.errno == errno.EAGAIN else None
        finally:
            os.close(descriptor)
        return False

    def clock(self) -> float:
        """Seconds of a clock that never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let some time pass."""
        time.sleep(seconds)

    def place_new(self, temp: Path, real: Path) -> None:
        """Put a finished file where none is. Raises FileExistsError where one is, and leaves that alone."""
        try:
            self._link(temp, real)
        except FileExistsError:
            raise
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if os.path.lexists(real):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from error
            temp.replace(real)
            return
        with suppress(OSError):  # what is left is a second name, swept up later
            temp.unlink()

    def set_aside(self, path: Path, temp: Path) -> None:
        """Give a file, or a link and not the file it leads to, the name of a temporary one."""
        path.rename(temp)

    def remove(self, path: Path) -> None:
        """Remove a file, or a link and not the file it leads to."""
        path.unlink()

    def sync_folder(self, folder: Path) -> None:
        """Bring a folder's names to the disk, where the file system can."""
        descriptor = os.open(folder, _FOLDER)
        try:
            self.sync(descriptor)
        except OSError as error:
            if error.errno not in _UNSUPPORTED:
                raise
        finally:
            os.close(descriptor)

    def make_folder(self, folder: Path) -> None:
        """Make one folder; one that is there already is as good."""
        folder.mkdir(exist_ok=True)

    def may_write(self, path: Path, mode: int) -> bool:
        """Whether we may write here. The owner's bit counts for an administrator too, whom nothing stops."""
        return bool(mode & stat.S_IWUSR) and os.access(path, os.W_OK)

    def is_alive(self, process: int) -> bool | None:
        """Whether a process of that number runs; None where there is no safe way to ask."""
        try:
            os.kill(process, 0)
        except (ProcessLookupError, OverflowError):
            return False
        except OSError:
            return True
        return True

    def name_problem(self, name: str) -> str | None:
        """What is wrong with a file's name on this system, or None."""
        return "holds a NUL" if "\0" in name else None

    def can_fork(self) -> bool:
        """Whether a process may go on as two."""
        return hasattr(os, "fork")


class Mac(System):
    """macOS, whose fsync leaves the bytes in the drive's own cache."""

    def can_fork(self) -> bool:
        """No: its libraries may end a process that was forked."""
        return False

    def sync(self, descriptor: int) -> None:
        """Bring a file's bytes to the platter where the file system can, else as far as fsync does."""
        import fcntl

        full = getattr(fcntl, "F_FULLFSYNC", None)
        if full is not None:
            with suppress(OSError):  # network and foreign file systems do not know it
                fcntl.fcntl(descriptor, full)
                return
        os.fsync(descriptor)

    def _swap(self) -> Callable[[bytes, bytes], None] | None:
        rename = _foreign("renamex_np")
        return None if rename is None else lambda one, two: rename(one, two, _SWAP)


class Windows(System):
    """Windows: no folders to sync, no modes to copy, and files that others hold open for a moment.

    A file that another program has open for writing cannot be replaced here, so there is no need to ask.
    """

    def __init__(self, sleep: Callable[[float], None] = time.sleep, tries: int = 12) -> None:
        self._sleep = sleep
        self._tries = tries

    def sleep(self, seconds: float) -> None:
        """Let some time pass."""
        self._sleep(seconds)

    def adopt(self, descriptor: int, like: os.stat_result) -> None:
        """Do nothing: the new file inherits its rights from the folder, and read-only files are refused."""

    def replace(self, temp: Path, real: Path) -> None:
        """Replace, waiting up to about two seconds for a virus scanner, indexer or editor to let go."""
        self._patiently(lambda: temp.replace(real))

    def place_new(self, temp: Path, real: Path) -> None:
        """Rename, which refuses an existing name here."""
        self._patiently(lambda: temp.rename(real))

    def set_aside(self, path: Path, temp: Path) -> None:
        """Rename, as patiently as `replace`."""
        self._patiently(lambda: path.rename(temp))

    def remove(self, path: Path) -> None:
        """Remove, as patiently as `replace`."""
        self._patiently(path.unlink)

    def _link(self, path: Path, name: Path) -> None:
        os.link(path, name)

    def _swap(self) -> Callable[[bytes, bytes], None] | None:
        return None

    def is_being_written(self, path: Path) -> bool | None:  # noqa: ARG002 - the same call everywhere
        """Return None: there is no such call."""
        return None

    def sync_folder(self, folder: Path) -> None:
        """Do nothing: a folder cannot be opened here."""

    def is_alive(self, process: int) -> bool | None:  # noqa: ARG002 - the same call everywhere
        """Return None: os.kill would end the process."""
        return None

    def name_problem(self, name: str) -> str | None:
        """What is wrong with a file's name: a device's, a character or an ending that Windows refuses."""
        if is_reserved(name):
            return "is the name of a device on Windows"
        if _FORBIDDEN & set(name):
            return "holds a character that Windows refuses"
        return "ends in a dot or a blank, which Windows drops" if name.endswith((".", " ")) else None

    def can_fork(self) -> bool:
        """No."""
        return False

    def _patiently(self, act: Callable[[], object]) -> None:
        for again in range(self._tries):
            try:
                act()
            except PermissionError:  # a sharing violation looks like this too
                if again == self._tries - 1:
                    raise
                self._sleep(min(0.01 * 2**again, 0.25))
            else:
                return


def _foreign(name: str) -> Callable[..., None] | None:
    """A function of the C library that returns 0 or sets errno; None where there is no such function."""
    try:
        import ctypes

        function = getattr(ctypes.CDLL(None, use_errno=True), name)
    except (ImportError, OSError, AttributeError, TypeError):
        return None

    def call(*arguments: object) -> None:
        if function(*arguments):
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))

    return call


def current(platform: str = sys.platform) -> System:
    """The calls of this system."""
    if platform == "win32":
        return Windows()
    return Mac() if platform == "darwin" else System()


def is_reserved(name: str | PurePath) -> bool:
    """Whether a file's name is a device's on Windows, with whatever ending: `aux.md`, `Com1`."""
    return PurePath(name).name.split(".")[0].rstrip(" ").lower() in _RESERVED
