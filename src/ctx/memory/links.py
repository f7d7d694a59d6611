"""Links between entries: handles and `[stamp]`s in their texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ctx.errors import CtxError
from ctx.markdown.document import Document
from ctx.markdown.edits import Edit
from ctx.markdown.spans import is_inside
from ctx.memory.entry import Entry
from ctx.memory.segment import index_blocks

_LINK = re.compile(
    r"(?<![\w-])[A-Z]{1,3}-[0-9a-f]{6,64}(?:\.\d+)?(?![\w-])|\[\d{4}-\d{2}-\d{2}-[0-9A-Za-z]+\]"
)
_HEADING = re.compile(r"(?:^|[\r\n]) {0,3}#{1,6}[ \t]+(?:~~)?\Z")
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


def link_edits(text: str, names: Mapping[str, str]) -> list[Edit]:
    """The edits that rewrite links by their new names; keys and values are handles, or stamps in brackets.

    The stamp that leads a heading is that entry's own and no link; INDEX blocks are never rewritten.
    """
    if not any(name in text for name in names):
        return []
    blocks = list(index_blocks(Document.parse(text))) if "INDEX:" in text else []
    return [
        Edit(match.start(), match.end(), names[match[0]])
        for match in _LINK.finditer(text)
        if match[0] in names
        and not (
            match[0].startswith("[") and _HEADING.search(text[max(0, match.start() - 80) : match.start()])
        )
        and not is_inside(blocks, match.start())
    ]
