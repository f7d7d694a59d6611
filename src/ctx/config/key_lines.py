"""Where each key of a valid TOML text stands; tomllib keeps no lines."""

from __future__ import annotations

from collections.abc import Iterator

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

    def over(self, text: str) -> dict[Path, int]:
        for token, is_mark, line in _tokens(text):
            if not self.in_key:
                self._value(token if is_mark else "")
            elif is_mark:
                self._key_mark(token, line)
            else:
                self.key.append(_unquoted(token))
        return self.lines

    def _key_mark(self, mark: str, line: int) -> None:
        if mark == "[":
            self.in_header, self.table = True, ()
        elif mark == "]" and self.in_header:
            self.table = self._name(line)
            self.in_header = False
        elif mark == "=":
            self.path = self._name(line)
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


def _tokens(text: str) -> Iterator[tuple[str, bool, int]]:
    """Each token that counts, whether it is punctuation, and its line."""
    import re

    line = 1
    for match in re.finditer(GRAMMAR, text, re.VERBOSE | re.DOTALL):
        token = match.group()
        if match.lastgroup != "skip":
            yield token, match.lastgroup == "mark", line
        line += token.count("\n")


def _unquoted(token: str) -> str:
    if token[0] == "'":
        return token[1:-1]
    if token[0] != '"':
        return token
    import tomllib

    return str(tomllib.loads(f"key = {token}")["key"])
