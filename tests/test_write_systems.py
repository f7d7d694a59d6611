"""What differs between systems, every branch of it, on whichever system this is."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ctx.store.system import Mac, System, Windows, current, is_reserved
from ctx.store.write import Writer
from tests.faults import FILE, IS_ROOT, OLD_TEXT, Refused, bytes_of, context_for_all, make_context, temps


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_context(tmp_path / "project")


def test_each_system_has_its_calls() -> None:
    assert type(current("linux")) is System
    assert type(current("darwin")) is Mac
    assert type(current("win32")) is Windows


@pytest.mark.parametrize("system", [System(), Mac(), Windows()], ids=lambda system: type(system).__name__)
def test_files_are_made_changed_and_removed(root: Path, system: System) -> None:
    writer = Writer(root, system=system)
    with writer.transaction() as transaction:
        transaction.replace(FILE, "new\n")
        transaction.create(".context/archive/a.md", "kept\n")
    assert bytes_of(root, FILE) == b"new\n"
    assert bytes_of(root, ".context/archive/a.md") == b"kept\n"
    with writer.transaction() as transaction:
        transaction.remove(FILE)
    assert bytes_of(root, FILE) is None
    assert temps(root) == []


class _Busy:
    """A call that another program hinders a few times."""

    def __init__(self, real: Any, times: int) -> None:
        self.real = real
        self.times = times

    def __call__(self, *args: Any) -> Any:
        self.times -= 1
        if self.times >= 0:
            raise PermissionError(13, "The process cannot access the file")
        return self.real(*args)


@pytest.mark.parametrize("name", ["replace", "rename", "unlink"])
def test_windows_waits_for_those_who_look_at_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    slept: list[float] = []
    system = Windows(sleep=slept.append)
    (tmp_path / "temp").write_text("new")
    busy = _Busy(getattr(Path, name), times=3)
    monkeypatch.setattr(Path, name, lambda *args: busy(*args))  # noqa: PLW0108 - binds the path
    if name == "replace":
        system.replace(tmp_path / "temp", tmp_path / "file")
    elif name == "rename":
        system.place_new(tmp_path / "temp", tmp_path / "file")
    else:
        system.remove(tmp_path / "temp")
    assert not (tmp_path / "temp").exists()
    assert slept == [0.01, 0.02, 0.04]


def test_windows_does_not_wait_for_ever(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(Path, "replace", _Busy(Path.replace, times=10**6))
    with Refused(
        Writer(root, system=Windows(sleep=slept.append)), "cannot access the file; the file is as it was"
    ) as transaction:
        transaction.replace(FILE, "new\n")
    assert bytes_of(root, FILE) == OLD_TEXT.encode()
    assert sum(slept) < 3


def test_windows_never_asks_whether_a_process_lives() -> None:
    assert Windows().is_alive(os.getpid()) is None
    assert System().is_alive(os.getpid()) is True
    assert System().is_alive(2**22 + 1) is False
    assert System().is_alive(10**30) is False


def test_mac_brings_bytes_to_the_platter_or_at_least_to_the_drive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    calls: list[object] = []
    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", lambda _descriptor, command: calls.append(command))
    monkeypatch.setattr(os, "fsync", lambda _descriptor: calls.append("fsync"))
    with (tmp_path / "file").open("w") as file:
        Mac().sync(file.fileno())
        assert calls == [51]

        def unknown(*_args: object) -> None:
            raise OSError(25, "Inappropriate ioctl for device")

        monkeypatch.setattr(fcntl, "fcntl", unknown)
        Mac().sync(file.fileno())
        assert calls == [51, "fsync"]


def test_names_that_windows_refuses() -> None:
    system = Windows()
    for name in ("aux.md", "CON", "com1.txt", "a:b", "what?.md", "dot.", "blank ", "tab\t"):
        assert system.name_problem(name), name
    for name in ("auxiliary.md", "LEARNINGS.md", ".context", "é.md", "com.md"):
        assert system.name_problem(name) is None, name
    assert is_reserved("Nul.tar.gz")
    assert not is_reserved("null.md")
    assert System().name_problem("aux.md") is None


def test_a_refused_name_is_not_written(root: Path) -> None:
    for system, path in ((Windows(), ".context/aux.md"), (System(), "a\0b.md")):
        with Refused(Writer(root, system=system), "is no name for a file") as transaction:
            transaction.create(path, "x")


def test_what_took_the_place_of_a_file_is_never_read_or_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        System().read(tmp_path / "pipe")


def test_rights_that_cannot_be_kept_are_an_error_but_an_owner_is_not(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fchown", refuse)
    (root / FILE).chmod(0o646)
    if IS_ROOT:
        os.chown(root / FILE, 1234, 1234)
    with Writer(root).transaction() as transaction:
        transaction.replace(FILE, "new\n")
    assert bytes_of(root, FILE) == b"new\n"
    monkeypatch.setattr(os, "fchmod", refuse)
    (root / FILE).chmod(0o666)  # wider than any umask in use leaves it
    with Refused(Writer(root), "not permitted; the file is as it was") as transaction:
        transaction.replace(FILE, "newer\n")


def test_a_link_that_fails_for_good_is_a_failure(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_more: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "link", fail)
    with Refused(Writer(root), "cannot be put in place: .+; the file was not made") as transaction:
        transaction.create("new.md", "x")
    assert not (root / "new.md").exists()


def test_a_process_of_somebody_else_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "kill", refuse)
    assert System().is_alive(1) is True


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOSYS])
@pytest.mark.parametrize("links", [True, False])
def test_where_names_cannot_be_swapped_the_old_file_is_kept_by_a_link_if_there_are_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, *, links: bool
) -> None:
    system = System()

    def unsupported(*_args: object) -> None:
        raise OSError(code, os.strerror(code))

    def no_links(*_args: object, **_more: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(system, "_swap", lambda: unsupported)
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    temp, real = tmp_path / ".0123456789abcdef.ctx-tmp", tmp_path / "file"
    temp.write_text("new")
    real.write_text("old")
    assert system.exchange(temp, real) is links
    assert real.read_text() == "new"
    assert (temp.read_text() if links else temp.exists()) == ("old" if links else False)
    assert len(list(tmp_path.iterdir())) == 1 + links


def test_a_swap_that_fails_for_good_is_a_failure(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = System()

    def fail(*_args: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(system, "_swap", lambda: fail)
    with Refused(
        Writer(root, system=system), "cannot be put in place: .+; the file is as it was"
    ) as transaction:
        transaction.replace(FILE, "new\n")
    assert bytes_of(root, FILE) == OLD_TEXT.encode()
    assert temps(root) == []


@pytest.mark.skipif(not IS_ROOT, reason="needs to become somebody else")
def test_of_a_file_of_somebody_else_the_system_does_not_say_who_writes_it() -> None:
    with context_for_all() as root:
        code = (
            "import os, sys\nfrom pathlib import Path\nfrom ctx.store.system import System\n"
            "System().is_being_written(Path(sys.argv[1]))\n"
            "os.setuid(65534)\nprint(System().is_being_written(Path(sys.argv[1])))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(root / FILE)],
            env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.stdout, done.stderr) == ("None\n", "")
