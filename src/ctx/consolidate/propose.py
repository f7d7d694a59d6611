"""Entries → proposals: related ones of a kind, with a draft that is shorter than they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ctx.consolidate.cluster import Cluster, clusters
from ctx.consolidate.draft import in_order, merge_bodies
from ctx.consolidate.merged import merged_source, source_of
from ctx.consolidate.proposal import Draft, Group, Member, group_id
from ctx.consolidate.similar import Profile, Progress, holders, profile_of
from ctx.consolidate.title import title_of
from ctx.kinds import Kind
from ctx.memory.entry import Entry
from ctx.packet.tokens import Counter


def propose(
    entries: Sequence[Entry], kind: Kind, counter: Counter, progress: Progress | None = None
) -> list[Group]:
    """The groups among entries of one kind, most cohesive first."""
    profiles = [profile_of(entry) for entry in entries]
    counts = holders(profiles)
    found = clusters(entries, profiles, progress)
    return [_group(one, entries, profiles, counts, kind, counter) for one in found]


def ranked(groups: Sequence[Group]) -> list[Group]:
    """Groups of several kinds in the order in which they are offered: those that would not shrink come last."""
    return sorted(groups, key=lambda group: (not group.shrinks, -group.cohesion))


def without(group: Group, gone: str, entries: Sequence[Entry], kind: Kind, counter: Counter) -> Group:
    """The group without one member, drafted again; `entries` are all of the kind."""
    members = [member.entry for member in group.members if member.id != gone]
    profiles = [profile_of(entry) for entry in entries]
    draft = _draft(members, [profile_of(entry) for entry in members], holders(profiles), len(entries), kind)
    return make_group(kind.name, group.cohesion, members, draft, counter)


def make_group(
    kind: str, cohesion: float, members: Sequence[Entry], draft: Draft, counter: Counter
) -> Group:
    """A proposal with its name and its tokens."""
    before = sum(counter.tokens(counter.units(source_of(entry))) for entry in members)
    after = counter.tokens(counter.units(merged_source(draft, members)))
    found = tuple(Member(entry) for entry in members)
    return Group(group_id(kind, members), kind, cohesion, found, draft, before, after)


def _group(
    one: Cluster,
    entries: Sequence[Entry],
    profiles: Sequence[Profile],
    counts: Mapping[str, int],
    kind: Kind,
    counter: Counter,
) -> Group:
    members = [entries[number] for number in one.members]
    draft = _draft(members, [profiles[number] for number in one.members], counts, len(entries), kind)
    return make_group(kind.name, one.cohesion, members, draft, counter)


def _draft(
    members: Sequence[Entry], profiles: Sequence[Profile], counts: Mapping[str, int], count: int, kind: Kind
) -> Draft:
    return Draft(title_of(members, profiles, counts, count), merge_bodies(in_order(members), kind))
