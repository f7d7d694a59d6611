"""Headings as people write them: with a stamp, with a date before or behind the title, or as a pattern."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import NamedTuple

from ctx.model.stamp import find_date, split_stamp

_YEAR = re.compile(r"\d{4}")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_WRITTEN = (
    r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2})?(?: ?UTC|Z)?)?"
    r"|(?P<d2>\d{1,2})\.(?P<m2>\d{1,2})\.(?P<y2>\d{4})"
    rf"|{_MONTH} (?P<d3>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y3>\d{{4}})"
    rf"|(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?\.? {_MONTH.replace('<month', '<month4')},? (?P<y4>\d{{4}})"
)
_DAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun)"
_LEADING = (
    rf"[*_]*(?:{_DAY},? )?(?:{_WRITTEN})(?: \({_DAY}\)|,? {_DAY})?[*_]*"
    r"(?P<sign>[ \t]*[:–—|-]+[*_]*[ \t]+|[ \t]+|$)(?P<rest>.*)"
)
# What stands in a pattern where a date is to be written: `[YYYY-MM-DD]`, `YYYY-MM-DD-HHMMSS`, `(date)`.
_PATTERN = r"(?:Y{2,4}|J{4}|A{4})[-/. ]?M{1,2}(?:[-/. ]?(?:D{1,2}|T{1,2}|J{1,2}))?[\w:.-]*"
_OPEN, _CLOSE = r"[\[(<{]{1,2}", r"[\])>}]{1,2}"
_WORD = r"[\[<{]{1,2}(?:date|timestamp|stamp|datum|fecha)(?:[ _-]?(?:here|time))?[\]>}]{1,2}"
_PLACEHOLDER = (
    rf"[*_~]*(?:{_OPEN}{_PATTERN}[^\])>}}\r\n]*{_CLOSE}(?!\()|{_WORD}(?!\()|{_PATTERN}(?![\w-]))"
    rf"|.*[ \t]{_OPEN}{_PATTERN}{_CLOSE}[*_]*[ \t]*\Z"
)
_BEGINS_PATTERN, _ENDS_PATTERN = frozenset("[(<{*_~YyJjAa"), frozenset("])>}*_ \t")
_TRAILING = (
    rf"(?P<rest>.*\S)[ \t]*(?:\((?:{_WRITTEN})\)|\[(?:{_WRITTEN.replace('?P<', '?P<b_')})\]"
    rf"|[ \t][–—|-]+[ \t]+(?:{_WRITTEN.replace('?P<', '?P<c_')}))[ \t]*"
)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern, compiled when it is first needed: most files have only headings with stamps."""
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


def is_placeholder(heading: str) -> bool:
    """Whether a heading is a pattern for entries to come, with the place of a date left open.

    >>> is_placeholder("[YYYY-MM-DD] Title"), is_placeholder("Dates as YYYY-MM-DD")
    (True, False)
    """
    # Most headings begin and end like none.
    if heading[:1] not in _BEGINS_PATTERN and heading[-1:] not in _ENDS_PATTERN:
        return False
    return _compiled(_PLACEHOLDER).match(heading) is not None


class DatedHeading(NamedTuple):
    """A heading's text taken apart: its stamp, its title without stamp and date, and its ISO date."""

    stamp: str | None
    title: str
    date: str | None


def split_heading(text: str) -> DatedHeading:
    """Take a heading's text apart, with the date that people write without brackets.

    A heading that is nothing but a date has no title.

    >>> split_heading("2026-05-02: Cache lost keys")
    DatedHeading(stamp=None, title='Cache lost keys', date='2026-05-02')
    """
    stamped = split_stamp(text)
    if stamped.stamp is not None:
        return DatedHeading(stamped.stamp, stamped.title, find_date(stamped.stamp))
    if not _YEAR.search(text):  # as in most headings
        return DatedHeading(None, text, None)
    for pattern in (_LEADING, _TRAILING):
        match = _compiled(pattern).fullmatch(text)
        if match and (date_ := _iso(match)):
            return DatedHeading(None, match["rest"].strip(), date_)
    return DatedHeading(None, text, None)


def _iso(match: re.Match[str]) -> str | None:
    """The date in a match as ISO, None for one that no calendar has."""
    found = {
        name.removeprefix("b_").removeprefix("c_"): value
        for name, value in match.groupdict().items()
        if value
    }
    year, day = (next((found[key] for key in found if key[0] == letter), "") for letter in "yd")
    month = next((found[key] for key in found if re.fullmatch(r"m\d?", key)), "")
    named = found.get("month") or found.get("month4")
    number = _MONTHS.index(named.lower()) + 1 if named else int(month)
    try:
        return date(int(year), number, int(day)).isoformat()
    except ValueError:
        return None


def date_in(text: str) -> str | None:
    """The ISO date of a text that is little more than a date, in whatever form it is written."""
    match = _compiled(_WRITTEN).search(text)
    return _iso(match) if match else None
