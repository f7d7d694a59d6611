"""The `ctx` command and its options that hold everywhere."""

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer

from ctx import __version__
from ctx.cli import config, consolidate, drift, install, packet, read, start, task, write
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

Commands that show something take --json. Errors go to stderr; exit codes: 0 done, 1 failed, 2 usage,
3 a bug in ctx, 130 interrupted.
"""

app = typer.Typer(
    name="ctx",
    help=_HELP,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(value: bool) -> None:
    if value:
        say(f"ctx {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    pass


for module in (start, packet, read, write, task, drift, consolidate, install, config):
    module.register(app)


def main() -> NoReturn:
    """Run the command line and exit."""
    sys.exit(run(lambda: app(standalone_mode=False, prog_name="ctx")))
