"""Chunks: the stretches of a file that read by themselves as they do in the whole file.

A file is cut at some of its headings of the second level with a stamp, which end every entry and category
above them. Which these are the headings alone say, so that a change does not move the cuts behind it. A chunk
that leaves a fence, a comment or an INDEX block open takes in what follows it. Files whose parts mean more
than they say are one chunk: pages, references, bullets, further headings of the first level, and headings of
the second level without a stamp, of which the whole file tells whether they group what stands below them.

A chunk's key is a digest over all that its entries depend on: how the file is read, its path, the category
that the chunk begins under, and the text.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from ctx.kinds import REFERENCE
from ctx.model.arrays import KEY
from ctx.model.entry import Entry
from ctx.model.file_roles import Role

if TYPE_CHECKING:
    from ctx.markdown.document import Document

_STAMP = r"\[(?:undated|\d{4}-\d{2}-\d{2}[^\]\r\n]*)\]"
_CUT = re.compile(rf"\n(?=(## {_STAMP}[^\r\n]*))")
_UNSTAMPED = re.compile(rf"(?:\A|\n) {{0,3}}##[ \t]+(?!{_STAMP})")
# One in so many headings is a cut: the fewer chunks, the sooner they are compared, and the more is parsed.
_SPARSE = 8
# Put behind a chunk, it is read as an entry of its own, under the category that the chunk leaves open.
_NEXT = "## [undated] next\n"
_ENDLESS = 1 << 62


class Chunk(NamedTuple):
    """A chunk of so many characters, lines and entries.

    What follows it stands under the category `after`; None: it may not be read apart from what follows.
    """

    key: bytes
    chars: int
    lines: int
    entries: int
    after: str | None


class KnownChunk(NamedTuple):
    """A chunk that was read before: the number of its first entry, and where it began in its file."""

    chunk: Chunk
    first: int
    line: int
    start: int
    position: int


class ReadChunk(NamedTuple):
    """A chunk with its entries, placed as if the file began with it."""

    chunk: Chunk
    entries: list[Entry]


def split_document(document: Document, entries: Sequence[Entry], role: Role, path: str) -> list[Chunk]:
    """The chunks of a file that was read as a whole."""
    text, key_of = document.text, _Keys(role, path)
    if _has_parts(document, 1):
        return [Chunk(key_of(text, ""), len(text), 0, len(entries), None)]
    heads = {entry.start: (number, entry) for number, entry in enumerate(entries) if entry.level == 2}
    cuts = [0, *(at for at in _cuts(text, role) if at in heads)]
    ends = [*cuts[1:], len(text)]
    begun = ((bisect_right(cuts, start) - 1, stop) for start, stop in _reaches(document))
    open_chunks = {number for number, stop in begun if stop > ends[number]}
    found = []
    first, line, category = 0, 1, ""
    for number, (start, end) in enumerate(pairwise(cuts)):
        last, head = heads[end]
        after = None if number in open_chunks else head.category
        key = key_of(text[start:end], category)
        found.append(Chunk(key, end - start, head.line - line, last - first, after))
        first, line, category = last, head.line, head.category
    # What is appended to the last one may change it.
    key = key_of(text[cuts[-1] :], category)
    return [*found, Chunk(key, len(text) - cuts[-1], 0, len(entries) - first, None)]


def read_chunks(
    text: str, role: Role, path: str, known: Mapping[bytes, KnownChunk]
) -> list[KnownChunk | ReadChunk]:
    """The chunks of a file in their order; those that are `known` by their keys are not parsed."""
    reader = _ChunkReader(role, path)
    if not _can_be_cut(role):
        return [reader.read_open(text, reader.key_of(text, ""), "")]
    ends = [*_cuts(text, role), len(text)]
    found: list[KnownChunk | ReadChunk] = []
    start, at, category = 0, 0, ""
    while at < len(ends):
        size, one = 1, None
        while one is None or one.chunk.after is None:
            stop = min(at + size, len(ends))
            part = text[start : ends[stop - 1]]
            key = reader.key_of(part, category)
            one = known.get(key) or reader.read(part, key, category, is_first=at == 0)
            if one is None:
                return [reader.read_open(text, reader.key_of(text, ""), "")]
            if stop == len(ends):
                break
            size *= 2
        found.append(one)
        start, at, category = ends[stop - 1], stop, one.chunk.after or ""
    return found


def _cuts(text: str, role: Role) -> list[int]:
    """Where a file may be cut."""
    if not _can_be_cut(role) or _UNSTAMPED.search(text):
        return []
    heads = ((match.end(), match[1].encode("utf-8", "surrogatepass")) for match in _CUT.finditer(text))
    return [at for at, head in heads if crc32(head) % _SPARSE == 0]


def _can_be_cut(role: Role) -> bool:
    """Whether a file holds plain sections, each an entry."""
    return not role.page and role.kind not in {None, REFERENCE} and not role.kind.bullets


class _Keys:
    """The keys of the chunks of one file."""

    def __init__(self, role: Role, path: str) -> None:
        self._seed = hashlib.blake2b(f"{role!r}\0{path}\0".encode("utf-8", "surrogatepass"), digest_size=KEY)

    def __call__(self, part: str, category: str) -> bytes:
        key = self._seed.copy()
        key.update(f"{category}\0{part}".encode("utf-8", "surrogatepass"))
        return key.digest()


class _ChunkReader:
    """Reads chunks of one file by themselves."""

    def __init__(self, role: Role, path: str) -> None:
        self._role, self._path = role, path
        self.key_of = _Keys(role, path)

    def read(self, part: str, key: bytes, category: str, *, is_first: bool) -> ReadChunk | None:
        """Read a chunk; None where the file has to be read as a whole."""
        from ctx.markdown.document import Document
        from ctx.reading.read_entries import entries_of

        # What has no line break at its end stands at the end of the file.
        document = Document.parse(part + _NEXT if part.endswith("\n") else part)
        if _has_parts(document, 1 if is_first else 0):
            return None
        end, heads = len(part), document.sections
        if not heads or heads[-1].start != end or any(stop > end for _, stop in _reaches(document)):
            return self.read_open(part, key, category)
        *entries, following = entries_of(document, self._role, self._path, category=category)
        return ReadChunk(Chunk(key, end, following.line - 1, len(entries), following.category), entries)

    def read_open(self, part: str, key: bytes, category: str) -> ReadChunk:
        """Read a chunk that what follows might change."""
        from ctx.markdown.document import Document
        from ctx.reading.read_entries import entries_of

        entries = [*entries_of(Document.parse(part), self._role, self._path, category=category)]
        return ReadChunk(Chunk(key, len(part), 0, len(entries), None), entries)


def _has_parts(document: Document, first: int) -> bool:
    """Whether any heading but those before the first ones is of the first level: what follows is its part."""
    return any(section.heading.level == 1 for section in document.sections[first:])


def _reaches(document: Document) -> Iterator[tuple[int, int]]:
    """The fences, comments and INDEX blocks of a text, each with where it begins and how far it reaches.

    One that would end elsewhere if another text followed has no end.
    """
    from ctx.reading.split_entries import index_spans

    blocks, text = document.blocks, document.text
    for fence in blocks.fences:
        if fence.top:
            yield fence.start, fence.end if fence.closed else _ENDLESS
    for comment in blocks.comments:
        has_fence = any(mark in text[comment.start : comment.end] for mark in ("```", "~~~"))
        yield comment.start, comment.end if comment.closed and not has_fence else _ENDLESS
    for start, end in index_spans(document):
        yield start, _ENDLESS if end is None else end
