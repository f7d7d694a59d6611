"""The links to merged entries: what each handle and stamp is called afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ctx.consolidate.metadata import CONSOLIDATED_FROM, SAME_AS
from ctx.markdown.edits import Edit
from ctx.model.entry import Entry
from ctx.reading.links import link_edits

# Says what an entry was made from; those handles stay, they are found in the archive.
_ORIGINS = re.compile(
    rf"^[ ]{{0,5}}\*\*(?:{CONSOLIDATED_FROM}|{SAME_AS})(?:\*\*:|:\*\*)[^\r\n]*", re.MULTILINE
)


class Absorbed(NamedTuple):
    """A merged entry with its handle, and the handles and stamps of those it stands for."""

    entry: Entry
    ids: tuple[str, ...]
    stamps: tuple[str, ...]


def new_names(
    before: Sequence[Entry], after: Sequence[Entry], absorbed: Iterable[Absorbed]
) -> dict[str, str]:
    """Old names to new ones: handles, and stamps in brackets.

    A stamp that an entry outside the group holds too names nothing for certain, and stays. `before` and
    `after` are all entries outside the archive; a handle that changed because a namesake is gone is told too.
    """
    names = _shifted(before, after, absorbed := list(absorbed))
    docs_with: dict[str, set[str]] = {}
    for entry in (*before, *after):
        docs_with.setdefault(entry.stamp or "", set()).add(entry.id)
    for one in absorbed:
        own = {*one.ids, one.entry.id}
        names |= dict.fromkeys(one.ids, one.entry.id)
        stamp = one.entry.stamp
        clear = stamp is not None and docs_with[stamp] <= own
        target = f"[{stamp}]" if clear else f"[{one.entry.id}]"
        for old in one.stamps:
            if old != stamp and docs_with.get(old, set()) <= own:
                names[f"[{old}]"] = target
    return names


def _shifted(before: Sequence[Entry], after: Sequence[Entry], absorbed: Sequence[Absorbed]) -> dict[str, str]:
    """The handles of entries that stay, where they changed."""
    gone = {name for one in absorbed for name in one.ids}
    new = {one.entry.id for one in absorbed}
    old = [entry for entry in before if entry.id not in gone]
    now = [entry for entry in after if entry.id not in new]
    if len(old) != len(now):
        old = [entry for entry in old if entry.id not in new]  # what an earlier run merged already
    pairs: Mapping[str, str] = (
        {a.id: b.id for a, b in zip(old, now, strict=True)} if len(old) == len(now) else {}
    )
    return {a: b for a, b in pairs.items() if a != b}


def rewriting(text: str, names: Mapping[str, str]) -> list[Edit]:
    """The edits that rewrite a text's links, except in lines that say what an entry was made from."""
    edits = link_edits(text, names)
    origins = [match.span() for match in _ORIGINS.finditer(text)] if edits else []
    return [edit for edit in edits if not any(start <= edit.start < end for start, end in origins)]
