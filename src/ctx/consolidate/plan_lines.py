"""Where each key of a plan stands: tomllib keeps no lines, and a plan is arrays of tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ctx.config.key_lines import GRAMMAR


def key_lines(text: str) -> dict[str, int]:
    """The line, from 1, of each table and key: `groups[0].members[1].digest`."""
    lines: dict[str, int] = {}
    counts: Counter[str] = Counter()
    table = ""
    for line, tokens in _statements(text):
        name = ".".join(token.strip("\"'") for token in tokens if token not in "[].")
        if tokens[:2] == ["[", "["]:
            table = _indexed(name, counts)
            counts[table] += 1
            table += f"[{counts[table] - 1}]"
            lines.setdefault(table.rpartition("[")[0], line)
        elif tokens[0] == "[":
            table = _indexed(name, counts)
        else:
            key = ".".join(token.strip("\"'") for token in tokens[: tokens.index("=")] if token != ".")
            lines.setdefault(f"{table}.{key}" if table else key, line)
            continue
        lines.setdefault(table, line)
    return lines


def _indexed(name: str, counts: Counter[str]) -> str:
    """A table's dotted name with the number of each array it is in."""
    path = ""
    parts = name.split(".")
    for place, part in enumerate(parts):
        path = f"{path}.{part}" if path else part
        if path in counts and place < len(parts) - 1:
            path += f"[{counts[path] - 1}]"
    return path


def _statements(text: str) -> Iterator[tuple[int, list[str]]]:
    """The tokens of each header or assignment, with its line; values that span lines stay whole."""
    line, start, depth = 1, 1, 0
    tokens: list[str] = []
    for match in re.finditer(GRAMMAR, text, re.VERBOSE | re.DOTALL):
        token = match.group()
        if token == "\n" and depth == 0:
            if tokens and (tokens[0] == "[" or "=" in tokens):
                yield start, tokens
            tokens = []
        elif match.lastgroup != "skip" and token != "\n":
            start = start if tokens else line
            tokens.append(token)
            if "=" in tokens:
                depth += (token in "[{") - (token in "]}") if len(token) == 1 else 0
        line += token.count("\n")
    if tokens and (tokens[0] == "[" or "=" in tokens):
        yield start, tokens
