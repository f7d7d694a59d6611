"""`ctx inbox`: what waits for a person, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from ctx.actions.add_entry import NewEntry, stage_entry
from ctx.actions.changes import Staging, change
from ctx.actions.edit_entry import EntryChange, stage_edit
from ctx.actions.propose import Judged, inbox_paths, judge, local_names
from ctx.actions.read_context import Reader
from ctx.errors import CtxError
from ctx.model.suggestion import ACCEPTED, OPEN, REJECTED, InboxItem, Suggestion, item_path
from ctx.writing.inbox import compose_stub, read_item


class Waiting(NamedTuple):
    """An item and how it stands to what is known."""

    item: InboxItem
    judged: Judged


class Settled(NamedTuple):
    """An item that a person has answered, and the entry that came of it, if any."""

    item: InboxItem
    status: str
    entry: str = ""


def list_inbox(reader: Reader) -> list[Waiting]:
    """The open items, those in git first, oldest first."""
    changes = Staging(reader.worktree)
    items = [item for item in _items(changes, local_names(reader)) if item.status == OPEN]
    if not items:
        return []
    entries = [entry for entry in reader.read().memory.entries if entry.live]
    items.sort(key=lambda item: (not item.shared, item.found, item.id))
    return [Waiting(item, judge(item.suggestion, entries)) for item in items]


def accept(reader: Reader, reference: str, now: datetime, *, instead: Suggestion | None = None) -> Settled:
    """Write an item as an entry, in the words of `instead` where a person chose others.

    Raises CtxError for an item that is not there or was answered, and as adding an entry does.
    """

    def settle(changes: Staging, item: InboxItem) -> Settled:
        added = stage_entry(changes, _new_entry(instead or item.suggestion), now)
        changes.write(item.path, compose_stub(item, ACCEPTED))
        return Settled(item, "known" if added.duplicate else ACCEPTED, added.id)

    return _answer(reader, [reference], settle)[0]


def merge_into(reader: Reader, reference: str, entry: str, text: str, now: datetime) -> Settled:
    """Give an entry a text that says what an item says too, and take the item out of the inbox."""

    def settle(changes: Staging, item: InboxItem) -> Settled:
        done = stage_edit(changes, entry, EntryChange(content=text), now)
        changes.write(item.path, compose_stub(item, ACCEPTED))
        return Settled(item, ACCEPTED, done.id)

    return _answer(reader, [reference], settle)[0]


def reject(reader: Reader, references: Sequence[str]) -> list[Settled]:
    """Say no to items: they are not asked again."""

    def settle(changes: Staging, item: InboxItem) -> Settled:
        changes.write(item.path, compose_stub(item, REJECTED))
        return Settled(item, REJECTED)

    return _answer(reader, references, settle)


def share(reader: Reader, references: Sequence[str]) -> list[Settled]:
    """Move items of this checkout into git's inbox. Raises CtxError for one that holds a secret."""

    def settle(changes: Staging, item: InboxItem) -> Settled:
        path = item_path(item.id, shared=True)
        if not item.shared:
            changes.write(path, changes.read(item.path) or "")
            changes.remove(item.path)
        return Settled(item._replace(path=path), OPEN)

    return _answer(reader, references, settle)


def _answer(
    reader: Reader, references: Sequence[str], settle: Callable[[Staging, InboxItem], Settled]
) -> list[Settled]:
    """Write an answer to each of some items, or to none. Raises CtxError for one that is not open."""
    names = local_names(reader)
    return change(reader, lambda changes: [settle(changes, _find(changes, names, one)) for one in references])


def _new_entry(suggestion: Suggestion) -> NewEntry:
    fields = dict(suggestion.fields)
    if suggestion.source:
        fields.setdefault("Source", suggestion.source)
    if suggestion.origin:
        fields.setdefault("By", suggestion.origin)
    return NewEntry(suggestion.kind, suggestion.title, fields, suggestion.tags, suggestion.body)


def _items(changes: Staging, names: Sequence[str]) -> list[InboxItem]:
    found = []
    for path in inbox_paths(changes, names):
        text = changes.read(path)
        if text is not None and (item := read_item(text, path)) is not None:
            found.append(item)
    return found


def _find(changes: Staging, names: Sequence[str], reference: str) -> InboxItem:
    """The open item of a name, or the start of one. Raises CtxError."""
    wanted = reference.strip().lower()
    items = [item for item in _items(changes, names) if wanted and item.id.lower().startswith(wanted)]
    waiting = [item for item in items if item.status == OPEN]
    if len(waiting) == 1:
        return waiting[0]
    if waiting:
        raise CtxError(
            f"{reference!r} could be any of {len(waiting)} items",
            hint=", ".join(item.id for item in waiting[:5]),
        )
    if items:
        raise CtxError(
            f"{items[0].id} was {items[0].status} before", path=items[0].path, hint="nothing is to do"
        )
    raise CtxError(f"there is no item {reference!r} in the inbox", hint="`ctx inbox` lists what waits")
