"""`ctx task archive`: finished items leave TASKS.md for the archive of the quarter, verbatim."""

from __future__ import annotations

from ctx.actions.read_context import Reader
from ctx.actions.task_plan import Plan, Read, Touched, carry_out, edited, read_page, today_or
from ctx.writing.tasks.archive import Archiving, archive_finished, archive_path
from ctx.writing.tasks.page import PATH, TaskPage


def archive_tasks(reader: Reader, *, today: str | None = None, dry_run: bool = False) -> Plan:
    """Move what is finished; the archive is written first, so a crash between leaves a copy, never a loss."""
    target = archive_path(today_or(today))

    def think(read: Read) -> Plan:
        page = read_page(read, PATH)
        return archived(page, archive_finished(page, read(target), target), target)

    return carry_out(reader, think, dry_run=dry_run)


def archived(page: TaskPage, result: Archiving, target: str) -> Plan:
    """The plan that carries an archiving out; nothing where nothing moves."""
    if not result.moved:
        return Plan()
    plan = Plan(texts={target: result.archive, PATH: edited(page, result.edits).text})
    lines = _lines(TaskPage(result.archive, target))
    for one in result.moved:
        line = lines[one.source.rstrip("\r\n")]
        plan.touched.append(Touched(one.task.id, target, line, one.task.lead))
    return plan


def _lines(archive: TaskPage) -> dict[str, int]:
    """The line, from 1, of each item of the archive by its source; the first of equal ones."""
    items = [item for item in reversed(archive.document.blocks.items) if item.depth == 0]
    return {archive.text[item.start : item.end].rstrip("\r\n"): item.first + 1 for item in items}
