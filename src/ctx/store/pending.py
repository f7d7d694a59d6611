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

from ctx.errors import CtxError
from ctx.store.local import LOCAL, make_folder_in, write_note
from ctx.store.system import System, second_name
from ctx.store.target import look

TEMP = re.compile(r"\.[0-9a-f]{16}\.ctx-tmp")
KEPT = f"{LOCAL}/kept"
_NOTE = "pending"


class PendingRow(NamedTuple):
    """One change of a commit.

    `path` is the file's, relative to the root; `temp` is the name of the temporary file beside it; `old` and
    `new` are digests of the bytes before and after, None where there is no file.
    """

    path: str
    temp: str
    old: str | None
    new: str | None


def digest(data: bytes | None) -> str | None:
    """The digest of a file's bytes; None where there is no file."""
    return None if data is None else sha256(data).hexdigest()


def note(root: Path, rows: Sequence[PendingRow]) -> None:
    """Write down what is about to happen. Raises OSError."""
    write_note(root, _NOTE, json.dumps(rows).encode())


def forget(root: Path) -> None:
    """The commit is over. Failing is no harm: what it left is looked at once more."""
    with suppress(OSError):
        (root / LOCAL / _NOTE).unlink()


def recover(root: Path, system: System) -> None:
    """Tidy up after a commit that was killed: put back what another program saved, remove what is ours.

    Must be called under the lock. Failing is no harm: the next transaction tries again.
    """
    try:
        rows = [PendingRow(*row) for row in json.loads((root / LOCAL / _NOTE).read_bytes())]
    except FileNotFoundError:
        return
    except (OSError, ValueError, TypeError):  # killed while it was written: nothing had happened yet
        forget(root)
        return
    with suppress(OSError):
        for row in rows:
            _recover_one(root, row, system)
        forget(root)


def _recover_one(root: Path, row: PendingRow, system: System) -> None:
    """Do so for one file. The note may have come with a clone: nothing outside the project is touched."""
    try:
        target = look(root, str(row.path), system)
    except CtxError:
        return
    if TEMP.fullmatch(str(row.temp)):
        real = target.link if row.new is None else target.real
        temp = real.with_name(row.temp)
        for left in (temp, second_name(temp)):
            if os.path.lexists(left):
                _tidy(root, row, real, left, system)


def _tidy(root: Path, row: PendingRow, real: Path, temp: Path, system: System) -> None:
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
    folder = make_folder_in(root, "kept")
    name = f"{secrets.token_hex(4)}-{name}"
    system.place_new(temp, folder / name)
    return f"{KEPT}/{name}"


def _data(path: Path, system: System) -> bytes | None:
    with suppress(OSError):
        return system.read(path)
    return None
