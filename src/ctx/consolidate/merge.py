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
from ctx.markdown.edits import Edit
from ctx.markdown.lines import newline_of
from ctx.model.entry import Entry
from ctx.model.file_roles import in_context
from ctx.reading.entry_file import EntryFile
from ctx.reading.links import find_links
from ctx.writing.compose import one_line
from ctx.writing.extract import keep as keep_pieces
from ctx.writing.extract import take_out
from ctx.writing.revise import field_ways, revise


@dataclass(frozen=True, slots=True)
class Merged:
    """The files after a group, and the entry that stands for it as it is read there, without a handle yet."""

    file: EntryFile
    archive: EntryFile
    entry: Entry


def carry_out(file: EntryFile, archive: EntryFile, group: Approved, approved_by: str = "") -> Merged:
    """Carry out an approved group in its kind's file.

    Raises CtxError where a member is not as it was approved, or where others would read differently after.
    """
    if group.proposal is Proposal.SUPERSEDE:
        return _supersede(file, archive, group, approved_by)
    if group.proposal is Proposal.DUPLICATE:
        return _keep_one(file, archive, group, approved_by)
    return merge(file, archive, group, approved_by)


def _supersede(file: EntryFile, archive: EntryFile, group: Approved, approved_by: str) -> Merged:
    """Write into each older entry what replaces it, and into the newer one what it replaces."""
    by = f" (approved by {approved_by})" if approved_by else ""
    for wanted in group.members:
        if wanted.id != group.keep:
            file = _with_field(file, wanted, "Status", f"Superseded by {group.keep}{by}")
    keep = _kept(group)
    [entry] = _find(file, (keep,))
    named = list(find_links(entry.fields.get(SUPERSEDES, "")))
    names = ", ".join(dict.fromkeys([*named, *group.leaving]))
    file = _with_field(file, keep, SUPERSEDES, names)
    return Merged(file, archive, file.entries[entry.position])


def _keep_one(file: EntryFile, archive: EntryFile, group: Approved, approved_by: str) -> Merged:
    """Move all members but one into the archive, and write into that one what said the same."""
    keep = _kept(group)
    others = [wanted for wanted in group.members if wanted.id != group.keep]
    [entry], leaving = _find(file, (keep,)), _find(file, others)
    named = list(find_links(entry.fields.get(SAME_AS, "")))
    where = _below(archive) + (f", approved by {approved_by}" if approved_by else "")
    names = ", ".join(dict.fromkeys([*named, *group.leaving]))
    written = _with_field(file, keep, SAME_AS, f"{names} ({where})")
    rest, pieces = take_out(written, {one.position for one in leaving})
    kept = list(zip(sorted(leaving, key=_position), pieces, strict=True))
    place = entry.position - sum(one.position < entry.position for one in leaving)
    return Merged(rest, keep_pieces(archive, kept), rest.entries[place])


def _below(archive: EntryFile) -> str:
    """An archive's path as entries name it: below the context folder."""
    return archive.path.removeprefix(in_context(""))


def _kept(group: Approved) -> MemberRef:
    """The member that stays. Raises CtxError where the group names none of its own."""
    found = next((wanted for wanted in group.members if wanted.id == group.keep), None)
    if found is None:
        raise CtxError(
            f"`keep` names {group.keep or 'nothing'}, which is no member", hint="name one of the members"
        )
    return found


def _with_field(file: EntryFile, wanted: MemberRef, name: str, value: str) -> EntryFile:
    """The file with a field of a member set; every other byte stays."""
    [entry] = _find(file, (wanted,))

    def holds(_old: Entry, now: Entry) -> bool:
        return now.digest == entry.digest and now.fields.get(name) == value

    return revise(file, entry.named(wanted.id), lambda place: field_ways(place, name, value), [holds])


def merge(file: EntryFile, archive: EntryFile, group: Approved, approved_by: str = "") -> Merged:
    """Merge a group in its kind's file and keep its members in the archive.

    Raises CtxError where a member is not as it was approved, or where others would read differently after.
    """
    members = _find(file, group.members)
    group = replace(group, draft=Draft(distinct_title(group.draft.title, members), group.draft.body))
    anchor = in_order(members)[-1]
    written = _write(file, members, anchor, group, _below(archive), approved_by)
    rest, pieces = take_out(written, {entry.position for entry in members if entry is not anchor})
    sources = dict(
        zip((e.position for e in sorted(members, key=_position) if e is not anchor), pieces, strict=True)
    )
    sources[anchor.position] = file.text[anchor.start : anchor.end]
    kept = [(entry, sources[entry.position]) for entry in in_order(members)]
    place = anchor.position - sum(entry.position < anchor.position for entry in members)
    return Merged(rest, keep_pieces(archive, kept), rest.entries[place])


def _position(entry: Entry) -> int:
    return entry.position


def _find(file: EntryFile, members: Sequence[MemberRef]) -> list[Entry]:
    """The members as they stand now; of entries that say the same each is taken once."""
    left = [entry for entry in file.entries if entry.live and not is_consolidated(entry)]
    found = []
    for wanted in members:
        match = next((entry for entry in left if content_digest(entry) == wanted.digest), None)
        if match is None:
            raise CtxError(
                f"{wanted.id} is not as it was when the group was approved",
                path=file.path,
                hint="`ctx consolidate --plan F` makes a new plan",
            )
        left = [entry for entry in left if entry is not match]
        found.append(match)
    return found


def _write(
    file: EntryFile,
    members: Sequence[Entry],
    anchor: Entry,
    group: Approved,
    archive: str,
    approved_by: str,
) -> EntryFile:
    """The file with the merged entry in the anchor's place."""
    named = [entry.named(wanted.id) for entry, wanted in zip(members, group.members, strict=True)]
    source = merged_source(group.draft, named, archive, approved_by)
    if not file.text[anchor.start : anchor.end].endswith(("\n", "\r")):
        source = source.rstrip("\n")
    written = file.apply([Edit(anchor.start, anchor.end, source.replace("\n", newline_of(file.text)))])
    alike = file.reads_alike(written, but={anchor.position})
    if not alike or not _is_merged(written.entries[anchor.position], anchor, group):
        raise CtxError(
            "the merged entry would change how other entries are read",
            path=anchor.path,
            line=anchor.line,
            hint="look for headings, comments or code that is not closed in its text or around it",
        )
    return written


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
