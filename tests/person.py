"""A person who edits one file by hand, again and again, and takes no lock: as editors and scripts save.

`python -m tests.person FILE LOG PAUSE` saves until its stdin ends. Each time it reads the file, adds a
line of its own and saves the whole. What it saved last it must find again: which lines of it are gone
is noted in the log, and so is when each save began and when it had taken the file.
"""

from __future__ import annotations

import json
import os
import random
import select
import sys
import time
from collections.abc import Callable
from pathlib import Path

Save = Callable[[Path, bytes], float]


def rename(path: Path, data: bytes) -> float:
    """As most editors do: a file of its own, put in the place of the old one."""
    temp = path.with_name(".person.tmp")
    temp.write_bytes(data)
    temp.replace(path)
    return time.monotonic()


def in_place(path: Path, data: bytes) -> float:
    """All at once into the file that is there."""
    with path.open("r+b", buffering=0) as file:
        taken = time.monotonic()
        file.write(data)
        file.truncate(len(data))
    return taken


def slowly(path: Path, data: bytes) -> float:
    """Emptied first, then in pieces, as over a slow line."""
    with path.open("wb", buffering=0) as file:
        taken = time.monotonic()
        step = len(data) // 5 + 1
        for at in range(0, len(data), step):
            file.write(data[at : at + step])
            time.sleep(0.005)
    return taken


def truncating(path: Path, data: bytes) -> float:
    """Emptied in one step and filled in another; in between nobody has the file open."""
    os.truncate(path, 0)
    taken = time.monotonic()
    time.sleep(0.005)
    with path.open("r+b", buffering=0) as file:
        file.write(data)
    return taken


_OWN, _MOST = b"- person ", 50  # lines of its own that it leaves in the file
MANNERS: tuple[Save, ...] = (rename, in_place, slowly, truncating)


def save_for_ever(path: Path, log: Path, pause: float) -> None:
    """Save until stdin ends, in one manner after the other."""
    number, saved, choose = 0, list[bytes](), random.Random(7)
    with log.open("w", buffering=1, encoding="utf-8") as note:
        while not select.select([sys.stdin], [], [], pause * choose.uniform(0.5, 1.5))[0]:
            began = time.monotonic()
            lines = path.read_bytes().splitlines(keepends=True)
            vanished = _text(set(saved) - set(lines))
            old = set([line for line in lines if line.startswith(_OWN)][:-_MOST])
            saved = [*(line for line in lines if line not in old), _OWN + b"%d\r\n" % number]
            taken = MANNERS[number % len(MANNERS)](path, b"".join(saved))
            note.write(json.dumps({"began": began, "taken": taken, "vanished": vanished}) + "\n")
            number += 1
        vanished = _text(set(saved) - set(path.read_bytes().splitlines(keepends=True)))
        note.write(json.dumps({"began": 0, "taken": 0, "vanished": vanished}) + "\n")


def _text(lines: set[bytes]) -> list[str]:
    return sorted(line.decode() for line in lines)


if __name__ == "__main__":
    save_for_ever(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
