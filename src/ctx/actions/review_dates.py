"""When an entry was last looked after: written, changed or marked, as git and its own date say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from ctx.actions.read_context import Reader
from ctx.errors import CtxError, UsageError
from ctx.memory.entry import Entry
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
    blamed: dict[str, dict[int, str] | None] = {}
    texts: dict[str, str] = {}
    for path in {entry.path for entry in entries}:
        texts[path] = reader.worktree.read(path) or ""
        try:
            lines = range(1, texts[path].count("\n") + 2)
            blamed[path] = git.blame_dates(reader.root, path, texts[path], lines)
        except (GitError, CtxError):
            blamed[path] = None  # no git, or a file that it does not know
    return [_day(entry, texts[entry.path], blamed[entry.path], today) for entry in entries]


def _day(entry: Entry, text: str, blamed: dict[int, str] | None, today: str) -> str:
    own = entry.date or ""
    if blamed is None:
        return own
    stop = entry.line + text[entry.start : entry.end].rstrip().count("\n")
    # A line that is not committed is being worked on; a blank one says nothing.
    lines = text.split("\n")[entry.line - 1 : stop]
    days = [blamed.get(entry.line + number, today) for number, line in enumerate(lines) if line.strip()]
    return max([own, *days])
