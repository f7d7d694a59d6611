"""The bytes of artifacts: put into the context whole or not at all, and given back as they were."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from ctx.errors import CtxError
from ctx.model.file_roles import CONTEXT
from ctx.store.user_files import ExistsError, write_new_file


def keep_bytes(root: Path, path: str, data: bytes) -> None:
    """Put bytes at a path below the root; where there is a file already it holds the same, by its name.

    Raises CtxError for a folder that leads out of the project, and where nothing can be written.
    """
    full = root / path
    inside = (root.resolve(), (root / CONTEXT).resolve())
    if not any(full.parent.resolve().is_relative_to(place) for place in inside):
        raise CtxError("is a link out of the project", path=path, hint="remove the link")
    try:
        full.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CtxError(
            f"cannot be written: {error.strerror or error}", path=path, hint="check the folder and the disk"
        ) from error
    if full.is_file():
        return
    with suppress(ExistsError):
        write_new_file(full, data)
