"""Ids that a team has given itself: `D-11: Use Argo`, `ADR-0007`, `RFC 12`, a page `0007-use-argo.md`."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import NamedTuple

from ctx.model.entry import Entry

_TITLE = re.compile(
    r"(?:~~)?[*_]*[\[(]?(?:(?P<upper>[A-Z]{1,10})[-_ ]?|(?P<word>[A-Z][a-z]{1,9})[-_])"
    r"(?P<number>\d{1,6})[\])]?(?=[*_]*(?:[\s:.)\]–—|-]|\Z))"
)
_PAGE = re.compile(r"(?P<letters>[A-Za-z]{1,10}[-_])?(?P<number>\d{1,6})(?=[-_ ]|\Z)")
_FIELD = re.compile(r"(?P<letters>[A-Za-z]{0,10})[-_ ]?(?P<number>\d{1,6})\Z")
_REFERENCE = re.compile(r"#?(?P<letters>[A-Za-z]{0,10})[-_ ]?(?P<number>\d{1,6})\Z")


class OwnId(NamedTuple):
    """An id by its letters, upper-case, and its number without leading zeros."""

    letters: str
    number: str


def _id(letters: str | None, number: str) -> OwnId:
    return OwnId((letters or "").strip("-_ ").upper(), number.lstrip("0") or "0")


def own_ids(entry: Entry) -> set[OwnId]:
    """The ids that an entry answers to: its title begins with one, its ID field or its page's name is one."""
    found = set()
    if match := _TITLE.match(entry.title):
        found.add(_id(match["upper"] or match["word"], match["number"]))
    for name in ("ID", "Id", "id"):
        if match := _FIELD.match(entry.fields.get(name, "").strip()):
            found.add(_id(match["letters"], match["number"]))
    page = PurePosixPath(entry.path)
    if len(page.parts) > 2 and entry.position == 0 and (match := _PAGE.match(page.stem)):
        found |= {_id(match["letters"], match["number"]), _id("", match["number"])}
        if not match["letters"]:
            found.add(_id("ADR", match["number"]))
    return found


def read_reference(reference: str) -> OwnId | None:
    """What a reference says as such an id: `adr-7` is `ADR-0007`."""
    match = _REFERENCE.match(reference)
    return _id(match["letters"], match["number"]) if match else None
