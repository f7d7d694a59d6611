"""Refusing secrets and invisible characters before anything is written.

Every transaction is looked at as a whole, by what it would insert, so that no option is forgotten
(`check_inserted`). What a person gave is looked at before that too, since it can be named (`check_texts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ctx.errors import CtxError
from ctx.markdown.inserted import Inserted, inserted_lines
from ctx.model.file_roles import in_context
from ctx.writing.guard import find_invisible, find_secrets, invisible_in, secrets_in

ALLOWED = "Secret allowed"  # the field that keeps the reason
_REASON = f"**{ALLOWED}**:"
_WHY = "reason for a secret"
_LOCAL = in_context(".local/")
_OPTION = "take it out, or say why it may stay with --allow-secret REASON"
_ELSEWHERE = "say where it is kept instead"


class RefusedTextError(CtxError):
    """A text that must not be written as it is, though another one may."""


def check_texts(texts: Mapping[str, str], *, allow_secret: str = "", allowable: bool = True) -> None:
    """Raise RefusedTextError when one of the texts, by name, must not be written; the value is never named.

    `allow_secret` is the reason why they may hold what looks like a secret; it is looked at itself.
    `allowable` says whether the command takes such a reason.
    """
    for name, text in {**texts, _WHY: allow_secret}.items():
        if found := find_invisible(f"\n{text}"):  # a byte order mark belongs to a file, not to a text
            line, what = found[0]
            raise RefusedTextError(
                f"the {name} holds a {what} in line {line - 1}; nothing was written",
                hint="take it out: nobody could see it",
            )
        allowed = allow_secret.strip() and name != _WHY
        if not allowed and (found := find_secrets(text)):
            line, what = found[0]
            raise RefusedTextError(
                f"the {name} looks like it holds a secret in line {line} ({what}); nothing was written",
                hint=_OPTION if allowable and name != _WHY else _ELSEWHERE,
            )


def check_inserted(texts: Mapping[str, tuple[str, str]], *, allow_secret: str = "") -> None:
    """Raise RefusedTextError when what a transaction would insert must not be written.

    `texts` has what each file says before and after. What one of them held before is no news and may be
    moved, repeated or stand in a line that is changed.
    """
    lines = list(inserted_lines({p: both for p, both in texts.items() if not p.startswith(_LOCAL)}))
    for line in lines:
        if what := next((what for at, what in invisible_in(line.text) if line.is_new(at)), None):
            raise RefusedTextError(
                f"the text for it holds a {what}; nothing was written",
                path=line.path,
                hint="take it out: nobody could see it",
            )
    allowed = bool(allow_secret.strip())
    _refuse_secrets([line for line in lines if not allowed or line.text.startswith(_REASON)], texts)


def _refuse_secrets(lines: Iterable[Inserted], texts: Mapping[str, tuple[str, str]]) -> None:
    known: set[str] | None = None
    inserted: dict[str, list[str]] = {}
    for line in lines:
        inserted.setdefault(line.path, []).append(line.text)
    for path, parts in inserted.items():
        # Together: a key file is known by its first line and the ones behind it.
        for secret in secrets_in("\n".join(parts)):
            if known is None:
                known = {old.value for before, _ in texts.values() for old in secrets_in(before)}
            if secret.value not in known:
                raise RefusedTextError(
                    f"the text for it looks like it holds a secret ({secret.what}); nothing was written",
                    path=path,
                    hint=_ELSEWHERE,
                )
