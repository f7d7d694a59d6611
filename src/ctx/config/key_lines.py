"""Where each key of a valid TOML text stands; tomllib keeps no lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

Path = tuple[str, ...]

GRAMMAR = r"""
    (?P<text> \"{3}(?:[^\\]|\\.)*?\"{3,5} | '{3}.*?'{3,5} | "(?:[^"\\\n]|\\.)*" | '[^'\n]*' )
  | (?P<skip> \#[^\n]* | [ \t\r]+ )
  | (?P<mark> [\[\]{}=,.\n] )
  | (?P<bare> [^\s\[\]{}=,.\#"']+ | . )
"""


def key_lines(text: str) -> dict[Path, int]:
    """The line, from 1, on which each key and table is first named, inline tables included."""
    return _Walk().over(text)


class Places(NamedTuple):
    """Where keys and values stand in a text.

    `values` are the spans of the values by key, `homes` the table in which each of these keys is written (a
    dotted key belongs to the table it is written in), `headers` the offsets of the `[table]` lines, and
    `inline` the tables written in braces.
    """

    values: dict[Path, tuple[int, int]]
    homes: dict[Path, Path]
    headers: dict[Path, int]
    inline: frozenset[Path]


def key_places(text: str) -> Places:
    """Where each value of a valid TOML text stands, inline tables and what is in them included."""
    walk = _Walk()
    walk.over(text)
    return Places(walk.spans, walk.homes, walk.headers, frozenset(walk.inline))


class _Walk:
    """Reads tokens left to right, knowing only whether a key or a value is being read, and inside what."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.table: Path = ()  # of the last [header]
        self.key: list[str] = []  # the parts read so far
        self.path: Path = ()  # of the value being read
        self.open: list[Path | None] = []  # brackets in the value: an inline table's path, None for an array
        self.in_key = True
        self.in_header = False
        self.spans: dict[Path, tuple[int, int]] = {}
        self.homes: dict[Path, Path] = {}
        self.headers: dict[Path, int] = {}
        self.inline: list[Path] = []

    def over(self, text: str) -> dict[Path, int]:
        for token, is_mark, line, start in _tokens(text):
            if not self.in_key:
                self._note(token, start, is_mark=is_mark)
                self._value(token if is_mark else "")
            elif is_mark:
                if self._closes_table(token):
                    self._extend(self.open[-1] or (), start, start + 1)
                self._key_mark(token, line, start)
            else:
                self.key.append(_unquoted(token))
        return self.lines

    def _note(self, word: str, start: int, *, is_mark: bool) -> None:
        """Let the value being read reach to the end of a token, unless that ends it."""
        in_array = bool(self.open) and self.open[-1] is None
        if is_mark and (word == "\n" or (word == "," and not in_array)):
            return
        path = (self.open[-1] if is_mark and self._closes_table(word) else None) or self.path
        self._extend(path, start, start + len(word))

    def _closes_table(self, mark: str) -> bool:
        return mark == "}" and bool(self.open) and self.open[-1] is not None

    def _extend(self, path: Path, start: int, end: int) -> None:
        self.spans[path] = (self.spans.get(path, (start, end))[0], end)

    def _key_mark(self, mark: str, line: int, start: int) -> None:
        if mark == "[":
            self.in_header, self.table = True, ()
        elif mark == "]" and self.in_header:
            self.table = self._name(line)
            self.headers[self.table] = start
            self.in_header = False
        elif mark == "=":
            home = (self.open[-1] if self.open else self.table) or ()
            self.path = self._name(line)
            self.homes[self.path] = home
            self.in_key = False
        elif mark == "}" and self.open:
            self._close()

    def _name(self, line: int) -> Path:
        base = (self.open[-1] if self.open else self.table) or ()
        path = (*base, *self.key)
        for end in range(1, len(path) + 1):
            self.lines.setdefault(path[:end], line)
        self.key = []
        return path

    def _value(self, mark: str) -> None:
        in_array = bool(self.open) and self.open[-1] is None
        if mark == "{" and not in_array:
            self.open.append(self.path)
            self.inline.append(self.path)
            self.in_key = True
        elif mark in ("{", "["):
            self.open.append(None)
        elif mark in ("}", "]") and self.open:
            self._close()
        elif (mark == "," and self.open and not in_array) or (mark == "\n" and not self.open):
            self.in_key = True

    def _close(self) -> None:
        self.open.pop()
        self.in_key = False


def _tokens(text: str) -> Iterator[tuple[str, bool, int, int]]:
    """Each token that counts, whether it is punctuation, its line and its offset."""
    import re

    line = 1
    for match in re.finditer(GRAMMAR, text, re.VERBOSE | re.DOTALL):
        token = match.group()
        if match.lastgroup != "skip":
            yield token, match.lastgroup == "mark", line, match.start()
        line += token.count("\n")


def _unquoted(token: str) -> str:
    if token[0] == "'":
        return token[1:-1]
    if token[0] != '"':
        return token
    import tomllib

    return str(tomllib.loads(f"key = {token}")["key"])
