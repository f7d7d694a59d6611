"""Faults for the write path: any of its system calls fails, does half its work, or is the last one ever.

`python -m tests.faults FOLDER` ends a process before and after every call, each in a child of its own, and
checks what is left. It is a program so that it can fork without threads around.
"""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from ctx.errors import CtxError
from ctx.store.system import System
from ctx.store.write import Transaction, Writer

FILE = ".context/LEARNINGS.md"
OTHER = ".context/TASKS.md"
NEW = ".context/archive/learnings-2026-Q4.md"
OLD_TEXT = "﻿# Learnings\r\n\r\n## [2026-11-21-043412] One\r\nlast line without an end"
NEW_TEXT = OLD_TEXT + " and more\r\n" * 50_000
# The calls in the order of a commit that replaces a file, and those of one that makes a file in a new folder.
REPLACING = ("open_temp", "write", "adopt", "sync", "close", "read_back", "exchange", "sync_folder")
MAKING = ("make_folder", "open_temp", "write", "sync", "close", "read_back", "place_new", "sync_folder")
AFTER_CHANGE = frozenset({"sync_folder"})
IS_ROOT = getattr(os, "geteuid", lambda: 1)() == 0
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES)


def with_fault(step: str, fault: Callable[..., Any], *, on: int = 1, of: System | None = None) -> System:
    """A system of which the `on`-th call of `step` is `fault`, given the real call and its arguments."""
    system = of or System()
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


CRASHES = (crash_before, crash_after)


def make_context(root: Path) -> Path:
    """A context with one file that has a byte order mark, CRLF and no final newline."""
    (root / ".context").mkdir(parents=True, exist_ok=True)
    (root / FILE).write_bytes(OLD_TEXT.encode())
    os.utime(root / FILE, (1, 1))  # nobody is saving it
    return root


@contextmanager
def context_for_all() -> Iterator[Path]:
    """A context that other users reach, unlike those below the folders that pytest makes."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield make_context(Path(folder))


def write_as_nobody(root: Path) -> str:
    """Change the file as a user without rights, which only root can become; what was said on stderr."""
    program = (
        "import os, pathlib, sys, tempfile\n"
        "from ctx.store.write import Writer\n"
        "with tempfile.TemporaryDirectory() as folder, Writer(pathlib.Path(folder)).transaction() as warm:\n"
        "    warm.create('x', 'all is imported, as others may not be able to')\n"
        "os.setuid(65534)\n"
        "with Writer(pathlib.Path(sys.argv[1])).transaction() as transaction:\n"
        f"    transaction.replace({FILE!r}, 'new')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(root)],
        capture_output=True,
        text=True,
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
        check=False,
    )
    return done.stderr


def change_file(transaction: Transaction) -> None:
    transaction.replace(FILE, NEW_TEXT)


def make_file(transaction: Transaction) -> None:
    transaction.create(NEW, NEW_TEXT)


def write(root: Path, path: str, text: str = "new\n") -> None:
    """A transaction that replaces one file's text."""
    with Writer(root).transaction() as transaction:
        transaction.replace(path, text)


class Refused:
    """A transaction that must end in a CtxError with a message that matches; `error` is that error."""

    error: CtxError

    def __init__(self, writer: Writer, match: str = "") -> None:
        self._block = writer.transaction()
        self._match = match

    def __enter__(self) -> Transaction:
        return self._block.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        try:
            self._block.__exit__(kind, error, trace)
        except CtxError as caught:
            self.error = caught
        else:  # what the block itself raised is left to us to pass on
            assert isinstance(error, CtxError), f"nothing was refused: {error!r}"
            self.error = error
        assert re.search(self._match, self.error.message), self.error.message
        return True


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
        except BaseException:  # noqa: BLE001 - the child must never run on into the test
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def crash_everywhere(folder: Path) -> int:
    """Crash before, in and after every call and check what is left. Returns the number of crashes."""
    count = 0
    kinds = ((change_file, FILE, OLD_TEXT.encode(), REPLACING), (make_file, NEW, None, MAKING))
    for act, path, old, steps in kinds:
        placed = "exchange" if act is change_file else "place_new"
        points = [(step, fault) for step in steps for fault in CRASHES]
        for step, fault in [*points, ("write", crash_within)]:
            root = make_context(folder / f"{count}")
            ended = _crash(
                root, with_fault(step, fault, on=2 if path == NEW and step in AFTER_CHANGE else 1), act
            )
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


def move_text(transaction: Transaction) -> None:
    """As consolidation does: first the archive, then the file."""
    transaction.create(NEW, OLD_TEXT)
    transaction.replace(FILE, "moved\n")


def crash_between_files(folder: Path) -> int:
    """Crash around every call of a commit of two files: what leaves the one is in the other by then."""
    calls = dict.fromkeys(REPLACING, 2) | {"adopt": 1, "exchange": 1, "place_new": 1, "make_folder": 1}
    calls |= {"sync": 6, "sync_folder": 3}
    points = [
        (step, on, fault) for step, most in calls.items() for on in range(1, most + 1) for fault in CRASHES
    ]
    for number, (step, on, fault) in enumerate(points):
        root = make_context(folder / f"two-{number}")
        ended = _crash(root, with_fault(step, fault, on=on), move_text)
        where = f"{fault.__name__} {step} {on}"
        assert ended in {0, 9}, f"{where}: ended with {ended}"
        file, archive = bytes_of(root, FILE), bytes_of(root, NEW)
        assert archive in {None, OLD_TEXT.encode()}, where
        assert file == OLD_TEXT.encode() or (file == b"moved\n" and archive), where
    return len(points)


if __name__ == "__main__":
    print(crash_everywhere(Path(sys.argv[1])), crash_between_files(Path(sys.argv[1])))
