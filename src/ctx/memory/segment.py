"""Segmentation: which parts of a kind's file are entries, in every shape that teams write them.

docs/formats.md names each shape. What is found here are spans; what they say is read in read_entries.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from ctx.markdown.blocks import Comment, Item
from ctx.markdown.document import Document
from ctx.markdown.inline import strip_comments
from ctx.markdown.lines import visible_end
from ctx.markdown.spans import is_inside
from ctx.memory.fields import is_field_name
from ctx.memory.stamp import split_stamp

_INDEX = re.compile(r"<!--\s*INDEX:(START|END)\s*-->")
_BOLD = re.compile(r"\*\*(?P<name>(?:(?!\*\*).)+?)(?P<inner>:?)\*\*(?P<outer>:?)[ \t]*", re.DOTALL)
_SENTENCE = re.compile(r"[.:;](?=\s)| [—–-](?=\s)")
_LONGEST_TITLE = 100


@dataclass(frozen=True, slots=True)
class Segment:
    """One entry's span in its file's text: `start`..`end`, its content from `body` on; `line` from 1."""

    title: str
    stamp: str | None
    category: str
    level: int
    line: int
    start: int
    body: int
    end: int
    bullet: bool = False


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
        self.heads = [split_stamp(section.heading.text) for section in document.sections]
        self.index_blocks = list(index_blocks(document))
        self.items = self._top_items() if bullets else []
        # First-level headings that are not the file's own title, by place.
        self._parts = [at for at, section in enumerate(self.sections) if at and section.heading.level == 1]
        self.closings = sorted(self._closings())

    def run(self, category: str = "") -> list[Segment]:
        if self.page and (whole := self._whole_page()):
            return [whole]
        found: list[Segment] = []
        if self.bullets:
            found += self._bullets(*self.document.preamble, "", loose=True)
        owner = 0
        for index, section in enumerate(self.sections):
            stamp, title = self.heads[index]
            if owner and stamp is None and section.heading.level > owner:
                continue
            owner = 0
            if stamp is None and self._is_category(index):
                category = title if index or section.heading.level > 1 else ""
                found += self._bullets(section.body, section.end, category, loose=section.heading.level == 1)
            elif stamp is None and (inside := self._bullets(section.body, section.end, title, loose=False)):
                found += inside
            else:
                owner = section.heading.level
                found.append(self._entry(index, category if owner > 1 else ""))
            if section.heading.level <= 2 and owner == section.heading.level:
                category = "" if owner == 1 else self._root(index)
        return found

    def _is_category(self, index: int) -> bool:
        """Whether an unstamped section only groups the ones below it."""
        level = self.sections[index].heading.level
        if level > 2:
            return False
        if level == 1:
            return index == 0 or any(True for _ in self._below(index))
        return any(
            heading.level == 3 and not is_field_name(heading.text)
            for heading in (self.sections[at].heading for at in self._below(index))
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

    def _root(self, index: int) -> str:
        """The first-level heading a section stands under, unless that is the file's own title."""
        at = bisect_right(self._parts, index) - 1
        return self.heads[self._parts[at]].title if at >= 0 else ""

    def _entry(self, index: int, category: str) -> Segment:
        section = self.sections[index]
        stamp, title = self.heads[index]
        end = section.end
        for at in self._below(index):
            if self.heads[at].stamp:
                break
            end = self.sections[at].end
        for first, last in self.index_blocks:
            if first < section.start < last:
                end = min(end, last)
        return Segment(
            title or "(untitled)",
            stamp,
            category,
            section.heading.level,
            section.first_line + 1,
            section.start,
            section.body,
            self.trim(section.body, end),
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
        stamp, title = split_stamp(heading)
        line = self.sections[0].first_line + 1 if self._has_title() else 1
        return Segment(title, stamp, "", 1, line, self.sections[0].start if body else 0, body, end)

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
        """Whether a stretch says anything once comments and separators are taken off."""
        stop = self.trim(start, end)
        return bool(strip_comments(self.text[start:stop]).strip("\ufeff \t\r\n-"))

    def _top_items(self) -> list[Item]:
        return [
            item
            for item in self.document.blocks.items
            if item.depth == 0 and not is_inside(self.index_blocks, item.start)
        ]

    def _bullets(self, start: int, end: int, category: str, *, loose: bool) -> list[Segment]:
        """The bullets of a stretch as entries, if one is a `- **Name**`; `loose`: if there are any."""
        first, last = (bisect_left(self.items, at, key=lambda item: item.start) for at in (start, end))
        items = self.items[first:last]
        named = [self._bold(item) for item in items]
        if not items or not (loose or any(named)):
            return []
        return [self._bullet(item, name, category) for item, name in zip(items, named, strict=True)]

    def _bold(self, item: Item) -> re.Match[str] | None:
        match = _BOLD.match(self.text, item.content, item.end)
        return match if match and not is_field_name(match["name"]) else None

    def _bullet(self, item: Item, name: re.Match[str] | None, category: str) -> Segment:
        body = item.content
        if name is None:
            title = _first_words(self.text[item.content : item.end])
        else:
            title = " ".join(name["name"].split())
            body = name.end() if name["inner"] or name["outer"] else item.content
        line = item.first + 1
        return Segment(title, None, category, 3, line, item.start, body, item.end, bullet=True)


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


def _first_words(text: str) -> str:
    """A title for a bullet without a name: its first clause, or as many words as a title holds."""
    lead = " ".join(re.split(r"\n\s*\n|\n\s*[-*+] ", text, maxsplit=1)[0].split())
    if match := _SENTENCE.search(lead, 16, _LONGEST_TITLE):
        return lead[: match.start()].rstrip()
    if len(lead) <= _LONGEST_TITLE:
        return lead
    return lead[:_LONGEST_TITLE].rsplit(" ", 1)[0] + " …"
