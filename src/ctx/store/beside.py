"""Work that is done in a process beside ours, where the system and the machine allow it."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from ctx.store.system import System, current

Work = Callable[[], object]
Wait = Callable[[], None]


def in_place(_: Work) -> Wait:
    """Leave the work to its caller, as where processes are not ours to start."""
    return _nothing


def beside(work: Work, system: System | None = None) -> Wait:
    """Start some work in a process of its own; what is returned waits for the end of it.

    All that comes back is what the work leaves in files: whether it was started, and whether it ended well,
    its caller finds out by looking for them. It must open what it reads itself, for a file that is open
    already has one place for both of us. It has none of our streams, and ends with Ctrl-C as we do.
    """
    system = system or current()
    if not system.can_fork() or _threads() > 1 or (os.cpu_count() or 1) == 1:
        return _nothing
    try:
        child = os.fork()
    except OSError:
        return _nothing
    if child:
        return partial(_await, child)
    try:
        gc.disable()  # looking at all that we hold would copy it
        _leave_streams()
        work()
    finally:
        # Nothing of ours is to be tidied up, flushed or told of by a copy of us.
        os._exit(0)


def _nothing() -> None:
    """There is nothing to wait for."""


def _await(child: int) -> None:
    with suppress(OSError):  # someone else has waited for it
        os.waitpid(child, 0)


def _threads() -> int:
    """How many threads Python knows of; a copy of the process would hold their locks for ever."""
    threading = sys.modules.get("threading")
    return threading.active_count() if threading else 1


def _leave_streams() -> None:
    """Let go of our streams: who reads them until they end is not to wait for more than our own end."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
