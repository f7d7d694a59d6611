"""Whose cache files are believed: those that this build of ctx made, for this person, in this checkout.

A cache file is signed with a key made of three things: a secret of the person, kept 0600 in their state
folder and never in a project; the path of the checkout; and the code that is running. So what came with a
clone, an archive or a copy is of no use to anyone, nor is what another build left. Without the secret, or
where the code cannot be known, there is no key and no cache, which costs speed alone.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from array import array
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

SECRET = "cache-secret"  # noqa: S105 - the name of a file
_SIZE = 32
_READ = (
    os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
)
_STEMMER = "snowballstemmer/english_stemmer.py"
# File systems take their times from a clock that is this much behind at worst, in nanoseconds.
_TICK = 10_000_000


def _now() -> int:
    try:
        return time.time_ns()
    except OverflowError:  # beyond 2262: then no file is known to be older than we are
        return 0


_LOADED_AT = _now()


def cache_key(root: Path) -> bytes | None:
    """What signs the cache files of the context at `root`; None where none are to be believed or made."""
    place = os.path.realpath(root)
    made_by = build(Path(__file__).parents[1])
    secret = _secret(place) if made_by else None
    if not made_by or not secret:
        return None
    return blake2b(made_by + os.fsencode(place), key=secret, digest_size=_SIZE).digest()


@lru_cache(maxsize=1)
def build(package: Path) -> bytes | None:
    """A digest of the code that runs and of how numbers lie in memory; None where that cannot be known.

    Every file of the package counts, wherever it lies, by its size and times. The time of its last change,
    which nobody can set, tells apart what normalised times make look equal; where the file system has no such
    time, the bytes count. What changed after we were loaded is not what runs.
    """
    version = sys.modules["ctx"].__version__  # importing it here would turn the layers round
    known = f"{version} {sys.version_info[:2]} {sys.byteorder} {array('I').itemsize}"
    try:
        rows = sorted([*_walk(str(package)), _stemmer()])
    except OSError:  # in an archive, or not to be read
        return None
    if max(changed for _, _, _, changed, _ in rows) > _LOADED_AT - _TICK:
        return None
    return blake2b(f"{known} {rows}".encode("utf-8", "surrogatepass"), digest_size=_SIZE).digest()


_Row = tuple[str, int, int, int, str]


def _walk(folder: str) -> Iterator[_Row]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":  # Python compares what lies there with the sources
                    yield from _walk(entry.path)
            else:
                yield _row(entry.path, entry.stat())


def _stemmer() -> _Row:
    """The stemmer, found as an import would find it, in a thousandth of the time."""
    for folder in sys.path:
        path = f"{folder or '.'}/{_STEMMER}"
        for name in (path, f"{path}c"):
            with suppress(OSError):
                return _row(name, os.stat(name))  # noqa: PTH116 - a Path takes longer to make than this call
    raise FileNotFoundError(_STEMMER)


def _row(path: str, found: os.stat_result) -> _Row:
    changed = found.st_ctime_ns
    # Windows has the time of creation there; images made by rule have a whole second or nothing.
    blind = os.name == "nt" or changed % 1_000_000_000 == 0
    digest = blake2b(Path(path).read_bytes()).hexdigest() if blind else ""
    return path, found.st_size, found.st_mtime_ns, changed, digest


def state_folder() -> Path:
    """Where a person's programs keep what is theirs and no project's."""
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA" if os.name == "nt" else ""):
        if os.path.isabs(folder := os.environ.get(name, "")):  # noqa: PTH117
            return Path(folder, "ctx")
    return Path(os.path.expanduser("~/.local/state/ctx"))  # noqa: PTH111 - never raises


def _secret(place: str) -> bytes | None:
    """The person's secret, made where there is none; None where it cannot be kept outside the project."""
    path = state_folder() / SECRET
    if not path.is_absolute() or Path(os.path.realpath(path)).is_relative_to(place):
        return None
    try:
        return _read(path) or _make(path)
    except OSError:
        return None


def _read(path: Path) -> bytes | None:
    """The secret, or None where there is none that we alone can read. Raises OSError for somebody else's."""
    try:
        descriptor = os.open(path, _READ)
    except FileNotFoundError:
        return None
    try:
        found = os.fstat(descriptor)
        _require_ours(found)
        is_closed = os.name == "nt" or not found.st_mode & 0o077
        data = os.read(descriptor, _SIZE + 1) if stat.S_ISREG(found.st_mode) else b""
        return data if is_closed and len(data) == _SIZE else None
    finally:
        os.close(descriptor)


def _make(path: Path) -> bytes | None:
    """A new secret in place of one that is of no use; that of another process where that one was faster."""
    above = path.parent
    while not above.exists():
        above = above.parent
    _require_ours(above.stat())
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    from ctx.store.system import current

    system = current()
    temp = path.with_name(f".{os.urandom(8).hex()}.ctx-tmp")
    try:
        descriptor = system.open_temp(temp, 0o600)
        try:
            system.write(descriptor, os.urandom(_SIZE))
        finally:
            system.close(descriptor)
        with suppress(FileExistsError):
            system.place_new(temp, path)
    finally:
        temp.unlink(missing_ok=True)
    return _read(path)


def _require_ours(found: os.stat_result) -> None:
    """Raise PermissionError for what belongs to somebody else, as a home does under sudo."""
    if hasattr(os, "geteuid") and found.st_uid != os.geteuid():
        raise PermissionError
