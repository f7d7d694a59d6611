"""Retiring an entry: superseded by another one, or deprecated. It stays where it is and can be searched."""

from __future__ import annotations

from datetime import date

from ctx.actions.changes import Staging, Written, change, locate
from ctx.actions.edit_entry import finish, set_field
from ctx.actions.guard_text import check_texts
from ctx.actions.read_context import Reader, Reading
from ctx.errors import CtxError, UsageError
from ctx.model.entry import RETIRED, Entry
from ctx.model.status import find_status
from ctx.reading.links import find_links
from ctx.writing.compose import one_line

STATUS, SUPERSEDES = "Status", "Supersedes"


def supersede_entry(reader: Reader, old: str, new: str, *, dry_run: bool = False) -> Written:
    """Write `Superseded by NEW` into the old entry and `Supersedes: OLD` into the new one; returns the old.

    Raises CtxError where the new one is retired itself, or the old one for another reason.
    """

    def act(changes: Staging) -> Written:
        reading = changes.context()
        before, after = locate(reading, old), locate(reading, new)
        if before is after:
            raise UsageError(f"{before.id} cannot supersede itself", hint="name the entry that holds now")
        if after.status in RETIRED:
            raise CtxError(
                f"{after.id} is {after.status} itself",
                path=after.path,
                line=after.line,
                hint="name the entry that holds now",
            )
        if not (before.status == "superseded" and after.id in find_links(status_of(before))):
            _require_in_force(before)
            _set(changes, reading, before, STATUS, f"Superseded by {after.id}")
        earlier = after.fields.get(SUPERSEDES, "")
        if before.id not in find_links(earlier):
            _set(changes, reading, after, SUPERSEDES, ", ".join(filter(None, [earlier, before.id])))
        return finish(changes, reading, [after, before])

    return change(reader, act, dry_run=dry_run)


def deprecate_entry(
    reader: Reader, reference: str, why: str, today: date, *, dry_run: bool = False
) -> Written:
    """Write `Deprecated (why, date)` into an entry's status.

    Raises UsageError without a reason, CtxError where it is retired already.
    """
    if not one_line(why):
        raise UsageError("say why it is deprecated", hint='--why "…"')
    check_texts({"reason": why}, allowable=False)

    def act(changes: Staging) -> Written:
        reading = changes.context()
        entry = locate(reading, reference)
        _require_in_force(entry)
        _set(changes, reading, entry, STATUS, f"Deprecated ({one_line(why)}, {today.isoformat()})")
        return finish(changes, reading, [entry])

    return change(reader, act, dry_run=dry_run)


def status_of(entry: Entry) -> str:
    """What an entry says of its status, as it is written."""
    said = find_status(entry.body)
    return said.text if said else entry.status.capitalize()


def _require_in_force(entry: Entry) -> None:
    """Raise CtxError for what is retired: its reason is not to be written over."""
    if entry.status in RETIRED:
        raise CtxError(
            f"{entry.id} is retired already: {status_of(entry)}",
            path=entry.path,
            line=entry.line,
            hint=f'`ctx edit {entry.id} -f Status="…"` says something else',
        )


def _set(changes: Staging, reading: Reading, entry: Entry, name: str, value: str) -> None:
    set_field(changes, reading.config.kinds[entry.kind], entry, name, value)
