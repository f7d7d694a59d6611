"""What is never written to, and what is never written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ctx.errors import CtxError
from ctx.store.system import System
from ctx.store.target import look, require_writable
from ctx.store.write import Writer
from tests.faults import (
    FILE,
    IS_ROOT,
    OLD_TEXT,
    OTHER,
    Refused,
    bytes_of,
    context_for_all,
    failing,
    make_context,
    temps,
    with_fault,
    write,
    write_as_nobody,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_context(tmp_path / "project")


def refused(root: Path, path: str) -> str:
    """Every way to change the file is refused in the same words."""
    messages = set()
    for change in ("replace", "create"):
        attempt = Refused(Writer(root))
        with attempt as transaction:
            getattr(transaction, change)(path, "new\n")
        messages.add(attempt.error.message)
    assert temps(root) == []
    assert len(messages) == 1
    return messages.pop()


def test_one_file_by_two_names_is_refused(root: Path) -> None:
    (root / "link.md").symlink_to(FILE)
    with Refused(Writer(root), f"is the same file as {FILE}") as transaction:
        transaction.replace(FILE, "a")
        transaction.replace("link.md", "b")
    assert bytes_of(root, FILE) == OLD_TEXT.encode()


def test_paths_out_of_the_project_are_refused(root: Path) -> None:
    outside = root.parent / "outside.md"
    outside.write_text("theirs\n")
    (root / "link.md").symlink_to(outside)
    (root / "folder").symlink_to(root.parent)
    for path in (
        str(outside),
        "../outside.md",
        ".context/../../outside.md",
        "C:/x.md",
        "\\\\host\\x",
        "..\\x",
    ):
        assert refused(root, path) == "leads out of the project"
    assert refused(root, "link.md") == "is a link to a file outside the project"
    assert refused(root, "folder/outside.md") == "lies in a linked folder outside the project"
    for path in ("", ".", "docs/"):
        assert refused(root, path) == "names no file"
    assert outside.read_text() == "theirs\n"


def test_what_is_no_file_is_refused_and_not_waited_for(root: Path) -> None:
    os.mkfifo(root / "pipe.md")
    (root / "folder.md").mkdir()
    (root / "gone.md").symlink_to("nowhere.md")
    (root / "loop.md").symlink_to("loop.md")
    (root / ".context/null.md").symlink_to("/dev/null")
    assert refused(root, "pipe.md") == "is a pipe, not a file"
    assert refused(root, "folder.md") == "is a folder, not a file"
    assert refused(root, "gone.md") == "is a link to a file that is gone"
    assert "read" in refused(root, "loop.md")
    assert refused(root, ".context/null.md") == "is a link to a file outside the project"
    assert "cannot be read" in refused(root, f"{FILE}/below.md") or "folder" in refused(
        root, f"{FILE}/below.md"
    )


def test_a_read_only_file_is_refused_though_the_folder_would_allow_it(root: Path) -> None:
    (root / FILE).chmod(0o444)
    with pytest.raises(CtxError, match="is read-only; the file is as it was"):
        write(root, FILE)
    with Refused(Writer(root), "is read-only; the file is as it was") as transaction:
        transaction.remove(FILE)
    assert bytes_of(root, FILE) == OLD_TEXT.encode()


def test_a_read_only_folder_is_refused(root: Path) -> None:
    (root / "docs").mkdir()
    (root / "docs/page.md").write_text("old\n")
    (root / "docs").chmod(0o555)
    try:
        with pytest.raises(CtxError, match="lies in a read-only folder; the file is as it was"):
            write(root, "docs/page.md")
        with pytest.raises(CtxError, match="lies in a read-only folder; the file was not made"):
            write(root, "docs/deep/new.md")
    finally:
        (root / "docs").chmod(0o755)


@pytest.mark.skipif(not IS_ROOT, reason="needs to become somebody else")
def test_an_unreadable_file_is_refused() -> None:
    with context_for_all() as root:
        (root / ".context").chmod(0o777)
        (root / FILE).chmod(0o600)
        assert "cannot be read: Permission denied" in write_as_nobody(root)
        assert bytes_of(root, FILE) == OLD_TEXT.encode()


@pytest.mark.skipif(not IS_ROOT, reason="needs to become somebody else")
def test_a_file_or_folder_that_only_others_may_write_is_refused() -> None:
    with context_for_all() as root:
        (root / ".context").chmod(0o777)
        (root / FILE).chmod(0o644)
        assert "is read-only; the file is as it was" in write_as_nobody(root)
        (root / ".context/.local").chmod(0o777)
        (root / FILE).chmod(0o666)
        (root / ".context").chmod(0o755)
        assert "lies in a read-only folder; the file is as it was" in write_as_nobody(root)
        assert bytes_of(root, FILE) == OLD_TEXT.encode()


@pytest.mark.parametrize("data", [b"a\0b", b"ok\n\xff\xfe"])
def test_a_file_that_cannot_be_read_whole_is_not_edited(root: Path, data: bytes) -> None:
    (root / FILE).write_bytes(data)
    attempt = Refused(Writer(root))
    with attempt as transaction:
        transaction.edit(FILE, [])
    assert attempt.error.line is not None
    assert bytes_of(root, FILE) == data


@pytest.mark.parametrize("text", ["a\0b", "half \ud800"])
def test_a_text_that_could_not_be_read_again_is_not_written(root: Path, text: str) -> None:
    with pytest.raises(CtxError, match="nothing was written"):
        write(root, FILE, text)
    assert bytes_of(root, FILE) == OLD_TEXT.encode()


def test_a_file_that_fails_to_be_read_is_not_written(root: Path) -> None:
    with Refused(Writer(root, system=with_fault("read", failing(5))), "cannot be read: Input") as transaction:
        transaction.replace(FILE, "new")
    assert bytes_of(root, FILE) == OLD_TEXT.encode()


def test_a_folder_that_is_a_file_is_refused(root: Path) -> None:
    target = look(root, "docs/a.md", System())
    (root / "docs").write_text("")
    with pytest.raises(CtxError, match="lies below 'docs', which is not a folder"):
        require_writable(target, System())


def test_a_file_that_appears_at_the_last_moment_is_not_overwritten(root: Path) -> None:
    def appear(real: Any, temp: Path, place: Path) -> None:
        place.write_text("theirs\n")
        real(temp, place)

    with Refused(Writer(root, system=with_fault("place_new", appear)), "meanwhile; nothing") as transaction:
        transaction.create(OTHER, "ours\n")
    assert bytes_of(root, OTHER) == b"theirs\n"
    assert temps(root) == []
