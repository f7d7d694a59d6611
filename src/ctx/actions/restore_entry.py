"""`ctx restore`: what was archived comes back word for word, and the links to it follow."""

from __future__ import annotations

from ctx.actions.changes import Staging, Written, at, change, relink
from ctx.actions.read_context import Reader, Reading
from ctx.errors import CtxError
from ctx.model.entry import Entry
from ctx.model.task import Task
from ctx.reading.duplicates import find_exact
from ctx.reading.links import find_entry
from ctx.writing.bring_back import put_back
from ctx.writing.compose import SEPARATOR
from ctx.writing.extract import BLANK, take_out
from ctx.writing.tasks.archive import bring_back
from ctx.writing.tasks.page import PATH, TaskPage, find_task


def restore(reader: Reader, reference: str, *, dry_run: bool = False) -> Written:
    """Bring an archived entry or task back into the file of its kind, and take it out of the archive.

    Raises CtxError where there is none, where the same is there already, and where it has no place.
    """

    def act(changes: Staging) -> Written:
        reading = changes.context()
        tasks = [task for task in reading.memory.tasks if task.archived]
        if reference.strip().upper().startswith("T-") and any(tasks):
            return _restore_task(changes, find_task(tasks, reference))
        return _restore_entry(changes, reading, _find(reading, reference))

    return change(reader, act, dry_run=dry_run, guarded=False)


def _find(reading: Reading, reference: str) -> Entry:
    archived = [entry for entry in reading.memory.entries if entry.archived]
    try:
        return find_entry(archived, reference)
    except CtxError as error:
        wanted = reference.strip().strip("[]")
        for entry in reading.memory.entries:
            if not entry.archived and wanted in {entry.id, entry.stamp}:
                raise CtxError(
                    f"{entry.id} is not archived",
                    path=entry.path,
                    line=entry.line,
                    hint="it is in force as it is",
                ) from None
        if "there is no entry" in error.message:
            error.message = f"there is no archived entry {reference!r}"
            error.hint = "`ctx list --archived` shows every handle"
        raise


def _restore_entry(changes: Staging, before: Reading, entry: Entry) -> Written:
    kind = before.config.kinds[entry.kind]
    live = [one for one in before.memory.entries if not one.archived and one.kind == entry.kind]
    if same := find_exact(entry.title, entry.body, live):
        raise CtxError(
            f"{same.id} says the same already", path=same.path, line=same.line, hint="nothing was written"
        )
    rest, (piece,) = take_out(changes.entry_file(kind, entry.path), {entry.position})
    file, position = put_back(changes.entry_file(kind), entry, piece)
    changes.write(file.path, file.text)
    _leave_archive(changes, rest.path, rest.text)
    after = changes.context()
    now = at(after, file.path, position)
    others = [one for one in before.memory.entries if one is not entry]
    left = [one for one in after.memory.entries if one is not now]
    names = {old.id: new.id for old, new in zip(others, left, strict=True) if old.id != new.id}
    relink(changes, names | ({entry.id: now.id} if entry.id != now.id else {}))
    return Written(now.id, now.path, now.line, changes.diff())


def _restore_task(changes: Staging, task: Task) -> Written:
    page = TaskPage(changes.read(PATH) or "# Tasks\n")
    archive = TaskPage(changes.read(task.path) or "", task.path)
    text, rest, position = bring_back(page, archive, archive.tasks[task.position])
    changes.write(PATH, text)
    _leave_archive(changes, task.path, rest)
    now = TaskPage(text).tasks[position]
    relink(changes, {task.id: now.id} if task.id != now.id else {})
    return Written(now.id, PATH, now.line, changes.diff())


def _leave_archive(changes: Staging, path: str, rest: str) -> None:
    """Stage what is left of an archive; with nothing but headings and separators in it the file goes."""
    said = [line.strip() for line in rest.strip(BLANK).splitlines()]
    if all(not line or line == SEPARATOR or line.startswith("#") for line in said):
        changes.remove(path)
    else:
        changes.write(path, rest)
