"""`ctx config set`: one option of `.contextrc`, set where it stands."""

from __future__ import annotations

from ctx.actions.changes import Staging, Written, change
from ctx.actions.read_context import Reader
from ctx.config.edit_text import set_option
from ctx.config.key_lines import key_lines
from ctx.store.workspace import CONFIG


def set_config(reader: Reader, key: str, value: str, *, dry_run: bool = False) -> Written:
    """Set a dotted key; the file is made where there is none. The result's `id` is the line as it stands.

    Raises UsageError for an unknown key or a value it cannot have.
    """

    def act(changes: Staging) -> Written:
        old = changes.read(CONFIG) or ""
        text = set_option(old, key.strip(), value, CONFIG)
        if text != old:
            changes.write(CONFIG, text)
        line = key_lines(text)[tuple(key.strip().split("."))]
        return Written(text.split("\n")[line - 1].strip(), CONFIG, line, changes.diff())

    return change(reader, act, dry_run=dry_run)
