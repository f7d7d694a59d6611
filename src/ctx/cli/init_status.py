"""`ctx init` and `ctx status`."""

from __future__ import annotations

import os
from pathlib import Path

from ctx.cli.declare import Commands
from ctx.cli.options import Json, Root, open_reader, working_folder
from ctx.cli.output import print_err, print_out, table, write_json


def init(root: Root = None, as_json: Json = False) -> None:
    """Create .context/ with its core files. Files that are there already stay as they are."""
    from ctx.actions.init_context import init_context

    folder = Path(os.path.realpath(root or working_folder()))
    outer = _context_above(folder)
    created = init_context(folder)
    if as_json:
        write_json({"root": folder.as_posix(), "created": created})
    elif created:
        print_out("\n".join(f"created {path}" for path in created))
        if outer:
            print_err(f"note: from here on down this context is used, no longer the one in {outer}")
        print_err("next: write your rules into .context/CONSTITUTION.md, then try `ctx agent --budget 4000`")
    else:
        print_out("nothing to do: every core file is there")


def _context_above(folder: Path) -> Path | None:
    """The nearest folder above that holds a context, which one here would hide."""
    from ctx.model.file_roles import CONTEXT

    if (folder / CONTEXT).is_dir():
        return None
    return next((parent for parent in folder.parents if (parent / CONTEXT).is_dir()), None)


def status(root: Root = None, as_json: Json = False) -> None:
    """Count entries, tasks and sessions. Entries are counted by kind, against their caps."""
    from ctx.actions.take_stock import take_stock

    stock = take_stock(open_reader(root))
    if as_json:
        write_json(stock.to_json())
        return
    rows = [
        (kind.file, str(kind.live), f"of {kind.cap}" if kind.cap else "", _retired(kind.retired))
        for kind in stock.kinds
        if kind.live or kind.retired
    ]
    tasks = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in stock.tasks.items() if count)
    print_out(f"context of {stock.root}")
    if not stock.constitution:
        print_out("no constitution: .context/CONSTITUTION.md is missing or empty")
    if rows:
        print_out(table(rows))
    print_out(f"tasks: {tasks or 'none'}")
    print_out(f"sessions: {stock.sessions}")
    if stock.unread:
        lines = f"{stock.unread} line{'s' * (stock.unread > 1)}"
        print_out(f"unread: {lines} in no entry; `ctx drift` shows where")


def _retired(count: int) -> str:
    return f"and {count} superseded or deprecated" if count else ""


COMMANDS: Commands = {"init": init, "status": status}
