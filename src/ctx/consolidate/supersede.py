"""Which entries a newer one replaces, reverses or ends.

Three signs: it names the older one in a sentence that says so; it says so and holds most of the words of the
older one's title; or the two contradict each other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ctx.consolidate.draft import CONTEXT_FIELD
from ctx.consolidate.metadata import SUPERSEDES
from ctx.consolidate.opposites import claims, conflict
from ctx.consolidate.similar import moment, words
from ctx.consolidate.statements import parts, sentences, short
from ctx.model.entry import Entry
from ctx.model.fields import find_fields
from ctx.reading.links import find_links

_SUBJECT = 0.6  # of the words of the older title that the newer title and the sentence must hold
_SENTENCE = 0.4  # and the sentence alone
_ALIKE = 0.3  # the likeness, whenever they were written, from which two entries are about one subject

# What says that something holds no more. Words that end things in passing ("drop", "remove", "now") are
# trusted only in a title or in the first sentence, where an entry says what it is about.
_ENDS = re.compile(
    r"\b(?:supersed\w+|replac(?:es|ed|ing)|revers(?:es|ed|ing)|revert(?:s|ed|ing)|overrul\w+|"
    r"overrid(?:es|ing)|"
    r"no longer|not .{0,40}?\bany ?more|obsolet\w+|abandon\w*|withdraw\w*|rescind\w*|supplant\w*|"
    r"undoes|undone|"
    r"roll(?:s|ed|ing) back|takes? the place of|"
    r"ersetzt|abgelöst|nicht mehr|remplace\w*|annule\w*|ne .{1,30} plus|"
    r"reempla\w+|sustituy\w+|ya no|sostitui\w+|non .{1,30} più|substitu\w+|não .{1,30} mais|"
    r"vervangt|vervangen|niet meer|заменя\w+|больше не|zastępuje|już nie)\b"
    r"|取代|代替|替代|不再|に代わ|廃止|대체|더 이상",
    re.IGNORECASE,
)
_ENDS_IN_HEAD = re.compile(
    r"\b(?:drop(?:s|ped)?|remov(?:e|es|ed)|retir(?:e|es|ed)|deprecat\w+|switch(?:es|ed)?|migrat\w+|"
    r"stop(?:s|ped)?|"
    r"mov(?:e|es|ed) .{0,40}?\b(?:away|off|from|to|into)|replace|reverse|revert|undo|gone|now|raised?|"
    r"lowered?|"
    r"increased?|reduced?|changed?|from now on|in place of|instead of|in favou?r of|used to|statt|au lieu de|"
    r"en lugar de|invece di|em vez de|in plaats van|вместо)\b",
    re.IGNORECASE,
)
# An entry that says this of another one leaves it standing.
_STAYS = re.compile(
    r"\b(?:not|never|nor|isn't|doesn't) (?:\w+ ){0,2}(?:supersed|replac|revers|revert|overrul|obsolet|"
    r"undo|withdraw)"
    r"|\b(?:amend|extend|refin|reinforc|complement|builds? on|in addition to|alongside|still applies)",
    re.IGNORECASE,
)
_ID = re.compile(r"\b[A-Z]{1,6}-\d{1,5}\b")
_OWN_ID = re.compile(rf"\W*(?P<id>{_ID.pattern})")


class Superseded(NamedTuple):
    """An entry and the newer one that replaces it, by their numbers, and why that is thought."""

    older: int
    newer: int
    note: str


Likeness = Callable[[int, int], float]


def find_superseded(entries: Sequence[Entry], likeness: Likeness) -> list[Superseded]:
    """For each entry that is replaced the newest one that does, in the order of the entries."""
    found: dict[int, Superseded] = {}
    for one in (*_told(entries, likeness), *_contradicting(entries, likeness)):
        known = found.get(one.older)
        if known is None or _age(entries[one.newer]) > _age(entries[known.newer]):
            found[one.older] = one
    replaced = {one.older: one.newer for one in found.values()}
    return [found[older] for older in sorted(found) if not _goes_round(older, replaced)]


def _goes_round(start: int, replaced: dict[int, int]) -> bool:
    """Whether following what replaces an entry leads back to it."""
    seen, at = {start}, replaced[start]
    while at in replaced and at not in seen:
        seen.add(at)
        at = replaced[at]
    return at == start


def _age(entry: Entry) -> float:
    return moment(entry) or 0.0


def _told(entries: Sequence[Entry], likeness: Likeness) -> Iterator[Superseded]:
    """What entries say themselves."""
    titles = [frozenset(words(entry.title)) for entry in entries]
    names = _Names(entries)
    docs_with: dict[str, list[int]] = {}
    for number, title in enumerate(titles):
        for word in title:
            docs_with.setdefault(word, []).append(number)
    for newer, entry in enumerate(entries):
        for sentence in _ending_sentences(entry):
            own = set(words(sentence))
            near = Counter(number for word in own for number in docs_with.get(word, ()))
            is_plain = _ENDS.search(sentence) is not None
            meant = [
                n
                for n, shared in near.items()
                if _is_meant(entries, newer, n, titles, own, shared, is_plain=is_plain)
                and likeness(n, newer) >= _ALIKE
            ]
            named = [number for number in names.find(sentence) if number != newer]
            best = max(meant, key=lambda n: (near[n] / len(titles[n]), _age(entries[n]), n), default=None)
            for older in named or ([] if best is None else [best]):
                note = f"{entry.id} says: {short(sentence)}"
                told_of_itself = _age(entries[older]) > _age(entry)  # it names what it was replaced by
                yield Superseded(newer, older, note) if told_of_itself else Superseded(older, newer, note)


def _is_meant(
    entries: Sequence[Entry],
    newer: int,
    older: int,
    titles: Sequence[frozenset[str]],
    own: set[str],
    shared: int,
    *,
    is_plain: bool,
) -> bool:
    """Whether a sentence that ends something is about an older entry.

    Where it says so in passing only, the other one has to be older for certain.
    """
    subject = titles[older]
    return (
        older != newer
        and _age(entries[older]) <= _age(entries[newer])
        and (is_plain or _age(entries[older]) < _age(entries[newer]))
        and shared >= max(2, _SENTENCE * len(subject))
        and len(subject & (own | titles[newer])) >= _SUBJECT * len(subject)
    )


def _ending_sentences(entry: Entry) -> Iterator[str]:
    """The sentences of an entry that say that something holds no more."""
    head = claims(entry)
    for sentence in dict.fromkeys((*head, *_sentences(entry))):
        ends = _ENDS.search(sentence) or (sentence in head and _ENDS_IN_HEAD.search(sentence))
        if ends and not _STAYS.search(sentence):
            yield sentence


def _sentences(entry: Entry) -> Iterator[str]:
    """Every sentence of an entry but those of its context."""
    fields = list(find_fields(entry.body))
    texts = [entry.body[: fields[0].start] if fields else entry.body]
    for field in fields:
        if field.name == SUPERSEDES:
            yield f"{SUPERSEDES}: {field.text}"
        elif field.name != CONTEXT_FIELD:
            texts.append(field.text)
    for text in texts:
        for part in parts(text):
            yield from (sentence.strip() for sentence in sentences(part.text))


class _Names:
    """What entries are called in the text of others: handle, stamp, an id of their own, the whole title."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        held = Counter(entry.stamp for entry in entries)  # a stamp of two entries names neither
        self._links = {
            entry.stamp: n for n, entry in enumerate(entries) if held[entry.stamp] == 1 and entry.stamp
        }
        self._links |= {entry.id: n for n, entry in enumerate(entries)}
        own = ((n, _OWN_ID.match(entry.title)) for n, entry in enumerate(entries))
        self._own = {match["id"]: n for n, match in own if match}
        self._titles = [
            (entry.title.casefold(), n) for n, entry in enumerate(entries) if len(entry.title.split()) > 2
        ]

    def find(self, sentence: str) -> list[int]:
        """The entries that a sentence names."""
        folded = " ".join(sentence.split()).casefold()
        found = [self._links[link] for link in find_links(sentence) if link in self._links]
        found += [self._own[name] for name in _ID.findall(sentence) if name in self._own]
        found += [number for title, number in self._titles if title in folded]
        return list(dict.fromkeys(found))


def _contradicting(entries: Sequence[Entry], likeness: Likeness) -> Iterator[Superseded]:
    """Entries whose subjects contradict each other; the older one is thought to hold no more."""
    subjects = [frozenset(word for claim in claims(entry) for word in words(claim)) for entry in entries]
    docs_with: dict[str, list[int]] = {}
    for number, subject in enumerate(subjects):
        shared = Counter(other for word in subject for other in docs_with.get(word, ()))
        for other, count in shared.items():
            if 2 * count < min(len(subject), len(subjects[other])) or likeness(other, number) < _ALIKE:
                continue
            if found := conflict(entries[other], entries[number]):
                newer, older = (
                    (number, other) if _age(entries[number]) >= _age(entries[other]) else (other, number)
                )
                yield Superseded(older, newer, found.value)
        for word in subject:
            docs_with.setdefault(word, []).append(number)
