"""Refusing secrets and invisible characters before anything is written."""

from __future__ import annotations

from collections.abc import Mapping

from ctx.errors import CtxError
from ctx.memory.guard import find_invisible, find_secrets

ALLOWED = "Secret allowed"  # the field that keeps the reason


def check_texts(texts: Mapping[str, str], *, allow_secret: str = "") -> None:
    """Raises CtxError when one of the texts, by name, must not be written; the value is never named."""
    for name, text in texts.items():
        if found := find_invisible(f"\n{text}"):  # a byte order mark belongs to a file, not to a text
            line, what = found[0]
            raise CtxError(
                f"the {name} holds a {what} in line {line - 1}; nothing was written",
                hint="take it out: nobody could see it",
            )
        if not allow_secret.strip() and (found := find_secrets(text)):
            line, what = found[0]
            raise CtxError(
                f"the {name} looks like it holds a secret in line {line} ({what}); nothing was written",
                hint="take it out, or say why it may stay with --allow-secret REASON",
            )
