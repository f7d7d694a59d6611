"""Entries → proposals: related ones of a kind, with a draft that is shorter than they are."""

from __future__ import annotations

from collections.abc import Sequence

from ctx.consolidate.cluster import clusters
from ctx.consolidate.draft import in_order, merge_bodies
from ctx.consolidate.merged import merged_source, source_of
from ctx.consolidate.metadata import may_take_part, origins
from ctx.consolidate.proposal import Draft, Group, Member, group_id
from ctx.consolidate.similar import Background, Progress, moment, profile_of, similarities
from ctx.consolidate.title import title_of
from ctx.kinds import Kind
from ctx.memory.entry import Entry
from ctx.packet.tokens import Counter


class Field:
    """The entries of one kind outside the archive, and the background they are seen against.

    `originals` are those in the archive that merged entries name as what they were made from.
    """

    def __init__(self, kind: Kind, entries: Sequence[Entry], originals: Sequence[Entry]) -> None:
        self.kind = kind
        self.chosen = [entry for entry in entries if may_take_part(entry)]
        self.profiles = [profile_of(entry) for entry in self.chosen]
        others = [entry for entry in entries if not (may_take_part(entry) or origins(entry))]
        profiles = [*self.profiles, *map(profile_of, (*others, *originals))]
        self.background = Background.of(profiles, [moment(entry) for entry in (*self.chosen, *originals)])

    def draft(self, members: Sequence[Entry]) -> Draft:
        """What could stand for some entries."""
        title = title_of(members, [profile_of(entry) for entry in members], self.background)
        return Draft(title, merge_bodies(in_order(members), self.kind))

    def group(self, cohesion: float, members: Sequence[Entry], counter: Counter) -> Group:
        """The proposal to merge some entries."""
        return make_group(self.kind.name, cohesion, members, self.draft(members), counter)


def propose(field: Field, counter: Counter, progress: Progress | None = None) -> list[Group]:
    """The groups among entries of one kind, most cohesive first."""
    moments = [moment(entry) for entry in field.chosen]
    rows = similarities(field.profiles, moments, field.background, progress)
    return [
        field.group(one.cohesion, [field.chosen[row] for row in one.members], counter)
        for one in clusters(rows)
    ]


def ranked(groups: Sequence[Group]) -> list[Group]:
    """Groups of all kinds in the order in which they are offered; those that would not shrink come last."""
    return sorted(groups, key=lambda group: (not group.shrinks, -group.cohesion))


def make_group(kind: str, cohesion: float, members: Sequence[Entry], draft: Draft, counter: Counter) -> Group:
    """A proposal with its name and its tokens."""
    before = sum(counter.tokens(counter.units(source_of(entry))) for entry in members)
    after = counter.tokens(counter.units(merged_source(draft, members)))
    found = tuple(Member(entry) for entry in members)
    return Group(group_id(kind, members), kind, cohesion, found, draft, before, after)
