"""The lock: who waits, who is told what, and that it dies with its holder."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import filelock
import pytest

from ctx.errors import CtxError
from ctx.store.local import LOCAL
from ctx.store.lock import LOCK
from ctx.store.system import System
from ctx.store.write import Writer
from tests.faults import (
    FILE,
    IS_ROOT,
    OLD_TEXT,
    Refused,
    bytes_of,
    context_for_all,
    make_context,
    write,
    write_as_nobody,
)

HOLD = """
import pathlib, sys
from ctx.store.write import Writer
with Writer(pathlib.Path(sys.argv[1])).transaction() as transaction:
    transaction.replace(".context/LEARNINGS.md", "of the killed one")
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_context(tmp_path / "project")


@contextmanager
def holder(root: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stdin.close()


def test_one_who_waits_in_vain_is_told_who_holds_the_lock(root: Path) -> None:
    with holder(root) as process:
        with pytest.raises(CtxError) as caught, Writer(root, wait=0.05).transaction():
            pytest.fail("two transactions at once")
        assert f"another program is writing to this context (process {process.pid}, since " in str(
            caught.value
        )
        assert caught.value.hint


def test_without_a_note_the_holder_is_not_guessed(root: Path) -> None:
    with holder(root):
        (root / LOCAL / "holder").write_text("nonsense")
        with pytest.raises(CtxError, match="to this context; nothing"), Writer(root, wait=0).transaction():
            pass


def test_a_killed_holder_holds_nothing_and_wrote_nothing(root: Path) -> None:
    with holder(root) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        with Writer(root, wait=0).transaction() as transaction:
            assert transaction.read(FILE) == OLD_TEXT


def test_one_who_waits_gets_the_lock_when_it_is_free(root: Path) -> None:
    with holder(root) as process:
        assert process.stdin is not None
        threading.Timer(0.2, process.stdin.close).start()
        with Writer(root, wait=10).transaction() as transaction:
            assert transaction.read(FILE) == "of the killed one"


def test_a_thread_of_the_same_process_is_named(root: Path) -> None:
    messages = []

    def try_it() -> None:
        with pytest.raises(CtxError) as caught, Writer(root, wait=0).transaction():
            pass
        messages.append(caught.value.message)

    with Writer(root).transaction():
        thread = threading.Thread(target=try_it)
        thread.start()
        thread.join()
    assert "another thread of this process" in messages[0]


def test_a_transaction_in_a_transaction_is_a_mistake_in_the_program(root: Path) -> None:
    (root.parent / "link").symlink_to(root)
    with Writer(root).transaction() as transaction:
        for again in (root, root.parent / "link"):
            with pytest.raises(RuntimeError, match="open in this thread"), Writer(again).transaction():
                pass
        transaction.replace(FILE, "still held\n")
        with Writer(root.parent).transaction():  # another context is another matter
            pass
    assert bytes_of(root, FILE) == b"still held\n"
    with Writer(root).transaction():
        pass


def test_the_folder_of_the_lock_is_made_and_kept_out_of_git(tmp_path: Path) -> None:
    with Writer(tmp_path).transaction():
        assert (tmp_path / LOCK).exists()
    assert (tmp_path / LOCAL / ".gitignore").read_text() == "*\n"
    assert not (tmp_path / LOCAL / "holder").exists()


def test_a_lock_that_was_taken_away_is_noticed(root: Path) -> None:
    with Refused(Writer(root), "was removed while it was held; nothing was written") as transaction:
        transaction.replace(FILE, "new\n")
        (root / LOCK).unlink()
    assert bytes_of(root, FILE) == OLD_TEXT.encode()


def test_a_lock_that_is_something_else_is_refused(root: Path) -> None:
    (root / LOCAL).mkdir()
    (root / LOCK).mkdir()
    with (
        pytest.raises(CtxError, match=r"cannot lock the context: .*; nothing was written"),
        Writer(root, wait=0.1).transaction(),
    ):
        pass


class Queue(System):
    """A system on which time passes only while somebody waits; others get the lock at each of some pauses."""

    def __init__(self, root: Path, turns: int) -> None:
        self.lock = root / LOCK
        self.turns = turns
        self.now = 0.0
        self.pauses: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += 10
        if self.turns:
            self.turns -= 1
            os.utime(self.lock, (self.turns, self.turns))


def test_one_who_waits_goes_on_waiting_while_others_get_on(root: Path) -> None:
    with holder(root):
        system = Queue(root, turns=50)
        with (
            pytest.raises(CtxError, match="another program is writing"),
            Writer(root, system=system).transaction(),
        ):
            pass
        assert system.now == 50 * 10 + 30


def test_pauses_grow_up_to_a_limit_and_differ(root: Path) -> None:
    with holder(root):
        queues = [Queue(root, turns=50) for _ in range(2)]
        for system in queues:
            with pytest.raises(CtxError), Writer(root, system=system).transaction():
                pass
    one, other = (system.pauses for system in queues)
    assert one != other
    assert max(one[:3]) < min(one[12:])
    assert max(one) <= 0.3 + 1e-9
    assert min(one) > 0


def test_whoever_gets_the_lock_is_seen_to_have_got_it(root: Path) -> None:
    with Writer(root).transaction():
        os.utime(root / LOCK, (1, 1))
    with Writer(root).transaction():
        assert (root / LOCK).stat().st_mtime > 1


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.ENOLCK])
def test_where_flock_is_missing_nothing_is_written_and_it_is_said(
    root: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    import fcntl

    monkeypatch.setattr(fcntl, "flock", failing_lock(OSError(code, os.strerror(code))))
    for _ in range(2):
        with pytest.raises(CtxError, match=r"the file system has no locks .*; nothing was written"):
            write(root, FILE)
    assert bytes_of(root, FILE) == OLD_TEXT.encode()


@pytest.mark.parametrize("link", [LOCAL, LOCK])
def test_a_lock_linked_out_of_the_project_is_refused(root: Path, link: str) -> None:
    (root / link).parent.mkdir(exist_ok=True)
    (root / link).symlink_to(root.parent / "elsewhere")
    with pytest.raises(CtxError, match="link out of the project"), Writer(root).transaction():
        pass
    assert not (root.parent / "elsewhere").exists()


def test_a_file_in_place_of_the_folder_is_refused(root: Path) -> None:
    (root / LOCAL).write_text("")
    with pytest.raises(CtxError, match="cannot lock the context") as caught, Writer(root).transaction():
        pass
    assert LOCAL in caught.value.hint


def failing_lock(error: Exception) -> Any:
    def acquire(*_args: object, **_more: object) -> None:
        raise error

    return acquire


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP])
def test_a_file_system_without_locks_is_named(root: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    monkeypatch.setattr(filelock.FileLock, "acquire", failing_lock(OSError(code, os.strerror(code))))
    with pytest.raises(CtxError, match="the file system has no locks") as caught, Writer(root).transaction():
        pass
    assert "file system" in caught.value.hint


def test_an_older_filelock_says_it_another_way(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filelock.FileLock, "acquire", failing_lock(NotImplementedError("no flock")))
    with pytest.raises(CtxError, match="the file system has no locks"), Writer(root).transaction():
        pass


def test_a_lock_that_would_outlive_its_holder_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filelock, "FileLock", filelock.SoftFileLock)
    with pytest.raises(CtxError, match="would outlive a killed program"), Writer(root).transaction():
        pass
    with pytest.raises(CtxError, match="would outlive a killed program"), Writer(root).transaction():
        pass


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_a_lock_that_cannot_be_opened_names_its_path(
    root: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(filelock.FileLock, "acquire", failing_lock(OSError(code, os.strerror(code))))
    with pytest.raises(CtxError, match=os.strerror(code)) as caught, Writer(root).transaction():
        pass
    assert caught.value.path == LOCK


@pytest.mark.skipif(not IS_ROOT, reason="needs to become somebody else")
def test_a_lock_in_a_folder_of_somebody_else_is_a_clear_error() -> None:
    with context_for_all() as root:
        expected = "cannot lock the context: Permission denied; nothing was written"
        assert expected in write_as_nobody(root)  # the folder cannot be made
        with Writer(root).transaction():
            pass
        assert expected in write_as_nobody(root)  # nor the lock opened


def test_filelock_is_not_imported_before_it_is_needed() -> None:
    code = "import sys, ctx.store.write, ctx.store.workspace; sys.exit('filelock' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)), check=False
    )
    assert done.returncode == 0
