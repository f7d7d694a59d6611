"""`ctx install git`: two branches that both added entries merge, here and in every other clone.

`.gitattributes` is for all clones, so it names a merge that git has built in: union, which keeps both sides'
lines. The entry-aware driver is known only to a clone that has it in its configuration; there
`.git/info/attributes`, which git asks first, names it instead. Were the driver named in `.gitattributes`,
clones without it would be left with conflicts wherever two branches added something.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ctx.actions.read_context import Reader, read_config
from ctx.errors import CtxError
from ctx.kinds import TASKS
from ctx.markdown.diff import unified_diff
from ctx.model.file_roles import CONTEXT
from ctx.store import git_setup
from ctx.store.workspace import Worktree
from ctx.store.write import Transaction, Writer
from ctx.writing.managed_block import with_block, without_block

ATTRIBUTES = ".gitattributes"
SECTION = "merge.ctx"
# Where ctx does not start, git would leave our side and no trace of theirs; so it merges by lines then.
DRIVER = (
    "if ctx --version >/dev/null 2>&1; then ctx merge-driver %O %A %B %P; else git merge-file %A %O %B; fi"
)
SETTINGS = {f"{SECTION}.name": "ctx: entries and tasks", f"{SECTION}.driver": DRIVER}
_LOCAL = (
    "# The driver is in this clone's configuration; see `ctx install git --help`.",
    f"**/{CONTEXT}/*.md merge=ctx",
    f"**/{CONTEXT}/archive/*.md merge=ctx",
)


@dataclass(frozen=True, slots=True)
class Installed:
    """What was changed, or would be: files, lines about settings, and the files' diff."""

    files: list[str]
    settings: list[str]
    diff: str


def install_git(reader: Reader, *, remove: bool = False, dry_run: bool = False) -> Installed:
    """Install the merge driver, or take out what was installed. What is as it should be is not touched."""
    root = reader.root
    git_setup.require_repository(root)
    local = git_setup.attributes_file(root)
    files = [
        _File(ATTRIBUTES, reader.worktree.read(ATTRIBUTES), () if remove else _shared(root)),
        _File(local.as_posix(), git_setup.read_attributes(root) or None, () if remove else _LOCAL),
    ]
    changed = [file for file in files if file.after != (file.before or "")]
    wanted = {key: None if remove else value for key, value in SETTINGS.items()}
    settings = {key: value for key, value in wanted.items() if git_setup.read_setting(root, key) != value}
    if not dry_run:
        for file in changed:
            _write(root, file)
        _configure(root, settings)
    said = [
        f"git config: {key} {'removed' if value is None else f'= {value}'}" for key, value in settings.items()
    ]
    return Installed([file.path for file in changed], said, "".join(file.diff for file in changed))


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    before: str | None
    lines: Sequence[str]

    @property
    def after(self) -> str:
        """The text with the block, or without it. Raises CtxError for a block that has no end."""
        text = self.before or ""
        try:
            return with_block(text, self.lines) if self.lines else without_block(text)
        except CtxError as error:
            raise CtxError(error.message, hint=error.hint, path=self.path, line=error.line) from error

    @property
    def diff(self) -> str:
        """How it changes; with nothing left in it, the file goes."""
        return unified_diff(self.path.lstrip("/"), self.before, self.after or None)


def _write(root: Path, file: _File) -> None:
    if file.path != ATTRIBUTES:
        git_setup.write_attributes(root, file.after)
        return
    Writer(root).run(lambda transaction: _stage(transaction, file))


def _stage(transaction: Transaction, file: _File) -> None:
    after = _File(file.path, transaction.read(ATTRIBUTES), file.lines).after
    if after:
        transaction.replace(ATTRIBUTES, after)
    else:
        transaction.remove(ATTRIBUTES)


def _configure(root: Path, settings: Mapping[str, str | None]) -> None:
    if None in settings.values():
        git_setup.remove_settings(root, SECTION)
    for key, value in settings.items():
        if value is not None:
            git_setup.write_setting(root, key, value)


def _shared(root: Path) -> Sequence[str]:
    """The lines for all clones: files of entries and tasks, never prose such as the constitution."""
    kinds = read_config(Worktree(root)).kinds.stored
    files = [TASKS, *(kind.file for kind in kinds), "archive/*.md"]
    return (
        "# Where two branches add entries, both are kept. `ctx install git` in a clone does better:",
        "# it merges entry by entry, without duplicates, and marks what really clashes.",
        *(f"{_quoted(f'/{CONTEXT}/{name}')} merge=union" for name in files),
    )


def _quoted(pattern: str) -> str:
    return f'"{pattern}"' if " " in pattern else pattern
