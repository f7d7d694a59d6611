"""Stamps: the `[2026-11-21-043412]` that leads a heading, in every form people write it."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

_STAMP = re.compile(r"\[(undated|\d{4}-\d{2}-\d{2}[^\]\r\n]*)\][ \t]*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Stamped(NamedTuple):
    """A heading's text taken apart: the stamp as written in the brackets, if any, and the title after it."""

    stamp: str | None
    title: str


def split_stamp(heading: str) -> Stamped:
    """Take a heading's text apart; one without a stamp is all title. Strikes around both stay with the title.

    >>> split_stamp("[2026-11-21-a] Use UTC")
    Stamped(stamp='2026-11-21-a', title='Use UTC')
    """
    struck = "~~" if heading.startswith("~~[") else ""
    match = _STAMP.match(heading, len(struck))
    if match is None:
        return Stamped(None, heading)
    return Stamped(match[1].strip(), struck + heading[match.end() :].strip())


def find_date(text: str) -> str | None:
    """The first real calendar date in a text, ISO, or None: `2026-13-40` is no date."""
    for match in _DATE.finditer(text):
        try:
            date.fromisoformat(match[0])
        except ValueError:
            continue
        return match[0]
    return None
