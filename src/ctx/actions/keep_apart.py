"""Remembering for the team that some entries stay apart, and who a review is by."""

from __future__ import annotations

from datetime import UTC, date, datetime

from ctx.actions.changes import Staging, change
from ctx.actions.guard_text import check_texts
from ctx.actions.read_context import Reader
from ctx.consolidate.kept_apart import PATH, with_line
from ctx.consolidate.proposal import Group


def keep_apart(reader: Reader, group: Group, by: str = "", today: date | None = None) -> str:
    """Note that the members of a group are not to be proposed together again; the path of the note."""
    check_texts({"name": by})
    day = today or datetime.now(tz=UTC).date()

    def act(changes: Staging) -> str:
        changes.write(PATH, with_line(changes.read(PATH), group, day, by))
        return PATH

    return change(reader, act)


def reviewer(reader: Reader) -> str:
    """Who approves on this machine: git's user, else the name of the account, else nobody by name."""
    import getpass

    from ctx.store.git import user_name

    name = user_name(reader.root)
    if not name:
        try:
            name = getpass.getuser()
        except (OSError, KeyError, ImportError):
            name = ""
    return name if name.isprintable() else ""
