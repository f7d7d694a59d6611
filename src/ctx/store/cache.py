"""The disposable index under `.context/.cache/`: named arrays and texts in flat files.

Nothing depends on it but speed. A file is replaced as a whole, its pages carry checksums that are looked at
when they are read, and whatever is wrong with it (missing, cut short, damaged, not signed with the key of
this build and checkout) is as if it were not there. `CTX_NO_CACHE=1` switches it off.
"""

from __future__ import annotations

import json
import os
import time
from array import array
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zlib import crc32

from ctx.errors import CacheCorrupt
from ctx.model.file_roles import CONTEXT, in_context
from ctx.store.cache_key import cache_key
from ctx.store.git_index import index_state

FOLDER = in_context(".cache")
_MAGIC = b"ctx cache 2\n"
_SIGNATURE = 16
_HEAD = len(_MAGIC) + 4 + _SIGNATURE
_PAGE = 1 << 14
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
_UNTRACKED = "untracked"
# Temporary files older than this were left by a process that was killed.
_ABANDONED = 3600.0


class CacheFile:
    """One cache file, read part by part. Every method raises CacheCorrupt where it was damaged since."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._descriptor = os.open(path, _READ)
        head = self._raw(0, _HEAD)
        size = int.from_bytes(head[len(_MAGIC) : -_SIGNATURE], "little")
        directory = self._raw(_HEAD, size) if head.startswith(_MAGIC) else b""
        if _signature(directory, key) != head[-_SIGNATURE:]:
            raise CacheCorrupt
        known: dict[str, Any] = json.loads(directory)
        if known["name"] != path.name:
            raise CacheCorrupt
        self.stamp: str = known["stamp"]
        self._parts: dict[str, list[Any]] = known["parts"]
        self._start, self._length = _HEAD + size + known["sums"], known["length"]
        sums = self._raw(_HEAD + size, known["sums"])
        if crc32(sums) != known["sums_sum"]:
            raise CacheCorrupt
        self._sums = array("I", sums)
        self._pages: dict[int, bytes] = {}

    def __del__(self) -> None:
        # A file that could not be opened has no descriptor.
        if (descriptor := getattr(self, "_descriptor", None)) is not None:
            os.close(descriptor)

    def _raw(self, start: int, size: int) -> bytes:
        try:
            os.lseek(self._descriptor, start, os.SEEK_SET)
            data = os.read(self._descriptor, size)
        except (OSError, OverflowError, MemoryError) as error:
            raise CacheCorrupt from error
        if len(data) != size:
            raise CacheCorrupt
        return data

    def _page(self, number: int) -> bytes:
        page = self._pages.get(number)
        if page is None:
            size = min(_PAGE, self._length - number * _PAGE)
            page = self._raw(self._start + number * _PAGE, size)
            if crc32(page) != self._sums[number]:
                raise CacheCorrupt
            self._pages[number] = page
        return page

    def data(self, name: str, start: int = 0, stop: int | None = None) -> bytes:
        """The bytes of a part from `start` to `stop`."""
        return bytes(self._stretch(name, start, stop))

    def _stretch(self, name: str, start: int, stop: int | None) -> bytes | memoryview:
        _, offset, length = self._parts[name]
        first, last = offset + start, offset + (length if stop is None else min(stop, length))
        if first >= last:
            return b""
        page, end = first // _PAGE, (last - 1) // _PAGE
        if page == end:
            return self._page(page)[first - page * _PAGE : last - page * _PAGE]
        if last - first <= _PAGE:
            joined = b"".join(map(self._page, range(page, end + 1)))
            return joined[first - page * _PAGE : last - page * _PAGE]
        return self._many(page, end)[first - page * _PAGE : last - page * _PAGE]

    def _many(self, first: int, last: int) -> memoryview:
        """Many pages in one go, none of them kept."""
        start = first * _PAGE
        data = memoryview(self._raw(self._start + start, min((last + 1) * _PAGE, self._length) - start))
        for number in range(first, last + 1):
            if crc32(data[number * _PAGE - start : (number + 1) * _PAGE - start]) != self._sums[number]:
                raise CacheCorrupt
        return data

    def numbers(self, name: str, start: int = 0, stop: int | None = None) -> memoryview:
        """A stretch of an array."""
        code = self._parts[name][0]
        width = array(code).itemsize
        data = self._stretch(name, start * width, None if stop is None else stop * width)
        return memoryview(data).cast(code)

    def text(self, name: str) -> str:
        """A text."""
        return str(self._stretch(name, 0, None), "utf-8", "surrogatepass")


class Cache:
    """The cache files of one context folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = root / FOLDER
        # A link would have files written, and old ones removed, wherever it leads. A Path refuses to say so
        # where the folder above it is closed.
        self.on = not os.environ.get("CTX_NO_CACHE") and not os.path.islink(self._folder)  # noqa: PTH114

    def find(self, name: str, stamp: str | None = None) -> CacheFile | None:
        """A cache file, with that stamp where one is given, or None where there is none that can be used."""
        return self._find(name, stamp) if self.on and self._is_ours else None

    def _find(self, name: str, stamp: str | None) -> CacheFile | None:
        if self._key is None:
            return None
        try:
            found = CacheFile(self._folder / name, self._key)
        except (OSError, CacheCorrupt, ValueError, KeyError, TypeError):
            return None
        return found if stamp in {None, found.stamp} else None

    def put(self, name: str, stamp: str, parts: Mapping[str, array[Any] | bytes]) -> bool:
        """Replace a cache file, or do nothing where that cannot be done; returns whether it was done."""
        return self._put(name, stamp, parts) if self.on and self._is_ours else False

    def _put(self, name: str, stamp: str, parts: Mapping[str, array[Any] | bytes]) -> bool:
        if self._key is None:
            return False
        temp = self._folder / f"{name}.{os.getpid():x}-{os.urandom(6).hex()}.tmp"
        try:
            self._make_folder()
            with temp.open("xb") as file:
                _write(file.write, name, stamp, parts, self._key)
            temp.replace(self._folder / name)
            self._tidy()
        except (OSError, ValueError):
            with suppress(OSError):
                temp.unlink(missing_ok=True)
            return False
        return True

    @cached_property
    def _key(self) -> bytes | None:
        return cache_key(self._root)

    @cached_property
    def _is_ours(self) -> bool:
        """Whether git leaves the folder to us.

        Git is asked once for each state of its index. Where it cannot say, the signatures have to do.
        """
        state = index_state(self._root / CONTEXT)
        if state is None or self._find(_UNTRACKED, state):
            return True
        from ctx.store.git import tracked_cache

        if tracked_cache(self._root):
            return False
        self._put(_UNTRACKED, state, {})
        return True

    def discard(self) -> None:
        """Remove all cache files, where that can be done, and use none from now on."""
        if self.on:
            with suppress(OSError):
                for path in self._folder.iterdir():
                    path.unlink(missing_ok=True)
        self.on = False

    def _make_folder(self) -> None:
        if self._folder.is_dir():
            return
        self._folder.mkdir()
        # An older .context/.gitignore may not name the folder.
        (self._folder / ".gitignore").write_text("*\n")

    def _tidy(self) -> None:
        """Remove what killed processes left."""
        with suppress(OSError, OverflowError):  # a clock beyond 2262 has no time to give
            for path in self._folder.glob("*.tmp"):
                if time.time() - path.stat().st_mtime > _ABANDONED:
                    path.unlink(missing_ok=True)


def _write(
    write: Callable[[bytes | memoryview], object],
    name: str,
    stamp: str,
    parts: Mapping[str, array[Any] | bytes],
    key: bytes,
) -> None:
    places: dict[str, list[Any]] = {}
    body = bytearray()
    for part_name, part in parts.items():
        body += bytes(-len(body) % 8)
        code = part.typecode if isinstance(part, array) else "B"
        data = memoryview(part).cast("B") if len(part) else memoryview(b"")
        places[part_name] = [code, len(body), len(data)]
        body += data
    whole = memoryview(body)
    sums = array("I", (crc32(whole[at : at + _PAGE]) for at in range(0, len(body), _PAGE))).tobytes()
    known = {"name": name, "stamp": stamp, "parts": places, "length": len(body)}
    known |= {"sums": len(sums), "sums_sum": crc32(sums)}
    directory = json.dumps(known).encode()
    write(_MAGIC + len(directory).to_bytes(4, "little") + _signature(directory, key))
    write(directory)
    write(sums)
    write(whole)


def _signature(directory: bytes, key: bytes) -> bytes:
    return blake2b(directory, key=key, digest_size=_SIGNATURE).digest()
