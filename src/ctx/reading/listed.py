"""List items that are entries: how one begins, what it is called, and the date that leads it."""

from __future__ import annotations

import re
from typing import NamedTuple

from ctx.markdown.spans import Item
from ctx.model.fields import is_field_name
from ctx.reading.heading import date_in, split_heading

BOLD = re.compile(r"\*\*(?P<name>(?:(?!\*\*).)+?)(?P<inner>:?)\*\*(?P<outer>:?)[ \t]*", re.DOTALL)
_SENTENCE = re.compile(r"[.:;](?=\s)| [—–-](?=\s)")
_LINE = re.compile(r"[^\r\n]*")
_LINK = re.compile(r"\[[^\]]*\]\(")  # `[2026-05-01](#there)` is an index
_BOX = re.compile(r"\[[^\]\r\n]?\][ \t]")
_IN_BRACKETS = re.compile(r"[ \t]*[–—-]?[ \t]*[\[(]([^\[\]()\r\n]{6,30})[\])]")
_DIGIT = re.compile(r"\d")
_LEAD_SIGN = re.compile(r"[ \t]*[:–—|-]*[ \t]+")
_LONGEST_TITLE = 100


class ItemHead(NamedTuple):
    """How an item begins: its title, the offset of its body, and the stamp or date in its first line.

    `named` says that it begins bold or dated, as an entry does.
    """

    title: str
    body: int
    stamp: str | None
    date: str | None
    named: bool


def item_head(text: str, item: Item) -> ItemHead:
    """Read the beginning of an item of a text; a box before it is passed over."""
    start = item.content
    if text.startswith("[", start) and (box := _BOX.match(text, start, item.end)):
        start = box.end()
    head = _bold_head(text, start, item.end) or _dated_head(text, start, item.end)
    return head or _plain_head(text, item.content, item.end)


def _bold_head(text: str, at: int, end: int) -> ItemHead | None:
    bold = BOLD.match(text, at, end)
    if bold is None or is_field_name(bold["name"]):
        return None
    name = " ".join(bold["name"].split())
    body = bold.end() if bold["inner"] or bold["outer"] else at
    day = _date_behind(text, bold.end(), end)
    if not _DIGIT.search(name):
        return ItemHead(name, body, None, day, named=True)
    head = split_heading(name)
    if head.date and not head.title:
        start = _behind_sign(text, bold.end(), end)
        return _named_at(text, start, end)._replace(date=head.date, stamp=head.stamp, named=True)
    return ItemHead(head.title or name, body, head.stamp, head.date or day, named=True)


def _dated_head(text: str, at: int, end: int) -> ItemHead | None:
    if (bracketed := _IN_BRACKETS.match(text, at, end)) and text[at] == "(" and date_in(bracketed[1]):
        start = _behind_sign(text, bracketed.end(), end)
        return _named_at(text, start, end)._replace(date=date_in(bracketed[1]), named=True)
    line = _LINE.match(text, at, end)
    written = line[0].rstrip() if line else ""
    if not written or _LINK.match(written):
        return None
    head = split_heading(written)
    if not (head.stamp or head.date) or not head.title or not written.endswith(head.title):
        return None
    start = at + len(written) - len(head.title)
    return _named_at(text, start, end)._replace(stamp=head.stamp, date=head.date, named=True)


def _named_at(text: str, start: int, end: int) -> ItemHead:
    """What follows a date: a bold name, or words of which the first ones are the title."""
    return _bold_at(text, start, end) or _plain_head(text, start, end)


def _date_behind(text: str, at: int, end: int) -> str | None:
    """The date in brackets behind a bold name."""
    found = _IN_BRACKETS.match(text, at, end)
    return date_in(found[1]) if found else None


def _bold_at(text: str, start: int, end: int) -> ItemHead | None:
    bold = BOLD.match(text, start, end)
    if bold is None or is_field_name(bold["name"]):
        return None
    body = bold.end() if bold["inner"] or bold["outer"] else start
    return ItemHead(" ".join(bold["name"].split()), body, None, None, named=True)


def _plain_head(text: str, start: int, end: int) -> ItemHead:
    return ItemHead(first_words(text[start:end]), start, None, None, named=False)


def _behind_sign(text: str, at: int, end: int) -> int:
    sign = _LEAD_SIGN.match(text, at, end)
    return sign.end() if sign else at


def first_words(text: str) -> str:
    """A title for a text without a name: its first clause, or as many words as a title holds."""
    lead = " ".join(re.split(r"\n\s*\n|\n\s*[-*+] ", text, maxsplit=1)[0].split())
    if match := _SENTENCE.search(lead, 16, _LONGEST_TITLE):
        return lead[: match.start()].rstrip()
    if len(lead) <= _LONGEST_TITLE:
        return lead
    return lead[:_LONGEST_TITLE].rsplit(" ", 1)[0] + " …"
