"""Writers that are killed at random, again and again, and a count of what they lost.

`python -m tests.soak [KILLS] [WRITERS]` runs until that many processes got SIGKILL and prints figures.
Each writer appends numbered lines to one file, a transaction a line, and notes a line in a log of its own
once the transaction has returned. Afterwards every noted line must be in the file, once and whole.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ctx.actions.read_context import Reader
from ctx.errors import CtxError
from ctx.markdown.edits import Edit
from ctx.store.write import Writer

FILE = ".context/LEARNINGS.md"
HEAD = "﻿# Learnings\r\n\r\n<!-- guidance -->\r\n" + "- a line that nobody may touch\r\n" * 400
_PADDING = "x" * 80
_HOLDER = ".context/.local/holder"
_ENDLESS = 100_000  # entries; more than a process adds before it is killed


@dataclass(frozen=True)
class Report:
    """What happened, and what must be nothing: `lost`, `doubled`, `torn`."""

    kills: int
    kills_in_transaction: int
    seconds: float
    acknowledged: int
    present: int
    unacknowledged: int
    lost: int
    doubled: int
    torn: int
    head_intact: bool
    leftovers: int
    lock_free_after: float

    @property
    def clean(self) -> bool:
        """Whether nothing was lost."""
        return self.head_intact and not (self.lost or self.doubled or self.torn)


def line_of(writer: str, number: int) -> str:
    """A line that shows when a part of it is missing."""
    return f"- {writer} {number} {_PADDING} {writer} {number}\r\n"


def write_forever(root: Path, writer: str, log: Path) -> None:
    """Append lines until killed; note each one once it is written."""
    note = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    store = Writer(root)
    number = 0
    while True:
        with store.transaction() as transaction:
            text = transaction.read(FILE) or ""
            transaction.edit(FILE, [Edit(len(text), len(text), line_of(writer, number))])
        os.write(note, f"{writer} {number}\n".encode())
        number += 1


def soak(folder: Path, *, kills: int, writers: int = 4, pause: float = 0.3, seed: int = 1) -> Report:
    """Kill `kills` writers, about half of them while they hold the lock, and examine the file."""
    root, choose, started = folder / "project", random.Random(seed), time.monotonic()
    (root / ".context").mkdir(parents=True)
    (root / FILE).write_bytes(HEAD.encode())
    running = {slot: _start(root, folder, f"w{slot}.0") for slot in range(writers)}
    inside = done = 0
    try:
        while done < kills:
            time.sleep(choose.uniform(0.2, 1.0) * pause)
            slot = choose.randrange(writers)
            if choose.random() < 0.5:
                slot = _holding(root, running, slot)
            inside += _kill(root, running[slot])
            done += 1
            running[slot] = _start(root, folder, f"w{slot}.{done}")
    finally:
        for process in running.values():
            process.kill()
            process.wait()
    return _examine(root, folder, done, inside, started)


def _start(root: Path, folder: Path, writer: str) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "tests.soak",
        "--writer",
        str(root),
        writer,
        str(folder / f"{writer}.log"),
    ]
    here = Path(__file__).parent.parent
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join([str(here / "src"), str(here)]))
    return subprocess.Popen(command, env=environment, cwd=here)


def _holding(root: Path, running: dict[int, subprocess.Popen[bytes]], otherwise: int) -> int:
    """The writer that holds the lock now, if one is seen to."""
    until = time.monotonic() + 0.05
    while time.monotonic() < until:
        holder = _holder(root)
        for slot, process in running.items():
            if process.pid == holder:
                return slot
    return otherwise


def _holder(root: Path) -> int:
    with suppress(OSError, ValueError, IndexError):
        return int((root / _HOLDER).read_text().split()[0])
    return 0


def _kill(root: Path, process: subprocess.Popen[bytes]) -> bool:
    """Kill a writer; whether it died inside a transaction, by the note it left there."""
    assert process.poll() is None, f"a writer ended by itself with {process.returncode}"
    process.kill()
    inside = _holder(root) == process.pid
    process.wait()
    return inside


def _examine(root: Path, folder: Path, kills: int, inside: int, started: float) -> Report:
    ended = time.monotonic()
    with Writer(root, wait=5).transaction():
        free_after = time.monotonic() - ended
    text = (root / FILE).read_bytes().decode()
    found = Counter(text.removeprefix(HEAD).splitlines(keepends=True))
    logs = [line.split() for log in folder.glob("*.log") for line in log.read_text().splitlines()]
    noted = {line_of(writer, int(number)) for writer, number in logs}
    whole = {line for line in found if _is_whole(line)}
    return Report(
        kills=kills,
        kills_in_transaction=inside,
        seconds=ended - started,
        acknowledged=len(noted),
        present=len(whole),
        unacknowledged=len(whole - noted),
        lost=len(noted - whole),
        doubled=sum(count > 1 for count in found.values()),
        torn=len(found) - len(whole),
        head_intact=text.startswith(HEAD),
        leftovers=len(list(root.rglob(".*.ctx-tmp"))),
        lock_free_after=free_after,
    )


def _is_whole(line: str) -> bool:
    parts = line.split(" ")
    return len(parts) == 6 and parts[2].isdigit() and line == line_of(parts[1], int(parts[2]))


@dataclass(frozen=True)
class AddReport:
    """What many `ctx add` at once did; `lost`, `doubled` and `torn` must be nothing."""

    processes: int
    kills: int
    seconds: float
    acknowledged: int
    present: int
    lost: int
    doubled: int
    torn: int
    lock_free_after: float

    @property
    def clean(self) -> bool:
        """Whether nothing was lost."""
        return not (self.lost or self.doubled or self.torn)


def add_at_once(folder: Path, *, processes: int, each: int, kills: int, seed: int = 1) -> AddReport:
    """Run many shells of `ctx add`, `each` entries one after the other, and kill some at random moments.

    A handle that was printed is acknowledged; its entry must be in the file, once and whole.
    """
    root, choose, started = folder / "project", random.Random(seed), time.monotonic()
    (root / ".context").mkdir(parents=True)
    doomed = set(choose.sample(range(processes), kills))
    running = [
        _adding(root, folder / f"add{number}.log", number, _ENDLESS if number in doomed else each)
        for number in range(processes)
    ]
    chosen = [running[number] for number in sorted(doomed)]
    for process in chosen:
        time.sleep(choose.uniform(0.1, 0.6))
        process.kill()
    codes = [process.wait() for process in running]
    assert all(code == 0 for code, process in zip(codes, running, strict=True) if process not in chosen)
    return _examine_added(root, folder, processes, sum(code == -9 for code in codes), started)


def _adding(root: Path, log: Path, number: int, each: int) -> subprocess.Popen[bytes]:
    """A process that runs the command itself, again and again, as a shell's loop would."""
    program = (
        "import sys, contextlib\n"
        "from ctx.cli.app import app_for\n"
        "for entry in range(int(sys.argv[2])):\n"
        "    line = f'{sys.argv[1]} {entry}'\n"
        f"    args = ['add', 'learning', f'Entry {{line}}', '--body', f'{{line}} {_PADDING} {{line}}']\n"
        "    app_for(args)(args=args, standalone_mode=False)\n"
        "    sys.stdout.flush()\n"
    )
    here = Path(__file__).parent.parent
    environment = dict(os.environ, PYTHONPATH=str(here / "src"))
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-c", program, f"p{number}", str(each)],
            env=environment,
            cwd=root,
            stdout=output,
            stderr=subprocess.DEVNULL,
        )


def _examine_added(root: Path, folder: Path, processes: int, kills: int, started: float) -> AddReport:
    ended = time.monotonic()
    with Writer(root, wait=5).transaction():
        free_after = time.monotonic() - ended
    entries = Reader(root).read().memory.entries
    noted = {
        line for log in folder.glob("add*.log") for line in log.read_text().split() if line.startswith("L-")
    }
    titles = Counter(entry.title for entry in entries)
    lines = {entry.title.removeprefix("Entry "): entry.body for entry in entries}
    return AddReport(
        processes=processes,
        kills=kills,
        seconds=ended - started,
        acknowledged=len(noted),
        present=len(entries),
        lost=len(noted - {entry.id for entry in entries}),
        doubled=sum(count > 1 for count in titles.values()),
        torn=sum(body != f"{line} {_PADDING} {line}" for line, body in lines.items()),
        lock_free_after=free_after,
    )


def main(arguments: list[str]) -> int:
    """Run one writer, or the whole; exit code 1 where something was lost."""
    if arguments[:1] == ["--writer"]:
        root, writer, log = arguments[1:]
        try:
            write_forever(Path(root), writer, Path(log))
        except CtxError as error:
            print(f"{error} ({error.hint})", file=sys.stderr)
            return 1
    kills, writers = (*(int(argument) for argument in arguments), *(500, 4)[len(arguments) :])
    with tempfile.TemporaryDirectory() as folder:
        report = soak(Path(folder), kills=kills, writers=writers)
    print(report)
    with tempfile.TemporaryDirectory() as folder:
        added = add_at_once(Path(folder), processes=64, each=4, kills=0)
    with tempfile.TemporaryDirectory() as folder:
        killed = add_at_once(Path(folder), processes=64, each=4, kills=32)
    print(added, killed, sep="\n")
    return 0 if report.clean and added.clean and killed.clean and added.present == 256 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
