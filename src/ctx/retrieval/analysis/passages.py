"""Passages of Markdown: paragraphs, list items, table rows, and task items with all that is in them."""

from __future__ import annotations

import re
from typing import NamedTuple

from ctx.markdown.blocks import Item
from ctx.markdown.document import Document
from ctx.markdown.inline import strip_comments
from ctx.model.task import BOX_PATTERN, LABEL
from ctx.reading.split_entries import index_blocks

_BOX = re.compile(BOX_PATTERN + r"[ \t]+")
_TRAILER = re.compile(r"[A-Za-z][\w-]*: +\S|\(cherry picked from commit |git-svn-id:")
_SIGNED = re.compile(r"(?i)[\w-]+-by: |change-id: |\W*generated with \S")


class Passage(NamedTuple):
    """A passage's source on one line, its file, its offset there and its line, from 1."""

    text: str
    path: str
    start: int
    line: int


def cut(text: str, path: str) -> list[Passage]:
    """The passages of a text; headings, code, comments and INDEX blocks are none."""
    return _Cutter(Document.parse(text), path).run()


def without_trailers(message: str) -> str:
    """A commit message without the lines that tools and habits add below it: `Signed-off-by: …`."""
    parts = re.split(r"\n[ \t]*\n", message.replace("\r\n", "\n").strip())
    if len(parts) > 1 and all(_TRAILER.match(line) for line in parts[-1].splitlines()):
        parts.pop()
    lines = "\n\n".join(parts).split("\n")
    return "\n".join(line for line in lines if not _SIGNED.match(line)).strip()


class _Cutter:
    def __init__(self, document: Document, path: str) -> None:
        blocks = document.blocks
        self.text, self.lines, self.offsets, self.path = document.text, blocks.lines, blocks.offsets, path
        self.items: dict[int, Item] = {item.first: item for item in blocks.items}
        self.skipped = {*blocks.rules, *(heading.line for heading in blocks.headings)}
        for fence in blocks.fences:
            self.skipped.update(range(fence.first, fence.last))
        for comment in blocks.comments:
            self.skipped.update(range(comment.first, comment.last))
        for first, last in index_blocks(document):
            self.skipped.update(n for n, at in enumerate(self.offsets[:-1]) if first <= at < last)
        self.found: list[Passage] = []
        self._open: list[str] = []
        self._first = 0

    def run(self) -> list[Passage]:
        task_end = 0
        for number, line in enumerate(self.lines):
            if number in self.skipped:
                self._close(number, task_end)
                continue
            item = self.items.get(number)
            begins = item is not None or not line.strip() or line.lstrip().startswith("|")
            if begins:
                self._close(number, task_end)
            content = self.text[item.content : self.offsets[number + 1]] if item else line
            if item and number >= task_end and _BOX.match(content):
                task_end = item.last
            self._add(number, content)
        self._close(len(self.lines), 0)
        return self.found

    def _add(self, number: int, content: str) -> None:
        if content.strip():
            if not self._open:
                self._first = number
            self._open.append(content)

    def _close(self, number: int, task_end: int) -> None:
        """End the passage before a line, unless that line is still the task's that the passage is."""
        if number < task_end or not self._open:
            return
        whole = "".join(self._open)
        if _BOX.match(whole):
            # Like a task's own query: without boxes and labels.
            whole = LABEL.sub("", re.sub(rf"(?m)^[ \t]*{_BOX.pattern}", "", whole))
        text = " ".join(strip_comments(whole).split())
        if text:
            self.found.append(Passage(text, self.path, self.offsets[self._first], self._first + 1))
        self._open = []
