"""Links between entries: handles and `[stamp]`s in their texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from ctx.errors import CtxError
from ctx.markdown.document import Document
from ctx.markdown.edits import Edit
from ctx.markdown.spans import is_inside
from ctx.model.entry import Entry, split_list
from ctx.model.handle import in_context, is_whole, names_digest
from ctx.model.own_id import own_ids, read_reference
from ctx.reading.split_entries import index_blocks

_LINK = re.compile(
    r"(?<![\w-])[A-Z]{1,3}-[0-9a-f]{6,64}(?:\.\d+)?(?![\w-])|\[\d{4}-\d{2}-\d{2}-[0-9A-Za-z]+\]"
)
_HEADING = re.compile(r"(?:^|[\r\n]) {0,3}#{1,6}[ \t]+(?:~~)?\Z")
_CANDIDATES = 8
FORMERLY = "Formerly"  # the field that keeps an entry's earlier handles


def find_links(text: str) -> Iterator[str]:
    """Each distinct link of a text in order: a handle, or a stamp without its brackets."""
    yield from dict.fromkeys(match[0].strip("[]") for match in _LINK.finditer(text))


def find_entry(entries: Sequence[Entry], reference: str, *, whole: bool = False) -> Entry:
    """The entry that a handle, an id of the team's own, a stamp, a former handle or a prefix of one names.

    `whole` asks for as many digits as a handle has: a command that changes must not take a neighbour. Raises
    CtxError when there is none, or naming the candidates when there are several.
    """
    wanted = reference.strip().strip("[]").strip()
    found = _named(entries, wanted)
    if not found and wanted:
        # A handle is written in one case only; a person may type it in another.
        found = [entry for entry in entries if entry.id.lower().startswith(wanted.lower())]
        if found and whole and not is_whole(wanted):
            raise CtxError(
                f"{reference!r} is too short for a command that changes: it could be {_list(found)}",
                hint=f"give six digits or more: `{found[0].id}`",
            )
    if len(found) == 1:
        return found[0]
    if not found:
        raise CtxError(f"there is no entry {reference!r}", hint="`ctx list` shows every handle")
    raise CtxError(f"{reference!r} could be {_list(found)}", hint="give more of the handle")


def _named(entries: Sequence[Entry], wanted: str) -> list[Entry]:
    """The entries that a reference names in full, by the first of these ways in which it names any."""
    if not wanted:
        return []
    own = read_reference(wanted)
    ways: Sequence[Callable[[Entry], bool]] = (
        lambda entry: entry.id == wanted,
        lambda entry: own is not None and own in own_ids(entry),
        lambda entry: entry.stamp == wanted,
        lambda entry: wanted.lower() in map(str.lower, former_handles(entry)),
        lambda entry: _was_named(entry, wanted),
    )
    return next((found for way in ways if (found := [entry for entry in entries if way(entry)])), [])


def _was_named(entry: Entry, wanted: str) -> bool:
    """Whether an entry would have this handle if others like it had come or gone."""
    prefix = entry.id.partition("-")[0]
    digests = (entry.digest, in_context(entry.digest, entry.category))
    return any(names_digest(wanted, prefix, full) for full in digests)


def former_handles(entry: Entry) -> Sequence[str]:
    """The handles that an entry had before its title, stamp or kind was changed."""
    return split_list(entry.fields.get(FORMERLY, ""))


def _list(found: Sequence[Entry]) -> str:
    named = ", ".join(f"{entry.id} {entry.title[:40]!r}" for entry in found[:_CANDIDATES])
    return named + (f" and {len(found) - _CANDIDATES} more" if len(found) > _CANDIDATES else "")


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
