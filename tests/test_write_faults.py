"""Whatever fails, and wherever a process ends, a file holds its old bytes or its new ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ctx.store.system import System
from ctx.store.write import Transaction, Writer
from tests.faults import (
    AFTER_CHANGE,
    ERRORS,
    FILE,
    MAKING,
    NEW,
    NEW_TEXT,
    OLD_TEXT,
    OTHER,
    REPLACING,
    Refused,
    bytes_of,
    failing,
    failing_close,
    make_context,
    temps,
    with_fault,
)


def fault_of(step: str, code: int) -> Callable[..., Any]:
    return failing_close(code) if step == "close" else failing(code)


def check_free(root: Path) -> None:
    """No lock is held, nothing is left lying about."""
    assert temps(root) == []
    with Writer(root, wait=0).transaction():
        pass


@pytest.mark.parametrize("code", ERRORS, ids=os.strerror)
@pytest.mark.parametrize("step", REPLACING)
def test_a_failing_call_leaves_the_old_or_the_new_file_and_says_which(
    tmp_path: Path, step: str, code: int
) -> None:
    root = make_context(tmp_path)
    (root / FILE).chmod(0o640)  # other than the mode of a new file, so that `adopt` has something to do
    writer = Writer(root, system=with_fault(step, fault_of(step, code)))
    attempt = Refused(writer)
    with attempt as transaction:
        transaction.replace(FILE, NEW_TEXT)
    assert os.strerror(code) in attempt.error.message
    assert attempt.error.hint
    assert "\n" not in str(attempt.error)
    assert str(attempt.error).startswith(FILE)
    if step in AFTER_CHANGE:
        assert "the new text is in place but the folder could not be synced" in attempt.error.message
        assert bytes_of(root, FILE) == NEW_TEXT.encode()
    else:
        assert "the file is as it was" in attempt.error.message
        assert bytes_of(root, FILE) == OLD_TEXT.encode()
    check_free(root)


@pytest.mark.parametrize("code", ERRORS, ids=os.strerror)
@pytest.mark.parametrize("step", MAKING)
def test_a_failing_call_leaves_no_half_made_file(tmp_path: Path, step: str, code: int) -> None:
    root = make_context(tmp_path)
    after = step in AFTER_CHANGE  # its first call is for the new folder
    writer = Writer(root, system=with_fault(step, fault_of(step, code), on=2 if after else 1))
    attempt = Refused(writer)
    with attempt as transaction:
        transaction.create(NEW, NEW_TEXT)
    if after:
        assert "the new text is in place" in attempt.error.message
        assert bytes_of(root, NEW) == NEW_TEXT.encode()
    else:
        assert "the file was not made" in attempt.error.message
        assert not (root / NEW).parent.exists()
    check_free(root)


def test_a_failing_removal_leaves_the_file(tmp_path: Path) -> None:
    root = make_context(tmp_path)
    writer = Writer(root, system=with_fault("set_aside", failing(13)))
    with Refused(writer, "cannot be removed: .+; the file is as it was") as transaction:
        transaction.remove(FILE)
    assert bytes_of(root, FILE) == OLD_TEXT.encode()


def test_a_removal_whose_folder_cannot_be_synced_says_that_the_file_is_gone(tmp_path: Path) -> None:
    root = make_context(tmp_path)
    writer = Writer(root, system=with_fault("sync_folder", failing(5)))
    with Refused(writer, "the file is gone but the folder could not be synced") as transaction:
        transaction.remove(FILE)
    assert bytes_of(root, FILE) is None


def test_short_writes_are_carried_on(tmp_path: Path) -> None:
    root = make_context(tmp_path)

    def short(real: Callable[..., int], descriptor: int, data: memoryview) -> int:
        return real(descriptor, data[:7])

    with Writer(root, system=with_fault("write", short)).transaction() as transaction:
        transaction.replace(FILE, NEW_TEXT)
    assert bytes_of(root, FILE) == NEW_TEXT.encode()


def test_a_disk_that_fills_up_midway_leaves_the_old_file(tmp_path: Path) -> None:
    root = make_context(tmp_path)
    system = with_fault("write", failing(28), on=3)
    real = system.write
    system.write = lambda descriptor, data: real(descriptor, data[:50])  # type: ignore[method-assign]
    attempt = Refused(Writer(root, system=system), "No space left on device; the file is as it was")
    with attempt as transaction:
        transaction.replace(FILE, NEW_TEXT)
    assert "free some space" in attempt.error.hint
    assert bytes_of(root, FILE) == OLD_TEXT.encode()
    check_free(root)


def test_a_write_that_gets_nowhere_is_a_failure(tmp_path: Path) -> None:
    root = make_context(tmp_path)
    writer = Writer(root, system=with_fault("write", lambda _real, *_args: 0))
    with Refused(writer, "nothing more can be written; the file is as it was") as transaction:
        transaction.replace(FILE, NEW_TEXT)
    check_free(root)


def test_bytes_that_read_back_differently_are_not_put_in_place(tmp_path: Path) -> None:
    root = make_context(tmp_path)
    writer = Writer(root, system=with_fault("read_back", lambda real, path: real(path)[:-1] + b"?"))
    with Refused(writer, "reads back differently; the file is as it was") as transaction:
        transaction.replace(FILE, NEW_TEXT)
    assert bytes_of(root, FILE) == OLD_TEXT.encode()
    check_free(root)


@pytest.mark.parametrize("step", ["open_temp", "write", "sync", "close", "read_back"])
def test_when_the_second_of_three_cannot_be_prepared_nothing_is_written(tmp_path: Path, step: str) -> None:
    root = make_context(tmp_path)
    writer = Writer(root, system=with_fault(step, fault_of(step, 28), on=3))  # the folder's sync is one call
    with Refused(writer, "nothing was written") as transaction:
        transaction.create(NEW, NEW_TEXT)
        transaction.replace(FILE, NEW_TEXT)
        transaction.create(OTHER, NEW_TEXT)
    assert bytes_of(root, FILE) == OLD_TEXT.encode()
    assert bytes_of(root, NEW) is None
    assert bytes_of(root, OTHER) is None
    check_free(root)


def test_when_the_second_of_three_cannot_be_put_in_place_the_message_tells_them_apart(tmp_path: Path) -> None:
    root = make_context(tmp_path)
    writer = Writer(root, system=with_fault("exchange", failing(5)))
    attempt = Refused(writer)
    with attempt as transaction:
        transaction.create(NEW, NEW_TEXT)
        transaction.replace(FILE, NEW_TEXT)
        transaction.create(OTHER, NEW_TEXT)
    assert attempt.error.message == (
        "cannot be put in place: Input/output error; the file is as it was; "
        f"written: {NEW}; not written: {FILE}, {OTHER}"
    )
    assert bytes_of(root, NEW) == NEW_TEXT.encode()
    assert bytes_of(root, FILE) == OLD_TEXT.encode()
    assert bytes_of(root, OTHER) is None
    check_free(root)


def test_when_the_first_folder_cannot_be_synced_the_second_file_is_not_touched(tmp_path: Path) -> None:
    root = make_context(tmp_path)
    writer = Writer(root, system=with_fault("sync_folder", failing(5)))
    with Refused(writer, rf"in place but .*; written: {OTHER}; not written: {FILE}") as transaction:
        transaction.create(OTHER, NEW_TEXT)
        transaction.replace(FILE, NEW_TEXT)
    assert bytes_of(root, FILE) == OLD_TEXT.encode()


def test_a_file_system_without_folder_sync_or_hard_links_is_written_to_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_context(tmp_path)

    def no_links(*_args: object, **_more: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    system = with_fault("sync", failing(22), on=2)
    with Writer(root, system=system).transaction() as transaction:
        transaction.create(OTHER, NEW_TEXT)
    assert bytes_of(root, OTHER) == NEW_TEXT.encode()
    (root / "taken").write_text("old")
    with pytest.raises(FileExistsError):
        System().place_new(root / OTHER, root / "taken")


def test_a_real_limit_on_the_size_of_files_leaves_the_old_file(tmp_path: Path) -> None:
    root = make_context(tmp_path)
    code = (
        "import pathlib, resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "from ctx.store.write import Writer\n"
        "from tests.faults import FILE, NEW_TEXT\n"
        "with Writer(pathlib.Path(sys.argv[1])).transaction() as transaction:\n"
        "    transaction.replace(FILE, NEW_TEXT)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(root)],
        capture_output=True,
        text=True,
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
        check=False,
    )
    assert done.returncode == 1
    assert "File too large; the file is as it was" in done.stderr
    assert bytes_of(root, FILE) == OLD_TEXT.encode()
    check_free(root)


def test_a_process_that_ends_at_any_call_leaves_the_old_or_the_new_file_and_no_lock(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", str(tmp_path)],
        capture_output=True,
        text=True,
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    one_file, two_files = map(int, done.stdout.split())
    assert one_file == len([*REPLACING, *MAKING]) * 2 + 2
    assert two_files > one_file


def test_an_interrupt_leaves_the_old_file_and_no_lock(tmp_path: Path) -> None:
    root = make_context(tmp_path)

    def interrupt(*_args: object) -> None:
        raise KeyboardInterrupt

    for step in ("write", "sync", "close", "read_back", "exchange"):
        writer = Writer(root, system=with_fault(step, interrupt))
        with pytest.raises(KeyboardInterrupt), writer.transaction() as transaction:
            transaction.replace(FILE, NEW_TEXT)
        assert bytes_of(root, FILE) == OLD_TEXT.encode()
        check_free(root)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Python's own handler of Ctrl-C: a shell's background jobs start with the signal ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_between_two_files_waits_for_the_second(tmp_path: Path) -> None:
    root = make_context(tmp_path)

    def interrupt(real: Callable[..., bool], *args: Path) -> bool:
        kept = real(*args)
        signal.raise_signal(signal.SIGINT)
        return kept

    writer = Writer(root, system=with_fault("exchange", interrupt))
    with pytest.raises(KeyboardInterrupt), writer.transaction() as transaction:
        change_both(transaction)
    assert bytes_of(root, FILE) == bytes_of(root, OTHER) == NEW_TEXT.encode()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    check_free(root)


def change_both(transaction: Transaction) -> None:
    transaction.replace(FILE, NEW_TEXT)
    transaction.create(OTHER, NEW_TEXT)
