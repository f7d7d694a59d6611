"""Listing, filtering and looking up what a context holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ctx.actions.read_context import Reader, Reading
from ctx.errors import UsageError
from ctx.kinds import singular
from ctx.model.entry import Entry, clean_tag
from ctx.model.stamp import find_date
from ctx.model.views import SESSION, TASK, frame_entry, task_entry


class Filter(NamedTuple):
    """Which entries are meant; what is left empty does not restrict.

    `since` is inclusive and `before` exclusive, both ISO dates; `fields` asks for a text inside a field.
    """

    kinds: Sequence[str] = ()
    tags: Sequence[str] = ()
    status: str = ""
    by: str = ""
    fields: Mapping[str, str] = {}
    since: str = ""
    before: str = ""

    def admits(self, entry: Entry) -> bool:
        """Whether an entry is one of those meant."""
        return (
            (not self.kinds or entry.kind in self.kinds)
            and all(clean_tag(tag) in entry.tags for tag in self.tags)
            and (not self.status or self.status.lower() == (entry.status or "live"))
            and (not self.by or self.by.lower() in entry.fields.get("By", "").lower())
            and all(_holds(entry, name, text) for name, text in self.fields.items())
            and (not self.since or (entry.date or "") >= self.since)
            and (not self.before or (entry.date is not None and entry.date < self.before))
        )


def _holds(entry: Entry, name: str, text: str) -> bool:
    wanted = name.lower()
    return any(key.lower() == wanted and text.lower() in value.lower() for key, value in entry.fields.items())


def list_entries(reader: Reader, only: Filter, *, archived: bool = False) -> list[Entry]:
    """The entries meant, in table order of their kinds and in file order; tasks and sessions when named."""
    reading = reader.read(archive=archived)
    only = resolve(reading, only)
    return [entry for entry in everything(reading, only.kinds) if only.admits(entry)]


def show_entry(reader: Reader, reference: str) -> tuple[Entry, list[str]]:
    """The entry a handle, a prefix or a stamp names, archived ones too, and the handles it links to."""
    return find_shown(reader.read(archive=True), reference)


def find_shown(reading: Reading, reference: str) -> tuple[Entry, list[str]]:
    """The same in a reading of one's own."""
    from ctx.reading.links import find_entry, find_links, former_handles  # these read Markdown

    all_of_them = [*reading.memory.entries, *_others(reading, (TASK, SESSION))]
    entry = find_entry(all_of_them, reference)
    by_name = dict.fromkeys(former_handles(entry), entry.id)
    by_name |= {other.id: other.id for other in all_of_them} | {
        other.stamp: other.id for other in all_of_them if other.stamp
    }
    links = [by_name.get(link, link) for link in find_links(entry.body)]
    return entry, [link for link in dict.fromkeys(links) if link != entry.id]


def merged_into(reader: Reader, entry: Entry) -> Entry | None:
    """The live entry that stands for an archived one, where consolidation merged it; followed to the last."""
    if not entry.archived:
        return None
    from ctx.consolidate.metadata import origins

    entries = reader.read(archive=True).memory.entries
    docs_with = {name: other for other in entries for name in origins(other)}
    seen, found = {entry.id}, docs_with.get(entry.id)
    while found is not None and found.archived and found.id not in seen:
        seen.add(found.id)
        found = docs_with.get(found.id)
    return None if found is None or found.archived else found


def everything(reading: Reading, kinds: Sequence[str]) -> Iterable[Entry]:
    """All entries, and tasks and sessions where their kind is asked for by name."""
    yield from reading.memory.entries
    yield from _others(reading, kinds)


def _others(reading: Reading, kinds: Sequence[str]) -> Iterable[Entry]:
    if TASK in kinds:
        yield from map(task_entry, reading.memory.tasks)
    if SESSION in kinds:
        yield from map(frame_entry, reading.sessions.frames)


def resolve(reading: Reading, only: Filter) -> Filter:
    """The filter with kinds by their names, plurals understood.

    Raises UsageError with a suggestion for kinds and dates that cannot be.
    """
    for date in (only.since, only.before):
        if date and find_date(date) != date:
            raise UsageError(f"{date!r} is not a date", hint="write it as 2026-11-21")
    return only._replace(kinds=[_kind_name(reading, kind) for kind in only.kinds]) if only.kinds else only


def _kind_name(reading: Reading, word: str) -> str:
    known = (*reading.config.kinds.names, TASK, SESSION)
    found = reading.config.kinds.named(word)
    name = found.name if found else singular(word, {TASK: "", SESSION: ""})
    if name not in known:
        raise unknown_kind(word, known)
    return name


def unknown_kind(word: str, known: Sequence[str]) -> UsageError:
    """The error for a word that names no kind, with the one that may have been meant."""
    from ctx.config.problems import nearest

    guess = nearest(word.lower(), known)
    hint = f"did you mean {guess!r}?" if guess else f"choose one of {', '.join(known)}"
    return UsageError(f"unknown kind {word!r}", hint=hint)
