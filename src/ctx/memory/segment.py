"""Segmentation: which parts of a kind's file are entries, in every shape that teams write them.

docs/formats.md names each shape. What is found here are spans; what they say is read in read_entries.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ctx.markdown.blocks import Comment, Item
from ctx.markdown.document import Document
from ctx.markdown.inline import strip_comments
from ctx.markdown.lines import visible_end
from ctx.markdown.spans import is_inside
from ctx.memory.fields import is_field_name, is_part_name
from ctx.memory.stamp import split_heading, split_stamp

_INDEX = re.compile(r"<!--\s*INDEX:(START|END)\s*-->")
_BOLD = re.compile(r"\*\*(?P<name>(?:(?!\*\*).)+?)(?P<inner>:?)\*\*(?P<outer>:?)[ \t]*", re.DOTALL)
_SENTENCE = re.compile(r"[.:;](?=\s)| [—–-](?=\s)")
_LONGEST_TITLE = 100


@dataclass(frozen=True, slots=True)
class Segment:
    """One entry's span in its file's text: `start`..`end`, its content from `body` on; `line` from 1.

    `date` is what its heading gives, or the nearest heading above that is a date.
    """

    title: str
    stamp: str | None
    category: str
    level: int
    line: int
    start: int
    body: int
    end: int
    bullet: bool = False
    date: str | None = None


class _Group(NamedTuple):
    """A heading that only groups what stands below it: a category, or a day."""

    level: int
    title: str
    date: str | None


def segment(document: Document, *, bullets: bool, page: str = "", category: str = "") -> list[Segment]:
    """The entries of one file in file order.

    `bullets` says that bold list items are entries (conventions); `page` names a page, a file of which
    the whole may be one entry; `category` is what a part of a file stands under.
    """
    return _Segmenter(document, bullets=bullets, page=page).run(category)


def segment_sections(document: Document, name: str) -> list[Segment]:
    """Every section of a reference with text of its own; `name` titles what stands before any heading."""
    segmenter = _Segmenter(document, bullets=False, page=name)
    found = []
    path: list[tuple[int, str]] = []
    start, end = document.preamble
    if segmenter.has_text(start, end):
        found.append(Segment(name, None, "", 1, 1, start, start, segmenter.trim(start, end)))
    for section in document.sections:
        stamp, title = split_stamp(section.heading.text)
        path = [above for above in path if above[0] < section.heading.level]
        if segmenter.has_text(section.body, section.end):
            category = " / ".join(above for _, above in path)
            line, level = section.first_line + 1, section.heading.level
            stop = segmenter.trim(section.body, section.end)
            found.append(Segment(title, stamp, category, level, line, section.start, section.body, stop))
        path.append((section.heading.level, title))
    return found


class _Segmenter:
    def __init__(self, document: Document, *, bullets: bool, page: str) -> None:
        self.document = document
        self.text = document.text
        self.sections = document.sections
        self.bullets = bullets
        self.page = page
        self.heads = [split_heading(section.heading.text) for section in document.sections]
        self.index_blocks = list(index_blocks(document))
        self.items = self._top_items() if bullets else []
        self._names = self._repeated_names()
        self.closings = sorted(self._closings())

    def run(self, category: str = "") -> list[Segment]:
        if self.page and (whole := self._whole_page()):
            return [whole]
        found: list[Segment] = []
        if self.bullets:
            found += self._bullets(*self.document.preamble, _Group(0, "", None), loose=True)
        groups = [_Group(0, category, None)]
        owner = 0
        for index, section in enumerate(self.sections):
            head, level = self.heads[index], section.heading.level
            if owner and head.stamp is None and level > owner:
                continue
            owner = 0
            while groups[-1].level >= level:
                groups.pop()
            group = _Group(level, head.title or section.heading.text, head.date or groups[-1].date)
            if index == 0 and level == 1 and head.stamp is None:
                found += self._bullets(section.body, section.end, groups[-1], loose=True)
            elif head.stamp is None and self._is_group(index):
                groups.append(group)
                found += self._own(index, group)
            elif head.stamp is None and self._bullets(section.body, section.end, group, loose=False):
                found += self._own(index, group)
            else:
                owner = level
                found.append(self._entry(index, groups[-1]))
        return found

    def _is_group(self, index: int) -> bool:
        """Whether an unstamped section only groups the ones below it.

        It is an entry where its heading has a date beside its title, or where what stands below are parts of
        an entry by their names: names of fields, and names that come again in other sections.
        """
        level, head = self.sections[index].heading.level, self.heads[index]
        if level > 2 or (head.date and head.title):
            return False
        below = list(self._below(index))
        if level == 1:
            return bool(below)
        children = [at for at in below if self.sections[at].heading.level == 3]
        if any(self.heads[at].stamp for at in children):
            return True
        return any(not self._is_part(at) for at in children) or (bool(children) and not head.title)

    def _is_part(self, index: int) -> bool:
        """Whether a third-level heading names a part of an entry."""
        name = self.sections[index].heading.text
        return is_part_name(name) or _folded(name) in self._names

    def _repeated_names(self) -> frozenset[str]:
        """The names of unstamped third-level headings that stand in several second-level sections."""
        seen: dict[str, int] = {}
        repeated = set()
        above = -1
        for index, section in enumerate(self.sections):
            if section.heading.level < 3:
                above = index
            elif section.heading.level == 3 and self.heads[index].stamp is None:
                name = _folded(section.heading.text)
                if seen.setdefault(name, above) != above:
                    repeated.add(name)
        return frozenset(repeated)

    def _own(self, index: int, group: _Group) -> list[Segment]:
        """What a group says itself: its bullets, where these are entries, and the text above them."""
        section = self.sections[index]
        found = self._bullets(section.body, section.end, group, loose=group.level == 1)
        end = found[0].start if found else section.end
        if self.has_text(section.body, end):
            found.insert(0, self._text(index, group, end))
        return found

    def _text(self, index: int, group: _Group, end: int) -> Segment:
        """The text of a group itself as an entry that goes by the group's name."""
        section = self.sections[index]
        body, stop = section.body, self.trim(section.body, end)
        line = section.first_line + 1
        return Segment(
            group.title, None, group.title, group.level, line, section.start, body, stop, date=group.date
        )

    def _closings(self) -> Iterator[tuple[int, int]]:
        """The comments and rules: where they end an entry they are not content."""
        blocks = self.document.blocks
        yield from ((comment.start, comment.end) for comment in blocks.comments)
        yield from ((blocks.offsets[line], blocks.offsets[line + 1]) for line in blocks.rules)

    def _below(self, index: int) -> Iterator[int]:
        """The places of the sections below one."""
        level = self.sections[index].heading.level
        for at in range(index + 1, len(self.sections)):
            if self.sections[at].heading.level <= level:
                return
            yield at

    def _entry(self, index: int, group: _Group) -> Segment:
        section = self.sections[index]
        head = self.heads[index]
        end = section.end
        for at in self._below(index):
            if self.heads[at].stamp:
                break
            end = self.sections[at].end
        for first, last in self.index_blocks:
            if first < section.start < last:
                end = min(end, last)
        return Segment(
            head.title or (section.heading.text if head.stamp is None else "") or "(untitled)",
            head.stamp,
            group.title if section.heading.level > 1 else "",
            section.heading.level,
            section.first_line + 1,
            section.start,
            section.body,
            self.trim(section.body, end),
            date=head.date or group.date,
        )

    def _whole_page(self) -> Segment | None:
        """A page that holds one piece: no headings below its title but field names, and no stamps."""
        rest = self.sections[1:] if self._has_title() else self.sections
        if any(not is_field_name(section.heading.text) for section in rest):
            return None
        body = self.sections[0].body if self._has_title() else 0
        end = self.trim(body, len(self.text))
        if not self.text[body:end].strip():
            return None
        heading = self.sections[0].heading.text if self._has_title() else self.page
        stamp, title, day = split_heading(heading)
        line = self.sections[0].first_line + 1 if self._has_title() else 1
        start = self.sections[0].start if body else 0
        return Segment(title or heading, stamp, "", 1, line, start, body, end, date=day)

    def _has_title(self) -> bool:
        return bool(self.sections) and self.sections[0].heading.level == 1

    def trim(self, start: int, end: int) -> int:
        """Where the content ends: separators, comments and an index block behind it are not of it."""
        while end > start:
            last = visible_end(self.text, start, end) - 1
            closings = (self._closing_at(last, spans) for spans in (self.index_blocks, self.closings))
            behind = next((closing for closing in closings if closing and closing[0] >= start), None)
            if behind is None:
                return _line_end(self.text, last + 1, end)
            end = behind[0]
        return start

    def _closing_at(self, offset: int, spans: list[tuple[int, int]]) -> tuple[int, int] | None:
        """The one of some sorted, separate spans that holds an offset."""
        at = bisect_right(spans, (offset, len(self.text))) - 1
        return spans[at] if at >= 0 and offset < spans[at][1] else None

    def has_text(self, start: int, end: int) -> bool:
        """Whether a stretch says anything once comments, separators and INDEX blocks are taken off."""
        stop = self.trim(start, end)
        parts = []
        for first, last in [*self.index_blocks, (stop, stop)]:
            if first >= start:
                parts.append(self.text[start : min(first, stop)])
                start = max(start, last)
        return bool(strip_comments("".join(parts)).strip("\ufeff \t\r\n-"))

    def _top_items(self) -> list[Item]:
        return [
            item
            for item in self.document.blocks.items
            if item.depth == 0 and not is_inside(self.index_blocks, item.start)
        ]

    def _bullets(self, start: int, end: int, group: _Group, *, loose: bool) -> list[Segment]:
        """The bullets of a stretch as entries, if one is a `- **Name**`; `loose`: if there are any."""
        first, last = (bisect_left(self.items, at, key=lambda item: item.start) for at in (start, end))
        items = self.items[first:last]
        named = [self._bold(item) for item in items]
        if not items or not (loose or any(named)):
            return []
        return [self._bullet(item, name, group) for item, name in zip(items, named, strict=True)]

    def _bold(self, item: Item) -> re.Match[str] | None:
        match = _BOLD.match(self.text, item.content, item.end)
        return match if match and not is_field_name(match["name"]) else None

    def _bullet(self, item: Item, name: re.Match[str] | None, group: _Group) -> Segment:
        body = item.content
        if name is None:
            title = _first_words(self.text[item.content : item.end])
        else:
            title = " ".join(name["name"].split())
            body = name.end() if name["inner"] or name["outer"] else item.content
        line, day = item.first + 1, group.date
        return Segment(title, None, group.title, 3, line, item.start, body, item.end, bullet=True, date=day)


def index_marks(document: Document) -> Iterator[tuple[str, Comment]]:
    """The comments that begin and end INDEX blocks, each with its `START` or `END`."""
    for comment in document.blocks.comments:
        if match := _INDEX.match(document.text[comment.start : comment.end].strip()):
            yield match[1], comment


def index_blocks(document: Document) -> Iterator[tuple[int, int]]:
    """The spans of INDEX blocks; one that is never ended reaches to the next heading."""
    start: int | None = None
    for mark, comment in index_marks(document):
        if mark == "START":
            start = comment.start if start is None else start
        elif start is not None:
            yield start, comment.end
            start = None
    if start is not None:
        at = start
        yield start, next((s.start for s in document.sections if s.start > at), len(document.text))


def _line_end(text: str, at: int, limit: int) -> int:
    """The offset behind the line break that follows `at`."""
    stop = at
    while stop < limit and text[stop] not in "\r\n":
        stop += 1
    if text.startswith("\r\n", stop):
        return min(stop + 2, limit)
    return min(stop + 1, limit)


def _folded(name: str) -> str:
    """A heading's name as it is compared."""
    return name.strip().strip("*:").casefold()


def _first_words(text: str) -> str:
    """A title for a bullet without a name: its first clause, or as many words as a title holds."""
    lead = " ".join(re.split(r"\n\s*\n|\n\s*[-*+] ", text, maxsplit=1)[0].split())
    if match := _SENTENCE.search(lead, 16, _LONGEST_TITLE):
        return lead[: match.start()].rstrip()
    if len(lead) <= _LONGEST_TITLE:
        return lead
    return lead[:_LONGEST_TITLE].rsplit(" ", 1)[0] + " …"
