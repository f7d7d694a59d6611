"""`ctx consolidate --undo`: the files as they were before the last apply, byte for byte."""

from __future__ import annotations

from typing import NamedTuple

from ctx.actions.changes import Staging, change
from ctx.actions.read_context import Reader
from ctx.consolidate import journal
from ctx.errors import CtxError


class Undone(NamedTuple):
    """The paths of files that are as they were again, and of those that the apply had made and are gone."""

    restored: list[str]
    removed: list[str]


def undo_apply(reader: Reader) -> Undone:
    """Take back the last apply.

    Raises CtxError, and changes nothing, where a file is not as the apply left it.
    """

    def act(changes: Staging) -> Undone:
        last = journal.read_journal(changes.read(journal.PATH))
        if not last.steps:
            raise CtxError("there is nothing to take back", hint="--undo takes back the last apply, once")
        texts = last.undo(changes.read)
        # The archive comes last: what leaves it stands in its file again by then.
        for path in sorted(texts, key=lambda path: ("/archive/" in path, path)):
            text = texts[path]
            if text is not None:
                changes.write(path, text)
            elif changes.read(path) is not None:
                changes.remove(path)
        changes.remove(journal.PATH)
        made = {path for path, text in texts.items() if text is None}
        return Undone(sorted(texts.keys() - made), sorted(made))

    return change(reader, act, guarded=False)
