"""`ctx init`: the files a context starts with. What is already there stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ctx.kinds import BUILTIN, CONSTITUTION, CORE_FILES, TASKS, Kind
from ctx.model.file_roles import CONTEXT
from ctx.store.write import Transaction, Writer

_CONSTITUTION = """# Constitution

<!-- The few rules that always hold. They go into every packet whole, so keep them short. -->
"""
_TASKS = """# Tasks

<!--
One item each: `- [ ] text`, then `[x]` done or `[-]` skipped.
Labels: #in-progress #blocked #priority:high #added:2026-01-31; any other #word is a tag.
-->
"""
_GUIDANCE = {
    "convention": "How things are done here: one `- **Name**: text` bullet each.",
    "decision": "What was decided and why, under a `[stamp]` heading each. `ctx decide TITLE` adds one.",
    "learning": "What was learnt the hard way, under a `[stamp]` heading each. `ctx learn TITLE` adds one.",
}
_IGNORED = ".cache/\n.local/\n.*.ctx-tmp\n"


def init_context(folder: Path) -> list[str]:
    """Create what is missing of a context in `folder`; returns the paths created, relative to it."""
    wanted = {f"{CONTEXT}/{name}": starting_text(name) for name in CORE_FILES}
    wanted[f"{CONTEXT}/.gitignore"] = _IGNORED
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


def starting_text(name: str) -> str:
    """The text a core file starts with."""
    if name == CONSTITUTION:
        return _CONSTITUTION
    if name == TASKS:
        return _TASKS
    return new_file(next(kind for kind in BUILTIN if kind.file == name))


def new_file(kind: Kind) -> str:
    """The text a kind's file starts with."""
    guidance = _GUIDANCE.get(kind.name)
    return f"# {kind.heading}\n" + (f"\n<!-- {guidance} -->\n" if guidance else "")
