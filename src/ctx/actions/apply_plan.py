"""Carrying out what was approved: archive first, then the file, then the links, in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path

from ctx.actions.changes import Staging, change
from ctx.actions.guard_text import check_texts
from ctx.actions.read_context import Reader, Reading
from ctx.consolidate import journal
from ctx.consolidate.approved import Approved, Ending, Outcome
from ctx.consolidate.coverage import unsaid
from ctx.consolidate.merge import Merged, already, carry_out
from ctx.consolidate.metadata import origins
from ctx.consolidate.plan import read_plan
from ctx.consolidate.proposal import Proposal
from ctx.consolidate.relink import Absorbed, new_names, rewriting
from ctx.consolidate.statements import short
from ctx.errors import CtxError, UsageError
from ctx.markdown.edits import apply
from ctx.model.entry import Entry
from ctx.model.file_roles import archive_file, in_context, main_file
from ctx.reading.entry_file import EntryFile
from ctx.store.user_files import read_file

_IGNORE = in_context(".gitignore")
_ARCHIVE = in_context("archive/")
_ENDINGS = {
    Proposal.MERGE: Ending.MERGED,
    Proposal.SUPERSEDE: Ending.SUPERSEDED,
    Proposal.DUPLICATE: Ending.REMOVED,
}


def new_run() -> str:
    """The name of a run, of which one undo takes back all."""
    return secrets.token_hex(8)


def apply_plan(
    reader: Reader, path: Path, *, approved_by: str = "", today: date | None = None
) -> list[Outcome]:
    """Carry out the approved groups of a plan. Raises PlanError where the plan itself is wrong."""
    kinds = [kind.name for kind in reader.read().config.kinds.stored]
    groups = read_plan(read_file(path), str(path), kinds)
    if not groups:
        raise CtxError("approves no group", path=path, hint="set approve = true in the groups to be merged")
    return apply_groups(reader, groups, approved_by=approved_by, today=today, complete=True)


def apply_groups(
    reader: Reader,
    groups: Sequence[Approved],
    *,
    approved_by: str = "",
    today: date | None = None,
    run: str = "",
    complete: bool = False,
) -> list[Outcome]:
    """Carry out the groups whose members are as they were approved; each of the others is refused alone.

    `complete` refuses a merge whose draft neither says nor names as left out what a member says.
    """
    if approved_by and (approved_by != " ".join(approved_by.split()) or not approved_by.isprintable()):
        raise UsageError("a name is one line of plain text", hint='--approved-by "Ada Lovelace"')
    day = today or datetime.now(tz=UTC).date()
    name = run or new_run()

    def act(changes: Staging) -> list[Outcome]:
        work = _Work(changes, day, approved_by, complete=complete)
        for group in groups:
            work.take(group)
        return work.finish(name)

    return change(reader, act)


@dataclass
class _Done:
    """A group that stands merged, now or from before."""

    group: Approved
    entry: Entry
    ending: Ending


class _Work:
    """The groups, one after the other, and what they stage: an archive before the file it is filled from."""

    def __init__(self, changes: Staging, day: date, approved_by: str, *, complete: bool) -> None:
        self.changes = changes
        self.before = changes.context()
        self.day, self.approved_by, self.complete = day, approved_by, complete
        self.done: list[_Done] = []
        self.order: list[_Done | Outcome] = []

    def take(self, group: Approved) -> None:
        """Merge one group, or note why not."""
        if merged := already([e for e in self.before.memory.entries if e.kind == group.kind], group):
            self._note(_Done(group, merged, Ending.ALREADY))
            return
        try:
            check_texts(
                {"title": group.draft.title, "body": group.draft.body}, allow_secret=self._held(group)
            )
            if self.complete and group.proposal is Proposal.MERGE:
                self._require_complete(group)
            result = self._carry_out(group)
        except CtxError as error:
            why = f"{error}; {error.hint}" if error.hint else str(error)
            self.order.append(Outcome(group.id, Ending.REFUSED, why=why))
            return
        self._note(_Done(group, result.entry, _ENDINGS[group.proposal]))

    def _note(self, done: _Done) -> None:
        self.done.append(done)
        self.order.append(done)

    def _held(self, group: Approved) -> str:
        """What a member holds already is no news to anybody: the draft may say it too."""
        from ctx.writing.guard import find_secrets

        ids = {wanted.id for wanted in group.members}
        members = [entry for entry in self.before.memory.entries if entry.id in ids]
        return "held" if any(find_secrets(entry.body) for entry in members) else ""

    def _require_complete(self, group: Approved) -> None:
        """Refuse a draft that drops a statement without saying so."""
        by_id = {entry.id: entry for entry in self.before.memory.entries}
        for wanted in group.members:
            entry = by_id.get(wanted.id)
            missing = (
                unsaid(group.draft, entry, self.before.config.kinds[group.kind], wanted.left) if entry else []
            )
            if missing:
                more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
                raise CtxError(
                    f"the draft lacks what {wanted.id} says: {short(missing[0])}{more}",
                    hint="say it in the draft, or name it by its first words in the member's `left`",
                )

    def _carry_out(self, group: Approved) -> Merged:
        kind = self.before.config.kinds[group.kind]
        path = main_file(kind)
        if self.changes.read(path) is None:
            raise CtxError("there is no such file", path=path, hint="make the plan again")
        archive = self.changes.entry_file(kind, archive_file(kind.stem, self.day))
        result = carry_out(self.changes.entry_file(kind, path), archive, group, self.approved_by)
        if result.archive.text != archive.text:
            self._stage_archive(result.archive)
        self.changes.write(path, result.file.text)
        return result

    def _stage_archive(self, archive: EntryFile) -> None:
        if not self.before.config.archive_tracked:
            ignored = self.changes.read(_IGNORE) or ""
            if "archive/" not in ignored.splitlines():
                gap = "" if not ignored or ignored.endswith("\n") else "\n"
                self.changes.write(_IGNORE, f"{ignored}{gap}archive/\n")
        self.changes.write(archive.path, archive.text)

    def finish(self, run: str) -> list[Outcome]:
        """Stage the links and what the journal says of it all; what became of each group."""
        after = self.changes.context()
        named = [_named(done, after) for done in self.done]
        for path, text in list(self._relinked(named, after)):
            self.changes.write(path, text)
        self._write_journal(run)
        entries = iter(named)
        return [
            found if isinstance(found, Outcome) else _outcome(found, next(entries)) for found in self.order
        ]

    def _write_journal(self, run: str) -> None:
        """Stage it before all else, so that an undo knows of what was cut short."""
        before = self.changes.before
        steps = [
            journal.JournalChange.between(path, before(path), new)
            for path, (old, new) in self.changes.texts().items()
            if old != new
        ]
        if steps:
            past = journal.read_journal(before(journal.PATH))
            self.changes.write(journal.PATH, past.after(steps, run, before).to_text(), first=True)

    def _relinked(self, named: Sequence[Entry], after: Reading) -> Iterator[tuple[str, str]]:
        """The files with links to what was merged, and their texts with those rewritten."""
        absorbed = [
            Absorbed(entry, one.group.leaving, self._stamps(one.group))
            for one, entry in zip(self.done, named, strict=True)
            if one.group.proposal is not Proposal.SUPERSEDE
        ]
        names = new_names(_outside(self.before), _outside(after), absorbed)
        for path in self.changes.paths() if names else ():
            text = None if path.startswith(_ARCHIVE) else self._readable(path)
            if text is not None and (edits := rewriting(text, names)):
                yield path, apply(text, edits)

    def _readable(self, path: str) -> str | None:
        try:
            return self.changes.read(path)
        except CtxError:  # a page that is nothing of ours and no text either
            return None

    def _stamps(self, group: Approved) -> tuple[str, ...]:
        """The stamps of a group's members that are gone, wherever they stand by now."""
        ids = set(group.leaving)
        return tuple(entry.stamp for entry in self.before.memory.entries if entry.id in ids and entry.stamp)


def _outside(reading: Reading) -> list[Entry]:
    return [entry for entry in reading.memory.entries if not entry.archived]


def _named(done: _Done, after: Reading) -> Entry:
    """The entry that stands for a group as it is read in the end, with its handle.

    One that stays may itself have gone into another group of the same run.
    """
    wanted, live = done.entry, _outside(after)
    same = (wanted.kind, wanted.title, wanted.stamp, wanted.body)
    exact = (one for one in live if (one.kind, one.title, one.stamp, one.body) == same)
    kept = (one for one in live if one.id == done.group.keep)
    absorbing = (one for one in live if done.group.keep in origins(one))
    return next(chain(exact, kept, absorbing))


def _outcome(done: _Done, entry: Entry) -> Outcome:
    return Outcome(done.group.id, done.ending, entry.id, entry.path, entry.line)
