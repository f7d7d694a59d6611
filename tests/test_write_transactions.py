"""What a transaction reads, stages, writes and refuses."""

from __future__ import annotations

import os
import stat
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctx.errors import CtxError
from ctx.markdown.edits import Edit
from ctx.store.publish import STALE
from ctx.store.write import Writer
from tests.faults import (
    FILE,
    IS_ROOT,
    OLD_TEXT,
    OTHER,
    Refused,
    bytes_of,
    make_context,
    temps,
    write,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_context(tmp_path / "project")


def test_edits_keep_mark_line_endings_mode_and_missing_newline(root: Path) -> None:
    (root / FILE).chmod(0o664)
    with Writer(root).transaction() as transaction:
        text = transaction.read(FILE)
        assert text == OLD_TEXT
        at = text.index("One")
        transaction.edit(FILE, [Edit(at, at + 3, "Two")])
        assert transaction.read(FILE) == OLD_TEXT.replace("One", "Two")
    assert bytes_of(root, FILE) == OLD_TEXT.replace("One", "Two").encode()
    assert stat.S_IMODE((root / FILE).stat().st_mode) == 0o664


@st.composite
def texts_and_edits(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    alphabet = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    text = draw(st.text(st.sampled_from("\r\n﻿ a#é\u2028") | alphabet, max_size=60))
    points = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    spans = zip(points[::2], points[1::2], strict=False)
    return text, [Edit(start, end, draw(st.text(alphabet, max_size=5))) for start, end in spans]


@given(texts_and_edits())
def test_nothing_outside_the_spans_changes(
    tmp_path_factory: pytest.TempPathFactory, case: tuple[str, list[Edit]]
) -> None:
    text, edits = case
    root = tmp_path_factory.mktemp("law")
    (root / "file.md").write_bytes(text.encode())
    os.utime(root / "file.md", (1, 1))  # a file that was emptied just now is waited for
    with Writer(root).transaction() as transaction:
        transaction.edit("file.md", edits)
    left = (root / "file.md").read_bytes()
    position = 0
    for edit in edits:
        for part in (text[position : edit.start], edit.replacement):
            assert left.startswith(part.encode())
            left = left[len(part.encode()) :]
        position = edit.end
    assert left == text[position:].encode()


def test_nothing_is_written_when_the_block_raises(root: Path) -> None:
    with suppress(KeyError), Writer(root).transaction() as transaction:
        transaction.replace(FILE, "new\n")
        transaction.create(OTHER, "new\n")
        raise KeyError
    assert bytes_of(root, FILE) == OLD_TEXT.encode()
    assert bytes_of(root, OTHER) is None


def test_a_file_that_does_not_change_is_not_touched(root: Path) -> None:
    before = (root / FILE).stat()
    with Writer(root).transaction() as transaction:
        transaction.edit(FILE, [])
        transaction.replace(FILE, OLD_TEXT)
    after = (root / FILE).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_reading_sees_what_is_staged(root: Path) -> None:
    with Writer(root).transaction() as transaction:
        assert transaction.read(OTHER) is None
        transaction.create(OTHER, "- [ ] a\n")
        transaction.edit(OTHER, [Edit(3, 4, "x")])
        assert transaction.read(OTHER) == "- [x] a\n"
        with pytest.raises(CtxError, match="exists already"):
            transaction.create(OTHER, "")
        transaction.remove(OTHER)
        assert transaction.read(OTHER) is None
        with pytest.raises(CtxError, match="no such file"):
            transaction.edit(OTHER, [])
        with pytest.raises(CtxError, match="no such file"):
            transaction.remove(OTHER)
        transaction.create(OTHER, "again\n")
    assert bytes_of(root, OTHER) == b"again\n"


def test_a_commit_within_the_block_writes_and_the_block_goes_on(root: Path) -> None:
    with suppress(KeyError), Writer(root).transaction() as transaction:
        transaction.create(".context/archive/a.md", "kept\n")
        transaction.commit()
        assert bytes_of(root, ".context/archive/a.md") == b"kept\n"
        transaction.edit(".context/archive/a.md", [Edit(0, 0, "lost ")])
        raise KeyError
    assert bytes_of(root, ".context/archive/a.md") == b"kept\n"


def test_after_the_block_nothing_is_taken(root: Path) -> None:
    with Writer(root).transaction() as transaction:
        pass
    transaction.commit()
    with pytest.raises(RuntimeError, match="over"):
        transaction.replace(FILE, "")
    assert bytes_of(root, FILE) == OLD_TEXT.encode()


def test_a_file_is_removed_and_of_a_link_the_link(root: Path) -> None:
    (root / "link.md").symlink_to(FILE)
    with Writer(root).transaction() as transaction:
        transaction.remove("link.md")
    assert not (root / "link.md").is_symlink()
    with Writer(root).transaction() as transaction:
        transaction.remove(FILE)
    assert bytes_of(root, FILE) is None


def test_a_new_file_has_the_usual_mode(root: Path) -> None:
    (root / "usual").write_text("")
    write(root, ".context/sessions/2026-11-21-build/auth.md")
    made = root / ".context/sessions/2026-11-21-build/auth.md"
    assert stat.S_IMODE(made.stat().st_mode) == stat.S_IMODE((root / "usual").stat().st_mode)
    assert made.stat().st_nlink == 1


@pytest.mark.skipif(not IS_ROOT, reason="only an administrator may give files away")
def test_owner_and_group_stay(root: Path) -> None:
    os.chown(root / FILE, 1234, 2345)
    (root / FILE).chmod(0o604)
    write(root, FILE)
    found = (root / FILE).stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (1234, 2345, 0o604)


def test_a_link_in_the_project_stays_and_its_file_changes(root: Path) -> None:
    (root / "docs").mkdir()
    (root / "docs/real.md").write_text("old\n")
    (root / OTHER).symlink_to("../docs/real.md")
    write(root, OTHER)
    assert (root / OTHER).is_symlink()
    assert (root / "docs/real.md").read_text() == "new\n"


def test_a_context_folder_linked_from_elsewhere_is_written_to(tmp_path: Path) -> None:
    make_context(tmp_path / "shared")
    (tmp_path / "project").mkdir()
    (tmp_path / "project/.context").symlink_to(tmp_path / "shared/.context")
    write(tmp_path / "project", FILE)
    assert bytes_of(tmp_path / "shared", FILE) == b"new\n"


def test_what_another_program_saved_meanwhile_is_not_overwritten(root: Path) -> None:
    for path in (FILE, OTHER):
        attempt = Refused(Writer(root))
        with attempt as transaction:
            transaction.replace(path, "ours\n")
            (root / path).write_text("theirs\n")
        assert attempt.error.message == "was changed by another program meanwhile; nothing was written"
        assert attempt.error.hint == "run the command again"
        assert bytes_of(root, path) == b"theirs\n"
        assert temps(root) == []


def test_of_several_files_none_is_written_when_one_was_changed_meanwhile(root: Path) -> None:
    with Refused(Writer(root), "nothing was written") as transaction:
        transaction.create(OTHER, "ours\n")
        transaction.replace(FILE, "ours\n")
        (root / FILE).unlink()
    assert bytes_of(root, OTHER) is None


def test_a_link_that_leads_elsewhere_meanwhile_is_noticed(root: Path) -> None:
    for name in ("one.md", "two.md"):
        (root / name).write_text("same\n")
    (root / OTHER).symlink_to("../one.md")
    with Refused(Writer(root), "meanwhile") as transaction:
        transaction.replace(OTHER, "ours\n")
        (root / OTHER).unlink()
        (root / OTHER).symlink_to("../two.md")
    assert (root / "one.md").read_text() == (root / "two.md").read_text() == "same\n"


def test_leavings_of_killed_programs_are_swept_up_and_nothing_else(root: Path) -> None:
    names = [".0123456789abcdef.ctx-tmp", ".fedcba9876543210.ctx-tmp", ".mine.ctx-tmp", "x.tmp"]
    for name in names:
        (root / ".context" / name).write_text("half")
    old = time.time() - STALE - 60
    for name in (names[0], *names[2:]):
        os.utime(root / ".context" / name, (old, old))
    write(root, FILE)
    assert sorted(path.name for path in (root / ".context").glob("*tmp")) == sorted(names[1:])


def test_threads_take_turns(root: Path) -> None:
    writer = Writer(root)
    write(root, FILE, "x")

    def append() -> None:
        for _ in range(10):
            with writer.transaction() as transaction:
                transaction.replace(FILE, (transaction.read(FILE) or "") + "x")

    threads = [threading.Thread(target=append) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bytes_of(root, FILE) == b"x" * 41
