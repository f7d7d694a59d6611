"""One approved group carried out on texts: what stands for it in its file, the originals in the archive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ctx.consolidate.approved import Approved, MemberRef
from ctx.consolidate.draft import in_order
from ctx.consolidate.merged import distinct_title, merged_source
from ctx.consolidate.metadata import CONSOLIDATED_FROM, SAME_AS, SUFFIX, SUPERSEDES, is_consolidated, origins
from ctx.consolidate.proposal import Draft, Proposal, content_digest
from ctx.errors import CtxError
from ctx.kinds import Kind
from ctx.markdown.edits import Edit, apply
from ctx.markdown.lines import newline_of
from ctx.model.entry import Entry
from ctx.model.file_roles import CONTEXT
from ctx.reading.links import find_links
from ctx.reading.read_entries import read_entries
from ctx.writing.compose import one_line
from ctx.writing.extract import keep as keep_pieces
from ctx.writing.extract import take_out
from ctx.writing.revise import field_ways, revise


@dataclass(frozen=True, slots=True)
class Merged:
    """The texts after a group, and the entry that stands for it as it is read there, without a handle yet.

    `archive` is None where nothing was archived.
    """

    text: str
    archive: str | None
    entry: Entry


def main_file(kind: Kind) -> str:
    """The file of a kind."""
    return f"{CONTEXT}/{kind.file}"


def carry_out(
    text: str, archive: str | None, group: Approved, kind: Kind, archive_path: str, approved_by: str = ""
) -> Merged:
    """Carry out an approved group in its kind's file.

    Raises CtxError where a member is not as it was approved, or where others would read differently after.
    """
    if group.proposal is Proposal.SUPERSEDE:
        return _supersede(text, archive, group, kind, approved_by)
    if group.proposal is Proposal.DUPLICATE:
        return _keep_one(text, archive, group, kind, archive_path, approved_by)
    return merge(text, archive, group, kind, archive_path, approved_by)


def _supersede(text: str, archive: str | None, group: Approved, kind: Kind, approved_by: str) -> Merged:
    """Write into each older entry what replaces it, and into the newer one what it replaces."""
    path = main_file(kind)
    by = f" (approved by {approved_by})" if approved_by else ""
    for wanted in group.members:
        if wanted.id != group.keep:
            text = _with_field(text, kind, path, wanted, "Status", f"Superseded by {group.keep}{by}")
    keep = _kept(group)
    [entry] = _find(list(read_entries(text, kind, path)), (keep,), path)
    named = list(find_links(entry.fields.get(SUPERSEDES, "")))
    names = ", ".join(dict.fromkeys([*named, *group.leaving]))
    text = _with_field(text, kind, path, keep, SUPERSEDES, names)
    return Merged(text, archive, list(read_entries(text, kind, path))[entry.position])


def _keep_one(
    text: str, archive: str | None, group: Approved, kind: Kind, archive_path: str, approved_by: str
) -> Merged:
    """Move all members but one into the archive, and write into that one what said the same."""
    path = main_file(kind)
    keep = _kept(group)
    others = [wanted for wanted in group.members if wanted.id != group.keep]
    before = list(read_entries(text, kind, path))
    [entry], leaving = _find(before, (keep,), path), _find(before, others, path)
    named = list(find_links(entry.fields.get(SAME_AS, "")))
    where = archive_path.removeprefix(f"{CONTEXT}/") + (f", approved by {approved_by}" if approved_by else "")
    names = ", ".join(dict.fromkeys([*named, *group.leaving]))
    written = _with_field(text, kind, path, keep, SAME_AS, f"{names} ({where})")
    rest, pieces = take_out(written, kind, path, {one.position for one in leaving})
    kept = list(zip(sorted(leaving, key=_position), pieces, strict=True))
    place = entry.position - sum(one.position < entry.position for one in leaving)
    return Merged(
        rest, keep_pieces(archive, kind, archive_path, kept), list(read_entries(rest, kind, path))[place]
    )


def _kept(group: Approved) -> MemberRef:
    """The member that stays. Raises CtxError where the group names none of its own."""
    found = next((wanted for wanted in group.members if wanted.id == group.keep), None)
    if found is None:
        raise CtxError(
            f"`keep` names {group.keep or 'nothing'}, which is no member", hint="name one of the members"
        )
    return found


def _with_field(text: str, kind: Kind, path: str, wanted: MemberRef, name: str, value: str) -> str:
    """The text with a field of a member set; every other byte stays."""
    [entry] = _find(list(read_entries(text, kind, path)), (wanted,), path)

    def holds(_old: Entry, now: Entry) -> bool:
        return now.digest == entry.digest and now.fields.get(name) == value

    return revise(text, kind, entry.named(wanted.id), lambda place: field_ways(place, name, value), [holds])


def merge(
    text: str, archive: str | None, group: Approved, kind: Kind, archive_path: str, approved_by: str = ""
) -> Merged:
    """Merge a group in its kind's file and keep its members in the archive.

    Raises CtxError where a member is not as it was approved, or where others would read differently after.
    """
    path = main_file(kind)
    before = list(read_entries(text, kind, path))
    members = _find(before, group.members, path)
    group = replace(group, draft=Draft(distinct_title(group.draft.title, members), group.draft.body))
    anchor = in_order(members)[-1]
    written, merged = _write(text, before, members, anchor, group, kind, archive_path, approved_by)
    rest, pieces = take_out(written, kind, path, {entry.position for entry in members if entry is not anchor})
    sources = dict(
        zip((e.position for e in sorted(members, key=_position) if e is not anchor), pieces, strict=True)
    )
    sources[anchor.position] = text[anchor.start : anchor.end]
    kept = [(entry, sources[entry.position]) for entry in in_order(members)]
    place = merged.position - sum(entry.position < anchor.position for entry in members)
    entry = list(read_entries(rest, kind, path))[place]
    return Merged(rest, keep_pieces(archive, kind, archive_path, kept), entry)


def _position(entry: Entry) -> int:
    return entry.position


def _find(entries: Sequence[Entry], members: Sequence[MemberRef], path: str) -> list[Entry]:
    """The members as they stand now; of entries that say the same each is taken once."""
    left = [entry for entry in entries if entry.live and not is_consolidated(entry)]
    found = []
    for wanted in members:
        match = next((entry for entry in left if content_digest(entry) == wanted.digest), None)
        if match is None:
            raise CtxError(
                f"{wanted.id} is not as it was when the group was approved",
                path=path,
                hint="`ctx consolidate --plan F` makes a new plan",
            )
        left = [entry for entry in left if entry is not match]
        found.append(match)
    return found


def _write(
    text: str,
    before: Sequence[Entry],
    members: Sequence[Entry],
    anchor: Entry,
    group: Approved,
    kind: Kind,
    archive_path: str,
    approved_by: str,
) -> tuple[str, Entry]:
    """The file's text with the merged entry in the anchor's place, and that entry."""
    named = [entry.named(wanted.id) for entry, wanted in zip(members, group.members, strict=True)]
    source = merged_source(group.draft, named, archive_path.removeprefix(f"{CONTEXT}/"), approved_by)
    if not text[anchor.start : anchor.end].endswith(("\n", "\r")):
        source = source.rstrip("\n")
    written = apply(text, [Edit(anchor.start, anchor.end, source.replace("\n", newline_of(text)))])
    after = list(read_entries(written, kind, anchor.path))
    if len(after) != len(before) or not all(
        _is_merged(now, anchor, group) if old is anchor else _told(now) == _told(old)
        for old, now in zip(before, after, strict=True)
    ):
        raise CtxError(
            "the merged entry would change how other entries are read",
            path=anchor.path,
            line=anchor.line,
            hint="look for headings, comments or code that is not closed in its text or around it",
        )
    return written, after[anchor.position]


def _told(entry: Entry) -> tuple[str, str, str, str]:
    return entry.digest, entry.body, entry.category, entry.status


def _is_merged(entry: Entry, anchor: Entry, group: Approved) -> bool:
    return (
        is_consolidated(entry)
        and CONSOLIDATED_FROM in entry.fields
        and (entry.title, entry.stamp) == (one_line(group.draft.title), anchor.stamp)
    )


def already(entries: Sequence[Entry], group: Approved) -> Entry | None:
    """The entry that stands for a group whose proposal was carried out before, where it was."""
    if group.proposal is Proposal.SUPERSEDE:
        return _already_superseded(entries, group)
    title = one_line(group.draft.title)
    for entry in entries:
        named = origins(entry)
        is_kept = entry.id == group.keep or (
            group.proposal is Proposal.MERGE
            and entry.title.removesuffix(f" {SUFFIX}") == title.removesuffix(f" {SUFFIX}")
        )
        if entry.live and is_kept and named and all(name in named for name in group.leaving):
            return entry
    return None


def _already_superseded(entries: Sequence[Entry], group: Approved) -> Entry | None:
    by_id = {entry.id: entry for entry in entries}
    older = [by_id.get(name) for name in group.leaving]
    done = all(one is not None and group.keep in find_links(one.fields.get("Status", "")) for one in older)
    return by_id.get(group.keep) if done else None
