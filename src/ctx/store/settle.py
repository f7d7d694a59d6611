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

from ctx.memory.layout import CONTEXT
from ctx.store.system import System
from ctx.store.target import BusyError, Target, look

# Seconds for which a file that was emptied or lost half of its bytes has to stand still: where the system
# says that nobody has it open, and where it cannot tell.
EMPTIED = 1.0
EMPTIED_UNKNOWN = 2.0
# Seconds for which any file has to stand still where the system cannot tell who writes it.
YOUNG = 0.3
_RECORD = f"{CONTEXT}/.local/written"

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
        seen = self._system.clock() - self._still[target.path][1]
        age = time.time() - target.found.st_mtime if target.found else 0.0
        return max(seen, age)


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
        known = json.loads((root / _RECORD).read_bytes())
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
            (root / _RECORD).write_text(json.dumps(dict(list(known.items())[-64:])))
