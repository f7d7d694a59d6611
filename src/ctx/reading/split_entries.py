"""Segmentation: which parts of a kind's file are entries, in every shape that teams write them.

docs/formats.md names each shape. What is found here are spans; what they say is read in read_entries.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from ctx.markdown.blocks import Comment, Item
from ctx.markdown.document import Document
from ctx.markdown.inline import strip_comments
from ctx.markdown.lines import visible_end
from ctx.markdown.spans import is_inside
from ctx.markdown.strays import find_strays
from ctx.model.fields import is_field_name, is_part_name, read_fields
from ctx.model.stamp import split_stamp
from ctx.reading.adr import FrontMatter, front_matter, holds_no_entry, is_adr, is_adr_name
from ctx.reading.heading import is_placeholder, split_heading
from ctx.reading.listed import ItemHead, first_words, item_head
from ctx.reading.table import Row, Table, find_tables

_INDEX = re.compile(r"<!--\s*INDEX:(START|END)\s*-->")
_PAGE_LINK = re.compile(r"(?:\*\*|__)?\[[^\]\r\n]*\]\([^)\s]+\.md(?:#[^)\s]*)?\)")
# Headings of lists that say which pages there are.
_DIRECTORIES = frozenset({"themes", "topics", "pages", "index", "contents", "table of contents", "files"})
_LONGEST_TITLE = 100


@dataclass(frozen=True, slots=True)
class Segment:
    """One entry's span in its file's text: `start`..`end`, its content from `body` on; `line` from 1.

    `date` is what its heading gives, or the nearest heading above that is a date. A `bullet` is a list item
    or, with its `row`, the row of a table; `front` is the front matter of a page that is one entry.
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
    row: Row | None = None
    front: FrontMatter | None = None


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
    return Segmenter(document, bullets=bullets, page=page).run(category)


def segment_sections(document: Document, name: str) -> list[Segment]:
    """Every section of a reference with text of its own; `name` titles what stands before any heading."""
    segmenter = Segmenter(document, bullets=False, page=name)
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


class Segmenter:
    """The entries of one document, and what in it is none."""

    def __init__(self, document: Document, *, bullets: bool, page: str = "") -> None:
        self.document = document
        self.text = document.text
        self.sections = document.sections
        self.bullets = bullets
        self.page = page
        self.front = front_matter(document.text)
        self.heads = [split_heading(section.heading.text) for section in document.sections]
        self.index_blocks = list(index_blocks(document))
        self._names = self._repeated_names()
        self._item_heads: dict[int, ItemHead] = {}
        self.closings = sorted(self._closings())

    def run(self, category: str = "") -> list[Segment]:
        """The entries in file order."""
        if self.page and holds_no_entry(self.page) and not any(head.stamp for head in self.heads):
            return []
        if self.page and (whole := self._whole_page()):
            return [whole]
        return self.by_lists or self._by_headings(category)

    def _by_headings(self, category: str) -> list[Segment]:
        found: list[Segment] = []
        if self.bullets:
            found += self._bullets(*self.preamble, _Group(0, "", None), loose=True)
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
            if self.is_title(index):
                found += self._bullets(section.body, section.end, groups[-1], loose=True)
            elif self.is_guidance(index):
                owner = level
            elif head.stamp is None and self._is_group(index):
                groups.append(group)
                found += self._own(index, group)
            elif head.stamp is None and self._bullets(section.body, section.end, group, loose=False):
                found += self._own(index, group)
            else:
                owner = level
                found.append(self._entry(index, groups[-1]))
        return found

    @property
    def preamble(self) -> tuple[int, int]:
        """What stands before the first heading, without the front matter."""
        start, end = self.document.preamble
        return max(start, min(self.front.end, end)), end

    def is_title(self, index: int) -> bool:
        """Whether a heading is the file's title."""
        if index or self.sections[0].heading.level > 1 or self.heads[0].stamp is not None:
            return False
        return not self._heads_adr(0)

    def _heads_adr(self, index: int) -> bool:
        """Whether the headings right below one are those of an ADR, which it is then called by."""
        level = self.sections[index].heading.level + 1
        names = []
        for at in self._below(index):
            heading = self.sections[at].heading
            if heading.level == level and not is_adr_name(heading.text):
                return False
            names += [heading.text] if heading.level == level else []
        return len(names) > 2 and is_adr(names)

    def is_guidance(self, index: int) -> bool:
        """Whether a section says how entries are written, or which pages there are, and is none itself."""
        return self.heads[index].stamp is None and (
            is_placeholder(self.sections[index].heading.text) or self._is_directory(index)
        )

    def _is_directory(self, index: int) -> bool:
        """Whether a section only lists pages: `## Themes`, an item or a heading for each, with its gist."""
        if not self._names_pages:
            return False
        section = self.sections[index]
        named = _folded(section.heading.text) in _DIRECTORIES
        if not named and self.text.find("](", section.body, section.end) < 0:
            return False
        items = self._items_in(section.body, section.end)
        if not named:
            first = items[0].start if items else section.body
            return (
                bool(items)
                and not self.has_text(section.body, first)
                and all(map(self._leads_to_page, items))
            )
        below = [self.sections[at] for at in self._below(index)]
        stretches = [(item.start, item.end) for item in items] + [(one.start, one.end) for one in below]
        stretches += [
            (r.start, r.end) for table in self._tables(section.body, section.end) for r in table.rows
        ]
        return bool(stretches) and all(".md" in self.text[start:end] for start, end in stretches)

    @cached_property
    def _names_pages(self) -> bool:
        return ".md" in self.text

    def _leads_to_page(self, item: Item) -> bool:
        return _PAGE_LINK.match(self.text, item.content, item.end) is not None

    @cached_property
    def by_lists(self) -> list[Segment]:
        """The list items and rows that are entries because no heading is one.

        That is so where no heading has a stamp or a date, and nothing but such items and rows stands below
        each but the title. Bullets of conventions are entries in any case, so there it is about rows.
        """
        if any(head.stamp or head.date for head in self.heads):
            return []
        if self.bullets and (self.items or not self._tables(0, len(self.text))):
            return []
        found: list[Segment] = []
        groups = [_Group(0, "", None)]
        for start, end, index in self._stretches():
            if index is not None and not self.is_title(index):
                section = self.sections[index]
                while groups[-1].level >= section.heading.level:
                    groups.pop()
                if self.is_guidance(index):
                    continue
                groups.append(_Group(section.heading.level, section.heading.text, None))
            entries = self._listed(start, end, groups[-1])
            if index is not None and not self.is_title(index):
                if not self._is_all(start, end, entries):
                    return []
                if not entries and next(self._below(index), None) is None:
                    entries = [self._entry(index, groups[-2])]
            found += entries
        return found if any(part.bullet for part in found) else []

    def _stretches(self) -> Iterator[tuple[int, int, int | None]]:
        """The text before the first heading and below each, with the place of the section."""
        yield (*self.preamble, None)
        for index, section in enumerate(self.sections):
            yield section.body, section.end, index

    def _listed(self, start: int, end: int, group: _Group) -> list[Segment]:
        """The lists of a stretch that hold an item which begins bold or dated, and the rows of its tables."""
        found = [
            self._row(row, group) for table in self._tables(start, end) for row in table.rows if row.says
        ]
        for items in self._lists(start, end):
            heads = [self._item_head(item) for item in items]
            if any(head.named for head in heads):
                found += [self._bullet(item, head, group) for item, head in zip(items, heads, strict=True)]
        return sorted(found, key=lambda part: part.start)

    def _lists(self, start: int, end: int) -> Iterator[list[Item]]:
        """The top-level items of a stretch by the lists they are in."""
        one: list[Item] = []
        for item in self._items_in(start, end):
            if one and (one[-1].marker[-1] != item.marker[-1] or self.has_text(one[-1].end, item.start)):
                yield one
                one = []
            one.append(item)
        if one:
            yield one

    @cached_property
    def tables(self) -> list[Table]:
        """The tables outside INDEX blocks."""
        found = find_tables(self.document, 0, len(self.text))
        return [table for table in found if self._span_at(table.start, self.index_blocks) is None]

    def _is_all(self, start: int, end: int, entries: list[Segment]) -> bool:
        """Whether a stretch says nothing beside some entries and the heads of its tables."""
        spans = [(part.start, part.end) for part in entries]
        spans += [(table.start, table.end) for table in self._tables(start, end)]
        for first, last in sorted(spans):
            if first > start and self.has_text(start, first):
                return False
            start = max(start, last)
        return not self.has_text(start, end)

    def _tables(self, start: int, end: int) -> list[Table]:
        first, last = (bisect_left(self.tables, at, key=lambda table: table.start) for at in (start, end))
        return self.tables[first:last]

    def _row(self, row: Row, group: _Group) -> Segment:
        line, title = row.lines[0].strip(), row.head
        title = title if len(title) <= _LONGEST_TITLE else first_words(title)
        body = row.cells[row.title].start
        return Segment(
            title or line,
            None,
            group.title,
            3,
            row.line + 1,
            row.start,
            body,
            row.end,
            bullet=True,
            date=row.day or group.date,
            row=row,
        )

    def _is_group(self, index: int) -> bool:
        """Whether an unstamped section only groups the ones below it.

        It is an entry where its heading has a date beside its title, where fields stand right below it, or
        where what stands below are parts of an entry by their names: names of fields, and names that come
        again in other sections.
        """
        level, head = self.sections[index].heading.level, self.heads[index]
        if level > 2 or (head.date and head.title):
            return False
        below = [at for at in self._below(index) if not self._is_pattern(at)]
        if level == 1:
            return bool(below) and not self._heads_adr(index)
        children = [at for at in below if self.sections[at].heading.level == 3]
        if any(self.heads[at].stamp for at in children):
            return True
        if children and head.title and self._has_fields(index):
            return False
        return any(not self._is_part(at) for at in children) or (bool(children) and not head.title)

    def _has_fields(self, index: int) -> bool:
        """Whether fields that every entry may have stand right below a heading."""
        section = self.sections[index]
        return any(map(is_field_name, read_fields(self.text[section.body : section.end])))

    def _is_pattern(self, index: int) -> bool:
        return self.heads[index].stamp is None and is_placeholder(self.sections[index].heading.text)

    def _is_part(self, index: int) -> bool:
        """Whether a third-level heading names a part of an entry."""
        name = self.sections[index].heading.text
        return is_part_name(name) or is_adr_name(name) or _folded(name) in self._names

    def _repeated_names(self) -> frozenset[str]:
        """The names of unstamped third-level headings that stand in several second-level sections.

        Parts stand in each once: what comes again in one section, as speakers do, is no part.
        """
        places: dict[str, list[int]] = {}
        above = -1
        for index, section in enumerate(self.sections):
            if section.heading.level < 3:
                above = index
            elif section.heading.level == 3 and self.heads[index].stamp is None:
                places.setdefault(_folded(section.heading.text), []).append(above)
        return frozenset(name for name, found in places.items() if 1 < len(found) == len(set(found)))

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
        """The comments, what closes one that ended before, and rules: no content at an entry's end."""
        blocks = self.document.blocks
        yield from find_strays(self.text, blocks)
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
            if self.heads[at].stamp or self._is_pattern(at):
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
        """A page that holds one piece: below its title the headings of an ADR, or names of parts alone."""
        titled = self._has_title()
        rest = range(1 if titled else 0, len(self.sections))
        if any(self.heads[index].stamp for index in rest):
            return None
        names = [self.sections[index].heading.text for index in rest]
        if not is_adr(names) and not all(map(_is_page_part, names)):
            return None
        start = self.front.end
        body = self.sections[0].body if titled else start
        end = self.trim(body, len(self.text))
        if not self.text[body:end].strip("\ufeff \t\r\n") and not (titled and self.front.values):
            return None
        heading = self.sections[0].heading.text if titled else self.front.values.get("title") or self.page
        stamp, title, day = split_heading(heading)
        first = 0 if start or not body else self.sections[0].start
        line = 1 if not first else self.sections[0].first_line + 1
        return Segment(title or heading, stamp, "", 1, line, first, body, end, date=day, front=self.front)

    def _has_title(self) -> bool:
        """Whether the page's first heading is its title, not the first one of its parts."""
        return (
            bool(self.sections)
            and self.sections[0].heading.level == 1
            and not (len(self.sections) > 1 and is_adr_name(self.sections[0].heading.text))
        )

    def trim(self, start: int, end: int) -> int:
        """Where the content ends: separators, comments and an index block behind it are not of it."""
        while end > start:
            last = visible_end(self.text, start, end) - 1
            closings = (self._span_at(last, spans) for spans in (self.index_blocks, self.closings))
            behind = next((closing for closing in closings if closing and closing[0] >= start), None)
            if behind is None:
                return _line_end(self.text, last + 1, end)
            end = behind[0]
        return start

    def _span_at(self, offset: int, spans: list[tuple[int, int]]) -> tuple[int, int] | None:
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

    @cached_property
    def items(self) -> list[Item]:
        """The list items at top level, outside INDEX blocks and the front matter."""
        top = [item for item in self.document.blocks.items if item.depth == 0]
        hidden = [(0, self.front.end), *self.index_blocks]
        return [item for item in top if not is_inside(hidden, item.start)] if hidden[-1][1] else top

    def _items_in(self, start: int, end: int) -> list[Item]:
        """The top-level items of a stretch."""
        first, last = (bisect_left(self.items, at, key=lambda item: item.start) for at in (start, end))
        return self.items[first:last]

    def _bullets(self, start: int, end: int, group: _Group, *, loose: bool) -> list[Segment]:
        """The bullets of a stretch as entries, if one begins bold or dated; `loose`: if there are any."""
        if not self.bullets:
            return []
        items = self._items_in(start, end)
        heads = [self._item_head(item) for item in items]
        if not items or not (loose or any(head.named for head in heads)):
            return []
        return [self._bullet(item, head, group) for item, head in zip(items, heads, strict=True)]

    def _item_head(self, item: Item) -> ItemHead:
        """How an item begins, read once."""
        if item.start not in self._item_heads:
            self._item_heads[item.start] = item_head(self.text, item)
        return self._item_heads[item.start]

    def _bullet(self, item: Item, head: ItemHead, group: _Group) -> Segment:
        line, day = item.first + 1, head.date or group.date
        return Segment(
            head.title,
            head.stamp,
            group.title,
            3,
            line,
            item.start,
            head.body,
            item.end,
            bullet=True,
            date=day,
        )


def index_marks(document: Document) -> Iterator[tuple[str, Comment]]:
    """The comments that begin and end INDEX blocks, each with its `START` or `END`."""
    for comment in document.blocks.comments:
        if match := _INDEX.match(document.text[comment.start : comment.end].strip()):
            yield match[1], comment


def index_spans(document: Document) -> Iterator[tuple[int, int | None]]:
    """Where INDEX blocks begin and end; None for the end of one that is never ended."""
    start: int | None = None
    for mark, comment in index_marks(document):
        if mark == "START":
            start = comment.start if start is None else start
        elif start is not None:
            yield start, comment.end
            start = None
    if start is not None:
        yield start, None


def index_blocks(document: Document) -> Iterator[tuple[int, int]]:
    """The spans of INDEX blocks; one that is never ended reaches to the next heading."""
    for start, end in index_spans(document):
        following = (section.start for section in document.sections if section.start > start)
        yield start, next(following, len(document.text)) if end is None else end


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


def _is_page_part(name: str) -> bool:
    return is_field_name(name) or is_part_name(name) or is_adr_name(name)
