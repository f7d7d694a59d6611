"""Values and keys as TOML writes them."""

from __future__ import annotations

from collections.abc import Sequence

BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
LARGEST = 2**63 - 1  # what a TOML integer can hold
LONGEST = 60  # characters of somebody's text quoted in a message


def quote(text: str) -> str:
    """A basic string."""
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def literal(value: object) -> str:
    """A boolean, number, text or list of texts."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(literal(item) for item in value)}]"
    return repr(value)


def dotted(path: Sequence[str]) -> str:
    """A key as it can be written in a file, its parts quoted where they must be."""
    return ".".join(part if part and BARE.issuperset(part) else quote(part) for part in path)


def cut(text: str) -> str:
    """Somebody's text, short enough for a message."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def found(value: object) -> str:
    """What stands in a file instead of what was expected."""
    if isinstance(value, str):
        return cut(quote(value[:LONGEST]))
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, int) and abs(value) > LARGEST:
        return "a number too large"
    if isinstance(value, bool | int | float):
        return literal(value)
    return "a date or time"
