"""The `ctx` command: which module an argument list is for, and how it is run."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from ctx.cli import quick
from ctx.cli.declare import Commands
from ctx.cli.errors import run

if TYPE_CHECKING:
    from typer import Typer

# The modules in the order of `ctx --help`, each with the commands that it registers.
MODULES = {
    "init_status": ("init", "status"),
    "packet": ("agent", "why"),
    "read": ("list", "show", "search"),
    "write": ("learn", "decide", "add", "edit", "mark", "supersede", "deprecate", "remove", "restore"),
    "tags": ("tags",),
    "task": ("task",),
    "frame": ("frame",),
    "session": ("session",),
    "inbox": ("inbox",),
    "artifact": ("artifact", "export"),
    "drift": ("drift",),
    "consolidate": ("consolidate",),
    "bench": ("bench",),
    "install": ("install", "merge-driver"),
    "config": ("config",),
}
# Commands are short: what they leave behind costs less than looking for it.
_GARBAGE = 200_000


def build(modules: Sequence[str] = tuple(MODULES)) -> Typer:
    """The typer application with the commands of some modules."""
    from ctx.cli.typed import application

    return application(_commands(name) for name in modules)


def app_for(arguments: Sequence[str]) -> Typer:
    """The application with the one module that the first argument asks for, else with all of them."""
    return build(_modules_for(arguments) or tuple(MODULES))


def call(arguments: Sequence[str]) -> object:
    """Run the command that the arguments ask for: at once where that is plain, else through typer."""
    for name in _modules_for(arguments):
        if ready := quick.find(_commands(name), arguments):
            return ready()
    return app_for(arguments)(list(arguments), standalone_mode=False, prog_name="ctx")


def _modules_for(arguments: Sequence[str]) -> list[str]:
    first = arguments[0] if arguments else ""
    return [name for name, commands in MODULES.items() if first in commands]


def _commands(module: str) -> Commands:
    commands: Commands = import_module(f"ctx.cli.{module}").COMMANDS
    return commands


def main() -> NoReturn:
    """Run the command line and exit."""
    sys.exit(start())


def start() -> int:
    """Run the command line; returns the exit code."""
    gc.set_threshold(_GARBAGE)
    # A program started without these (`>&-`) has None; what it prints then goes nowhere.
    sys.stdout = sys.stdout or io.TextIOWrapper(io.BytesIO(), "utf-8")
    sys.stderr = sys.stderr or sys.stdout
    arguments = [_decoded(argument) for argument in sys.argv[1:]]
    return run(lambda: call(arguments))


def _decoded(argument: str) -> str:
    """An argument whose bytes the locale cannot decode, read as UTF-8; what is not UTF-8 stays as it is."""
    if not any("\udc80" <= char <= "\udcff" for char in argument):
        return argument
    try:
        return os.fsencode(argument).decode("utf-8")
    except UnicodeError:
        return argument
