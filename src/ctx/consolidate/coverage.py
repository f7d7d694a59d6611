"""Whether a draft says what its members do, or names what it leaves to the archive."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ctx.consolidate.draft import texts_of
from ctx.consolidate.proposal import Draft
from ctx.consolidate.statements import Form, covers, normal, parts, sentences
from ctx.kinds import Kind
from ctx.model.entry import Entry

_BULLET = re.compile(r"^[-*+][ \t]", re.MULTILINE)
_FEWEST = 3  # words that name a statement, or all of a shorter one


def statements(entry: Entry, kind: Kind) -> Iterator[str]:
    """What an entry says, statement by statement; its context is left to the archive without a word."""
    for text in texts_of(entry, kind, keep_context=False).values():
        for part in parts(text):
            pieces = [part.text] if part.form is Form.BLOCK else sentences(part.text)
            yield from (piece.strip() for piece in pieces if normal(piece))


def unsaid(draft: Draft, entry: Entry, kind: Kind, left: Sequence[str] = ()) -> list[str]:
    """The statements of a member that are neither in the draft nor named, by how they begin, as left out.

    A draft may say them in other words, as long as most of theirs, every number, name and negation are there,
    in one bullet.
    """
    bullets = _BULLET.split(draft.body)
    named = [normal(text) for text in left]
    return [
        statement
        for statement in statements(entry, kind)
        if not any(covers([draft.title, bullet], statement) for bullet in bullets)
        and not any(_names(name, normal(statement)) for name in named)
    ]


def _names(name: Sequence[str], statement: Sequence[str]) -> bool:
    return len(name) >= min(_FEWEST, len(statement)) and tuple(statement[: len(name)]) == tuple(name)
