"""When an entry was last looked after: written, changed or marked, as git and its own date say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from ctx.actions.read_context import Reader
from ctx.errors import UsageError
from ctx.model.entry import Entry
from ctx.store import git
from ctx.store.git_call import GitError

_SPAN = re.compile(r"(\d{1,5}) ?(d|w|m|y)?[a-z]*", re.IGNORECASE)
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


def unreviewed_for(
    reader: Reader, entries: Sequence[Entry], span: str, today: date | None = None
) -> list[Entry]:
    """Those of some entries that nobody touched for a span of time: `90d`, `12w`, `6m`, `1y`.

    Raises UsageError for what is no span.
    """
    today = today or datetime.now(tz=UTC).date()
    last = (today - timedelta(days=_days(span))).isoformat()
    touched = _touched(reader, entries, today.isoformat())
    return [entry for entry, day in zip(entries, touched, strict=True) if day < last]


def _days(span: str) -> int:
    match = _SPAN.fullmatch(span.strip())
    if match is None:
        raise UsageError(f"{span!r} is no span of time", hint="write it as 90d, 12w, 6m or 1y")
    return min(int(match[1]) * _DAYS[(match[2] or "d").lower()], 365 * 1000)


def _touched(reader: Reader, entries: Sequence[Entry], today: str) -> list[str]:
    """For each entry the ISO date on which it was last touched; empty where nothing tells."""
    files = {path: _File.of(reader, path) for path in {entry.path for entry in entries}}
    return [max(entry.date or "", files[entry.path].last_change(entry, today)) for entry in entries]


class _File(NamedTuple):
    """A file's text, the dates of its lines by number, and the lines that it had when it was committed."""

    text: str
    days: Mapping[int, str] = {}
    committed: frozenset[str] | None = None

    @classmethod
    def of(cls, reader: Reader, path: str) -> _File:
        """A file with what git knows of it; without git, or for a new file, that is nothing."""
        text = reader.worktree.read(path) or ""
        lines = range(1, text.count("\n") + 2)
        try:
            days = git.blame_dates(reader.root, path, text, lines)
            return cls(text, days, git.committed_lines(reader.root, path))
        except GitError:
            return cls(text)

    def last_change(self, entry: Entry, today: str) -> str:
        """The date of the entry's newest line: today for one that is not committed yet."""
        if self.committed is None:
            return ""
        days = [""]
        for number, line in enumerate(self.text[entry.start : entry.end].rstrip().splitlines(), entry.line):
            # A line that stands there several times may be any of them: it has no date, and is not new.
            if line.strip():
                days.append(self.days.get(number, "" if line in self.committed else today))
        return max(days)
