"""A text in the user's own editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from ctx.errors import CtxError

_HINT = "set VISUAL or EDITOR to an editor that waits until the file is closed"


def edit_text(text: str) -> str:
    """Open a text in $VISUAL or $EDITOR and return what was saved, lines broken by LF.

    Raises CtxError where the editor cannot be started, fails, or leaves what is not UTF-8.
    """
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR") or _default()
    try:
        command = shlex.split(named, posix=os.name != "nt")
    except ValueError as error:
        raise CtxError(f"cannot tell what to run from {named!r}: {error}", hint=_HINT) from error
    with tempfile.TemporaryDirectory(prefix="ctx-", ignore_cleanup_errors=True) as folder:
        path = Path(folder, "entry.md")
        path.write_text(text, encoding="utf-8", newline="\n")
        try:
            code = subprocess.run([*command, str(path)], check=False).returncode  # noqa: S603 - the user's editor
        except OSError as error:
            raise CtxError(f"cannot start the editor {named!r}: {error.strerror}", hint=_HINT) from error
        if code:
            raise CtxError(f"the editor {named!r} ended with {code}; nothing was written", hint=_HINT)
        try:
            return path.read_text("utf-8").removeprefix("\ufeff")
        except (OSError, UnicodeDecodeError) as error:
            raise CtxError("what the editor left cannot be read; nothing was written", hint=_HINT) from error


def _default() -> str:
    return "notepad" if os.name == "nt" else "vi"
