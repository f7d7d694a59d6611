"""Writers that are killed, many at once, and beside a person who saves: what they lost, counted.

`python -m tests.soak [KILLS]` runs the long versions and prints their figures; exit code 1 where something
was lost or refused. Nothing here depends on how fast a machine is: a writer is killed where it has got to a
point that was drawn for it, not after a time.
"""

from __future__ import annotations

import json
import os
import random
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ctx.actions.read_context import Reader
from ctx.markdown.edits import Edit
from ctx.store.pending import KEPT
from ctx.store.system import System
from ctx.store.write import Transaction, Writer

FILE = ".context/LEARNINGS.md"
HEAD = "\ufeff# Learnings\r\n\r\n<!-- guidance -->\r\n" + "- a line that nobody may touch\r\n" * 400
_PADDING = "x" * 80
_HERE = Path(__file__).parent.parent
# Where a writer can be killed: before, after or within a call of its commit, or once it has acknowledged.
STEPS = (
    "open_temp",
    "write",
    "sync",
    "close",
    "read_back",
    "is_being_written",
    "exchange",
    "sync_folder",
    "remove",
)
POINTS = (
    *(f"{when} {step}" for step in STEPS for when in ("before", "after")),
    "within write",
    "acknowledged",
)


class Doomed(System):
    """A system that says on stdout when it has got to a point for the n-th time, and goes no further.

    It also notes when a file was put in place last.
    """

    def __init__(self, point: str, count: int) -> None:
        self._point = point
        self._left = count
        self.exchanged = (0.0, 0.0)
        for step in STEPS:
            setattr(self, step, self._watched(step, getattr(self, step)))

    def _watched(self, step: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            began = time.monotonic()
            self.reach(f"before {step}")
            if step == "write" and self._point == "within write" and self._left == 1:
                real(args[0], args[1][: len(args[1]) // 2])
            self.reach(f"within {step}")
            result = real(*args)
            if step == "exchange":
                self.exchanged = (began, time.monotonic())
            self.reach(f"after {step}")
            return result

        return call

    def reach(self, point: str) -> None:
        """Wait for the end where this is the point."""
        if point == self._point:
            self._left -= 1
            if not self._left:
                print(point, flush=True)
                sys.stdin.read()
                time.sleep(3600)


class Note(NamedTuple):
    """A line that a writer acknowledged, and between which moments it was put in place."""

    writer: str
    number: int
    began: float
    ended: float


@dataclass(frozen=True)
class Report:
    """What happened, and what must be nothing: `lost`, `doubled`, `torn`, `vanished`, `refused`.

    `overwritten` are acknowledged lines that the person had not yet read when saving over them. `saves` is
    how often the person saved, `kept` how many lines of that were put elsewhere, where they can be found, and
    `vanished` how many are nowhere.
    """

    kills: int
    kills_under_lock: int
    seconds: float
    acknowledged: int
    present: int
    refused: int
    lost: int
    overwritten: int
    doubled: int
    torn: int
    head_intact: bool
    saves: int
    kept: int
    vanished: int
    leftovers: int

    @property
    def clean(self) -> bool:
        """Whether nothing was lost."""
        return self.head_intact and not (self.lost or self.doubled or self.torn or self.vanished)


def line_of(writer: str, number: int) -> str:
    """A line that shows when a part of it is missing."""
    return f"- {writer} {number} {_PADDING} {writer} {number}\r\n"


def write_for_ever(root: Path, writer: str, log: Path, point: str, count: int) -> None:
    """Append lines until killed; note each one once it is written."""
    note = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    system = Doomed(point, count)
    store = Writer(root, system=system)
    number = 0

    def append(transaction: Transaction) -> None:
        text = transaction.read(FILE) or ""
        transaction.edit(FILE, [Edit(len(text), len(text), line_of(writer, number))])

    while True:
        store.run(append)
        os.write(note, (json.dumps([writer, number, *system.exchanged]) + "\n").encode())
        system.reach("acknowledged")
        number += 1


def soak(folder: Path, *, kills: int, writers: int = 4, pause: float = 0, seed: int = 1) -> Report:
    """Kill `kills` writers, each at a point drawn for it; with a pause, a person saves as often as that."""
    root, choose, started = folder / "project", random.Random(seed), time.monotonic()
    _make_project(root)
    under_lock = done = refused = 0
    ready = selectors.DefaultSelector()
    with ExitStack() as stack:
        if pause:
            stack.enter_context(person(root, folder, pause))

        def start(name: str) -> None:
            point = POINTS[(done + len(ready.get_map())) % len(POINTS)]
            process = _start(root, folder, name, point, choose.randint(1, 8))
            assert process.stdout is not None
            ready.register(process.stdout, selectors.EVENT_READ, process)

        for slot in range(writers):
            start(f"w{slot}")
        while done < kills:
            for key, _ in ready.select():
                process = key.data
                reached = process.stdout.readline()
                process.kill()
                process.wait()
                ready.unregister(process.stdout)
                process.stdout.close()
                process.stdin.close()
                done += 1
                refused += not reached
                under_lock += reached not in {b"", b"acknowledged\n"}
                start(f"w.{done}")
        for key in list(ready.get_map().values()):
            key.data.kill()
            key.data.wait()
            key.data.stdout.close()
            key.data.stdin.close()
    return _examine(root, folder, started, done, under_lock, refused)


def _make_project(root: Path) -> None:
    (root / ".context").mkdir(parents=True)
    (root / FILE).write_bytes(HEAD.encode())


def _environment() -> dict[str, str]:
    return dict(os.environ, PYTHONPATH=os.pathsep.join([str(_HERE / "src"), str(_HERE)]))


def _start(root: Path, folder: Path, writer: str, point: str, count: int) -> subprocess.Popen[bytes]:
    log = str(folder / f"{writer}.log")
    return subprocess.Popen(
        [sys.executable, "-m", "tests.soak", "--writer", str(root), writer, log, point, str(count)],
        env=_environment(),
        cwd=_HERE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


@contextmanager
def person(root: Path, folder: Path, pause: float) -> Iterator[None]:
    """Somebody who saves the file by hand while the block runs; it begins once they have saved."""
    log = folder / "person.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.person", str(root / FILE), str(log), str(pause)],
        env=_environment(),
        cwd=_HERE,
        stdin=subprocess.PIPE,
    )
    try:
        while not (log.exists() and log.stat().st_size):
            assert process.poll() is None
            time.sleep(0.01)
        yield
    finally:
        process.communicate()
    assert process.returncode == 0


@contextmanager
def busy_loops(count: int) -> Iterator[None]:
    """Programs that keep the processors busy while the block runs."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def _examine(root: Path, folder: Path, started: float, kills: int, under_lock: int, refused: int) -> Report:
    ended = time.monotonic()
    with Writer(root).transaction():  # what the last one killed had left is tidied up
        pass
    text = (root / FILE).read_bytes().decode()
    lines = text.removeprefix(HEAD).splitlines(keepends=True)
    found = Counter(line for line in lines if not line.startswith("- person "))
    notes = [Note(*json.loads(row)) for log in folder.glob("*.log") for row in log.read_text().splitlines()]
    saves = _saves(folder)
    missing = [note for note in notes if not found[line_of(note.writer, note.number)]]
    overwritten = [note for note in missing if _was_overwritten(note, saves)]
    whole = {line for line in found if _is_whole(line)}
    gone = {line for save in saves for line in save["vanished"]}
    kept = {line for path in (root / KEPT).glob("*") for line in path.read_bytes().decode().splitlines(True)}
    return Report(
        kills=kills,
        kills_under_lock=under_lock,
        seconds=ended - started,
        acknowledged=len(notes),
        present=len(whole),
        refused=refused,
        lost=len(missing) - len(overwritten),
        overwritten=len(overwritten),
        doubled=sum(count > 1 for count in found.values()),
        torn=len(found) - len(whole),
        head_intact=text.startswith(HEAD),
        saves=len(saves),
        kept=len(gone & kept),
        vanished=len(gone - kept),
        leftovers=len(list(root.rglob(".*.ctx-tmp"))),
    )


def _saves(folder: Path) -> list[dict[str, Any]]:
    log = folder / "person.json"
    return [json.loads(row) for row in log.read_text().splitlines()] if log.exists() else []


def _was_overwritten(note: Note, saves: Sequence[dict[str, Any]]) -> bool:
    """Whether it was put in place after the person had read the file, and before they took it to save."""
    return any(save["began"] <= note.ended and note.began <= save["taken"] for save in saves)


def _is_whole(line: str) -> bool:
    parts = line.split(" ")
    return len(parts) == 6 and parts[2].isdigit() and line == line_of(parts[1], int(parts[2]))


@dataclass(frozen=True)
class AddReport:
    """What many `ctx add` did; `lost`, `doubled`, `torn` and `vanished` must be nothing."""

    commands: int
    killed: int
    seconds: float
    acknowledged: int
    refused: int
    present: int
    lost: int
    overwritten: int
    doubled: int
    torn: int
    saves: int
    vanished: int
    said: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether nothing was lost."""
        return not (self.lost or self.doubled or self.torn or self.vanished)


_ADD = """
import json, sys
from ctx.store import write
from tests.soak import Doomed
system = Doomed(sys.argv[3], 1)
write.current = lambda: system
from ctx.cli.errors import run
from ctx.cli.app import app_for
args = ["add", "learning", f"Entry {sys.argv[1]}", "--body", sys.argv[2]]
code = run(lambda: app_for(args)(args=args, standalone_mode=False))
sys.stderr.write(f"\\n{json.dumps(system.exchanged)}")
sys.exit(code)
"""


def add_at_once(
    folder: Path, *, commands: int, at_once: int, kills: int = 0, pause: float = 0, busy: int = 0
) -> AddReport:
    """Run `ctx add` as many times, so many at once, each in a process of its own.

    One that ended well is acknowledged; its entry must be in the file, once and whole. The first `kills` of
    them are killed, each at a point of its own. With a pause, a person saves the same file as often as that;
    `busy` programs keep the processors busy.
    """
    root, started = folder / "project", time.monotonic()
    _make_project(root)
    with ExitStack() as stack:
        if pause:
            stack.enter_context(person(root, folder, pause))
        stack.enter_context(busy_loops(busy))
        pool = stack.enter_context(ThreadPoolExecutor(at_once))
        dooms = [POINTS[number % len(POINTS[:-1])] if number < kills else "" for number in range(commands)]
        done = list(pool.map(lambda row: (row[0], _add(root, *row)), enumerate(dooms)))
    return _examine_added(root, folder, done, started)


def _add(root: Path, number: int, point: str) -> subprocess.CompletedProcess[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _ADD, str(number), f"{number} {_PADDING} {number}", point],
        env=_environment(),
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if point and line.strip() == point:
        process.kill()
    _, said = process.communicate()
    return subprocess.CompletedProcess("ctx add", process.returncode, line, said)


def _examine_added(
    root: Path, folder: Path, done: Sequence[tuple[int, subprocess.CompletedProcess[str]]], started: float
) -> AddReport:
    ended = time.monotonic()
    with Writer(root).transaction():  # what the last one killed had left is tidied up
        pass
    killed = sum(one.returncode == -signal.SIGKILL for _, one in done)
    entries = Reader(root).read().memory.entries
    titles = Counter(entry.title for entry in entries)
    done = [(number, one) for number, one in done if one.returncode != -signal.SIGKILL]
    good = [
        Note("", number, *json.loads(one.stderr.splitlines()[-1]))
        for number, one in done
        if not one.returncode
    ]
    saves = _saves(folder)
    missing = [note for note in good if not titles[f"Entry {note.number}"]]
    overwritten = [note for note in missing if _was_overwritten(note, saves)]
    bodies = {entry.title.removeprefix("Entry "): entry.body.partition("\n- person")[0] for entry in entries}
    return AddReport(
        commands=len(done) + killed,
        killed=killed,
        seconds=ended - started,
        acknowledged=len(good),
        refused=len(done) - len(good),
        present=len(titles),
        lost=len(missing) - len(overwritten),
        overwritten=len(overwritten),
        doubled=sum(count > 1 for count in titles.values()),
        torn=sum(not body.startswith(f"{line} {_PADDING} {line}") for line, body in bodies.items()),
        saves=len(saves),
        vanished=sum(len(save["vanished"]) for save in saves),
        said=tuple({one.stderr.splitlines()[0] for _, one in done if one.returncode}),
    )


def main(arguments: list[str]) -> int:
    """Run one writer, or the whole; exit code 1 where something was lost."""
    if arguments[:1] == ["--writer"]:
        root, writer, log, point, count = arguments[1:]
        write_for_ever(Path(root), writer, Path(log), point, int(count))
    kills = int(arguments[0]) if arguments else 500
    good = True

    def run(name: str, act: Callable[[Path], Report | AddReport], needed: float = 1.0) -> None:
        nonlocal good
        with tempfile.TemporaryDirectory() as folder:
            report = act(Path(folder))
        print(f"{name}: {report}", flush=True)
        served = report.acknowledged >= needed * (report.acknowledged + report.refused)
        good = good and report.clean and served

    run("kills", lambda folder: soak(folder, kills=kills))
    run("kills beside a person", lambda folder: soak(folder, kills=kills, pause=0.1), needed=0.95)
    run("adds, half of them killed", lambda folder: add_at_once(folder, commands=64, at_once=8, kills=32))
    run("adds beside busy loops", lambda folder: add_at_once(folder, commands=256, at_once=64, busy=2))
    run(
        "adds beside a person",
        lambda folder: add_at_once(folder, commands=200, at_once=2, pause=0.1),
        needed=0.95,
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
