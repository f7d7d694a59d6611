"""The settings of one clone: its git configuration, and the attributes that are never committed."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from ctx.errors import CtxError
from ctx.store.git_call import GitError, NoAnswerError, NoRepositoryError, git
from ctx.store.publish import FileChange, Publication
from ctx.store.system import current
from ctx.store.target import look, require_writable
from ctx.store.workspace import decode


def require_repository(root: Path) -> None:
    """Raise CtxError where `root` lies in no work tree."""
    try:
        inside = git(root, "rev-parse", "--is-inside-work-tree").strip() == b"true"
    except NoRepositoryError:
        inside = False
    if not inside:
        raise CtxError(f"{root} is in no git work tree", hint="run `git init` there first")


def attributes_file(root: Path) -> Path:
    """The attributes file of the clone, shared by its work trees: usually `.git/info/attributes`."""
    name = git(root, "rev-parse", "--git-path", "info/attributes").removesuffix(b"\n")
    return root / name.decode("utf-8", "surrogateescape")


def read_attributes(root: Path) -> str:
    """The text of that file; empty where there is none."""
    found = attributes_file(root)
    data = look(found.parent, found.name, current()).data
    return "" if data is None else decode(data, str(found))


def write_attributes(root: Path, text: str) -> None:
    """Give that file a new text; with an empty one it goes."""
    found = attributes_file(root)
    system = current()
    target = look(found.parent, found.name, system)
    data = text.encode() or None
    if data == target.data:
        return
    require_writable(target, system)
    Publication(found.parent, [FileChange(target, data)], system).run()


def read_setting(root: Path, key: str) -> str | None:
    """A setting of this clone, or None."""
    try:
        value = git(root, "config", "--local", "-z", "--get", key)
    except NoAnswerError:
        return None
    return value.decode("utf-8", "surrogateescape").removesuffix("\0")


def write_setting(root: Path, key: str, value: str) -> None:
    """Give this clone a setting."""
    git(root, "config", "--local", key, value)


def remove_settings(root: Path, section: str) -> None:
    """Remove a section of this clone's settings, if it is there."""
    with suppress(GitError):
        git(root, "config", "--local", "--remove-section", section)
