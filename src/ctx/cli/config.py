"""`ctx config show`, `check`, `set` and `example`."""

from __future__ import annotations

from typing import Annotated

from ctx.cli.declare import Argument, CommandGroup, Commands
from ctx.cli.entry_options import DryRun
from ctx.cli.options import Json, Root, open_reader
from ctx.cli.output import print_err, print_out, write_dry_run, write_json


def show(as_json: Json = False, root: Root = None) -> None:
    """Print every option with the value in force."""
    from ctx.actions.read_context import read_config
    from ctx.config import report

    found = read_config(open_reader(root).worktree)
    if as_json:
        write_json(report.effective(found))
    else:
        print_out(report.show(found, found.set_keys).rstrip("\n"))


def check(as_json: Json = False, root: Root = None) -> None:
    """Say everything that is wrong with .contextrc, at once."""
    from ctx.actions.read_context import read_config

    found = read_config(open_reader(root).worktree)
    if as_json:
        write_json({"ok": True, "set": sorted(found.set_keys)})
    else:
        count = len(found.set_keys)
        print_out(f"ok: {count} option{'' if count == 1 else 's'} set")


def example(as_json: Json = False) -> None:
    """Print a .contextrc that explains every key.

    All of it is commented out: `ctx config example > .contextrc` changes nothing until you edit it.
    """
    from ctx.config import report

    text = report.example()
    if as_json:
        write_json({"text": text})
    else:
        print_out(text.rstrip("\n"))


def set_(
    key: Annotated[str, Argument(metavar="KEY", help="A dotted key: caps.learning.", complete="config_keys")],
    value: Annotated[
        str, Argument(metavar="VALUE", help="As in TOML; words need no quotes, lists take commas.")
    ],
    dry_run: DryRun = False,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Set one option in .contextrc. Comments and everything else in it stay as they are."""
    from ctx.actions.set_config import set_config

    done = set_config(open_reader(root), key, value, dry_run=dry_run)
    row = {"id": key, "path": done.path, "line": done.line, "status": done.status}
    if dry_run:
        write_dry_run([row], done.diff, as_json=as_json)
    elif as_json:
        write_json(row)
    else:
        print_out(f"{done.path}:{done.line}: {done.id}")
        if done.status == "unchanged":
            print_err(f"{key} was so already")


COMMANDS: Commands = {
    "config": CommandGroup(
        "Show, check or change the configuration.",
        {"show": show, "check": check, "set": set_, "example": example},
    )
}
