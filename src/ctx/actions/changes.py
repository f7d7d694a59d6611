"""A change of a context: what is read, what is staged, and how it differs from what was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeVar

from ctx.actions.guard_text import check_inserted
from ctx.actions.read_context import Reader, Reading, read_context
from ctx.errors import CtxError
from ctx.kinds import REFERENCE
from ctx.markdown.diff import unified_diff
from ctx.markdown.edits import apply
from ctx.model.entry import Entry
from ctx.reading.links import find_entry, link_edits
from ctx.store.workspace import CONFIG
from ctx.store.write import Transaction, Writer
from ctx.writing.extract import BLANK

Result = TypeVar("Result")


class Written(NamedTuple):
    """The entry that a command wrote, and what changed as a unified diff; `was` is its handle before."""

    id: str
    path: str
    line: int
    diff: str = ""
    title: str = ""
    was: str = ""

    @property
    def status(self) -> str:
        """`changed`, or `unchanged` where nothing was to be written."""
        return "changed" if self.diff else "unchanged"


class Listing(Protocol):
    """What knows which files there are: the working tree, or a transaction."""

    def paths(self, patterns: Sequence[str] = ()) -> list[str]:
        """The Markdown files of the context folder, and those that match the patterns, sorted."""


@dataclass
class Staging:
    """The files of a context with what is staged. It is a source: reading it gives the context to be."""

    worktree: Listing
    _read: Callable[[str], str | None]
    _write: Callable[[str, str], None]
    _remove: Callable[[str], None]
    _texts: dict[str, str | None] = field(default_factory=dict)
    _staged: dict[str, str | None] = field(default_factory=dict)

    def paths(self, patterns: Sequence[str] = ()) -> list[str]:
        """The Markdown files there are and will be, sorted."""
        gone = {path for path, text in self._staged.items() if text is None}
        return sorted({*self.worktree.paths(patterns), *self._staged} - gone)

    def read(self, path: str) -> str | None:
        """A file's text as it will be; None where there is none."""
        if path in self._staged:
            return self._staged[path]
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def write(self, path: str, text: str) -> None:
        """Stage a file's whole text; files are written in the order in which they are first staged."""
        self._texts.setdefault(path, self._read(path))
        self._write(path, text)
        self._staged[path] = text

    def remove(self, path: str) -> None:
        """Stage that a file goes."""
        self._texts.setdefault(path, self._read(path))
        self._remove(path)
        self._staged[path] = None

    def context(self) -> Reading:
        """The whole context as it will be, the archive included."""
        return read_context(self, archive=True)

    def texts(self) -> dict[str, tuple[str, str]]:
        """What each staged file says before and after; a file that is not there says nothing."""
        return {path: (self._texts[path] or "", text or "") for path, text in self._staged.items()}

    @property
    def is_staged(self) -> bool:
        """Whether anything is staged."""
        return bool(self._staged)

    def diff(self) -> str:
        """What is staged, as a unified diff."""
        return "".join(unified_diff(path, self._texts[path], text) for path, text in self._staged.items())


def change(
    reader: Reader,
    act: Callable[[Staging], Result],
    *,
    dry_run: bool = False,
    allow_secret: str = "",
    guarded: bool = True,
) -> Result:
    """Let `act` read and stage changes, look at what they would insert, and write them; what it returned.

    It may be called several times, since another program may save a file meanwhile, so it must have no
    effects but the changes. Of a dry run nothing is written. `allow_secret` is the reason why what looks like
    a secret may be written; `guarded` is False for bringing back what was there before.

    Raises what `act` raises, RefusedTextError for a secret or an invisible character, and CtxError where
    the files cannot be written.
    """
    staged = False

    def prepare(changes: Staging) -> Result:
        nonlocal staged
        result = act(changes)
        staged = changes.is_staged
        if guarded:
            check_inserted(changes.texts(), allow_secret=allow_secret)
        return result

    def write(transaction: Transaction) -> Result:
        return prepare(Staging(transaction, transaction.read, transaction.replace, transaction.remove))

    if dry_run:
        tree = reader.worktree
        return prepare(Staging(tree, tree.read, lambda _path, _text: None, lambda _path: None))
    result = Writer(reader.root).run(write)
    if staged and reader.may_fork:
        from ctx.actions.refresh_cache import refresh

        refresh(reader)
    return result


def locate(reading: Reading, reference: str) -> Entry:
    """The entry to change that a handle or six digits of one, an id of the team's own or a stamp names.

    Raises CtxError where there is none, where there are several, and for what ctx does not change.
    """
    entries = reading.memory.entries
    wanted = reference.strip().strip("[]")
    if any(task.id == wanted for task in reading.memory.tasks):
        raise CtxError(f"{wanted} is a task", hint="`ctx task` changes tasks")
    live = [entry for entry in entries if not entry.archived]
    try:
        entry = find_entry(live, reference, whole=True)
    except CtxError:
        if any(entry.archived and wanted in {entry.id, entry.stamp} for entry in entries):
            raise CtxError(
                f"{wanted} is archived, and what is archived stays as it is",
                hint=f"`ctx restore {wanted}` brings it back",
            ) from None
        raise
    if entry.kind == REFERENCE.name:
        raise CtxError(
            f"{entry.id} is a part of a reference, which ctx does not change",
            path=entry.path,
            line=entry.line,
            hint="edit the file by hand",
        )
    return entry


def is_page(entry: Entry) -> bool:
    """Whether a live entry stands in a page below a folder, not in its kind's file."""
    return entry.path.count("/") > 1


def leave(changes: Staging, entry: Entry, rest: str) -> None:
    """Stage what is left of the file from which an entry was taken; a page with nothing in it goes."""
    if is_page(entry) and not rest.strip(BLANK):
        changes.remove(entry.path)
    else:
        changes.write(entry.path, rest)


def at(reading: Reading, path: str, position: int) -> Entry:
    """The entry at a position of a file."""
    return next(e for e in reading.memory.entries if (e.path, e.position) == (path, position))


def relink(changes: Staging, names: Mapping[str, str]) -> None:
    """Rewrite the links to entries that are named otherwise now, in every file of the context."""
    if not names:
        return
    for path in changes.paths():
        text = changes.read(path)
        if text is not None and path != CONFIG and (edits := link_edits(text, names)):
            changes.write(path, apply(text, edits))


def renamed(before: Sequence[Entry], after: Sequence[Entry]) -> dict[str, str]:
    """What entries were called, paired in order, and are called now: handles, and stamps that were unique."""
    names = {old.id: new.id for old, new in zip(before, after, strict=True) if old.id != new.id}
    stamps = [entry.stamp for entry in before]
    for old, new in zip(before, after, strict=True):
        if old.stamp and old.stamp != new.stamp and new.stamp and stamps.count(old.stamp) == 1:
            names[f"[{old.stamp}]"] = f"[{new.stamp}]"
    return names
