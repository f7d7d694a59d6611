"""What a commit is about to exchange, noted so that the next one can tell what a killed one left behind.

Between putting a new file in place and removing the old one, the old one has the name of a temporary file.
Where another program saved at that very instant, it is that program's text; a commit that goes on puts it
back, and where it was killed the next transaction does.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from ctx.memory.layout import CONTEXT
from ctx.store.system import System, second_name

TEMP = re.compile(r"\.[0-9a-f]{16}\.ctx-tmp")
KEPT = f"{CONTEXT}/.local/kept"
_NOTE = f"{CONTEXT}/.local/pending"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)


class Row(NamedTuple):
    """One change of a commit: the file, its temporary one, and digests of its old and its new bytes."""

    real: str
    temp: str
    old: str | None
    new: str | None


def digest(data: bytes | None) -> str | None:
    """The digest of a file's bytes; None where there is no file."""
    return None if data is None else sha256(data).hexdigest()


def note(root: Path, rows: Sequence[Row]) -> None:
    """Write down what is about to happen. Raises OSError."""
    descriptor = os.open(root / _NOTE, _NEW, 0o600)
    try:
        os.write(descriptor, json.dumps(rows).encode())
    finally:
        os.close(descriptor)


def forget(root: Path) -> None:
    """The commit is over. Failing is no harm: what it left is looked at once more."""
    with suppress(OSError):
        (root / _NOTE).unlink()


def recover(root: Path, system: System) -> None:
    """Tidy up after a commit that was killed: put back what another program saved, remove what is ours.

    Must be called under the lock. Failing is no harm: the next transaction tries again.
    """
    try:
        rows = [Row(*row) for row in json.loads((root / _NOTE).read_bytes())]
    except FileNotFoundError:
        return
    except (OSError, ValueError, TypeError):  # killed while it was written: nothing had happened yet
        forget(root)
        return
    with suppress(OSError):
        for row in rows:
            for temp in (Path(row.temp), second_name(Path(row.temp))):
                if os.path.lexists(temp):
                    _tidy(root, row, temp, system)
        forget(root)


def _tidy(root: Path, row: Row, temp: Path, system: System) -> None:
    real = Path(row.real)
    is_known = digest(_data(temp, system)) in {row.old, row.new} and not system.is_being_written(temp)
    if is_known or temp.is_symlink() or _is_same(temp, real):
        system.remove(temp)
    elif digest(_data(real, system)) == row.new:
        put_back(temp, real, system)
        if os.path.lexists(temp):
            system.remove(temp)
    else:
        keep(root, temp, real.name, system)


def _is_same(one: Path, two: Path) -> bool:
    with suppress(OSError):
        return one.samefile(two)
    return False


def put_back(temp: Path, real: Path, system: System) -> None:
    """Give a file its old name again; what took its place, if anything, is at `temp` then. Raises OSError."""
    if os.path.lexists(real):
        system.exchange(temp, real)
    else:
        system.place_new(temp, real)


def keep(root: Path, temp: Path, name: str, system: System) -> str:
    """Move a text that may be a person's where nothing removes it; its path, relative to the root."""
    folder = root / KEPT
    folder.mkdir(parents=True, exist_ok=True)
    place = f"{KEPT}/{secrets.token_hex(4)}-{name}"
    system.place_new(temp, root / place)
    return place


def _data(path: Path, system: System) -> bytes | None:
    with suppress(OSError):
        return system.read(path)
    return None
