"""A text in the user's own editor, kept until what is in it has been written."""

from __future__ import annotations

import os
import re
import secrets
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ctx.errors import CtxError
from ctx.store.local import LOCAL, make_folder_in, make_local_folder

DRAFTS = f"{LOCAL}/drafts"
_HINT = "set VISUAL or EDITOR to an editor that waits until the file is closed"


class SavedDraft:
    """A file for the user's editor; `shown` is its path as the user is told it."""

    def __init__(self, path: Path, shown: str) -> None:
        self._path = path
        self.shown = shown
        self._keep = False

    def edit(self, text: str) -> str:
        """Open a text in the editor and return what was saved, lines broken by LF.

        The editor is $VISUAL, else $EDITOR, else vi (Notepad on Windows). What was saved is kept from here
        on, unless it is what was opened. Raises CtxError where the editor cannot be started, fails, or
        leaves what is not UTF-8.
        """
        named = os.environ.get("VISUAL") or os.environ.get("EDITOR") or _default()
        try:
            command = shlex.split(named, posix=os.name != "nt")
        except ValueError as error:
            raise CtxError(f"cannot tell what to run from {named!r}: {error}", hint=_HINT) from error
        opened = text.encode()
        self._path.write_bytes(opened)
        try:
            code = subprocess.run([*command, str(self._path)], check=False).returncode  # noqa: S603 - the user's own
        except OSError as error:
            raise CtxError(f"cannot start the editor {named!r}: {error.strerror}", hint=_HINT) from error
        finally:
            self._keep = self._keep or self._saved() not in {opened, None}
        if code:
            raise CtxError(f"the editor {named!r} ended with {code}; nothing was written", hint=_HINT)
        try:
            return (self._saved() or b"").decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise CtxError("what the editor left is not UTF-8; nothing was written", hint=_HINT) from error

    def discard(self) -> None:
        """What is in it is written, or there is nothing in it."""
        self._keep = False

    @property
    def is_kept(self) -> bool:
        """Whether it holds what nobody else has."""
        return self._keep

    def _saved(self) -> bytes | None:
        with suppress(OSError):
            return self._path.read_bytes()
        return None


@contextmanager
def open_draft(root: Path, name: str) -> Iterator[SavedDraft]:
    """A draft of this name, below `.context/.local/` where that can be.

    Nobody else can read it, and git ignores it: the note that says so lies beside it, where no other rule
    overrides it. When the block ends it is removed, unless it is to be kept.
    """
    name = re.sub(r"[^\w.-]+", "-", name)
    folder, shown = _make_folder(root, name)
    draft = SavedDraft(folder / f"{name}.md", f"{shown}/{name}.md")
    try:
        yield draft
    finally:
        if not draft.is_kept:
            shutil.rmtree(folder, ignore_errors=True)


def _make_folder(root: Path, name: str) -> tuple[Path, str]:
    """A new folder of which git ignores all, and how to call it."""
    try:
        make_local_folder(root)
        shown = f"{DRAFTS}/{name}-{secrets.token_hex(3)}"
        folder = root / shown
        make_folder_in(root, "drafts")
        folder.mkdir(mode=0o700)
        with (folder / ".gitignore").open("x", encoding="utf-8") as file:
            file.write("*\n")
    except (
        OSError,
        RuntimeError,
        CtxError,
    ):  # a context that cannot be written to; a person may yet save what they typed
        folder = Path(tempfile.mkdtemp(prefix="ctx-"))
        shown = str(folder)
    os.close(os.open(folder / f"{name}.md", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return folder, shown


def _default() -> str:
    return "notepad" if os.name == "nt" else "vi"
