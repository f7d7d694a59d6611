"""Faults for the write path: any of its system calls fails, does half its work, or is the last one ever.

`python -m tests.faults FOLDER` ends a process before and after every call, each in a child of its own, and
checks what is left. It is a program so that it can fork without threads around.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ctx.store.system import System
from ctx.store.write import Transaction, Writer

FILE = ".context/LEARNINGS.md"
NEW = ".context/archive/learnings-2026-Q4.md"
OLD_TEXT = "﻿# Learnings\r\n\r\n## [2026-11-21-043412] One\r\nlast line without an end"
NEW_TEXT = OLD_TEXT + " and more\r\n" * 50_000
# The calls in the order of a commit that replaces a file, and those of one that makes a file in a new folder.
REPLACING = ("open_temp", "write", "adopt", "sync", "close", "read_back", "replace", "sync_folder")
MAKING = ("make_folder", "open_temp", "write", "sync", "close", "read_back", "place_new", "sync_folder")
AFTER_CHANGE = frozenset({"sync_folder"})
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES)


def with_fault(step: str, fault: Callable[..., Any], *, on: int = 1) -> System:
    """A system of which the `on`-th call of `step` is `fault`, given the real call and its arguments."""
    system = System()
    real = getattr(system, step)
    calls = 0

    def call(*args: Any) -> Any:
        nonlocal calls
        calls += 1
        return fault(real, *args) if calls == on else real(*args)

    setattr(system, step, call)
    return system


def failing(code: int) -> Callable[..., Any]:
    """A call that fails."""

    def fault(_real: Callable[..., Any], *_args: Any) -> Any:
        raise OSError(code, os.strerror(code))

    return fault


def failing_close(code: int) -> Callable[..., Any]:
    """A close that reports a failure; the descriptor is gone all the same, as on Linux."""

    def fault(real: Callable[..., Any], *args: Any) -> Any:
        real(*args)
        raise OSError(code, os.strerror(code))

    return fault


def crash_before(_real: Callable[..., Any], *_args: Any) -> Any:
    """The process is gone before the call."""
    os._exit(9)


def crash_after(real: Callable[..., Any], *args: Any) -> Any:
    """The process is gone right after the call."""
    real(*args)
    os._exit(9)


def crash_within(real: Callable[..., Any], descriptor: int, data: memoryview) -> Any:
    """The process is gone in the middle of a write."""
    real(descriptor, data[: len(data) // 2])
    os._exit(9)


def make_context(root: Path) -> Path:
    """A context with one file that has a byte order mark, CRLF and no final newline."""
    (root / ".context").mkdir(parents=True, exist_ok=True)
    (root / FILE).write_bytes(OLD_TEXT.encode())
    return root


def change_file(transaction: Transaction) -> None:
    transaction.replace(FILE, NEW_TEXT)


def make_file(transaction: Transaction) -> None:
    transaction.create(NEW, NEW_TEXT)


def bytes_of(root: Path, path: str) -> bytes | None:
    try:
        return (root / path).read_bytes()
    except FileNotFoundError:
        return None


def temps(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob(".*.ctx-tmp"))


def _crash(root: Path, system: System, act: Callable[[Transaction], None]) -> int:
    """Commit in a child process; how it ended."""
    child = os.fork()
    if child == 0:
        try:
            with Writer(root, wait=5, system=system).transaction() as transaction:
                act(transaction)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def crash_everywhere(folder: Path) -> int:
    """Crash before, in and after every call and check what is left. Returns the number of crashes."""
    count = 0
    kinds = ((change_file, FILE, OLD_TEXT.encode(), REPLACING), (make_file, NEW, None, MAKING))
    for act, path, old, steps in kinds:
        placed = "replace" if act is change_file else "place_new"
        points = [(step, fault) for step in steps for fault in (crash_before, crash_after)]
        for step, fault in [*points, ("write", crash_within)]:
            root = make_context(folder / f"{count}")
            ended = _crash(root, with_fault(step, fault, on=2 if path == NEW and step in AFTER_CHANGE else 1), act)
            where = f"{fault.__name__} {step}"
            assert ended == 9, f"{where}: ended with {ended}"
            is_new = (step == placed and fault is crash_after) or step in AFTER_CHANGE
            expected = NEW_TEXT.encode() if is_new else old
            assert bytes_of(root, path) == expected, f"{where}: a mixture, or the wrong file"
            with Writer(root, wait=0).transaction() as transaction:  # no lock outlives its holder
                transaction.replace(path, "after\n")
            assert bytes_of(root, path) == b"after\n", where
            count += 1
    return count


if __name__ == "__main__":
    print(crash_everywhere(Path(sys.argv[1])))
