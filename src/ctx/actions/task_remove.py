"""`ctx task remove`: tasks leave TASKS.md for the archive of the quarter, verbatim, whatever their state."""

from __future__ import annotations

from collections.abc import Sequence

from ctx.actions.read_context import Reader
from ctx.actions.task_archive import archived
from ctx.actions.task_change import find_open_or_archived
from ctx.actions.task_plan import Plan, Read, carry_out, read_page, today_or
from ctx.writing.tasks.archive import archive_chosen, archive_path
from ctx.writing.tasks.page import PATH


def remove_tasks(
    reader: Reader, references: Sequence[str], *, today: str | None = None, dry_run: bool = False
) -> Plan:
    """Move tasks with all that is nested in them to the archive, all of them or none.

    Raises CtxError where the rest of the file would read differently without them.
    """
    target = archive_path(today_or(today))

    def think(read: Read) -> Plan:
        page = read_page(read, PATH)
        chosen = [find_open_or_archived(reader, page, reference) for reference in references]
        return archived(page, archive_chosen(page, read(target), target, chosen), target)

    return carry_out(reader, think, dry_run=dry_run)
