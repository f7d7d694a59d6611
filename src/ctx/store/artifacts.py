"""The bytes of artifacts: put into the context whole or not at all, and given back as they were."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path

from ctx.errors import CtxError
from ctx.model.file_roles import CONTEXT
from ctx.store.system import current


def keep_bytes(root: Path, path: str, data: bytes) -> None:
    """Put bytes at a path below the root; where there is a file already it holds the same, by its name.

    Raises CtxError for a folder that leads out of the project, and where nothing can be written.
    """
    full = root / path
    inside = (root.resolve(), (root / CONTEXT).resolve())
    if not any(full.parent.resolve().is_relative_to(place) for place in inside):
        raise CtxError("is a link out of the project", path=path, hint="remove the link")
    system = current()
    temp = full.parent / f".{secrets.token_hex(8)}.ctx-tmp"
    try:
        full.parent.mkdir(parents=True, exist_ok=True)
        if full.is_file():
            return
        descriptor = system.open_temp(temp, 0o666)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[system.write(descriptor, rest) :]
            system.sync(descriptor)
        finally:
            system.close(descriptor)
        system.place_new(temp, full)
    except FileExistsError:
        return
    except OSError as error:
        raise CtxError(
            f"cannot be written: {error.strerror or error}", path=path, hint="check the folder and the disk"
        ) from error
    finally:
        with suppress(OSError):
            temp.unlink(missing_ok=True)
