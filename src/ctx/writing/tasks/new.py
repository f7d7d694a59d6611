"""A new task: its source, and the place of TASKS.md where it goes."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from ctx.errors import CtxError, UsageError
from ctx.markdown.blocks import Item, scan
from ctx.markdown.document import Section
from ctx.markdown.edits import Edit
from ctx.markdown.lines import split_lines
from ctx.model.task import LABEL, OPEN, Task, read_labels
from ctx.writing.tasks.labels import append_labels
from ctx.writing.tasks.page import TaskPage
from ctx.writing.tasks.state_changes import child_indent

_WRITTEN_AS_ITEM = re.compile(r"(?:[-*+][ \t]+)?\[ \][ \t]+")
_TITLE = "# Tasks"


class TaskPlace(NamedTuple):
    """Where an item goes: at an offset, with what before and behind it, its marker indented by `indent`."""

    at: int
    before: str
    behind: str
    indent: str = ""


def compose_task(text: str, labels: Sequence[str], *, indent: str = "", newline: str = "\n") -> str:
    """The item's source, no line break at its end. Raises UsageError where it would be more than one task."""
    lines = [line.rstrip() for line in split_lines(text.strip("\r\n"))]
    lead = _WRITTEN_AS_ITEM.sub("", lines[0].strip(), count=1) if lines else ""
    if not lead:
        raise UsageError("a task needs a text", hint="say what is to be done")
    rest = textwrap.dedent("\n".join(lines[1:])).split("\n") if lines[1:] else []
    item = "\n".join([f"- [ ] {lead}", *(f"  {line}".rstrip() for line in rest)])
    _require_one(item)
    found = scan(item).items
    own_end = found[1].start if len(found) > 1 else len(item)
    for edit in append_labels(item, len("- [ ]"), own_end, labels):
        item = item[: edit.start] + edit.replacement + item[edit.end :]
    return newline.join(f"{indent}{line}".rstrip() for line in item.split("\n"))


def _require_one(item: str) -> None:
    page = TaskPage(item)
    blocks = page.document.blocks
    whole = bool(blocks.items) and blocks.items[0].end == len(item)
    if len(page.tasks) != 1 or blocks.headings or not whole:
        raise UsageError(
            "the text would be more than one task",
            hint="add each on its own; --parent ID puts one below another",
        )
    if not page.tasks[0].lead:
        raise UsageError("a task needs words besides its labels", hint="say what is to be done")


def same_open(page: TaskPage, item: str) -> Task | None:
    """The open task that says the same already, if there is one."""
    digest = TaskPage(textwrap.dedent(item)).tasks[0].digest
    return next((task for task in page.tasks if task.state == OPEN and task.digest == digest), None)


def insertion(place: TaskPlace, item: str) -> Edit:
    """The new item as one contiguous insertion."""
    return Edit(place.at, place.at, place.before + item + place.behind)


def place_below(page: TaskPage, parent: Task) -> TaskPlace:
    """Behind all that is nested in `parent`."""
    return _behind(page, parent.end, child_indent(page, parent), loose=False)


def place_in(page: TaskPage, heading: str) -> TaskPlace | None:
    """At the end of the section with this heading; None where there is none like it.

    Raises CtxError where the name is close to that of a section, or fits several.
    """
    sections = page.document.sections
    found = [section for section in sections if _name(section) == _plain(heading)]
    found = found or [section for section in sections if _name(section).startswith(_plain(heading) + " ")]
    found = found or [section for section in sections if _name(section).startswith(_plain(heading) + ":")]
    busy = [section for section in found if _items(page, section)]
    if len(found) > 1 and len(busy) != 1:
        where = ", ".join(f"{section.heading.text!r} (line {section.first_line + 1})" for section in found)
        raise CtxError(f"--section {heading!r} could be {where}", hint="give more of the heading")
    if found:
        return _end_of(page, (busy or found)[0])
    from ctx.config.problems import nearest

    if near := nearest(_plain(heading), [_name(section) for section in sections]):
        raise CtxError(f"there is no section {heading!r}", hint=f"did you mean {near!r}?", path=page.path)
    return None


def place_by_default(page: TaskPage) -> TaskPlace:
    """At the end of the last section that holds open tasks, else of the file."""
    sections = page.document.sections
    for section in reversed(sections):
        inside = [t for t in page.tasks if section.start <= t.start < section.end and t.state == OPEN]
        if inside and not _is_blocked(section):
            return _end_of(page, section)
    start, end = page.document.preamble
    if any(start <= task.start < end and task.state == OPEN for task in page.tasks):
        return _behind_items(page, [item for item in _top_items(page) if item.start < end])
    return _end_of(page, sections[-1]) if sections else _at_end(page, len(page.text))


def place_under_new(page: TaskPage, heading: str) -> TaskPlace:
    """At the end of the file, under a heading that is made."""
    if LABEL.sub("", heading).strip() == "" or len(split_lines(heading)) != 1:
        raise UsageError(f"{heading!r} is no heading", hint="a section's name is words on one line")
    place = _at_end(page, len(page.text))
    return place._replace(before=f"{place.before}## {' '.join(heading.split())}{page.newline * 2}")


def _top_items(page: TaskPage) -> list[Item]:
    """The top-level items that are tasks or hold some."""
    marks = [task.mark for task in page.tasks]
    tops = [item for item in page.document.blocks.items if item.depth == 0]
    return [item for item in tops if any(item.start <= mark < item.end for mark in marks)]


def _items(page: TaskPage, section: Section) -> list[Item]:
    return [item for item in _top_items(page) if section.start <= item.start < section.end]


def _end_of(page: TaskPage, section: Section) -> TaskPlace:
    if items := _items(page, section):
        return _behind_items(page, items)
    return _at_end(page, section.end)


def _behind_items(page: TaskPage, items: Sequence[Item]) -> TaskPlace:
    loose = len(items) > 1 and items[-2].end < items[-1].start and not _between(page, items).strip()
    return _behind(page, items[-1].end, "", loose=loose)


def _between(page: TaskPage, items: Sequence[Item]) -> str:
    return page.text[items[-2].end : items[-1].start]


def _behind(page: TaskPage, at: int, indent: str, *, loose: bool) -> TaskPlace:
    """Right behind an item; as the file, the insertion ends without a line break where it ended so."""
    gap = page.newline if loose else ""
    if page.text[:at].endswith(("\n", "\r")):
        return TaskPlace(at, gap, page.newline, indent)
    return TaskPlace(at, page.newline + gap, "", indent)


def _at_end(page: TaskPage, end: int) -> TaskPlace:
    """Behind what a section or the file says, a blank line between; what was left open is closed first."""
    text, newline = page.text, page.newline
    if not text.strip("\ufeff \t\r\n"):
        return TaskPlace(len(text), "", newline)
    stop = len(text[:end].rstrip())
    closer = page.document.blocks.closer if end == len(text) else ""
    at = stop if closer == "" else end
    while at < end and text[at] in " \t":
        at += 1
    broken = text.startswith(("\r\n", "\n", "\r"), at)
    if broken:
        at += 2 if text.startswith("\r\n", at) else 1
    before = "" if text[:at].endswith(("\n", "\r")) else newline
    if closer:
        before += f"{closer}{newline}"
    if at == len(text):
        return TaskPlace(at, before + newline, newline if text.endswith(("\n", "\r")) else "")
    return TaskPlace(at, before + newline, newline * (1 if text[at] in "\r\n" else 2))


def _is_blocked(section: Section) -> bool:
    return any(name == "blocked" for name, _ in read_labels(section.heading.text.replace("`", "")))


def _name(section: Section) -> str:
    return _plain(section.heading.text)


def is_named(heading: str, wanted: str) -> bool:
    """Whether a heading, labels aside, is this one or begins with these words."""
    name, asked = _plain(heading), _plain(wanted)
    return name == asked or name.startswith((f"{asked} ", f"{asked}:"))


def _plain(heading: str) -> str:
    """A heading without number signs, labels and code marks, for comparing."""
    bare = LABEL.sub(" ", heading.strip().lstrip("#").replace("`", " "))
    return " ".join(bare.split()).casefold()
