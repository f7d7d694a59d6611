"""One value of a `.contextrc` set where it stands; comments, order and every other byte stay."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from ctx.config.key_lines import Path, key_places
from ctx.config.options import Config
from ctx.config.problems import ConfigError
from ctx.config.read import parse
from ctx.config.toml_text import dotted, literal
from ctx.errors import CtxError, UsageError

_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)


def set_option(text: str, key: str, value: str, source: str) -> str:
    """The text with a dotted key set to a value as people type it: TOML, a word, or items with commas.

    Raises UsageError for a key that is none or a value that it cannot have, ConfigError where the text is
    wrong before, and CtxError where the value cannot be set without changing others.
    """
    before = parse(text, source)
    path = tuple(key.split("."))
    refused: ConfigError | None = None
    for meant in _meanings(value):
        changed = _set(text, path, literal(meant))
        try:
            after = parse(changed, source)
        except ConfigError as error:
            refused = refused or error
            continue
        _require_same(before, after, path, source)
        return changed
    problem = refused.problems[0] if refused else None
    raise UsageError(
        problem.message if problem else f"{key!r} cannot be set",
        hint=(problem.hint if problem else "") or "`ctx config example` explains every key",
    )


def _meanings(value: str) -> list[Any]:
    """What a value may mean, the likeliest first."""
    import tomllib

    meanings: list[Any] = []
    with suppress(tomllib.TOMLDecodeError):
        meanings.append(tomllib.loads(f"value = {value}")["value"])
    items = [item.strip() for item in value.split(",") if item.strip()]
    return [*(one for one in meanings if isinstance(one, bool | int | float | str | list)), value, items]


def _require_same(before: Config, after: Config, path: Path, source: str) -> None:
    if (after.set_keys - {".".join(path)}) - before.set_keys or before.set_keys - after.set_keys:
        raise CtxError(
            f"{'.'.join(path)} cannot be set without changing other keys",
            path=source,
            hint="edit the file by hand",
        )


def _set(text: str, path: Path, value: str) -> str:
    places = key_places(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    if path in places.values:
        start, end = places.values[path]
        return text[:start] + value + text[end:]
    for table in (path[:-1], ()):
        line = f"{dotted(path[len(table) :])} = {value}{newline}"
        siblings = [end for name, (_, end) in places.values.items() if places.homes[name] == table]
        if table in places.inline:
            end = places.values[table][1] - 1
            gap = (
                ", " if any(name[: len(table)] == table and name != table for name in places.values) else " "
            )
            return f"{text[:end].rstrip()}{gap}{line.rstrip()} {text[end:]}"
        if siblings or table in places.headers:
            at = _line_end(text, max([*siblings, places.headers.get(table, 0)]))
            lead = "" if text[:at].endswith("\n") or not at else newline
            return text[:at] + lead + line + text[at:]
        if any(name[: len(path) - 1] == path[:-1] for name in places.homes) and table:
            continue  # its other keys are written dotted
        if table:
            lead = "" if text.endswith("\n") or not text else newline
            gap = newline if text.strip() else ""
            return f"{text}{lead}{gap}[{dotted(table)}]{newline}{dotted(path[-1:])} = {value}{newline}"
    return _before_tables(text, f"{dotted(path)} = {value}{newline}", newline)


def _before_tables(text: str, line: str, newline: str) -> str:
    """The text with a line before the first table and the comments right above it, else at its end."""
    header = _HEADER.search(text)
    if header is None:
        return text + ("" if text.endswith("\n") or not text else newline) + line
    above = text[: header.start()].splitlines(keepends=True)
    while above and above[-1].lstrip().startswith("#"):
        above.pop()
    at = sum(map(len, above))
    return text[:at] + line + ("" if text[at : at + 1] in "\r\n" else newline) + text[at:]


def _line_end(text: str, at: int) -> int:
    """Behind the line break of the line on which an offset lies."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1
