"""Changing files, the only way there is: read under the lock, stage, replace whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ctx.errors import CtxError
from ctx.store.lock import Held, hold
from ctx.store.publish import Change, Publication
from ctx.store.system import System, current
from ctx.store.target import Target, look, require_writable
from ctx.store.workspace import decode

if TYPE_CHECKING:
    from ctx.markdown.edits import Edit


class Writer:
    """Writes the files of one project; `root` is the folder that holds `.context/`."""

    def __init__(self, root: Path, *, wait: float = 30.0, system: System | None = None) -> None:
        self._root = root
        self._wait = wait
        self._system = system or current()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Hold the context's lock for the block and write what it staged when it ends without an exception.

        Raises CtxError when the lock is not to be had in `wait` seconds, or when a file cannot be written;
        its message says what the files hold then. Raises RuntimeError inside another transaction of this
        context in the same thread.
        """
        with hold(self._root, self._wait, self._system) as held:
            transaction = Transaction(self._root, self._system, held)
            try:
                yield transaction
                transaction.commit()
            finally:
                transaction.close()


class Transaction:
    """Reads and staged changes under the lock. Paths are relative to the root, with `/`.

    Every method raises CtxError, before anything is written, for a path or link out of the project and for
    what is no regular file, cannot be read or is read-only.
    """

    def __init__(self, root: Path, system: System, held: Held) -> None:
        self._root = root
        self._system = system
        self._held = held
        self._open = True
        self._seen: dict[str, Target] = {}
        self._staged: dict[str, bytes | None] = {}  # in the order of staging

    def read(self, path: str) -> str | None:
        """The text that the file has, or will have by what is staged; None where there is none.

        The disk is read once: what is returned stays the same until it is changed through this transaction.
        """
        data = self._staged[path] if path in self._staged else self._look(path).data
        return None if data is None else decode(data, path)

    def edit(self, path: str, edits: Sequence[Edit]) -> None:
        """Replace spans of the text that `read` returns. Raises CtxError where there is no such file."""
        from ctx.markdown.edits import apply

        text = self.read(path)
        if text is None:
            raise CtxError("there is no such file", path=path, hint="it may have been moved meanwhile")
        self._stage(path, apply(text, edits))

    def create(self, path: str, text: str) -> None:
        """Make a file, and its folders. Raises CtxError where there is one already."""
        if self._data(path) is not None:
            raise CtxError(
                "exists already; the file is as it was", path=path, hint="change it, or choose another name"
            )
        self._stage(path, text)

    def replace(self, path: str, text: str) -> None:
        """Give a file a whole new text, or make it."""
        self._stage(path, text)

    def remove(self, path: str) -> None:
        """Remove a file; of a link the link alone. Raises CtxError where there is no such file."""
        if self._data(path) is None:
            raise CtxError("there is no such file", path=path, hint="it may have been moved meanwhile")
        self._admit(path)
        self._staged[path] = None

    def commit(self) -> None:
        """Write what is staged, in the order of staging; what is the same as on the disk is not touched.

        Happens by itself at the end of the block. After an error the transaction takes nothing more.
        """
        if not self._open:
            return
        changes = [
            Change(self._seen[path], data)
            for path, data in self._staged.items()
            if data != self._seen[path].data
        ]
        if changes:
            self._open = False
            self._held.verify()
            Publication(self._root, changes, self._system).run()
            self._open = True
        for change in changes:
            self._seen[change.path] = look(self._root, change.path, self._system)
        self._staged.clear()

    def close(self) -> None:
        """Take nothing more; what is staged and not committed is dropped."""
        self._open = False

    def _stage(self, path: str, text: str) -> None:
        self._admit(path)
        self._staged[path] = _encode(text, path)

    def _admit(self, path: str) -> None:
        target = self._look(path)
        require_writable(target, self._system)
        for other in self._staged:
            if other != path and self._seen[other].real == target.real:
                raise CtxError(
                    f"is the same file as {other}; nothing was written", path=path, hint="name it one way"
                )

    def _data(self, path: str) -> bytes | None:
        return self._staged[path] if path in self._staged else self._look(path).data

    def _look(self, path: str) -> Target:
        if not self._open:
            raise RuntimeError("the transaction is over")
        if path not in self._seen:
            self._seen[path] = look(self._root, path, self._system)
        return self._seen[path]


def _encode(text: str, path: str) -> bytes:
    """A text's bytes. Raises CtxError for what could not be read again."""
    if "\0" in text:
        raise CtxError("would hold a NUL byte; nothing was written", path=path, hint="remove it")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise CtxError(
            f"would hold half a character (U+{ord(text[error.start]):04X}); nothing was written",
            path=path,
            hint="give the text as UTF-8",
        ) from error
