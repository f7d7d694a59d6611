"""Links between entries: handles and `[stamp]`s in their texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ctx.errors import CtxError
from ctx.memory.entry import Entry

_LINK = re.compile(
    r"(?<![\w-])[A-Z]{1,3}-[0-9a-f]{6,64}(?:\.\d+)?(?![\w-])|\[\d{4}-\d{2}-\d{2}-[0-9A-Za-z]+\]"
)
_CANDIDATES = 8


def find_links(text: str) -> Iterator[str]:
    """Each distinct link of a text in order: a handle, or a stamp without its brackets."""
    yield from dict.fromkeys(match[0].strip("[]") for match in _LINK.finditer(text))


def find_entry(entries: Sequence[Entry], reference: str) -> Entry:
    """The entry a handle, a unique prefix of one, or a stamp names.

    Raises CtxError when there is none, or naming the candidates when there are several.
    """
    wanted = reference.strip().strip("[]")
    exact = [entry for entry in entries if entry.id == wanted]
    found = exact or [entry for entry in entries if entry.stamp == wanted]
    if not found and wanted:
        # A handle is written in one case only; a person may type it in another.
        found = [entry for entry in entries if entry.id.lower().startswith(wanted.lower())]
    if len(found) == 1:
        return found[0]
    if not found:
        raise CtxError(f"there is no entry {reference!r}", hint="`ctx list` shows every handle")
    named = ", ".join(f"{entry.id} {entry.title[:40]!r}" for entry in found[:_CANDIDATES])
    more = f" and {len(found) - _CANDIDATES} more" if len(found) > _CANDIDATES else ""
    raise CtxError(f"{reference!r} could be {named}{more}", hint="give more of the handle")
