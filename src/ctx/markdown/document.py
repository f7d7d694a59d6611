"""A text cut into flat sections at its top-level headings."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Self

from ctx.markdown.blocks import Blocks, Heading, scan
from ctx.markdown.underlined import with_underlined


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what follows it up to the next heading of any level.

    `start`, `body` and `end` are offsets: of the heading line, after it, and of the next section.
    """

    heading: Heading
    start: int
    body: int
    end: int
    first_line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its blocks and sections; the preamble and the sections concatenate to the text."""

    text: str
    blocks: Blocks
    sections: tuple[Section, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read any text; never fails."""
        blocks = scan(text)
        headings = with_underlined(blocks) if blocks.underlines else blocks.headings
        sections = []
        for index, heading in enumerate(headings):
            following = headings[index + 1] if index + 1 < len(headings) else None
            end = following.start if following else len(text)
            last = following.line if following else len(blocks.lines)
            sections.append(Section(heading, heading.start, heading.end, end, heading.line, last))
        return cls(text, blocks, tuple(sections))

    @property
    def preamble(self) -> tuple[int, int]:
        """The span before the first heading, a byte order mark included."""
        return 0, self.sections[0].start if self.sections else len(self.text)

    def section_at(self, offset: int) -> Section | None:
        """The section in which an offset lies, None before the first heading."""
        at = bisect_right(self.sections, offset, key=lambda section: section.start) - 1
        return self.sections[at] if at >= 0 else None

    def parts(self) -> list[str]:
        """Return the preamble and each section; they concatenate to the text."""
        start, end = self.preamble
        return [self.text[start:end], *(self.text[part.start : part.end] for part in self.sections)]

    def subtree_end(self, index: int) -> int:
        """Return the offset at which the section ends together with the deeper ones below it."""
        level = self.sections[index].heading.level
        for section in self.sections[index + 1 :]:
            if section.heading.level <= level:
                return section.start
        return len(self.text)
