"""Adding an entry: checked, compared with what is there, put where its file keeps the newest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from ctx.actions.changes import Staging, change, relink
from ctx.actions.find_entries import unknown_kind
from ctx.actions.guard_text import ALLOWED, check_texts
from ctx.actions.read_context import Reader, read_config
from ctx.errors import CtxError, UsageError
from ctx.kinds import REFERENCE, Kind, Kinds
from ctx.model import handle
from ctx.model.entry import Entry, clean_tag
from ctx.model.file_roles import Holds, role_of
from ctx.reading.duplicates import Near, find_exact, find_near
from ctx.reading.entry_file import EntryFile
from ctx.writing.compose import Draft, field_name, next_stamp, one_line
from ctx.writing.insert import Placed, insert_entry

_STAMP = re.compile(r"\[(\d{4}-\d{2}-\d{2}-\d{6})\]")


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is to be added; `allow_secret` is the reason why it may hold what looks like a secret."""

    kind: str
    title: str
    fields: Mapping[str, str] = field(default_factory=dict)
    tags: Sequence[str] = ()
    body: str = ""
    allow_secret: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """The entry and where it is: `duplicate` says that the same was there, and nothing was written."""

    id: str
    path: str
    line: int
    diff: str = ""
    duplicate: bool = False
    near: tuple[Near, ...] = ()

    @property
    def status(self) -> str:
        """`added`, or `duplicate` where the same was there."""
        return "duplicate" if self.duplicate else "added"


def add_entry(
    reader: Reader, new: NewEntry, now: datetime, *, dry_run: bool = False, session: str | None = None
) -> Added:
    """Add an entry unless the same is there already; its kind's file is made where there is none.

    It says in which frame of an agent's session it was written, where one is active.

    Raises UsageError for an unknown kind, a title without text or a field name that cannot be, CtxError for
    a secret or an invisible character.
    """

    def act(changes: Staging) -> Added:
        return stage_entry(changes, new if session is None else _under_frame(changes, new, session), now)

    return change(reader, act, dry_run=dry_run, allow_secret=new.allow_secret)


def _under_frame(changes: Staging, new: NewEntry, session: str) -> NewEntry:
    """The entry with the active frame and its task; an item of a list has no room for them."""
    from ctx.actions.active_frame import find_active, tree_of

    kind = find_kind(read_config(changes).kinds, new.kind)
    tree = tree_of(changes)
    active = find_active(changes.read, tree, session).id
    if active is None or kind.bullets:
        return new
    given = {name.lower() for name in new.fields}
    tasks = [tree.frame(name).fields.get("Task", "") for name in (active, *reversed(tree.ancestors(active)))]
    made = {"Frame": active, "Task": next(filter(None, tasks), "")}
    fields = {name: text for name, text in made.items() if text and name.lower() not in given}
    return replace(new, fields={**new.fields, **fields})


def stage_entry(changes: Staging, new: NewEntry, now: datetime) -> Added:
    """Stage an entry among other changes, unless the same is there already. Raises as `add_entry` does."""
    kind = find_kind(read_config(changes).kinds, new.kind)
    draft = draft_of(kind, new)
    there = _entries_of(changes, kind)
    if same := find_exact(one_line(new.title), draft.content(), there):
        return Added(_handles(kind, there)[there.index(same)], same.path, same.line, duplicate=True)
    return _add(changes, draft, there, next_stamp(now, stamps_of(changes)))


def find_kind(kinds: Kinds, name: str) -> Kind:
    """The kind that a word names, in the singular or plural, and that ctx writes. Raises UsageError."""
    kind = kinds.named(name)
    if kind is None or kind.name == REFERENCE.name:
        raise unknown_kind(name, [kind.name for kind in kinds.stored])
    return kind


def draft_of(kind: Kind, new: NewEntry) -> Draft:
    """What is to be written, checked."""
    if not one_line(new.title):
        raise UsageError("an entry needs a title", hint="give one line that says what it is")
    texts = {"title": new.title, "body": new.body, "names": "\n".join(new.fields)}
    texts |= {f"field {name}": text for name, text in new.fields.items()}
    texts |= {f"tag {number}": tag for number, tag in enumerate(new.tags, 1)}
    check_texts({name: text for name, text in texts.items() if text}, allow_secret=new.allow_secret)
    fields = {field_name(kind, name): text for name, text in new.fields.items()}
    if new.allow_secret.strip():
        fields[ALLOWED] = one_line(new.allow_secret)
    return Draft(kind, new.title, fields, [tag for tag in map(clean_tag, new.tags) if tag], new.body)


def _add(changes: Staging, draft: Draft, there: list[Entry], stamp: str) -> Added:
    placed = insert_entry(changes.entry_file(draft.kind), draft, stamp)
    near = find_near(placed.entry.title, placed.entry.body, there) if there else []
    near = [_named(draft.kind, there, one) for one in near]
    changes.write(placed.file.path, placed.file.text)
    name = _name(changes, draft.kind, there, placed)
    return Added(name, placed.file.path, placed.entry.line, changes.diff(), near=tuple(near))


def _named(kind: Kind, there: list[Entry], near: Near) -> Near:
    """A near duplicate under its handle."""
    return near._replace(entry=near.entry.named(_handles(kind, there)[there.index(near.entry)]))


def _name(changes: Staging, kind: Kind, there: list[Entry], placed: Placed) -> str:
    """The new entry's handle; where it makes those of others longer, the links to them follow."""
    path, position = placed.entry.path, placed.entry.position
    index = next(
        (at for at, entry in enumerate(there) if entry.path != path or entry.position >= position), len(there)
    )
    before = _handles(kind, there)
    after = _handles(kind, [*there[:index], placed.entry, *there[index:]])
    name = after.pop(index)
    relink(changes, {old: now for old, now in zip(before, after, strict=True) if old != now})
    return name


def stamps_of(changes: Staging) -> set[str]:
    """Every stamp to the second in the context, the archive's too: each is to name one entry."""
    kinds = read_config(changes).kinds
    found: set[str] = set()
    for path in changes.paths():
        role = role_of(path, kinds, lambda _path: False)
        if role and role.holds is Holds.ENTRIES:
            with suppress(CtxError):  # a file that cannot be read keeps nobody from writing another one
                found.update(_STAMP.findall(changes.read(path) or ""))
    return found


def _handles(kind: Kind, entries: list[Entry]) -> list[str]:
    identities = [(kind.prefix, entry.digest) for entry in entries]
    return handle.assign(handle.distinguish(identities, lambda number: entries[number].category))


def _entries_of(changes: Staging, kind: Kind) -> list[Entry]:
    """The live entries of a kind in the order of their handles: its file's, then its pages'."""
    kinds = read_config(changes).kinds
    found = []
    for path in changes.paths():
        role = role_of(path, kinds, lambda _path: False)
        if role and role.kind == kind and not role.archived and (text := changes.read(path)) is not None:
            found.append((role.page, path, EntryFile(path, role, text).entries))
    return [entry for _, _, entries in sorted(found, key=lambda row: row[:2]) for entry in entries]
