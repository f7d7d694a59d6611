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
    for line, pieces in _statements(text):
        name = ".".join(piece.strip("\"'") for piece in pieces if piece not in "[].")
        if pieces[:2] == ["[", "["]:
            table = _indexed(name, counts)
            counts[table] += 1
            table += f"[{counts[table] - 1}]"
            lines.setdefault(table.rpartition("[")[0], line)
        elif pieces[0] == "[":
            table = _indexed(name, counts)
        else:
            key = ".".join(piece.strip("\"'") for piece in pieces[: pieces.index("=")] if piece != ".")
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
    """The pieces of each header or assignment, with its line; values that span lines stay whole."""
    line, start, depth = 1, 1, 0
    pieces: list[str] = []
    for match in re.finditer(GRAMMAR, text, re.VERBOSE | re.DOTALL):
        piece = match.group()
        if piece == "\n" and depth == 0:
            if pieces and (pieces[0] == "[" or "=" in pieces):
                yield start, pieces
            pieces = []
        elif match.lastgroup != "skip" and piece != "\n":
            start = start if pieces else line
            pieces.append(piece)
            if "=" in pieces:
                depth += (piece in "[{") - (piece in "]}") if len(piece) == 1 else 0
        line += piece.count("\n")
    if pieces and (pieces[0] == "[" or "=" in pieces):
        yield start, pieces
