"""`ctx merge-driver`: git's three versions of one file → the merged one, entries and tasks kept whole."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path, PurePosixPath

from ctx.actions.read_context import read_config
from ctx.errors import CtxError
from ctx.kinds import REFERENCE, Kinds
from ctx.merging.merge import Split, merge
from ctx.merging.units import split_entries, split_tasks
from ctx.model.file_roles import CONTEXT, Holds, role_of
from ctx.store.merge_file import merge_bytes, merge_lines, read_versions, write_result
from ctx.store.workspace import Worktree, decode


def merge_files(base: Path, ours: Path, theirs: Path, path: str, top: Path) -> int:
    """Merge into `ours`; returns the number of conflicts marked in it.

    `path` is the file's place below `top`, the top of the work tree. Raises CtxError where git itself fails.
    """
    versions = read_versions(base, ours, theirs)
    merged, conflicts = _merged(versions, path, top)
    write_result(ours, merged)
    return conflicts


def _merged(versions: list[bytes], path: str, top: Path) -> tuple[bytes, int]:
    split = _split_of(path, top)
    if split is not None:
        # Whatever is wrong with us or with the texts, the person gets both sides of the file.
        with suppress(Exception):
            base, ours, theirs = (decode(data, path) for data in versions)
            text, conflicts = merge(base, ours, theirs, split, merge_lines)
            return text.encode(), conflicts
    return merge_bytes(*versions)


def _split_of(path: str, top: Path) -> Split | None:
    """How a file's units are told, or None for one that is merged by lines."""
    parts = PurePosixPath(path).parts
    if CONTEXT not in parts:
        return None
    at = parts.index(CONTEXT)
    role = role_of("/".join(parts[at:]), _kinds(top.joinpath(*parts[:at])), lambda _: False)
    if role is None or role.page:
        return None
    if role.holds is Holds.TASKS:
        return split_tasks
    if role.holds is Holds.ENTRIES and role.kind is not None and role.kind is not REFERENCE:
        return partial(split_entries, kind=role.kind)
    return None


def _kinds(root: Path) -> Kinds:
    """The kinds in force; the built-in ones while the configuration cannot be read, as in mid-merge."""
    with suppress(CtxError):
        return read_config(Worktree(root)).kinds
    return Kinds()
