"""What each file of a context folder is for, told from its path alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from enum import Enum
from pathlib import PurePosixPath
from typing import NamedTuple

from ctx.kinds import CONSTITUTION, REFERENCE, REFERENCE_FILES, TASKS, Kind, Kinds

CONTEXT = ".context"


def in_context(name: str) -> str:
    """The path, relative to the root, of a file by its path in the context folder."""
    return f"{CONTEXT}/{name}"


def outside_context(paths: Iterable[str]) -> list[str]:
    """Those of some paths that are not in the context folder."""
    return [path for path in paths if not path.startswith(f"{CONTEXT}/")]


def main_file(kind: Kind) -> str:
    """The path of the file of a kind."""
    return in_context(kind.file)


def archive_file(stem: str, day: date) -> str:
    """The archive of a day's quarter: `.context/archive/learnings-2026-Q4.md`."""
    return in_context(f"archive/{stem}-{day.year}-Q{(day.month + 2) // 3}.md")


class Holds(Enum):
    """What a file holds."""

    RULES = "rules"
    TASKS = "tasks"
    ENTRIES = "entries"
    FRAME = "frame"


class Role(NamedTuple):
    """What a file holds and how it is read; `kind` is given for entries."""

    holds: Holds
    kind: Kind | None = None
    archived: bool = False
    page: bool = False


def role_of(path: str, kinds: Kinds, is_reference: Callable[[str], bool]) -> Role | None:
    """The role of a file by its path relative to the root, or None for one that ctx does not read."""
    parts = PurePosixPath(path).parts
    if parts[0] != CONTEXT or len(parts) < 2:
        return Role(Holds.ENTRIES, REFERENCE, page=True) if is_reference(path) else None
    name = parts[1]
    if len(parts) == 2:
        found = _core(name, kinds)
    elif name == "archive":
        found = _archive(PurePosixPath(path).stem, kinds)
    elif name == "sessions":
        found = Role(Holds.FRAME)
    else:
        kind = kinds.of_stem(name)
        found = Role(Holds.ENTRIES, kind, page=True) if kind else None
    if found is None and is_reference(path):
        return Role(Holds.ENTRIES, REFERENCE, page=True)
    return found


def _core(name: str, kinds: Kinds) -> Role | None:
    if name == CONSTITUTION:
        return Role(Holds.RULES)
    if name == TASKS:
        return Role(Holds.TASKS)
    if name in REFERENCE_FILES:
        return Role(Holds.ENTRIES, REFERENCE, page=True)
    kind = kinds.of_file(name)
    return Role(Holds.ENTRIES, kind) if kind else None


def _archive(stem: str, kinds: Kinds) -> Role | None:
    """An archive is named after what it holds: `learnings-2026-Q4`, `tasks-2026-05-10`."""
    if stem == "tasks" or stem.startswith("tasks-"):
        return Role(Holds.TASKS, archived=True)
    for kind in kinds.stored:
        if stem == kind.stem or stem.startswith(kind.stem + "-"):
            return Role(Holds.ENTRIES, kind, archived=True)
    return None


def wanted(
    paths: Iterable[str], kinds: Kinds, is_reference: Callable[[str], bool], *, archive: bool
) -> dict[str, Role]:
    """The files to read with their roles; those of the archive only when asked for."""
    roles = {path: role_of(path, kinds, is_reference) for path in paths}
    return {path: role for path, role in roles.items() if role and (archive or not role.archived)}
