"""Changing files, the only way there is: read, stage, and under the lock replace whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from ctx.errors import CtxError
from ctx.store.lock import Held, hold
from ctx.store.pending import recover
from ctx.store.publish import FileChange, Publication
from ctx.store.settle import Patience, Settling, record
from ctx.store.system import System, current
from ctx.store.target import BusyError, Target, look, require_writable, same
from ctx.store.workspace import Worktree, decode

if TYPE_CHECKING:
    from ctx.markdown.edits import Edit


T = TypeVar("T")


class Writer:
    """Writes the files of one project; `root` is the folder that holds `.context/`.

    `wait` is for how many seconds others may hold the lock without any of them getting on, and for how many
    a file that another program is saving is waited for.
    """

    def __init__(self, root: Path, *, wait: float = 30.0, system: System | None = None) -> None:
        self._root = root
        self._wait = wait
        self._system = system or current()

    def run(self, act: Callable[[Transaction], T]) -> T:
        """Let `act` read and stage, then write what it staged; what it returned.

        It is prepared without the lock, and again under it where a file that was read has changed since.
        Where another program saves one of the files meanwhile, all of it is tried again. So `act` may be
        called several times, each time with another transaction, and must have no effects but those.

        Raises what `act` raises, once the files that it has read hold still; BusyError when another program
        goes on saving; CtxError as `transaction` does.
        """
        attempts = _Attempts(self._root, self._system, act)
        attempts.prepare()
        patience = Patience(self._root, self._system, attempts.settling, self._wait)
        while True:
            try:
                with self._locked() as held:
                    return attempts.carry_out(held)
            except BusyError as busy:
                patience.wait(busy)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Hold the context's lock for the block and write what it staged when it ends without an exception.

        One attempt: BusyError is raised for a file that another program saves meanwhile. Raises CtxError
        when the lock is not to be had, or when a file cannot be written; its message says what the files hold
        then.
        Raises RuntimeError inside another transaction of this context in the same thread.
        """
        with self._locked() as held:
            transaction = Transaction(self._root, self._system, Settling(self._root, self._system), held)
            try:
                yield transaction
                transaction.commit()
            finally:
                transaction.close()

    @contextmanager
    def _locked(self) -> Iterator[Held]:
        with hold(self._root, self._wait, self._system) as held:
            recover(self._root, self._system)
            yield held


class _Attempts(Generic[T]):
    """The attempts at one change, until it is on the disk."""

    def __init__(self, root: Path, system: System, act: Callable[[Transaction], T]) -> None:
        self._root = root
        self._system = system
        self._act = act
        self.settling = Settling(root, system)
        self._written: tuple[T, Sequence[FileChange]] | None = None  # for a moment, until somebody saved

    def prepare(self) -> None:
        """Read and stage."""
        self._transaction = Transaction(self._root, self._system, self.settling)
        self._outcome = _Outcome(self._act, self._transaction)

    def carry_out(self, held: Held) -> T:
        """Write what was staged; what `act` returned. Prepares it again where a file has changed since.

        Raises BusyError where another program saves meanwhile.
        """
        if self._written and self._is_there(self._written[1]):
            return self._written[0]
        if not self._transaction.is_current():
            self.prepare()
        try:
            if self._outcome.error:
                self._transaction.require_settled()
                raise self._outcome.error
            self._transaction.commit(held)
        except BusyError as busy:
            self._written = (self._outcome.result, busy.written) if busy.written else None
            raise
        finally:
            self._transaction.close()
        return self._outcome.result

    def _is_there(self, changes: Sequence[FileChange]) -> bool:
        """Whether somebody who saved over a change had read it before, so that it is in what they saved."""
        for change in changes:
            target = look(self._root, change.path, self._system)
            self.settling.require(target)
            if not holds(target.data, change):
                return False
        return True


def holds(data: bytes | None, change: FileChange) -> bool:
    """Whether some bytes have the lines that a change adds, and no longer those that it takes out."""
    if data is None or change.data is None:
        return data is change.data
    old, new, now = (Counter((part or b"").splitlines()) for part in (change.target.data, change.data, data))
    return all(now[line] >= new[line] for line in new - old) and all(
        now[line] <= new[line] for line in old - new
    )


class _Outcome(Generic[T]):
    """What came of preparing a transaction: a result, or an error that may be the files' fault."""

    result: T
    error: Exception | None = None

    def __init__(self, act: Callable[[Transaction], T], transaction: Transaction) -> None:
        try:
            self.result = act(transaction)
        except Exception as error:  # noqa: BLE001 - raised again once the files that were read hold still
            self.error = error


class Transaction:
    """Reads and staged changes. Paths are relative to the root, with `/`.

    Every method raises CtxError, before anything is written, for a path or link out of the project and for
    what is no regular file, cannot be read or is read-only.
    """

    def __init__(self, root: Path, system: System, settling: Settling, held: Held | None = None) -> None:
        self._root = root
        self._system = system
        self._settling = settling
        self._held = held
        self._open = True
        self._seen: dict[str, Target] = {}
        self._listed: dict[tuple[str, ...], list[str]] = {}
        self._staged: dict[str, bytes | None] = {}  # in the order of staging

    def paths(self, patterns: Sequence[str] = ()) -> list[str]:
        """The Markdown files of the context folder on the disk, and those that match the patterns, sorted."""
        key = tuple(patterns)
        if key not in self._listed:
            self._listed[key] = Worktree(self._root).paths(patterns)
        return self._listed[key]

    def sessions(self) -> list[str]:
        """The files of the sessions, without those of the frames in them, sorted."""
        return Worktree(self._root).sessions()

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

    def is_current(self) -> bool:
        """Whether it may still be written, and everything that was read and listed is so still."""
        if not self._open:
            return False
        try:
            listed = {patterns: Worktree(self._root).paths(patterns) for patterns in self._listed}
        except CtxError:
            return False
        return listed == self._listed and all(
            same(target, self._root, self._system) for target in self._seen.values()
        )

    def require_settled(self) -> None:
        """Raise BusyError where somebody seems to be in the middle of saving a file that was read."""
        for target in self._seen.values():
            self._settling.require(target)

    def commit(self, held: Held | None = None) -> None:
        """Write what is staged, in the order of staging; what is the same as on the disk is not touched.

        `held` is the lock, for a transaction that was made without it. Happens by itself at the end of the
        block. After an error the transaction takes nothing more.
        """
        if not self._open:
            return
        lock = held or self._held
        if lock is None:
            raise RuntimeError("a transaction is written under the lock")
        changes = [
            FileChange(self._seen[path], data)
            for path, data in self._staged.items()
            if data != self._seen[path].data
        ]
        if changes:
            self._open = False
            for change in changes:
                self._settling.require(change.target)
            lock.verify()
            Publication(self._root, changes, self._system).run()
            record(self._root, [change.path for change in changes], self._system)
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
            self._settling.note(self._seen[path])
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
