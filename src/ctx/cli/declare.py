"""How commands declare their options and arguments, once for all readers.

A command is a plain function. Its signature says names, types and defaults; `Annotated` adds what a person
types and what help says. `quick` reads that to run a command at once, `typed` to make a typer application of
it, which has help, errors and completion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import UnionType
from typing import Any, NamedTuple, TypeAlias, get_type_hints


class Option(NamedTuple):
    """An option: its names, a blank between them, and its line of help.

    `complete` names what a shell offers for its value, a function of `complete`.
    """

    names: str
    help: str
    metavar: str | None = None
    min: int | None = None
    envvar: str | None = None
    complete: str = ""


class Argument(NamedTuple):
    """An argument: what stands in its place, and what a shell offers for it, as for an option."""

    help: str
    metavar: str | None = None
    complete: str = ""


class CommandGroup(NamedTuple):
    """Commands behind a word of their own: `ctx task add`."""

    help: str
    commands: Mapping[str, Command]


class Parameter(NamedTuple):
    """What a function takes: `type` is that of one value, `many` says that it takes a list of them."""

    declared: Option | Argument
    annotation: Any
    type: Any
    many: bool
    default: Any


Command: TypeAlias = Callable[..., int | None]
Commands: TypeAlias = Mapping[str, Command | CommandGroup]
REQUIRED: Any = object()


def parameters(command: Command) -> dict[str, Parameter]:
    """What a command takes, by the names of its function, in their order."""
    function: Any = command
    hints = get_type_hints(command, include_extras=True)
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    given = function.__defaults__ or ()
    defaults = [REQUIRED] * (len(names) - len(given)) + [*given]
    return {name: _parameter(hints[name], default) for name, default in zip(names, defaults, strict=True)}


def whole_number(text: str, least: int | None = None) -> int:
    """A number as people type it. Raises ValueError for anything else and for less than `least`."""
    if not (text.isascii() and text.removeprefix("-").isdigit()):
        raise ValueError(f"{text!r} is not a whole number")
    if least is not None and int(text) < least:
        raise ValueError(f"{text} is less than {least}")
    return int(text)


def _parameter(hint: Any, default: Any) -> Parameter:
    kind, (declared,) = hint.__origin__, hint.__metadata__
    if isinstance(kind, UnionType):
        kind = kind.__args__[0]
    many = getattr(kind, "__origin__", None) is list
    return Parameter(declared, hint.__origin__, kind.__args__[0] if many else kind, many, default)
