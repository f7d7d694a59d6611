"""`ctx consolidate` without more: which entries belong together, and what could stand for each group."""

from __future__ import annotations

from ctx.actions.find_entries import Filter, check
from ctx.actions.read_context import Reader
from ctx.consolidate.proposal import Group
from ctx.consolidate.propose import propose, ranked, without
from ctx.consolidate.similar import Progress
from ctx.errors import UsageError
from ctx.memory.entry import Entry
from ctx.packet.tokens import counter


def propose_merges(reader: Reader, kind: str | None = None, progress: Progress | None = None) -> list[Group]:
    """The groups among the entries of each kind, or of one, most cohesive first."""
    reading = reader.read()
    check(reading, Filter(kinds=(kind,) if kind else ()))
    kinds = [one for one in reading.config.kinds.stored if kind in {None, one.name}]
    if not kinds:
        raise UsageError(f"{kind} is no kind of entry that ctx writes", hint="name learning, decision, …")
    count = counter(reading.config.tokenizer)
    by_kind: dict[str, list[Entry]] = {}
    for entry in reading.memory.entries:
        by_kind.setdefault(entry.kind, []).append(entry)
    groups = [group for one in kinds for group in propose(by_kind.get(one.name, []), one, count, progress)]
    return ranked(groups)


def drop_member(reader: Reader, group: Group, handle: str) -> Group:
    """The group without one member, with a draft of the others."""
    reading = reader.read()
    entries = [entry for entry in reading.memory.entries if entry.kind == group.kind]
    return without(group, handle, entries, reading.config.kinds[group.kind], counter(reading.config.tokenizer))
