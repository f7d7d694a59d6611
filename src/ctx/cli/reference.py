"""`python -m ctx.cli.reference`: docs/commands.md, printed from the declarations of the commands."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any

from ctx.cli.app import MODULES
from ctx.cli.declare import REQUIRED, Argument, Command, CommandGroup, Option, Parameter, parameters
from ctx.cli.examples import examples_of
from ctx.cli.typed import HIDDEN

_HEAD = """# Commands

Every command with its arguments and options, as `ctx COMMAND --help` has them. Commands that show
something take `--json`. Exit codes: 0 done, 1 the request failed, 2 usage, 3 a bug in ctx, 130 interrupted.

Printed by `make docs` from the declarations in `src/ctx/cli/`; do not edit.
"""
_METAVARS: dict[type, str] = {int: "N", str: "TEXT", Path: "PATH"}


def commands_page() -> str:
    """The whole page, in Markdown."""
    return "\n".join([_HEAD, *(_section(name, command) for name, command in _every_command())])


def _every_command() -> Iterator[tuple[str, Command]]:
    """Each command with the words that call it, in the order of `ctx --help`."""
    for module in MODULES:
        for name, command in import_module(f"ctx.cli.{module}").COMMANDS.items():
            if isinstance(command, CommandGroup):
                yield from ((f"{name} {word}", inner) for word, inner in command.commands.items())
            elif name not in HIDDEN:
                yield name, command


def _section(name: str, command: Command) -> str:
    takes = parameters(command)
    words = [_place(word, one) for word, one in takes.items() if isinstance(one.declared, Argument)]
    rows = [_row(one, one.declared) for one in takes.values() if isinstance(one.declared, Option)]
    usage = " ".join(["ctx", name, *(["[OPTIONS]"] if rows else []), *words])
    table = "\n".join(["| option | meaning |", "|---|---|", *rows, ""]) if rows else ""
    examples = "\n".join(["```sh", *examples_of(name), "```", ""])
    return f"## ctx {name}\n\n```\n{usage}\n```\n\n{inspect.getdoc(command)}\n\n{examples}\n{table}"


def _place(name: str, argument: Parameter) -> str:
    """What stands for an argument in the line of usage."""
    word = argument.declared.metavar or name.upper()
    shown = word if "…" in word or not argument.many else f"{word}…"
    return shown if argument.default is REQUIRED else f"[{shown}]"


def _row(parameter: Parameter, option: Option) -> str:
    return f"| `{_names(parameter, option)}` | {_help(parameter)} |"


def _names(parameter: Parameter, option: Option) -> str:
    """The names of an option and what is to follow them."""
    value = "" if parameter.type is bool else option.metavar or _METAVARS.get(parameter.type, "")
    if not value and issubclass(parameter.type, Enum):
        value = "|".join(member.value for member in parameter.type)
    return f"{', '.join(option.names.split())} {value}".strip().replace("|", "\\|")


def _help(parameter: Parameter) -> str:
    default: Any = parameter.default
    shown = default.value if isinstance(default, Enum) else default
    said = parameter.declared.help.replace("|", "\\|")
    return f"{said} Default: `{shown}`." if shown not in (None, False, REQUIRED, "", []) else said


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write(commands_page())
