"""After a command has changed files: what the next packet needs is made ready while nobody waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctx.actions.cache.answers import is_kept

if TYPE_CHECKING:
    from ctx.actions.read_context import Reader


def refresh(reader: Reader) -> None:
    """Bring the cache up to date in a process of its own, where packets were asked for before."""
    if not is_kept(reader.cache):
        return
    from ctx.actions.build_packet import Request, build_packet
    from ctx.actions.read_context import Reader as _Reader
    from ctx.store.beside import leave_behind

    reader.may_fork = False  # one is enough, however much is written
    leave_behind(lambda: build_packet(_Reader(reader.root), Request()))
