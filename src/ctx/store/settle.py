"""Whether a file can be believed, or somebody is in the middle of saving it.

Where the system tells who has a file open for writing, it is asked. That says nothing of a program that
empties a file in one step and fills it in another, nor can every system be asked; so a file that looks like
half of a save has to stand still for a while first.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ctx.errors import CtxError
from ctx.store.local import LOCAL, write_note
from ctx.store.lock import growing
from ctx.store.system import System
from ctx.store.target import BusyError, Target, look

# Seconds for which a file that was emptied or lost half of its bytes has to stand still: where the system
# says that nobody has it open, and where it cannot tell.
EMPTIED = 1.0
EMPTIED_UNKNOWN = 2.0
# Seconds for which any file has to stand still where the system cannot tell who writes it.
YOUNG = 0.3
_FEW = 5  # attempts that are made however long they take
_PERSISTENCE = 4  # how many times longer a file that goes on changing is waited for
_RECORD = "written"

_Look = tuple[int, int, int]  # inode, size, time of the last change in nanoseconds


class Settling:
    """What the files of a transaction looked like over its attempts."""

    def __init__(self, root: Path, system: System) -> None:
        self._root = root
        self._system = system
        self._sizes: dict[str, int] = {}  # the largest that was seen
        self._still: dict[str, tuple[_Look | None, float]] = {}  # since when it looks like this

    def note(self, target: Target) -> None:
        """Remember how a file looks now."""
        size = len(target.data or b"")
        self._sizes[target.path] = max(size, self._sizes.get(target.path, 0))
        look = _look_of(target)
        if self._still.get(target.path, (None, 0.0))[0] != look or target.path not in self._still:
            self._still[target.path] = (look, self._system.clock())

    def require(self, target: Target) -> None:
        """Raise BusyError for a file that somebody is writing, or that may be half of a save."""
        self.note(target)
        written = target.found is not None and _is_being_written(target, self._system)
        if written:
            raise BusyError(
                "is being written by another program; nothing was written",
                path=target.path,
                hint="save and close it there, then run the command again",
            )
        needed = self._needed(target, unknown=written is None)
        if needed and self._stood_still(target) < needed:
            raise BusyError(
                "was being saved by another program; nothing was written",
                path=target.path,
                hint="run the command again when it is saved",
            )

    def stood_still(self, path: str) -> float:
        """For how many seconds of ours a file has looked as it does."""
        return self._system.clock() - self._still[path][1] if path in self._still else 0.0

    def _needed(self, target: Target, *, unknown: bool) -> float:
        """For how long, in seconds, a file must have stood still."""
        most = self._sizes[target.path]
        if target.found is None:
            return EMPTIED if most else 0.0
        if unknown and read_record(self._root).get(target.path) == list(_look_of(target) or ()):
            return 0.0
        data = target.data or b""
        if not data.strip() or len(data) < most / 2:
            return EMPTIED_UNKNOWN if unknown else EMPTIED
        return YOUNG if unknown else 0.0

    def _stood_still(self, target: Target) -> float:
        """For how long a file has looked like this; a time of change in the future tells nothing."""
        age = time.time() - target.found.st_mtime if target.found else 0.0
        return max(self.stood_still(target.path), age)


class Patience:
    """How long one who writes waits for others who save the same file.

    After a save it goes on at once, since that is when the next one is farthest. It gives up after `wait`
    seconds in which the file did not change, and after four times as many though it did; never before it was
    tried a few times.
    """

    def __init__(self, root: Path, system: System, settling: Settling, wait: float) -> None:
        self._root = root
        self._system = system
        self._settling = settling
        self._wait = wait
        self._tries = 0
        self._since: dict[str, float] = {}  # when each file was first found busy

    def wait(self, busy: BusyError) -> None:
        """Wait until the file can be believed. Raises BusyError when it is time to give up."""
        path = str(busy.path)
        self._tries += 1
        started = self._since.setdefault(path, self._system.clock())
        pauses = growing()
        while True:
            try:
                target = look(self._root, path, self._system)
                self._settling.require(target)
            except BusyError as still:
                busy = still
            except CtxError:  # what it is now is for the next attempt to say
                return
            else:
                if self._tries < _FEW or self._system.clock() - started < self._wait * _PERSISTENCE:
                    return
            self._give_up_in_time(busy, started)
            self._system.sleep(next(pauses))

    def _give_up_in_time(self, busy: BusyError, started: float) -> None:
        now = self._system.clock()
        if self._tries >= _FEW and now - started >= self._wait * _PERSISTENCE:
            raise busy
        if self._settling.stood_still(str(busy.path)) >= self._wait and now - started >= self._wait:
            raise busy


def _is_being_written(target: Target, system: System) -> bool | None:
    with suppress(OSError):  # gone meanwhile, as the next look will find
        return system.is_being_written(target.real)
    return None


def _look_of(target: Target) -> _Look | None:
    found = target.found
    return (found.st_ino, found.st_size, found.st_mtime_ns) if found else None


def read_record(root: Path) -> dict[str, list[int]]:
    """What the files that ctx wrote last looked like then, by path; empty where nothing is known."""
    try:
        known = json.loads((root / LOCAL / _RECORD).read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def record(root: Path, paths: Iterable[str], system: System) -> None:
    """Note what files that were just written look like, where the system cannot say who writes them.

    So what ctx wrote itself is not waited for. Failing is no harm.
    """
    rows = {}
    with suppress(OSError):
        for path in paths:
            target = look(root, path, system)
            if target.found is not None and system.is_being_written(target.real) is None:
                rows[path] = _look_of(target)
        if rows:
            known = {**read_record(root), **rows}
            write_note(root, _RECORD, json.dumps(dict(list(known.items())[-64:])).encode())
