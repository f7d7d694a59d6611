"""One approved group carried out on texts: the merged entry in its file, the originals in the archive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ctx.consolidate.approved import Approved
from ctx.consolidate.draft import in_order
from ctx.consolidate.merged import merged_source
from ctx.consolidate.metadata import CONSOLIDATED_FROM, is_consolidated, origins
from ctx.consolidate.proposal import content_digest
from ctx.errors import CtxError
from ctx.kinds import Kind
from ctx.markdown.edits import Edit, apply
from ctx.markdown.lines import newline_of
from ctx.memory.archive import keep, take_out
from ctx.memory.compose import one_line
from ctx.memory.entry import Entry
from ctx.memory.layout import CONTEXT
from ctx.memory.read_entries import read_entries


@dataclass(frozen=True, slots=True)
class Merged:
    """The texts after a merge, and the merged entry as it is read there (its handle is not given yet)."""

    text: str
    archive: str
    entry: Entry


def main_file(kind: Kind) -> str:
    """The file of a kind."""
    return f"{CONTEXT}/{kind.file}"


def merge(
    text: str, archive: str | None, group: Approved, kind: Kind, archive_path: str, approved_by: str = ""
) -> Merged:
    """Merge a group in its kind's file and keep its members in the archive.

    Raises CtxError where a member is not as it was approved, or where others would read differently after.
    """
    path = main_file(kind)
    before = list(read_entries(text, kind, path))
    members = _find(before, group, path)
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
    return Merged(rest, keep(archive, kind, archive_path, kept), entry)


def _position(entry: Entry) -> int:
    return entry.position


def _find(entries: Sequence[Entry], group: Approved, path: str) -> list[Entry]:
    """The members as they stand now; of entries that say the same each is taken once."""
    left = [entry for entry in entries if entry.live and not is_consolidated(entry)]
    found = []
    for wanted in group.members:
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
    """The entry that a group was merged into before, where it was."""
    title = one_line(group.draft.title)
    for entry in entries:
        named = origins(entry)
        if entry.live and entry.title == title and all(wanted.id in named for wanted in group.members):
            return entry
    return None
