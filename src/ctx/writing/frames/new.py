"""The text of a new frame, and the name of its file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from ctx.errors import UsageError
from ctx.writing.compose import harmless, one_line

# The fields in the order in which they are written.
FIELDS = (
    "Status",
    "Label",
    "Done when",
    "Started",
    "Ended",
    "Branch",
    "From",
    "Base",
    "Seen",
    "Task",
    "Retry of",
    "Reason",
    "By",
)
_MOST = 40  # characters of a name: a tree of frames is a path, and paths have a limit
_SMALL = frozenset("a an and as at by for from in into is it of on or so that the this to with".split())
_WORDS = re.compile(r"[^\W_]+", re.UNICODE)


def slug(text: str, *, most: int = _MOST, small_words: bool = True) -> str:
    """A text as a name of letters, digits and hyphens, cut between words; empty where it has none.

    Without `small_words` those are left out that say little.
    """
    words = _WORDS.findall("".join(map(_plain, unicodedata.normalize("NFKC", text.casefold()))))
    if not small_words:
        words = [word for word in words if word not in _SMALL] or words
    name = ""
    for word in words:
        longer = f"{name}-{word}" if name else word[:most]
        if len(longer) > most:
            break
        name = longer
    return name


def _plain(char: str) -> str:
    """A Latin letter without its accents; all else as it is."""
    base = unicodedata.normalize("NFD", char)[0]
    return base if base.isascii() else char


def free_name(wanted: str, is_taken: Callable[[str], bool]) -> str:
    """A name, or with a number behind it the first that is not taken."""
    name, number = wanted, 1
    while is_taken(name):
        number += 1
        name = f"{wanted}-{number}"
    return name


def moment(now: datetime) -> str:
    """A time as frames write it: in UTC, to the second."""
    return f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def compose_frame(
    goal: str, fields: Mapping[str, str], *, summary: str = "", log: str = "", body: str = ""
) -> str:
    """A new frame's text; fields that are empty are left out. Raises UsageError without a goal.

    `body` are sections of its own between the fields and the summary, as they are to stand there.
    """
    title = one_line(goal)
    if not title:
        raise UsageError("a frame needs a goal", hint="say in one line what is to be reached")
    closing = " #" if re.search(r"(?:^|\s)#+$", title) else ""
    named = [(name, one_line(fields[name])) for name in _order(fields)]
    lines = "\n".join(f"**{name}**: {text}" for name, text in named if text)
    parts = [f"# {title}{closing}", lines, *([body.strip("\n")] if body.strip() else [])]
    if summary.strip():
        parts.append("## Summary\n\n" + harmless(summary))
    parts.append("## Log" + (f"\n\n{log.strip(chr(10))}" if log.strip() else ""))
    return "\n\n".join(parts) + "\n"


def _order(fields: Mapping[str, str]) -> list[str]:
    known = [name for name in FIELDS if name in fields]
    return [*known, *(name for name in fields if name not in FIELDS)]
