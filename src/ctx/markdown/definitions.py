"""Link reference definitions, told from paragraph text a line at a time.

A paragraph that so far is nothing but definitions is no paragraph: a setext underline does not make
it a heading, and what may not interrupt a paragraph may follow it.
"""

import re
from enum import Enum

_LABEL = re.compile(r"(?:[^\[\]\\]++|\\.|\\)*+")
_ANGLED = re.compile(r"<(?:[^<>\\]++|\\.|\\)*+>")
_BARE = re.compile(r"(?!<)[^\x00-\x20\x7f]++")
_ESCAPE = re.compile(r"\\.")
_TITLES = {
    '"': re.compile(r'(?:[^"\\]++|\\.|\\)*+'),
    "'": re.compile(r"(?:[^'\\]++|\\.|\\)*+"),
    ")": re.compile(r"(?:[^()\\]++|\\.|\\)*+"),
}
_CLOSERS = {'"': '"', "'": "'", "(": ")"}
_LABEL_LIMIT = 999


class _State(Enum):
    START = 0
    LABEL = 1
    DESTINATION = 2
    AFTER_DESTINATION = 3
    TITLE = 4
    TEXT = 5


class Definitions:
    """Reads the lines of a paragraph that begins with `[`."""

    __slots__ = ("_closer", "_label", "_state")

    def __init__(self) -> None:
        self._state = _State.START
        self._label = 0
        self._closer = ""

    @property
    def complete(self) -> bool:
        """Whether all lines so far belong to whole definitions."""
        return self._state in {_State.START, _State.AFTER_DESTINATION}

    def feed(self, line: str) -> None:
        """Read the next line, given without its indentation and its ending."""
        match self._state:
            case _State.START:
                self._begin(line)
            case _State.LABEL:
                self._read_label(line, 0)
            case _State.DESTINATION:
                self._read_destination(line, 0)
            case _State.AFTER_DESTINATION:
                if line[:1] in _CLOSERS:
                    self._read_title(line, 0)
                else:
                    self._begin(line)
            case _State.TITLE:
                self._continue_title(line, 0)
            case _State.TEXT:
                pass

    def takes_title(self, line: str) -> bool:
        """Whether the line is a whole title for the definition before it."""
        if self._state is not _State.AFTER_DESTINATION or line[:1] not in _CLOSERS:
            return False
        trial = Definitions()
        trial._read_title(line, 0)
        return trial.complete

    def _begin(self, line: str) -> None:
        self._label = 0
        if line.startswith("["):
            self._read_label(line, 1)
        else:
            self._state = _State.TEXT

    def _read_label(self, line: str, start: int) -> None:
        found = _LABEL.match(line, start)
        end = found.end() if found else start
        visible = self._label > 0 and self._state is _State.LABEL
        self._label += end - start
        has_text = bool(line[start:end].strip()) or visible
        if end == len(line):
            self._label = self._label + 1 if has_text else 0
            self._state = _State.LABEL
        elif line.startswith("]:", end) and has_text and self._label <= _LABEL_LIMIT:
            self._read_destination(line, end + 2)
        else:
            self._state = _State.TEXT

    def _read_destination(self, line: str, start: int) -> None:
        start += len(line[start:]) - len(line[start:].lstrip(" \t"))
        if start == len(line):
            self._state = _State.DESTINATION if self._state is not _State.DESTINATION else _State.TEXT
            return
        found = _ANGLED.match(line, start) or _BARE.match(line, start)
        if not found or (line[start] != "<" and not _balanced(found.group())):
            self._state = _State.TEXT
            return
        rest = line[found.end() :]
        title = rest.lstrip(" \t")
        if not title:
            self._state = _State.AFTER_DESTINATION
        elif title[0] in _CLOSERS and title != rest:
            self._read_title(title, 0)
        else:
            self._state = _State.TEXT

    def _read_title(self, line: str, start: int) -> None:
        self._closer = _CLOSERS[line[start]]
        self._state = _State.TITLE
        self._continue_title(line, start + 1)

    def _continue_title(self, line: str, start: int) -> None:
        found = _TITLES[self._closer].match(line, start)
        end = found.end() if found else start
        if end == len(line):
            return
        closed = line[end] == self._closer and not line[end + 1 :].strip(" \t")
        self._state = _State.START if closed else _State.TEXT


def _balanced(destination: str) -> bool:
    depth = 0
    for char in _ESCAPE.sub("", destination):
        depth += (char == "(") - (char == ")")
        if depth < 0:
            return False
    return depth == 0
