"""`ctx consolidate --undo`: the files as they were before the last apply, byte for byte."""

from __future__ import annotations

from ctx.actions.changes import Staging, change
from ctx.actions.read_context import Reader
from ctx.consolidate import journal
from ctx.errors import CtxError


def undo_apply(reader: Reader) -> list[str]:
    """Take back the last apply; returns the paths that changed.

    Raises CtxError, and changes nothing, where a file is not as the apply left it.
    """

    def act(changes: Staging) -> list[str]:
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
        return sorted(texts)

    return change(reader, act, guarded=False)
