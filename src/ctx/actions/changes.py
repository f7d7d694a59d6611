"""A change of a context: what is read, what is staged, and how it differs from what was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from ctx.actions.guard_text import check_inserted
from ctx.actions.read_context import Reader, Reading, read_context
from ctx.errors import CtxError, UndecodableError
from ctx.kinds import REFERENCE, Kind
from ctx.markdown.diff import unified_diff
from ctx.markdown.edits import apply
from ctx.model.entry import Entry
from ctx.model.file_roles import main_file
from ctx.model.frame import SESSIONS
from ctx.reading.entry_file import EntryFile
from ctx.reading.links import find_entry, link_edits
from ctx.store.workspace import CONFIG, Source
from ctx.store.write import Transaction, Writer
from ctx.writing.extract import BLANK
from ctx.writing.starting_text import new_file

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


@dataclass
class Staging:
    """The files of a context with what is staged. It is a source: reading it gives the context to be.

    Nothing of it is written before `change` hands it over: a dry run is one that is not handed over.
    """

    source: Source
    _texts: dict[str, str | None] = field(default_factory=dict)
    _staged: dict[str, str | None] = field(default_factory=dict)

    def paths(self, patterns: Sequence[str] = ()) -> list[str]:
        """The Markdown files there are and will be, sorted."""
        gone = {path for path, text in self._staged.items() if text is None}
        return sorted({*self.source.paths(patterns), *self._staged} - gone)

    def sessions(self) -> list[str]:
        """The files of the sessions, without those of the frames in them, sorted."""
        below = (path for path in self.paths() if path.startswith(SESSIONS))
        return [path for path in below if "/" not in path[len(SESSIONS) :]]

    def read(self, path: str) -> str | None:
        """A file's text as it will be; None where there is none."""
        if path in self._staged:
            return self._staged[path]
        return self.before(path)

    def before(self, path: str) -> str | None:
        """A file's text without what is staged; None where there is none."""
        if path not in self._texts:
            self._texts[path] = self.source.read(path)
        return self._texts[path]

    def entry_file(self, kind: Kind, path: str = "", *, page: bool = False) -> EntryFile:
        """A file of entries as it will be; of the kind's own, which is not there yet, as it would begin."""
        text = self.read(path or main_file(kind))
        if text is None and not path:
            text = new_file(kind)
        return EntryFile.of(kind, path or main_file(kind), text or "", page=page)

    def file_of(self, kind: Kind, entry: Entry) -> EntryFile:
        """The file in which an entry stands, as it will be."""
        return self.entry_file(kind, entry.path, page=is_page(entry))

    def write(self, path: str, text: str, *, first: bool = False) -> None:
        """Stage a file's whole text.

        Files are written in the order in which they are first staged; one may be put `first`.
        """
        self.before(path)
        self._staged = {path: text, **self._staged} if first else {**self._staged, path: text}

    def overwrite(self, path: str, text: str) -> None:
        """Stage a file's whole text where what it held does not matter, and may be no text at all."""
        try:
            self.before(path)
        except UndecodableError:
            self._texts[path] = ""
        self._staged[path] = text

    def remove(self, path: str) -> None:
        """Stage that a file goes."""
        self.before(path)
        self._staged[path] = None

    def hand_over(self, transaction: Transaction) -> None:
        """Let a transaction write what is staged, in the order in which it was."""
        for path, text in self._staged.items():
            if text is not None:
                transaction.replace(path, text)
            elif self._texts[path] is not None:
                transaction.remove(path)

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
        changes = Staging(transaction)
        result = prepare(changes)
        changes.hand_over(transaction)
        return result

    if dry_run:
        return prepare(Staging(reader.worktree))
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


def leave(changes: Staging, rest: EntryFile) -> None:
    """Stage what is left of a file from which entries were taken; a page with nothing in it goes."""
    if rest.role.page and not rest.text.strip(BLANK):
        changes.remove(rest.path)
    else:
        changes.write(rest.path, rest.text)


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
