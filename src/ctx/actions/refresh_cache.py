"""After a command has changed files: what the next packet needs is made ready while nobody waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctx.cache.answers import is_kept

if TYPE_CHECKING:
    from ctx.actions.read_context import Reader


def refresh(reader: Reader) -> None:
    """Bring the cache up to date in a process of its own, where packets were asked for before."""
    if not is_kept(reader.cache):
        return
    from ctx.actions.build_packet import Request, build_packet
    from ctx.actions.read_context import Reader as _Reader
    from ctx.store.child_process import run_detached

    reader.may_fork = False  # one is enough, however much is written
    run_detached(lambda: build_packet(_Reader(reader.root), Request()))
