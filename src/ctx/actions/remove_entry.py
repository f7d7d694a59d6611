"""Taking entries out of their files: word for word into the archive first, then out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from ctx.actions.changes import Staging, Written, change, leave, locate, relink
from ctx.actions.read_context import Reader, Reading
from ctx.errors import UsageError
from ctx.model.entry import Entry
from ctx.model.file_roles import archive_file
from ctx.reading.entry_file import EntryFile
from ctx.writing.extract import keep, take_out


class Removed(NamedTuple):
    """Where each entry is now, and what changed as a unified diff."""

    entries: tuple[Written, ...]
    diff: str


def remove_entries(
    reader: Reader, references: Sequence[str], today: date, *, dry_run: bool = False
) -> Removed:
    """Move entries to the archive of the quarter, all of them or none.

    Raises CtxError where one cannot be taken out without changing how the others are read.
    """
    if not references:
        raise UsageError("no entry is named", hint="give a handle, or `-` to read handles from stdin")

    def act(changes: Staging) -> Removed:
        reading = changes.context()
        chosen = list({id(e): e for ref in references if (e := locate(reading, ref))}.values())
        files: dict[str, list[Entry]] = {}
        for entry in chosen:
            files.setdefault(entry.path, []).append(entry)
        taken = [_take(changes, reading, entries, today) for entries in files.values()]
        for archive, pieces in _by_archive(taken).items():
            kind = reading.config.kinds[pieces[0][0].kind]
            changes.write(archive, keep(changes.entry_file(kind, archive), pieces).text)
        for one in taken:
            leave(changes, one.rest)
        return _told(changes, reading, chosen, taken)

    return change(reader, act, dry_run=dry_run)


class _Taken(NamedTuple):
    """What is left of a file, and what was taken out of it for an archive."""

    rest: EntryFile
    archive: str
    pieces: list[tuple[Entry, str]]


def _take(changes: Staging, reading: Reading, entries: list[Entry], today: date) -> _Taken:
    kind = reading.config.kinds[entries[0].kind]
    entries = sorted(entries, key=lambda entry: entry.position)
    file = changes.file_of(kind, entries[0])
    rest, pieces = take_out(file, {entry.position for entry in entries})
    return _Taken(rest, archive_file(kind.stem, today), list(zip(entries, pieces, strict=True)))


def _by_archive(taken: list[_Taken]) -> dict[str, list[tuple[Entry, str]]]:
    archives: dict[str, list[tuple[Entry, str]]] = {}
    for one in taken:
        archives.setdefault(one.archive, []).extend(one.pieces)
    return archives


def _told(changes: Staging, before: Reading, chosen: list[Entry], taken: list[_Taken]) -> Removed:
    """What each entry is called in the archive; links to those that changed their names follow."""
    after = changes.context()
    gone = {id(entry) for entry in chosen}
    stayed = [entry for entry in before.memory.entries if not entry.archived and id(entry) not in gone]
    live = [entry for entry in after.memory.entries if not entry.archived]
    names = {old.id: now.id for old, now in zip(stayed, live, strict=True) if old.id != now.id}
    places = {id(entry): one.archive for one in taken for entry, _ in one.pieces}
    written = []
    for entry in chosen:
        kept = [
            e
            for e in after.memory.entries
            if e.path == places[id(entry)] and (e.digest, e.body) == (entry.digest, entry.body)
        ]
        now = kept[-1] if kept else entry
        written.append(Written(now.id, places[id(entry)], now.line, title=entry.title))
        if now.id != entry.id:
            names[entry.id] = now.id
    relink(changes, names)
    return Removed(tuple(written), changes.diff())
