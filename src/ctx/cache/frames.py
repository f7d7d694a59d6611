"""The frames of a context as they were read: a file is read again only where its stats differ."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ctx.cache.signature import is_fresh, now
from ctx.errors import CacheCorrupt
from ctx.model.arrays import KEY
from ctx.model.frame import Frame, read_readable
from ctx.store.cache import Cache
from ctx.store.workspace import Worktree

_NAME = "frames"


def frame_key(frame: Frame) -> bytes:
    """A digest over all that is derived from a frame."""
    data = f"{frame.path}\0{frame.text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(data, digest_size=KEY).digest()


def read_frames(cache: Cache, worktree: Worktree) -> list[Frame]:
    """Every frame, by path; a file that is no text is left out."""
    taken = now()
    kept, since = _kept(cache)
    frames: list[Frame] = []
    made: dict[str, Any] = {}
    settled = False
    for path, *stats in worktree.frames_signature():
        known = kept.get(path)
        fresh = is_fresh(stats, since)
        if known is None or known[0] != stats or fresh:
            frame = read_readable(worktree.read, path)
            if frame is None:
                continue
            settled = settled or (fresh and not is_fresh(stats, taken))
        else:
            frame = Frame(*known[1])
        frames.append(frame)
        made[path] = [stats, list(frame)]
    if cache.on and (settled or made != kept):
        cache.put(_NAME, "", {"rows": json.dumps([taken, made], separators=(",", ":")).encode()})
    return frames


def _kept(cache: Cache) -> tuple[dict[str, Any], int]:
    """What was read before, and when."""
    try:
        found = cache.find(_NAME) if cache.on else None
        taken, rows = json.loads(found.data("rows")) if found else (0, {})
    except (CacheCorrupt, ValueError):
        return {}, 0
    return rows, int(taken)
