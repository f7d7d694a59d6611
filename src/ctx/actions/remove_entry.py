"""Taking entries out of their files: word for word into the archive first, then out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from ctx.actions.changes import Staging, Written, change, is_page, leave, locate, relink
from ctx.actions.read_context import Reader, Reading
from ctx.errors import UsageError
from ctx.model.entry import Entry
from ctx.writing.extract import archive_path, keep, take_out


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
        taken = [_take(changes, reading, path, entries, today) for path, entries in files.items()]
        for archive, texts in _by_archive(taken).items():
            kind = reading.config.kinds[texts[0][0].kind]
            changes.write(archive, keep(changes.read(archive), kind, archive, texts))
        for path, rest, _, _ in taken:
            leave(changes, files[path][0], rest)
        return _told(changes, reading, chosen, [(archive, pieces) for _, _, archive, pieces in taken])

    return change(reader, act, dry_run=dry_run)


_Taken = tuple[str, str, str, list[tuple[Entry, str]]]


def _take(changes: Staging, reading: Reading, path: str, entries: list[Entry], today: date) -> _Taken:
    kind = reading.config.kinds[entries[0].kind]
    entries = sorted(entries, key=lambda entry: entry.position)
    positions = {entry.position for entry in entries}
    rest, pieces = take_out(changes.read(path) or "", kind, path, positions, page=is_page(entries[0]))
    return path, rest, archive_path(kind, today), list(zip(entries, pieces, strict=True))


def _by_archive(taken: list[_Taken]) -> dict[str, list[tuple[Entry, str]]]:
    archives: dict[str, list[tuple[Entry, str]]] = {}
    for _, _, archive, pieces in taken:
        archives.setdefault(archive, []).extend(pieces)
    return archives


def _told(
    changes: Staging, before: Reading, chosen: list[Entry], taken: list[tuple[str, list[tuple[Entry, str]]]]
) -> Removed:
    """What each entry is called in the archive; links to those that changed their names follow."""
    after = changes.context()
    gone = {id(entry) for entry in chosen}
    stayed = [entry for entry in before.memory.entries if not entry.archived and id(entry) not in gone]
    live = [entry for entry in after.memory.entries if not entry.archived]
    names = {old.id: now.id for old, now in zip(stayed, live, strict=True) if old.id != now.id}
    places = {id(entry): archive for archive, pieces in taken for entry, _ in pieces}
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
