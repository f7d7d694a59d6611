"""The short way to a command, without typer: a prompt hook runs ctx with every prompt.

An argument list with nothing in it but known options and good values is understood here, and as typer
understands it. Anything else (help, a mistake, a rare form) is left to typer, which has the words for it.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

from ctx.cli.declare import (
    REQUIRED,
    Command,
    CommandGroup,
    Commands,
    Option,
    Parameter,
    parameters,
    whole_number,
)

_COMPLETION = "_CTX_COMPLETE"  # set by a shell that asks how a line could go on


def find(commands: Commands, arguments: Sequence[str]) -> partial[int | None] | None:
    """The call that the arguments ask for; None where typer has to look at them."""
    if _COMPLETION in os.environ:
        return None
    try:
        name, *rest = arguments
        command = commands[name]
        if isinstance(command, CommandGroup):
            name, *rest = rest
            command = command.commands[name]
        return partial(command, **values(command, rest))
    except (LookupError, ValueError):
        return None


def values(command: Command, arguments: Sequence[str]) -> dict[str, Any]:
    """What typer would call a command with. Raises LookupError or ValueError for what is not certain."""
    takes = parameters(command)
    options, words = _sorted_out(takes, arguments)
    found = {}
    for name, one in takes.items():
        if isinstance(one.declared, Option):
            texts = options.get(name) or _from_environment(one.declared)
        else:
            texts = [words.popleft() for _ in range(len(words) if one.many else min(len(words), 1))]
        found[name] = _value(one, texts)
    if words:
        raise ValueError(words[0])
    return found


def _sorted_out(
    takes: dict[str, Parameter], arguments: Sequence[str]
) -> tuple[dict[str, list[str]], deque[str]]:
    """The texts given to each option in their order, and the other arguments."""
    named = {
        word: name
        for name, one in takes.items()
        if isinstance(one.declared, Option)
        for word in one.declared.names.split()
    }
    options: dict[str, list[str]] = {}
    left, words = deque(arguments), deque[str]()
    while left:
        argument = left.popleft()
        if argument == "--":
            return options, words + left
        if argument == "-" or not argument.startswith("-"):
            words.append(argument)
            continue
        word, attached = _word(argument)
        name = named[word]
        if takes[name].type is bool:
            if attached is not None:
                raise ValueError(argument)
            attached = ""
        if name in options and not (takes[name].many or takes[name].type is bool):
            raise ValueError(argument)
        options.setdefault(name, []).append(left.popleft() if attached is None else attached)
    return options, words


def _word(argument: str) -> tuple[str, str | None]:
    """An option as it is named, and the value attached to it; `-b=5` attaches `=5`."""
    if argument.startswith("--"):
        word, equals, text = argument.partition("=")
        return word, text if equals else None
    return argument[:2], argument[2:] or None


def _from_environment(option: Option) -> list[str]:
    text = os.environ.get(option.envvar, "") if option.envvar else ""
    return [text] if text else []


def _value(one: Parameter, texts: list[str]) -> Any:
    if texts:
        return [_read(one, text) for text in texts] if one.many else _read(one, texts[-1])
    if one.default is REQUIRED:
        raise LookupError
    return one.default


def _read(one: Parameter, text: str) -> Any:
    """A value of the type wanted. Raises ValueError for what is none, or is one in an unusual form."""
    if one.type is str:
        return text
    if one.type is bool:
        return True
    if one.type is int:
        return whole_number(text, one.declared.min if isinstance(one.declared, Option) else None)
    if one.type is Path and os.access(text, os.R_OK):
        return Path(text)
    if issubclass(one.type, Enum):
        return one.type(text)
    raise ValueError(text)
