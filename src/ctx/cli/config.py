"""`ctx config show`, `ctx config check` and `ctx config example`."""

from __future__ import annotations

from ctx.cli.declare import Commands, Group
from ctx.cli.options import Json, Root, open_reader
from ctx.cli.output import say, write_json


def show(as_json: Json = False, root: Root = None) -> None:
    """Print every option with the value in force."""
    from ctx.actions.read_context import read_config
    from ctx.config import report

    found = read_config(open_reader(root).worktree)
    if as_json:
        write_json(report.effective(found))
    else:
        say(report.show(found, found.set_keys).rstrip("\n"))


def check(as_json: Json = False, root: Root = None) -> None:
    """Say everything that is wrong with .contextrc, at once."""
    from ctx.actions.read_context import read_config

    found = read_config(open_reader(root).worktree)
    if as_json:
        write_json({"ok": True, "set": sorted(found.set_keys)})
    else:
        count = len(found.set_keys)
        say(f"ok: {count} option{'' if count == 1 else 's'} set")


def example(as_json: Json = False) -> None:
    """Print a .contextrc that explains every key.

    All of it is commented out: `ctx config example > .contextrc` changes nothing until you edit it.
    """
    from ctx.config import report

    text = report.example()
    if as_json:
        write_json({"text": text})
    else:
        say(text.rstrip("\n"))


COMMANDS: Commands = {
    "config": Group("Show or check the configuration.", {"show": show, "check": check, "example": example})
}
