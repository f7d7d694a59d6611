"""`ctx consolidate` without more: what could be merged, retired or kept once, for a person to decide."""

from __future__ import annotations

from collections import Counter as Counts
from collections.abc import Sequence

from ctx.actions.find_entries import Filter, resolve
from ctx.actions.read_context import Reader
from ctx.consolidate.kept_apart import PATH, read_apart
from ctx.consolidate.metadata import origins
from ctx.consolidate.proposal import Draft, Group
from ctx.consolidate.propose import Bounds, SearchedField, make_group, propose, ranked
from ctx.consolidate.similar import Progress
from ctx.errors import UsageError
from ctx.kinds import Kind
from ctx.model.entry import Entry
from ctx.tokens.counting import Counter, counter


def propose_merges(
    reader: Reader,
    kind: str | None = None,
    progress: Progress | None = None,
    *,
    everything: bool = False,
    keep_context: bool = False,
) -> list[Group]:
    """The proposals for each kind, or for one, most useful first.

    Kinds that are not above their soft cap are left alone unless `everything` is asked for; `keep_context`
    brings the members' contexts into the drafts.
    """
    chosen = [one for one in _kinds(reader, kind) if everything or is_above_cap(reader, one)]
    if not chosen:
        return []
    count, bounds = _measures(reader, keep_context=keep_context)
    return ranked(
        [group for one in chosen for group in propose(_field(reader, one), count, bounds, progress)]
    )


def left_alone(reader: Reader, kind: str | None = None) -> list[Kind]:
    """The kinds that have entries, but no more than their soft cap recommends."""
    held = Counts(entry.kind for entry in reader.read().memory.live)
    return [one for one in _kinds(reader, kind) if held[one.name] and not is_above_cap(reader, one)]


def is_above_cap(reader: Reader, kind: Kind) -> bool:
    """Whether drift nudges about a kind's number of entries."""
    return 0 < kind.cap < sum(entry.kind == kind.name for entry in reader.read().memory.live)


def merge_members(reader: Reader, group: Group, members: Sequence[Entry], *, keep_context: bool) -> Group:
    """The group with a new draft of some of its members."""
    count, bounds = _measures(reader, keep_context=keep_context)
    field = _field(reader, reader.read().config.kinds[group.kind])
    return field.merge(group.cohesion, members, count, bounds)


def redraft(reader: Reader, group: Group, draft: Draft) -> Group:
    """The group as a merge with a draft that a person wrote."""
    count, _ = _measures(reader, keep_context=False)
    members = [member.entry for member in group.members]
    return group.with_draft(draft, make_group(group.kind, group.cohesion, members, draft, count).tokens_after)


def _kinds(reader: Reader, kind: str | None) -> list[Kind]:
    reading = reader.read()
    named = resolve(reading, Filter(kinds=(kind,) if kind else ())).kinds
    kinds = [one for one in reading.config.kinds.stored if not named or one.name in named]
    if not kinds:
        raise UsageError(f"entries of the kind {kind} are never merged", hint="name learning, decision, …")
    return kinds


def _measures(reader: Reader, *, keep_context: bool) -> tuple[Counter, Bounds]:
    config = reader.read().config
    return counter(config.tokenizer), Bounds(config.oversized_tokens, keep_context)


def _field(reader: Reader, kind: Kind) -> SearchedField:
    entries = [entry for entry in reader.read().memory.entries if entry.kind == kind.name]
    named = {handle for entry in entries for handle in origins(entry)}
    archived = reader.read(archive=True).memory.entries if named else []
    originals = [entry for entry in archived if entry.archived and entry.id in named]
    return SearchedField(kind, entries, originals, read_apart(reader.worktree.read(PATH)))
