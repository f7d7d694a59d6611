"""Saying of an entry that it helped or harmed: its `**Marks**: +3 -1`."""

from __future__ import annotations

from ctx.actions.changes import Staging, Written, change, locate
from ctx.actions.edit_entry import finish, set_field
from ctx.actions.read_context import Reader
from ctx.errors import UsageError


def mark_entry(reader: Reader, reference: str, verdict: str, *, dry_run: bool = False) -> Written:
    """Count one more `helpful` or `harmful` for an entry. Raises UsageError for another verdict."""
    if verdict not in {"helpful", "harmful"}:
        raise UsageError(f"{verdict!r} is no verdict", hint="it is helpful or harmful")

    def act(changes: Staging) -> Written:
        reading = changes.context()
        entry = locate(reading, reference)
        helpful, harmful = entry.marks
        helpful, harmful = helpful + (verdict == "helpful"), harmful + (verdict == "harmful")
        counts = [f"{sign}{count}" for sign, count in (("+", helpful), ("-", harmful)) if count]
        set_field(changes, reading.config.kinds[entry.kind], entry, "Marks", " ".join(counts))
        return finish(changes, reading, [entry])

    return change(reader, act, dry_run=dry_run)
