"""Queries out of a project's own history: what people wrote when they added an entry or referred to one.

A *birth* is the message of a commit that introduced entries. A *cite* is a passage that names an entry by its
handle, its `[stamp]` or its full title; what names it is cut out of the query.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from ctx.evaluation.measure import Topic
from ctx.markdown.document import Document
from ctx.model.entry import Entry
from ctx.model.stamp import find_date, split_stamp
from ctx.reading.links import find_links
from ctx.reading.split_entries import segment
from ctx.retrieval.analysis.passages import Passage, cut, without_trailers

# Shorter queries ask for nothing in particular, and who names more entries than this makes a list of them.
LEAST_WORDS, MOST_ENTRIES = 5, 10
# A shorter title is a phrase that may stand anywhere without meaning the entry.
_TITLE_WORDS, _TITLE_LENGTH = 3, 15
_WORD = re.compile(r"[^\W_]+")
_BEGINS_ENTRY = re.compile(r" {0,3}(?:#{1,6}|[-*+]|\d+[.)])[ \t]+\S")
_EMPTIED = re.compile(r"""\(\W*\)|\[\W*\]|\*\*\s*\*\*|`\s*`|"\s*"|'\s*'""")

Words = tuple[str, ...]


class CommitTopic(NamedTuple):
    """A commit's id and message, and the lines it added to the context."""

    id: str
    message: str
    added: Sequence[str] = ()


def find_births(entries: Sequence[Entry], commits: Iterable[CommitTopic]) -> dict[str, frozenset[int]]:
    """The entries that each commit introduced, oldest commit first: it was the first to add their heading.

    Entries that share stamp and title with another one are left out: nothing tells which was added.
    """
    counts = Counter(_key(entry.stamp, entry.title) for entry in entries)
    numbers = {_key(entry.stamp, entry.title): n for n, entry in enumerate(entries)}
    waiting = {key: n for key, n in numbers.items() if counts[key] == 1 and entries[n].title}
    births: dict[str, frozenset[int]] = {}
    for commit in commits:
        keys = {key for line in commit.added if (key := _heading_key(line)) in waiting}
        if keys:
            births[commit.id] = frozenset(waiting.pop(key) for key in keys)
    return births


def _key(stamp: str | None, title: str) -> tuple[str, Words]:
    return stamp or "", tuple(title.split())


def _heading_key(line: str) -> tuple[str, Words] | None:
    """The stamp and title of the entry that a line would begin."""
    if not _BEGINS_ENTRY.match(line):
        return None
    document = Document.parse(line)
    if document.sections:
        return _key(*split_stamp(document.sections[0].heading.text))
    return next((_key(part.stamp, part.title) for part in segment(document, bullets=True)), None)


def birth_topics(
    entries: Sequence[Entry], commits: Sequence[CommitTopic], births: Mapping[str, frozenset[int]]
) -> list[Topic]:
    """The messages of the commits that introduced entries, as their authors wrote them, links cut out."""
    citations = Citations(entries)
    topics = []
    for commit in commits:
        born = births.get(commit.id, frozenset())
        text = citations.without_links(without_trailers(commit.message), born)
        if 0 < len(born) <= MOST_ENTRIES and _long_enough(text):
            topics.append(Topic(commit.id[:10], text, born))
    return topics


def cite_topics(
    entries: Sequence[Entry],
    passages: Iterable[Passage],
    commits: Iterable[CommitTopic],
    births: Mapping[str, frozenset[int]],
) -> list[Topic]:
    """The passages of files and of commit messages that cite entries; equal ones are one query.

    The message of the commit that introduced an entry does not cite it, nor does the entry's own text.
    """
    citations = Citations(entries)
    found: dict[str, Topic] = {}
    for passage in passages:
        _collect(found, citations, f"{passage.path}:{passage.line}", passage, frozenset())
    for commit in commits:
        source = commit.id[:10]
        for passage in cut(without_trailers(commit.message), ""):
            _collect(found, citations, source, passage, births.get(commit.id, frozenset()))
    merged = (topic._replace(relevant=topic.relevant - topic.without) for topic in found.values())
    return [topic for topic in merged if topic.relevant]


def _collect(
    found: dict[str, Topic], citations: Citations, source: str, passage: Passage, born: frozenset[int]
) -> None:
    cited = citations.find(passage.text)
    if not 0 < len(cited) <= MOST_ENTRIES:
        return
    text = citations.mask(passage.text, cited)
    if not _long_enough(text):
        return
    topic = Topic(source, text, cited - born, citations.docs_with(passage, text))
    known = found.setdefault(text.casefold(), topic)
    found[text.casefold()] = known._replace(
        relevant=known.relevant | topic.relevant, without=known.without | topic.without
    )


def _long_enough(text: str) -> bool:
    return sum(len(word) > 1 and not word.isdigit() for word in _WORD.findall(text)) >= LEAST_WORDS


class Citations:
    """The names by which texts refer to some entries."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        stamps = Counter(entry.stamp for entry in entries)
        self._names = {entry.stamp: n for n, entry in enumerate(entries) if stamps[entry.stamp] == 1}
        self._names |= {entry.id: n for n, entry in enumerate(entries)}
        self._words = [words_of(entry.title) for entry in entries]
        titles = Counter(self._words)
        self._titles: dict[Words, list[tuple[Words, int]]] = {}
        for n, words in enumerate(self._words):
            long = len(words) >= _TITLE_WORDS and len(entries[n].title) >= _TITLE_LENGTH
            if long and titles[words] == 1:
                self._titles.setdefault(words[:_TITLE_WORDS], []).append((words, n))
        for candidates in self._titles.values():
            candidates.sort(key=lambda pair: -len(pair[0]))

    def find(self, text: str) -> frozenset[int]:
        """The entries that a text names."""
        named = {self._names[link] for link in find_links(text) if link in self._names}
        return frozenset(named | set(self._find_titles(words_of(text))))

    def _find_titles(self, words: Words) -> Iterator[int]:
        at = 0
        while at <= len(words) - _TITLE_WORDS:
            candidates = self._titles.get(words[at : at + _TITLE_WORDS], ())
            hit = next((pair for pair in candidates if words[at : at + len(pair[0])] == pair[0]), None)
            if hit:
                yield hit[1]
            at += len(hit[0]) if hit else 1

    def mask(self, text: str, cited: Iterable[int]) -> str:
        """The text on one line without any link and without the titles, stamps and dates of those cited."""
        before = ""
        cited = sorted(cited)
        while text != before:  # what is left on both sides of a cut may name an entry again
            before = text
            text = self.without_links(text, cited)
            for n in cited:
                entry = self.entries[n]
                text = _without_title(text, self._words[n], entry.title)
                text = text.replace(entry.date, " ") if entry.date else text
            text = " ".join(_EMPTIED.sub(" ", text).split())
        return text

    def without_links(self, text: str, cited: Iterable[int]) -> str:
        """The text on one line without handles and stamps that are links, and without the stamps of some."""
        while links := sorted(find_links(text), key=len, reverse=True):
            for link in links:
                text = text.replace(f"[{link}]", " ").replace(link, " ")
        for stamp in filter(None, (self.entries[n].stamp for n in cited)):
            text = text.replace(f"[{stamp}]", " ")
            if find_date(stamp) not in {None, stamp}:  # a mere date may stand for the day
                text = text.replace(stamp, " ")
        return " ".join(text.split())

    def docs_with(self, passage: Passage, masked: str) -> frozenset[int]:
        """The entries of whose own text a passage is a part, here or where it was copied to."""
        inside = _spaced(words_of(masked)), _spaced(words_of(passage.text))
        return frozenset(
            n
            for n, entry in enumerate(self.entries)
            if (entry.path == passage.path and entry.start <= passage.start < entry.end)
            or any(words in self._texts[n] for words in inside)
        )

    @cached_property
    def _texts(self) -> list[str]:
        return [_spaced(words_of(f"{entry.title}\n{entry.body}")) for entry in self.entries]


def words_of(text: str) -> Words:
    """The words of a text, case and everything between them left aside."""
    return tuple(word.casefold() for word in _WORD.findall(text))


def _spaced(words: Words) -> str:
    return f" {' '.join(words)} "


def _without_title(text: str, title: Words, written: str) -> str:
    """The text without a title, however its words are marked up, wrapped or joined to a file's name."""
    if not written.isascii():  # scripts that put no blanks between words
        text = text.replace(written, " ")
    matches = list(_WORD.finditer(text))
    words = [match[0].casefold() for match in matches]
    kept, position, at = [], 0, 0
    while title and at <= len(words) - len(title):
        if tuple(words[at : at + len(title)]) == title:
            kept.append(text[position : matches[at].start()])
            position = matches[at + len(title) - 1].end()
            at += len(title)
        else:
            at += 1
    return " ".join([*kept, text[position:]])
