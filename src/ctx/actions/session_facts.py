"""What git says of a session: commits, files, dependencies, and the tasks that were done in it."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from ctx.actions.read_context import Reader
from ctx.errors import CtxError
from ctx.model.file_roles import outside_context
from ctx.model.frame import Frame
from ctx.model.task import DONE, Task
from ctx.store.git import resolve
from ctx.store.git_call import GitError
from ctx.store.git_history import Commit
from ctx.store.git_work import commits_since, files_since, look_at_work
from ctx.store.workspace import Revision
from ctx.writing.frames.dependencies import dependency_changes, is_manifest
from ctx.writing.tasks.page import PATH, TaskPage

_SHOWN = 10  # digits of a commit's id


class Facts(NamedTuple):
    """Since a commit: the commits, the files, the dependencies, the tasks done, and what is to be said.

    `commit` is the one that is checked out now, empty without.
    """

    commit: str = ""
    commits: tuple[Commit, ...] = ()
    files: tuple[str, ...] = ()
    dependencies: tuple[str, ...] = ()
    tasks_done: tuple[Task, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def subjects(self) -> list[str]:
        """The commits as lines: the start of the id, and the first line of the message."""
        return [f"{one.id[:_SHOWN]} {one.message.strip().split(chr(10), 1)[0]}" for one in self.commits]


def facts_since(reader: Reader, frame: Frame, *, since: str = "") -> Facts:
    """What has happened since a commit, else since the frame's base; nothing without git."""
    work = look_at_work(reader.root)
    if not work.is_repository:
        return Facts()
    remarks = []
    branch = frame.fields.get("Branch", "")
    if branch and work.branch != branch:
        remarks.append(f"the session began on {branch}, and {work.branch or 'no branch'} is checked out")
    base = _base(reader, [since, frame.fields.get("Base", "")], remarks)
    commits: list[Commit] = []
    files: list[str] = []
    with suppress(GitError):
        files = outside_context(files_since(reader.root, base))
    if base is not None:
        with suppress(GitError):
            commits = commits_since(reader.root, base)
    return Facts(
        work.commit or "",
        tuple(commits),
        tuple(path for path in files if path.isprintable()),
        tuple(_dependencies(reader, base, files)),
        tuple(_tasks_done(reader, base)),
        tuple(remarks),
    )


def _base(reader: Reader, wanted: list[str], remarks: list[str]) -> str | None:
    """The first of some commits that is there."""
    for name in filter(None, wanted):
        with suppress(CtxError):
            return resolve(reader.root, name)
        remarks.append(f"the commit {name} is gone: what came before it is not told apart")
    return None


def _dependencies(reader: Reader, base: str | None, files: list[str]) -> list[str]:
    found: list[str] = []
    before = Revision(reader.root, base) if base else None
    for path in filter(is_manifest, files):
        with suppress(CtxError):
            old = before.read(path) if before else None
            found += dependency_changes(path, old or "", reader.worktree.read(path) or "")
    return found


def _tasks_done(reader: Reader, base: str | None) -> list[Task]:
    """The tasks that are done now and were not when the session began."""
    if base is None:
        return []
    with suppress(CtxError):
        was = TaskPage(Revision(reader.root, base).read(PATH) or "").tasks
        done = {task.id for task in was if task.state == DONE}
        now = TaskPage(reader.worktree.read(PATH) or "").tasks
        return [task for task in now if task.state == DONE and task.id not in done]
    return []
