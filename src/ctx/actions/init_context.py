"""`ctx init`: the files a context starts with. What is already there stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ctx.kinds import CORE_FILES
from ctx.model.file_roles import in_context
from ctx.store.write import Transaction, Writer
from ctx.writing.starting_text import starting_text

_IGNORED = ".cache/\n.local/\n.*.ctx-tmp\n"


def init_context(folder: Path) -> list[str]:
    """Create what is missing of a context in `folder`; returns the paths created, relative to it."""
    wanted = {in_context(name): starting_text(name) for name in CORE_FILES}
    wanted[in_context(".gitignore")] = _IGNORED
    missing = {path: text for path, text in wanted.items() if not _is_there(folder / path)}
    if missing:
        Writer(folder).run(lambda transaction: _create(transaction, missing))
    return sorted(missing)


def _create(transaction: Transaction, missing: Mapping[str, str]) -> None:
    for path, text in missing.items():
        if transaction.read(path) is None:
            transaction.create(path, text)


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()
