"""One writer at a time: the lock of a context, which the operating system drops when its holder dies."""

from __future__ import annotations

import errno
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ctx.errors import CtxError
from ctx.store.local import LOCAL, make_local_folder, write_note
from ctx.store.system import System

if TYPE_CHECKING:
    from filelock import BaseFileLock

LOCK = f"{LOCAL}/lock"
_HOLDER = "holder"
# Seconds between two tries: the first pause, by how much each is longer than the last, and the longest.
_FIRST, _GROWTH, _LONGEST = 0.002, 1.6, 0.2
_NO_LOCKS = frozenset({errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP})

_guard = threading.Lock()
_held: set[tuple[int, int, str]] = set()  # process, thread, root


class Held:
    """A lock that is held now."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._identity = _identity(path)

    def verify(self) -> None:
        """Raise CtxError when the lock's file was taken away, so that others no longer wait for us."""
        if self._identity is None or _identity(self._path) != self._identity:
            raise CtxError(
                "was removed while it was held; nothing was written", path=LOCK, hint="run the command again"
            )


@contextmanager
def hold(root: Path, wait: float, system: System) -> Iterator[Held]:
    """Hold the context's lock, waiting for it as long as others get it and give it back.

    Raises CtxError when nobody got it for `wait` seconds, or when there can be no lock here; RuntimeError
    when this thread holds it already.
    """
    key = (os.getpid(), threading.get_ident(), os.path.realpath(root))
    with _guard:
        if key in _held:
            raise RuntimeError("a transaction of this context is open in this thread already")
        _held.add(key)
    try:
        _make_folder(root)
        lock = _acquire(root, wait, system)
        try:
            _name_holder(root)
            yield Held(root / LOCK)
        finally:
            with suppress(OSError):
                (root / LOCAL / _HOLDER).unlink()
            with suppress(OSError):  # what is written stays written, and the lock ends with the process
                lock.release()
    finally:
        with _guard:
            _held.discard(key)


def _acquire(root: Path, wait: float, system: System) -> BaseFileLock:
    """The lock, once it is had."""
    try:
        lock = _new_lock(root / LOCK)
        taken, since, pauses = _last_taken(root), system.clock(), growing()
        while not _try(lock):
            if (now := _last_taken(root)) != taken:
                taken, since = now, system.clock()
            elif system.clock() - since >= wait:
                raise CtxError(
                    f"another program is writing to this context{_holder(root, system)}; nothing was written",
                    path=LOCK,
                    hint="try again when it is done",
                )
            system.sleep(next(pauses))
    except NotImplementedError as error:
        raise _no_locks("no locks here") from error
    except OSError as error:
        if error.errno in _NO_LOCKS:
            raise _no_locks(error.strerror or str(error)) from error
        raise _cannot_lock(error) from error
    with suppress(OSError):
        os.utime(root / LOCK)  # so that those who wait see that somebody got on
    return lock


def _new_lock(path: Path) -> BaseFileLock:
    """A lock not yet had. Raises CtxError where only one that outlives its holder is to be had."""
    from filelock import FileLock, SoftFileLock

    try:
        lock: BaseFileLock = FileLock(path, fallback_to_soft=False)
    except TypeError:  # a filelock that does not know this falls back by becoming another class
        lock = FileLock(path)
    if isinstance(lock, SoftFileLock):
        raise _outlives()
    return lock


def _try(lock: BaseFileLock) -> bool:
    """Try once to get the lock."""
    from filelock import SoftFileLock, Timeout

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # filelock warns where it falls back; we refuse instead
            lock.acquire(timeout=0)
    except Timeout:
        return False
    if isinstance(lock, SoftFileLock):
        lock.release()
        raise _outlives()
    return True


def growing() -> Iterator[float]:
    """Pauses in seconds, each longer than the last up to a limit, and none quite like another's."""
    pause = _FIRST
    while True:
        yield pause * (0.5 + os.urandom(1)[0] / 255)
        pause = min(pause * _GROWTH, _LONGEST)


def _last_taken(root: Path) -> int:
    """When somebody got the lock last: what is another number once it is had again."""
    try:
        return (root / LOCK).stat().st_mtime_ns
    except OSError:
        return 0


def _make_folder(root: Path) -> None:
    try:
        make_local_folder(root)
        if (root / LOCK).is_symlink():
            raise CtxError("is a link out of the project", path=LOCAL, hint="remove the link")
    except (OSError, RuntimeError) as error:
        raise _cannot_lock(error) from error


def _cannot_lock(error: Exception) -> CtxError:
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return CtxError(
        f"cannot lock the context: {said}; nothing was written",
        path=LOCK,
        hint=f"check the permissions of {LOCAL}",
    )


def _outlives() -> CtxError:
    return _no_locks("a file that merely exists would outlive a killed program")


def _no_locks(said: str) -> CtxError:
    return CtxError(
        f"the file system has no locks ({said}); nothing was written",
        path=LOCK,
        hint="keep the project on a file system that has them",
    )


def _name_holder(root: Path) -> None:
    """Note who holds the lock, for those who wait in vain. Only a courtesy: failing is no harm."""
    since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    with suppress(OSError):
        write_note(root, _HOLDER, f"{os.getpid()} {since}\n".encode())


def _holder(root: Path, system: System) -> str:
    try:
        number, _, since = system.read(root / LOCAL / _HOLDER).decode().strip().partition(" ")
        process = int(number)
    except (OSError, ValueError):
        return ""
    if process == os.getpid():
        return " (another thread of this process)"
    return "" if system.is_alive(process) is False else f" (process {process}, since {since})"


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino)
