"""Entries → proposals: what replaces what, what says the same, and what can stand as one entry."""

from __future__ import annotations

from collections import Counter as Counts
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from ctx.consolidate.cluster import Cluster, clusters
from ctx.consolidate.draft import in_order, merge_bodies
from ctx.consolidate.duplicate import find_duplicates
from ctx.consolidate.kept_apart import is_apart
from ctx.consolidate.merged import distinct_title, merged_source, source_of
from ctx.consolidate.metadata import may_take_part, origins
from ctx.consolidate.opposites import may_share_an_entry
from ctx.consolidate.proposal import Draft, Group, Member, Proposal, group_id
from ctx.consolidate.similar import (
    Background,
    Profile,
    Progress,
    Rows,
    cosine,
    moment,
    profile_of,
    similarities,
    spelling,
)
from ctx.consolidate.supersede import find_superseded
from ctx.consolidate.title import Title, title_of
from ctx.kinds import Kind
from ctx.model.entry import Entry
from ctx.tokens.counting import Counter

SAVING = 0.25  # of its members' tokens that a merge saves at least
_ORDER = tuple(Proposal)
_SHARED = 3  # words that a note names

Apart = Collection[frozenset[str]]  # pairs of handles that a person keeps apart


class Bounds(NamedTuple):
    """What a draft may be: `largest` is the size in tokens from which drift calls an entry oversized."""

    largest: int
    keep_context: bool = False


class SearchedField:
    """The entries of one kind outside the archive, and the background they are seen against.

    `originals` are those in the archive that merged entries name as what they were made from.
    """

    def __init__(
        self, kind: Kind, entries: Sequence[Entry], originals: Sequence[Entry], apart: Apart = ()
    ) -> None:
        self.kind = kind
        self.apart = apart
        self.chosen = [entry for entry in entries if may_take_part(entry)]
        self.profiles = {entry.id: profile_of(entry) for entry in self.chosen}
        others = [entry for entry in entries if not (may_take_part(entry) or origins(entry))]
        profiles = [*self.profiles.values(), *map(profile_of, (*others, *originals))]
        moments = [moment(entry) for entry in (*self.chosen, *originals)]
        self.background = Background.of(profiles, moments)
        self._in_category = Counts(entry.category for entry in entries if entry.live)

    def rows(self, members: Sequence[Entry], progress: Progress | None = None) -> Rows:
        """How alike some entries are."""
        profiles = [self.profiles.get(entry.id) or profile_of(entry) for entry in members]
        return similarities(profiles, [moment(entry) for entry in members], self.background, progress)

    def title(self, members: Sequence[Entry]) -> Title:
        """What a group could be called."""
        ids = {entry.id for entry in members}
        others = [entry for entry in self.chosen if entry.id not in ids]
        found = title_of(members, self.rows(members), self._in_category[members[0].category], others)
        return found._replace(text=distinct_title(found.text, members))

    def may_join(self, one: Entry, other: Entry) -> bool:
        """Whether two entries may come into one group: nobody keeps them apart, and they are no opposites."""
        return frozenset((one.id, other.id)) not in self.apart and may_share_an_entry(one, other)

    def merge(self, cohesion: float, members: Sequence[Entry], counter: Counter, bounds: Bounds) -> Group:
        """The proposal to merge some entries."""
        title = self.title(members)
        draft = Draft(
            title.text, merge_bodies(in_order(members), self.kind, keep_context=bounds.keep_context)
        )
        group = make_group(self.kind.name, cohesion, members, draft, counter)
        return group.explained(self._note(members), title.origin)

    def _note(self, members: Sequence[Entry]) -> str:
        """Why some entries are a group: the words, the tags and the days they share."""
        profiles: list[Profile] = [self.profiles.get(entry.id) or profile_of(entry) for entry in members]
        held = Counts(word for profile in profiles for word in profile if word[0] != "#")
        most = sorted(held, key=lambda word: (-held[word] * self.background.rarity(word), word))
        shared = [word for word in most if held[word] > len(members) / 2][:_SHARED]
        named = dict.fromkeys(spelling(word, members) for word in shared)
        tags = [tag for tag in members[0].tags if all(tag in entry.tags for entry in members)]
        days = sorted(entry.date for entry in members if entry.date)
        said = [f"they share the words {', '.join(named)}"] if named else []
        said += [f"the tags {', '.join(tags)}"] if tags else []
        said += [f"all of {days[0]}"] if len(days) == len(members) and days[0] == days[-1] else []
        return "; ".join(said)


def propose(
    field: SearchedField, counter: Counter, bounds: Bounds, progress: Progress | None = None
) -> list[Group]:
    """The proposals among the entries of one kind, in the order in which they are offered."""
    told, gone = _told(field, counter)
    rest = [entry for entry in field.chosen if entry.id not in gone]
    merges = [
        field.merge(one.cohesion, [rest[n] for n in one.members], counter, bounds)
        for one in related(field, rest, counter, bounds, progress)
    ]
    return ranked([*told, *(group for group in merges if is_worth_it(group, bounds))])


def related(
    field: SearchedField,
    entries: Sequence[Entry],
    counter: Counter,
    bounds: Bounds,
    progress: Progress | None = None,
) -> list[Cluster]:
    """The groups of entries that could be merged, whatever that would save."""
    bodies = [merge_bodies([entry], field.kind, keep_context=bounds.keep_context) for entry in entries]
    sizes = [counter.tokens(units) for units in counter.units_of([f"{body}\n{_HANDLE}" for body in bodies])]
    room = bounds.largest - counter.tokens(counter.units(_FRAME))
    rows = field.rows(entries, progress)
    return clusters(rows, sizes, room, lambda one, other: field.may_join(entries[one], entries[other]))


# What a merged entry holds besides its bullets, about as long as any, and a name for each member.
_FRAME = """\
## [2026-11-21-120000] A title of six words or so

**Consolidated from**: (archive/learnings-2026-Q4.md)
**Approved by**: Ada Lovelace
"""
_HANDLE = ", L-4f2a6c"


def is_worth_it(group: Group, bounds: Bounds) -> bool:
    """Whether a merge saves enough, and is no entry that drift would call oversized."""
    return group.saved >= SAVING * group.tokens_before and group.tokens_after <= bounds.largest


def ranked(groups: Iterable[Group]) -> list[Group]:
    """Groups as they are offered: by proposal, then by the tokens saved times the cohesion."""
    return sorted(
        groups, key=lambda group: (_ORDER.index(group.proposal), -group.saved * group.cohesion, group.id)
    )


def make_group(kind: str, cohesion: float, members: Sequence[Entry], draft: Draft, counter: Counter) -> Group:
    """The proposal to merge some entries, with its name and its tokens."""
    before = sum(counter.tokens(counter.units(source_of(entry))) for entry in members)
    after = counter.tokens(counter.units(merged_source(draft, members)))
    found = tuple(Member(entry) for entry in members)
    return Group(group_id(kind, members), Proposal.MERGE, kind, cohesion, found, draft, before, after)


def keep_one(
    field: SearchedField,
    proposal: Proposal,
    members: Sequence[Entry],
    keep: Entry,
    note: str,
    counter: Counter,
) -> Group:
    """The proposal that one entry stays and the others are retired or archived."""
    rows = field.rows(members)
    pairs = len(members) * (len(members) - 1)
    cohesion = round(min(1.0, sum(sum(row) for row in rows) / pairs), 6)
    sizes = {entry.id: counter.tokens(counter.units(source_of(entry))) for entry in members}
    return Group(
        group_id(f"{proposal.value} {field.kind.name}", members),
        proposal,
        field.kind.name,
        cohesion,
        tuple(Member(entry) for entry in members),
        Draft(keep.title, keep.body.strip("\r\n")),
        sum(sizes.values()),
        sizes[keep.id],
        note,
        keep.id,
    )


def _told(field: SearchedField, counter: Counter) -> tuple[list[Group], set[str]]:
    """What is superseded and what is said twice, and the handles of what would go."""
    groups = [*_superseded(field, counter)]
    gone = {member.id for group in groups for member in group.members if member.id != group.keep}
    groups += _duplicates(field, gone, counter)
    gone |= {member.id for group in groups for member in group.members if member.id != group.keep}
    return groups, gone


def _superseded(field: SearchedField, counter: Counter) -> Iterator[Group]:
    entries = field.chosen
    profiles = [field.profiles[entry.id] for entry in entries]

    def likeness(one: int, other: int) -> float:
        return cosine(profiles[one], profiles[other], field.background)

    for one in find_superseded(entries, likeness):
        older, newer = entries[one.older], entries[one.newer]
        if not is_apart((older.id, newer.id), field.apart):
            yield keep_one(field, Proposal.SUPERSEDE, [older, newer], newer, one.note, counter)


def _duplicates(field: SearchedField, gone: Collection[str], counter: Counter) -> Iterator[Group]:
    entries = [entry for entry in field.chosen if entry.id not in gone]
    for first, second in find_duplicates(entries, field.kind):
        other, keep = entries[first], entries[second]
        if not is_apart((other.id, keep.id), field.apart):
            note = f"{keep.id} says all that {other.id} does"
            yield keep_one(field, Proposal.DUPLICATE, [other, keep], keep, note, counter)
