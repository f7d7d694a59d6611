"""Another program saves a file while ctx writes it: at any step, in any manner, nothing of either is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest

from ctx.errors import CtxError
from ctx.markdown.edits import Edit
from ctx.store import pending
from ctx.store.editor import open_draft
from ctx.store.settle import EMPTIED, EMPTIED_UNKNOWN, YOUNG
from ctx.store.system import System
from ctx.store.target import BusyError
from ctx.store.write import Transaction, Writer
from tests.cli import ctx
from tests.faults import FILE, NEW, OLD_TEXT, OTHER, Refused, bytes_of, make_context, temps, with_fault
from tests.person import MANNERS

THEIRS = OLD_TEXT + "\r\n- theirs\r\n"
OURS = "- ours\r\n"
Act = Callable[[], object]


class Beside(System):
    """A system on which somebody does the next thing whenever we wait, and time passes only then."""

    def __init__(self, *acts: Act, told: bool = True) -> None:
        self.acts = list(acts)
        self.told = told
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.acts:
            self.acts.pop(0)()

    def clock(self) -> float:
        return self.now

    def is_being_written(self, path: Path) -> bool | None:
        return super().is_being_written(path) if self.told else None


class Unswapping(System):
    """A system that cannot swap two names in one step."""

    def _swap(self) -> None:
        return None


def can_tell(root: Path) -> bool:
    """Whether this system says who has a file open for writing."""
    return System().is_being_written(root / FILE) is not None


def append(transaction: Transaction) -> None:
    text = transaction.read(FILE) or ""
    transaction.replace(FILE, text + OURS)


def text_of(root: Path, path: str = FILE) -> str:
    return (bytes_of(root, path) or b"").decode()


def is_clean(root: Path) -> bool:
    """Whether nothing is left but what was to be."""
    return (
        not temps(root)
        and not (root / pending.KEPT).exists()
        and not (root / ".context/.local/pending").exists()
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_context(tmp_path / "project")


def opened(root: Path, mode: str) -> IO[bytes]:
    return (root / FILE).open(mode, buffering=0)


def test_a_file_that_is_emptied_and_held_open_is_waited_for(root: Path) -> None:
    if not can_tell(root):
        pytest.skip("this system does not say who writes a file")
    file = opened(root, "wb")

    def save() -> None:
        file.write(THEIRS.encode())
        file.close()

    system = Beside(lambda: None, lambda: file.write(b""), lambda: None, save)
    Writer(root, system=system).run(append)
    assert text_of(root) == THEIRS + OURS
    assert system.acts == []
    assert is_clean(root)


def test_one_who_goes_on_writing_is_named_and_nothing_is_touched(root: Path) -> None:
    if not can_tell(root):
        pytest.skip("this system does not say who writes a file")
    system = Beside()
    with opened(root, "r+b"):
        before = (root / FILE).stat().st_ino
        with pytest.raises(
            BusyError, match="is being written by another program; nothing was written"
        ) as caught:
            Writer(root, system=system).run(append)
        assert caught.value.hint
        assert (root / FILE).stat().st_ino == before
    assert 30 <= system.now < 40
    assert text_of(root) == OLD_TEXT


def test_a_file_emptied_in_one_step_and_filled_in_another_is_waited_for(root: Path) -> None:
    os.truncate(root / FILE, 0)
    os.utime(root / FILE, (2e9, 2e9))  # a clock that went back must not make it look old
    system = Beside(lambda: None, lambda: (root / FILE).write_bytes(THEIRS.encode()))
    Writer(root, system=system).run(append)
    assert text_of(root) == THEIRS + OURS


@pytest.mark.parametrize(("told", "needed"), [(True, EMPTIED), (False, EMPTIED_UNKNOWN)])
def test_a_file_that_stays_empty_is_believed_in_the_end(root: Path, told: bool, needed: float) -> None:
    os.truncate(root / FILE, 0)
    os.utime(root / FILE, (2e9, 2e9))
    system = Beside(told=told)
    Writer(root, system=system).run(append)
    assert text_of(root) == OURS
    assert needed <= system.now < needed + 1


def test_a_file_that_lost_half_of_itself_while_we_looked_is_waited_for(root: Path) -> None:
    calls: list[str] = []

    def act(transaction: Transaction) -> None:
        append(transaction)
        calls.append(text_of(root))
        if len(calls) == 1:
            os.truncate(root / FILE, 20)

    system = Beside(lambda: (root / FILE).write_bytes(THEIRS.encode()))
    Writer(root, system=system).run(act)
    assert text_of(root) == THEIRS + OURS
    assert len(calls) > 2


def test_where_the_system_cannot_tell_a_young_file_stands_still_first_but_not_our_own(root: Path) -> None:
    os.utime(root / FILE, (2e9, 2e9))
    system = Beside(told=False)
    Writer(root, system=system).run(append)
    assert YOUNG <= system.now < YOUNG + 1
    waited = system.now
    Writer(root, system=system).run(append)
    assert system.now == waited
    assert text_of(root) == OLD_TEXT + OURS * 2


@pytest.mark.parametrize("system", [System, Unswapping])
@pytest.mark.parametrize("save", MANNERS, ids=lambda save: save.__name__)
@pytest.mark.parametrize("step", ["open_temp", "sync", "read_back", "is_being_written", "exchange"])
def test_what_is_saved_before_the_exchange_is_kept_and_ours_is_put_on_top(
    root: Path, save: Callable[[Path, bytes], float], step: str, system: type[System]
) -> None:
    here = with_fault(
        step, lambda real, *args: (save(root / FILE, THEIRS.encode()), real(*args))[1], of=system()
    )
    Writer(root, system=here).run(append)
    assert text_of(root) == THEIRS + OURS
    assert is_clean(root)


@pytest.mark.parametrize("save", MANNERS, ids=lambda save: save.__name__)
def test_what_is_saved_in_the_instant_of_the_replacement_itself_is_put_back(
    root: Path, save: Callable[[Path, bytes], float]
) -> None:
    def act(real: Callable[..., Any], *args: Path) -> Any:
        save(root / FILE, THEIRS.encode())
        return real(*args)

    with Refused(
        Writer(root, system=with_fault("exchange", act)),
        "was changed by another program meanwhile; nothing was written",
    ) as transaction:
        append(transaction)
    assert text_of(root) == THEIRS
    assert is_clean(root)


def test_of_two_texts_saved_as_we_write_the_newer_stays_and_the_older_is_kept(root: Path) -> None:
    texts = [THEIRS, THEIRS + "- newer\r\n"]
    system = System()
    real = system.exchange

    def exchange(temp: Path, place: Path) -> bool:
        if texts:
            MANNERS[0](place, texts.pop(0).encode())
        return real(temp, place)

    system.exchange = exchange  # type: ignore[method-assign,assignment]
    attempt = Refused(Writer(root, system=system), r"; an earlier text is in \.context/\.local/kept/")
    with attempt as transaction:
        append(transaction)
    assert text_of(root) == THEIRS + "- newer\r\n"
    (kept,) = (root / pending.KEPT).iterdir()
    assert str(kept.relative_to(root)) in attempt.error.message
    assert kept.read_bytes().decode() == THEIRS
    assert temps(root) == []


@pytest.mark.parametrize("has_ours", [True, False])
@pytest.mark.parametrize("save", MANNERS, ids=lambda save: save.__name__)
def test_what_is_saved_right_after_is_kept_and_ours_is_in_it_once(
    root: Path, save: Callable[[Path, bytes], float], *, has_ours: bool
) -> None:
    theirs = (OLD_TEXT + OURS if has_ours else OLD_TEXT) + "- theirs\r\n"

    def act(real: Callable[..., Any], *args: Path) -> None:
        save(root / FILE, theirs.encode())
        real(*args)

    Writer(root, system=with_fault("sync_folder", act)).run(append)
    assert sorted(text_of(root).removeprefix(OLD_TEXT).splitlines()) == ["- ours", "- theirs"]
    assert is_clean(root)


@pytest.mark.parametrize("system", [System, Unswapping])
def test_who_opened_the_file_just_before_goes_on_writing_into_it(root: Path, system: type[System]) -> None:
    if not can_tell(root):
        pytest.skip("this system does not say who writes a file")
    files: list[IO[bytes]] = []

    def act(real: Callable[..., Any], *args: Path) -> Any:
        files.append(opened(root, "r+b"))
        return real(*args)

    here = with_fault("exchange", act, of=system())

    def save(_seconds: float) -> None:
        if not files[0].closed:
            files[0].write(THEIRS.encode())
            files[0].close()

    here.sleep = save  # type: ignore[method-assign,assignment]
    Writer(root, system=here).run(append)
    assert text_of(root) == THEIRS + OURS
    assert is_clean(root)


def test_a_file_that_somebody_else_makes_first_is_theirs_with_ours_on_top(root: Path) -> None:
    def act(real: Callable[..., Any], temp: Path, place: Path) -> None:
        place.write_text("theirs\n")
        real(temp, place)

    def add(transaction: Transaction) -> None:
        transaction.replace(OTHER, (transaction.read(OTHER) or "") + "ours\n")

    Writer(root, system=with_fault("place_new", act)).run(add)
    assert text_of(root, OTHER) == "theirs\nours\n"
    assert is_clean(root)


def test_a_file_that_is_saved_as_it_is_removed_stays(root: Path) -> None:
    def act(real: Callable[..., Any], *args: Path) -> None:
        (root / FILE).write_bytes(THEIRS.encode())
        real(*args)

    with Refused(
        Writer(root, system=with_fault("set_aside", act)), "meanwhile; nothing was written"
    ) as transaction:
        transaction.remove(FILE)
    assert text_of(root) == THEIRS
    assert is_clean(root)


def test_of_several_files_all_are_taken_back_when_one_is_saved_meanwhile(root: Path) -> None:
    (root / OTHER).write_bytes(b"- [ ] old\n")

    def act(real: Callable[..., Any], *args: Path) -> Any:
        (root / FILE).write_bytes(THEIRS.encode())
        return real(*args)

    with Refused(
        Writer(root, system=with_fault("exchange", act, on=2)), "nothing was written"
    ) as transaction:
        transaction.create(NEW, "kept\n")
        transaction.replace(OTHER, "new\n")
        append(transaction)
    assert (text_of(root), text_of(root, OTHER), bytes_of(root, NEW)) == (THEIRS, "- [ ] old\n", None)
    assert is_clean(root)


def test_an_error_about_half_a_file_is_not_believed(root: Path) -> None:
    if not can_tell(root):
        pytest.skip("this system does not say who writes a file")
    file = opened(root, "wb")
    file.write(THEIRS.encode()[:1])  # half of a byte order mark: not even UTF-8

    def save() -> None:
        file.write(THEIRS.encode()[1:])
        file.close()

    def act(transaction: Transaction) -> str:
        text = transaction.read(FILE) or ""
        if "One" not in text:
            raise CtxError("there is no entry One")
        transaction.edit(FILE, [Edit(len(text), len(text), OURS)])
        return "done"

    assert Writer(root, system=Beside(lambda: None, save)).run(act) == "done"
    assert text_of(root) == THEIRS + OURS


def test_an_error_that_is_true_is_raised_at_once(root: Path) -> None:
    system = Beside()

    def act(transaction: Transaction) -> None:
        transaction.read(FILE)
        raise CtxError("there is no such entry")

    with pytest.raises(CtxError, match="no such entry"):
        Writer(root, system=system).run(act)
    assert system.now == 0


CRASH = """
import os, sys
from pathlib import Path
from ctx.store.system import System
from ctx.store.write import Writer
from tests.faults import with_fault
from tests.test_write_beside import FILE, THEIRS, Unswapping, append
root, name, kind, late = Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]

def crash(real, *args):
    if kind == "saved":
        (root / FILE).write_bytes(THEIRS.encode())
    real(*args)
    if late == "late":
        (root / FILE).write_bytes(b"- later\\n")
    os._exit(9)

system = {"System": System, "Unswapping": Unswapping}[name]()
Writer(root, system=with_fault("exchange", crash, of=system)).run(append)
"""


def crash(root: Path, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CRASH, str(root), *arguments],
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
        check=False,
    )
    assert done.returncode == 9


@pytest.mark.parametrize("system", ["System", "Unswapping"])
@pytest.mark.parametrize("kind", ["saved", "quiet"])
def test_what_was_saved_as_we_were_killed_comes_back_with_the_next_write(
    root: Path, system: str, kind: str
) -> None:
    crash(root, system, kind, "")
    with Writer(root).transaction() as transaction:
        assert transaction.read(FILE) == (THEIRS if kind == "saved" else OLD_TEXT + OURS)
    assert is_clean(root)


def test_a_text_that_has_no_place_any_more_is_kept(root: Path) -> None:
    crash(root, "System", "saved", "late")
    with Writer(root).transaction() as transaction:
        assert transaction.read(FILE) == "- later\n"
    assert [path.read_text("utf-8") for path in (root / pending.KEPT).iterdir()] == [
        THEIRS.replace("\r\n", "\n")
    ]
    assert temps(root) == []


@pytest.mark.parametrize("note", ["", "{", "[1]", '["a"]', '[["x", "y", null, null]]'])
def test_a_note_that_was_cut_short_keeps_nobody_from_writing(root: Path, note: str) -> None:
    (root / ".context/.local").mkdir()
    (root / ".context/.local/pending").write_text(note)
    Writer(root).run(append)
    assert text_of(root) == OLD_TEXT + OURS
    assert is_clean(root)


def test_a_file_that_somebody_reads_or_that_is_not_ours_to_ask_about_is_no_hindrance(root: Path) -> None:
    with opened(root, "rb"):
        Writer(root, system=Beside()).run(append)
    assert text_of(root) == OLD_TEXT + OURS


def test_a_lease_that_is_broken_does_not_end_the_process(root: Path) -> None:
    """Somebody opens the file in the instant in which it is asked about: the system tells by a signal."""
    if not can_tell(root):
        pytest.skip("this system does not say who writes a file")
    code = (
        "import fcntl, os, sys\n"
        "from pathlib import Path\n"
        "from ctx.store.system import System\n"
        "real, path = fcntl.fcntl, Path(sys.argv[1])\n"
        "def asked(descriptor, command, *rest):\n"
        "    answer = real(descriptor, command, *rest)\n"
        "    if command == fcntl.F_SETLEASE and rest == (fcntl.F_RDLCK,):\n"
        "        try: os.open(path, os.O_WRONLY | os.O_NONBLOCK)\n"
        "        except BlockingIOError: print('broken')\n"
        "    return answer\n"
        "fcntl.fcntl = asked\n"
        "print(System().is_being_written(path))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(root / FILE)],
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "broken\nFalse\n"), done


def test_a_note_that_came_with_a_clone_touches_nothing_outside_the_project(root: Path) -> None:
    """Whatever it names: files elsewhere, files that are no temporary ones, links in our own folder."""
    outside = root.parent / "outside.md"
    outside.write_text("theirs")
    temp = root.parent / ".0123456789abcdef.ctx-tmp"
    temp.write_text("theirs too")
    inside = root / ".context/NOTES.md"
    inside.write_text("a page")
    (root / "link.md").symlink_to(outside)
    rows = [
        [path, name, pending.digest(old), pending.digest(new)]
        for path in ("../outside.md", str(outside), "link.md", FILE, ".context/NOTES.md", 7)
        for name in ("outside.md", temp.name, f"../{temp.name}", str(temp), "NOTES.md", "LEARNINGS.md", 7)
        for old, new in ((b"theirs", b"theirs too"), (b"a page", OLD_TEXT.encode()), (b"x", b"theirs"))
    ]
    (root / ".context/.local").mkdir()
    (root / ".context/.local/pending").write_text(json.dumps(rows))
    for name in ("written", "kept", "drafts"):
        (root / ".context/.local" / name).symlink_to(root.parent)
    Writer(root).run(append)
    assert (outside.read_text(), temp.read_text(), inside.read_text()) == ("theirs", "theirs too", "a page")
    assert text_of(root) == OLD_TEXT + OURS
    with open_draft(root, "any") as draft:
        assert not Path(draft.shown).is_relative_to(root.parent)
    Writer(root, system=Beside(told=False)).run(append)
    assert sorted(path.name for path in root.parent.iterdir()) == [temp.name, "outside.md", "project"]


def test_a_command_beside_a_script_that_rewrites_the_file(tmp_path: Path) -> None:
    """`(exec > LEARNINGS.md; …; cat full.md) & ctx learn …`: both are there in the end."""
    assert ctx("init", cwd=tmp_path).code == 0
    path = tmp_path / FILE
    lock = tmp_path / ".context/.local/lock"
    before = lock.stat().st_mtime_ns
    full = "# Learnings\n\n## [2026-01-01-000001] Theirs\n\nwords\n\n---\n"
    with path.open("wb", buffering=0) as file:
        command = [sys.executable, "-m", "ctx", "learn", "Ours", "--body", "other words"]
        process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while process.poll() is None and lock.stat().st_mtime_ns == before:
            time.sleep(0.001)  # until it has read the file, empty as it is, and got the lock
        file.write(full.encode())
    said = process.communicate()
    assert process.returncode == 0, said
    text = path.read_text("utf-8")
    assert "] Theirs\n\nwords\n" in text
    assert "] Ours\n\nother words\n" in text
