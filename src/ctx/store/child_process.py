"""Work that is done in a process beside ours, where the system and the machine allow it."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from ctx.store.system import System, current

Work = Callable[[], object]


@contextmanager
def run_in_child(work: Work, system: System | None = None) -> Iterator[None]:
    """Do some work in a process of its own while a `with` block runs, and wait for the end of it.

    All that comes back is what the work leaves in files: whether it was started, and whether it ended well,
    its caller finds out by looking for them. It must open what it reads itself, for a file that is open
    already has one place for both of us. It has none of our streams, and ends with Ctrl-C as we do.
    """
    child = _start(work, system)
    try:
        yield
    finally:
        if child:
            with suppress(OSError):  # someone else has waited for it
                os.waitpid(child, 0)


def run_detached(work: Work, system: System | None = None) -> None:
    """Do some work in a process of its own that goes on after ours has ended; nobody waits for it."""
    _start(work, system)


def _start(work: Work, system: System | None) -> int | None:
    """The process that does the work, or None where there is to be none."""
    can_fork = (system or current()).can_fork() and _threads() == 1 and _processors() > 1
    return _fork(work) if can_fork else None


def _fork(work: Work) -> int | None:
    """The process that does the work, or None where none can be started."""
    import signal

    # A Ctrl-C between the fork and the `try` would have two processes tell of it.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        child = os.fork()
        if not child:
            _end_with(work, before)
    except OSError:
        return None
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return child


def _end_with(work: Work, signals: set[int]) -> NoReturn:
    """Do the work as the last thing of this process."""
    import signal

    try:
        gc.disable()  # looking at all that we hold would copy it
        _leave_streams()
        signal.pthread_sigmask(signal.SIG_SETMASK, signals)
        work()
    finally:
        # Nothing of ours is to be tidied up, flushed or told of by a copy of us.
        os._exit(0)


def _threads() -> int:
    """How many threads there are; a copy of the process would hold their locks for ever."""
    try:
        return len(list(Path("/proc/self/task").iterdir()))
    except OSError:
        threading = sys.modules.get("threading")
        return threading.active_count() if threading else 1


def _processors() -> int:
    """How many processors we may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _leave_streams() -> None:
    """Let go of our streams: who reads them until they end is not to wait for more than our own end."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
