"""Whether two entries say the opposite of each other, and in which statements."""

from __future__ import annotations

import re
from typing import NamedTuple

from ctx.model.entry import Entry
from ctx.model.fields import find_fields
from ctx.reading.links import find_links
from ctx.retrieval.analysis.contradiction import Difference, contradiction

# Fields that say what holds; all others tell of how it came about, or of what else there was.
_SAYING = frozenset({"lesson", "decision", "application", "prevention", "solution"})
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|\n\s*\n|\n\s*[-*+] ")
# Two statements are compared in the square of their length, and each with each.
_LONGEST, _MOST = 300, 30


class Conflict(NamedTuple):
    """What two entries differ in, and the statement of each that does."""

    difference: Difference
    one: str
    other: str


def find_conflict(one: Entry, other: Entry) -> Conflict | None:
    """A contradiction in what two entries are about: their titles and first sentences.

    Entries that name each other are left alone: their writer knew.
    """
    return None if _know_each_other(one, other) else _first(claims(one), claims(other))


def find_turned_word(one: Entry, other: Entry) -> Conflict | None:
    """A contradiction anywhere in two entries that say nearly the same."""
    mine, theirs = (dict.fromkeys(statements(entry)) for entry in (one, other))
    own = [text for text in mine if text not in theirs][:_MOST]
    return _first(own, [text for text in theirs if text not in mine][:_MOST])


def claims(entry: Entry) -> list[str]:
    """The title, and the first sentence of what the entry says holds."""
    fields = list(find_fields(entry.body))
    saying = [field.text for field in fields if field.name.lower() in _SAYING]
    text = saying[0] if saying else entry.body[: fields[0].start] if fields else entry.body
    first = _SENTENCE.split(text.strip()[: 2 * _LONGEST], maxsplit=1)[0]
    return list(dict.fromkeys(claim[:_LONGEST] for claim in (entry.title, " ".join(first.split())) if claim))


def statements(entry: Entry) -> list[str]:
    """The title and the sentences of an entry."""
    found = (" ".join(text.split())[:_LONGEST] for text in _SENTENCE.split(entry.body))
    return [entry.title[:_LONGEST], *(text for text in found if text)]


def _know_each_other(one: Entry, other: Entry) -> bool:
    return one.id in find_links(other.body) or other.id in find_links(one.body)


def _first(mine: list[str], theirs: list[str]) -> Conflict | None:
    for one in mine:
        for other in theirs:
            if difference := contradiction(one, other):
                return Conflict(difference, one, other)
    return None
