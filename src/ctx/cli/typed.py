"""The commands as a typer application, for all that needs more than a call: help, errors, completion."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterable
from functools import partial
from types import FunctionType
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from ctx import __version__
from ctx.cli.declare import (
    Argument,
    Command,
    CommandGroup,
    Commands,
    Option,
    Parameter,
    parameters,
    whole_number,
)
from ctx.cli.examples import examples_of
from ctx.cli.output import print_out
from ctx.errors import UsageError

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
HIDDEN = {"merge-driver"}  # git calls it


def application(tables: Iterable[Commands]) -> typer.Typer:
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
    for commands in tables:
        for name, command in commands.items():
            if isinstance(command, CommandGroup):
                app.add_typer(_group(name, command))
            else:
                _add(app, name, command)
    return app


def _group(name: str, group: CommandGroup) -> typer.Typer:
    app = typer.Typer(name=name, help=group.help, no_args_is_help=True, rich_markup_mode=None)
    for word, command in group.commands.items():
        _add(app, word, command, f"{name} {word}")
    return app


class _Command(TyperCommand):
    """A command that refuses an option given twice where only one of the two would count."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments. Raises UsageError for an option given twice."""
        if args and not ctx.resilient_parsing:
            _, _, order = self.make_parser(ctx).parse_args(args=list(args))
            times: int
            one: Any
            for one, times in Counter(order).items():
                if times > 1 and one.param_type_name == "option" and not (one.multiple or one.is_flag):
                    raise UsageError(
                        f"{one.opts[0]} is given twice and takes one value",
                        hint="give it once, with all of it",
                    )
        return super().parse_args(ctx, args)


def _add(app: typer.Typer, name: str, command: Command, words: str = "") -> None:
    app.command(name, cls=_Command, hidden=name in HIDDEN)(annotated(command, words or name))


def annotated(command: Command, words: str = "") -> Command:
    """A command with typer's annotations in place of ours, and the examples of its words in its help."""
    plain: Any = command
    copy = FunctionType(plain.__code__, plain.__globals__, plain.__name__, plain.__defaults__)
    copy.__doc__ = plain.__doc__
    if lines := examples_of(words):
        copy.__doc__ = "\n".join(
            [inspect.getdoc(plain) or "", "", "\b", "Examples:", *(f"  {one}" for one in lines)]
        )
    copy.__annotations__ = {
        name: Annotated[one.annotation, _info(one)] for name, one in parameters(command).items()
    }
    return copy


def _info(parameter: Parameter) -> Any:
    declared = parameter.declared
    if isinstance(declared, Argument):
        return typer.Argument(
            metavar=declared.metavar, help=declared.help, autocompletion=_completion(declared)
        )
    # Numbers are read by ours, so that they and what is said of them do not depend on typer's release.
    numeric = parameter.type is int
    return typer.Option(
        *declared.names.split(),
        help=declared.help,
        metavar=declared.metavar or ("N" if numeric else None),
        parser=partial(_number, declared.min) if numeric else None,
        envvar=declared.envvar,
        autocompletion=_completion(declared),
    )


def _completion(declared: Argument | Option) -> Any:
    """What a shell that completes a line is told, where something is known."""
    if not declared.complete:
        return None
    from ctx.cli import complete

    return getattr(complete, declared.complete)


def _number(least: int | None, text: str) -> int:
    try:
        return whole_number(str(text), least)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _print_version(value: bool) -> None:
    if value:
        print_out(f"ctx {__version__}")
        raise typer.Exit


def _main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    pass
