"""TASKS.md, or an archive of it → its tasks."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from ctx.markdown.blocks import Item
from ctx.markdown.document import Document
from ctx.model.handle import digest
from ctx.model.task import BOX_PATTERN, OPEN, STATES, UNDER_WAY, Task, read_labels, without_labels

BOX = re.compile(BOX_PATTERN + r"[ \t]*")
_BREAK = re.compile(r"\r\n?")
_BLANK_LINE = re.compile(r"(?<=\n)[^\S\n]+(?=\n)")
_INDENT = re.compile(r"\n( *+)(?=[^\n])")
_LINE = re.compile(r"\n(?=[^\n])")
_INHERITED = frozenset({"priority", "blocked"})


def read_tasks(text: str, path: str, *, archived: bool = False) -> Iterator[Task]:
    """The tasks of one file's text in file order; their handles are given when all files are read."""
    document = Document.parse(text)
    items = document.blocks.items
    starts = [section.start for section in document.sections]
    positions: dict[int, int] = {}
    for index, item in enumerate(items):
        box = BOX.match(text, item.content, item.end)
        if box is None:
            continue
        at = bisect_right(starts, item.start) - 1
        heading = document.sections[at].heading.text if at >= 0 else ""
        positions[index] = len(positions)
        own_end = _own_end(items, index)
        lead = _lead(text[box.end() : own_end])
        bare = without_labels(lead)
        inherited = [label for label in read_labels(heading.replace("`", "")) if label[0] in _INHERITED]
        yield Task(
            id="",
            state=STATES.get(box["mark"], OPEN),
            text=_dedent(text[box.end() : item.end]),
            lead=bare,
            labels=(*read_labels(lead), *_label_of_box(box["mark"]), *inherited),
            path=path,
            line=item.first + 1,
            start=item.start,
            end=item.end,
            digest=digest("task", bare),
            heading=heading,
            position=positions[index],
            parent=_parent(items, item, positions),
            archived=archived,
            mark=box.start("mark"),
            own_end=own_end,
        )


def _label_of_box(mark: str) -> tuple[tuple[str, str], ...]:
    """The label that says the same as the character in a box."""
    return (("in-progress", ""),) if mark in UNDER_WAY else ()


def _parent(items: list[Item], item: Item, positions: dict[int, int]) -> int | None:
    """The position of the nearest task around an item."""
    above = item.parent
    while above is not None and above not in positions:
        above = items[above].parent
    return None if above is None else positions[above]


def _own_end(items: list[Item], index: int) -> int:
    """Where an item's own words must have ended: at the first item nested in it, or its end."""
    if index + 1 < len(items) and items[index + 1].parent == index:
        return items[index + 1].start
    return items[index].end


def _lead(text: str) -> str:
    """The first paragraph of an item on one line."""
    lines = []
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text)):
        if (number and not line.strip()) or line.lstrip().startswith(("```", "~~~")):
            break
        lines.append(line.strip())
    return " ".join(lines).strip()


def _dedent(text: str) -> str:
    """An item's content without the indentation of its marker; wrapped lines two blanks in."""
    # Every task has all that is nested in it, so this is done at the speed of memory.
    first, newline, rest = _BREAK.sub("\n", text.rstrip()).partition("\n")
    rest = _BLANK_LINE.sub("", newline + rest)
    margin = min(map(len, _INDENT.findall(rest)), default=0)
    if not margin and "\n\n" in rest:
        return first + _LINE.sub("\n  ", rest)
    return first + rest.replace("\n" + " " * margin, "\n  ")
