"""Files that a person names on the command line, wherever they are."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path

from ctx.errors import CtxError
from ctx.store.system import System, current
from ctx.store.workspace import decode


class ExistsError(CtxError):
    """A file that was to be made is there."""


def read_file(path: Path) -> str:
    """The text of a file. Raises CtxError where there is none or it cannot be read whole."""
    try:
        return decode(path.read_bytes(), str(path))
    except OSError as error:
        raise CtxError(
            f"cannot be read: {error.strerror or error}", path=path, hint="check its name and permissions"
        ) from error


def write_new_file(path: Path, data: bytes, *, system: System | None = None) -> None:
    """Make a file, whole or not at all. Raises ExistsError where there is one; that stays as it is."""
    system = system or current()
    temp = path.parent / f".{secrets.token_hex(8)}.ctx-tmp"
    try:
        descriptor = system.open_temp(temp, 0o666)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[system.write(descriptor, rest) :]
            system.sync(descriptor)
        finally:
            system.close(descriptor)
        system.place_new(temp, path)
    except FileExistsError as error:
        raise ExistsError("exists already; it is as it was", path=path, hint="choose another name") from error
    except OSError as error:
        raise CtxError(
            f"cannot be written: {error.strerror or error}", path=path, hint="check the folder and the disk"
        ) from error
    finally:
        with suppress(OSError):
            temp.unlink(missing_ok=True)
