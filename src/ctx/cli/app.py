"""The `ctx` command and its options that hold everywhere."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, NoReturn

import typer

from ctx import __version__
from ctx.cli.errors import run
from ctx.cli.output import say

_HELP = """Markdown memory for coding agents.

ctx keeps what a team and its agents have learnt in plain Markdown under .context/, and hands an agent the
part that matters now, inside a token budget that is never exceeded.

\b
  ctx init                          start a context here
  ctx agent --budget 4000 | agent   what matters for the open tasks
  ctx search retry timeout          find any entry, archived ones too
  ctx show L-4f2a6c                 one entry, whole
  ctx learn "Title" --lesson …      keep what was learnt; the new handle is printed
  ctx task next                     the most urgent open task
  ctx drift                         is the context still healthy?
  ctx consolidate                   what could be merged, for a person to approve

Commands that show something take --json. Errors go to stderr; exit codes: 0 done, 1 failed, 2 usage,
3 a bug in ctx, 130 interrupted.
"""

# The modules in the order of `ctx --help`, each with the commands that it registers.
MODULES = {
    "start": ("init", "status"),
    "packet": ("agent", "why"),
    "read": ("list", "show", "search"),
    "write": ("learn", "decide", "add", "edit", "mark", "supersede", "deprecate", "remove"),
    "task": ("task",),
    "drift": ("drift",),
    "consolidate": ("consolidate",),
    "bench": ("bench",),
    "install": ("install", "merge-driver"),
    "config": ("config",),
}
# Commands are short: what they leave behind costs less than looking for it.
_GARBAGE = 200_000


def build(modules: Sequence[str] = tuple(MODULES)) -> typer.Typer:
    """The application with the commands of some modules."""
    app = typer.Typer(
        name="ctx",
        help=_HELP,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_main)
    for name in modules:
        import_module(f"ctx.cli.{name}").register(app)
    return app


def app_for(arguments: Sequence[str]) -> typer.Typer:
    """The application with the one module that the first argument asks for, else with all of them."""
    first = arguments[0] if arguments else ""
    return build([name for name, commands in MODULES.items() if first in commands] or tuple(MODULES))


def _print_version(value: bool) -> None:
    if value:
        say(f"ctx {__version__}")
        raise typer.Exit


def _main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    pass


def main() -> NoReturn:
    """Run the command line and exit."""
    gc.set_threshold(_GARBAGE)
    # A program started without these (`>&-`) has None; what it prints then goes nowhere.
    sys.stdout = sys.stdout or io.TextIOWrapper(io.BytesIO(), "utf-8")
    sys.stderr = sys.stderr or sys.stdout
    arguments = [_decoded(argument) for argument in sys.argv[1:]]
    sys.exit(run(lambda: app_for(arguments)(arguments, standalone_mode=False, prog_name="ctx")))


def _decoded(argument: str) -> str:
    """An argument whose bytes the locale cannot decode, read as UTF-8; what is not UTF-8 stays as it is."""
    if not any("\udc80" <= char <= "\udcff" for char in argument):
        return argument
    try:
        return os.fsencode(argument).decode("utf-8")
    except UnicodeError:
        return argument
