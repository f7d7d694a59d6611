"""A title for a group: a subject. A person is asked for a better one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import Enum
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from ctx.consolidate.similar import EMPTY_WORDS, Rows
from ctx.model.entry import Entry
from ctx.model.stamp import find_date
from ctx.retrieval.analysis.stems import stem

_WORD = re.compile(r"`[^`]+`|--?[^\W_]+(?:[._/:'-]+[^\W_]+)*|[.@]?[^\W_]+(?:[._/:'-]+[^\W_]+)*")
_NAME = re.compile(r"[`\d._/:@]|^-|(?<=.)[A-Z]")  # what a word that is written as code holds
_CODE = re.compile(r"[`._/:@]|^-|[a-z][A-Z]")
_LONGEST = 6  # words of a phrase; more is a sentence, not a subject


class Origin(Enum):
    """Where a title was taken from."""

    CATEGORY = "the category of all members"
    PHRASE = "what their titles share"
    TEXT = "a title, of which all members speak"
    MEMBER = "the title of the member in their middle"
    PERSON = "a person"


class Title(NamedTuple):
    """A title and where it was taken from."""

    text: str
    origin: Origin


class _Word(NamedTuple):
    """A word of a title: its stem, and where it stands."""

    stem: str
    start: int
    end: int


def title_of(members: Sequence[Entry], rows: Rows, category_size: int, others: Sequence[Entry] = ()) -> Title:
    """What a group could be called.

    The category where the group is half of it; else a phrase that half of the titles share; else one of a
    title that all members speak of, and few others; else the central title. `rows` holds how alike they are,
    `category_size` counts the live entries of the category, `others` are the entries that are no members.
    """
    category = members[0].category
    shared = category and all(entry.category == category for entry in members)
    if shared and not find_date(category) and category_size < 2 * len(members):
        return Title(category, Origin.CATEGORY)
    if phrase := _phrase([entry.title for entry in members]):
        return Title(phrase, Origin.PHRASE)
    if phrase := _common_phrase(members, others):
        return Title(phrase, Origin.TEXT)
    centrality = [sum(row) for row in rows]
    central = members[max(range(len(members)), key=lambda number: (centrality[number], -number))]
    return Title(central.title.rstrip(" ."), Origin.MEMBER)


def _phrase(titles: Sequence[str]) -> str:
    """The longest run of words that half of the titles share, two at least, as most of them write it."""
    fewest = max(2, (len(titles) + 1) // 2)
    read = [_words(title) for title in titles]
    for length in range(_LONGEST, 0, -1):
        spellings: dict[tuple[str, ...], Counter[str]] = {}
        docs_with: dict[tuple[str, ...], set[int]] = {}
        for number, title in enumerate(titles):
            for run in _runs(read[number], length):
                key = tuple(word.stem for word in run)
                docs_with.setdefault(key, set()).add(number)
                spellings.setdefault(key, Counter())[title[run[0].start : run[-1].end]] += 1
        found = [
            key for key, held in docs_with.items() if len(held) >= fewest and _is_subject(key, titles, read)
        ]
        if found:
            best = max(found, key=lambda key: (len(docs_with[key]), [-ord(char) for char in key[0]]))
            return _begun(min(spellings[best], key=lambda text: (-spellings[best][text], text)), titles)
    return ""


def _common_phrase(members: Sequence[Entry], others: Sequence[Entry]) -> str:
    """The longest run of words of a title that all members speak of, and few others.

    A single word has to be written as code, and half as many others may speak of it as of a longer run.
    """
    texts = [_stems(f"{entry.title}\n{entry.body}") for entry in members]
    titles = [entry.title for entry in members]
    for length in range(_LONGEST, 0, -1):
        for title in titles:
            for run in _runs(_words(title), length):
                phrase = title[run[0].start : run[-1].end]
                key = f" {' '.join(word.stem for word in run)} "
                if length == 1 and (phrase[0].isdigit() or not _CODE.search(phrase)):
                    continue
                if all(key in text for text in texts) and not _is_common(
                    key, others, len(members) if length > 1 else len(members) // 2
                ):
                    return _begun(phrase, titles)
    return ""


def _is_common(key: str, others: Sequence[Entry], most: int) -> bool:
    """Whether more than so many others speak of something."""
    found = (other for other in others if key in _stems(f"{other.title}\n{other.body}"))
    return next(islice(found, most, None), None) is not None


@lru_cache(maxsize=4096)
def _stems(text: str) -> str:
    """A text's words by their stems, with blanks around each; a path is each folder on it too."""
    plain = [word.stem for word in _words(text.replace("`", " "))]
    folders = [word[:at] for word in plain for at in range(1, len(word)) if word[at] == "/"]
    return f" {' '.join([*plain, *folders])} "


def _words(title: str) -> list[_Word]:
    return [
        _Word(stem(lower) if lower.isascii() and lower.isalpha() else lower, match.start(), match.end())
        for match in _WORD.finditer(title)
        for lower in [match[0].strip("`").casefold()]
    ]


def _runs(words: Sequence[_Word], length: int) -> Iterator[Sequence[_Word]]:
    """The runs of so many words of a title that neither begin nor end with an empty word."""
    for start in range(len(words) - length + 1):
        run = words[start : start + length]
        if not {run[0].stem, run[-1].stem} & _EMPTY:
            yield run


def _is_subject(key: Sequence[str], titles: Sequence[str], read: Sequence[Sequence[_Word]]) -> bool:
    """Whether a phrase can be a subject: of one word only a name, written as code or with a capital."""
    if len(key) > 1:
        return True
    return any(
        _NAME.search(text) or (place and text[:1].isupper())
        for title, words in zip(titles, read, strict=True)
        for place, word in enumerate(words)
        for text in [title[word.start : word.end]]
        if word.stem == key[0]
    )


def _begun(phrase: str, titles: Sequence[str]) -> str:
    """The phrase as a title begins: with a capital, unless its first word is code or never has one."""
    first = phrase.split(maxsplit=1)[0]
    kept = _NAME.search(first) or any(title.startswith(first) for title in titles)
    return phrase if kept else phrase[:1].upper() + phrase[1:]


_EMPTY = frozenset(stem(word) for word in EMPTY_WORDS) | EMPTY_WORDS
