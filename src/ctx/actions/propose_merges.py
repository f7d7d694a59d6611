"""`ctx consolidate` without more: which entries belong together, and what could stand for each group."""

from __future__ import annotations

from ctx.actions.find_entries import Filter, resolve
from ctx.actions.read_context import Reader
from ctx.consolidate.metadata import origins
from ctx.consolidate.proposal import Draft, Group
from ctx.consolidate.propose import Field, make_group, propose, ranked
from ctx.consolidate.similar import Progress
from ctx.errors import UsageError
from ctx.kinds import Kind
from ctx.packet.tokens import counter


def propose_merges(reader: Reader, kind: str | None = None, progress: Progress | None = None) -> list[Group]:
    """The groups among the entries of each kind, or of one, most cohesive first."""
    reading = reader.read()
    named = resolve(reading, Filter(kinds=(kind,) if kind else ())).kinds
    kinds = [one for one in reading.config.kinds.stored if not named or one.name in named]
    if not kinds:
        raise UsageError(f"entries of the kind {kind} are never merged", hint="name learning, decision, …")
    count = counter(reading.config.tokenizer)
    return ranked([group for one in kinds for group in propose(_field(reader, one), count, progress)])


def drop_member(reader: Reader, group: Group, handle: str) -> Group:
    """The group without one member, with a draft of the others."""
    reading = reader.read()
    members = [member.entry for member in group.members if member.id != handle]
    field = _field(reader, reading.config.kinds[group.kind])
    return field.group(group.cohesion, members, counter(reading.config.tokenizer))


def redraft(reader: Reader, group: Group, draft: Draft) -> Group:
    """The group with a draft that a person wrote."""
    count = counter(reader.read().config.tokenizer)
    return make_group(group.kind, group.cohesion, [member.entry for member in group.members], draft, count)


def _field(reader: Reader, kind: Kind) -> Field:
    entries = [entry for entry in reader.read().memory.entries if entry.kind == kind.name]
    named = {handle for entry in entries for handle in origins(entry)}
    archived = reader.read(archive=True).memory.entries if named else []
    return Field(kind, entries, [entry for entry in archived if entry.archived and entry.id in named])
