"""Archiving: the finished items of TASKS.md, moved verbatim under their headings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ctx.errors import CtxError
from ctx.markdown.blocks import Item
from ctx.markdown.edits import Edit, apply
from ctx.markdown.lines import split_lines, visible_end
from ctx.markdown.spans import is_inside
from ctx.model.file_roles import CONTEXT
from ctx.model.task import OPEN, Task
from ctx.writing.tasks.new import place_by_default, place_in, place_under_new
from ctx.writing.tasks.page import TaskPage


class Moved(NamedTuple):
    """A finished top-level item: its task, its exact source, and its heading's line, empty for a title's."""

    task: Task
    source: str
    heading: str


class Archiving(NamedTuple):
    """What archiving comes to: the archive's new text, the edits of TASKS.md, and the items moved."""

    archive: str
    edits: list[Edit]
    moved: list[Moved]


def archive_path(today: str) -> str:
    """The archive of a day's quarter: `.context/archive/tasks-2026-Q4.md`."""
    return f"{CONTEXT}/archive/tasks-{today[:4]}-Q{(int(today[5:7]) + 2) // 3}.md"


def archive_finished(page: TaskPage, archive: str | None, path: str) -> Archiving:
    """Move what is done or skipped with everything below it, as long as nothing open is nested in it.

    What is deferred, `[>]`, stays. An item that the archive holds already under its heading, byte for byte,
    is what an interrupted run left and is not written twice.
    """
    return _archive(page, archive, path, _movable(page, _runs(page)))


def archive_chosen(page: TaskPage, archive: str | None, path: str, chosen: Sequence[Task]) -> Archiving:
    """Move some tasks with everything below them, whatever their state.

    Raises CtxError where the rest would read differently without them.
    """
    marks = {task.mark for task in chosen}
    marks -= {inner.mark for task in chosen for inner in page.nested(task)}
    runs = _grouped(page, [item for item in page.document.blocks.items if item.content + 1 in marks])
    if len(_movable(page, runs)) < len(runs):
        raise CtxError(
            "cannot be taken out without changing how the rest of the file is read",
            path=page.path,
            line=chosen[0].line,
            hint="move the item by hand",
        )
    return _archive(page, archive, path, runs)


def _archive(page: TaskPage, archive: str | None, path: str, runs: list[list[Item]]) -> Archiving:
    items = [item for run in runs for item in run]
    by_start = {task.start: task for task in reversed(page.tasks)}
    moved = [_moved(page, item, by_start[item.start]) for item in items]
    edits = [_removal(page, run) for run in runs]
    old = archive if archive is not None else _new_archive(path, page.newline)
    text = _append(TaskPage(old, path), moved) if moved else old
    return Archiving(text, edits, moved)


def _runs(page: TaskPage) -> list[list[Item]]:
    """The finished top-level items, those together that only blank lines part."""
    by_start = {task.start: task for task in reversed(page.tasks)}
    finished = []
    for item in page.document.blocks.items:
        task = by_start.get(item.start)
        if not item.depth and task and task.mark < item.content + 2 and _is_finished(page, task):
            finished.append(item)
    return _grouped(page, finished)


def _grouped(page: TaskPage, items: Sequence[Item]) -> list[list[Item]]:
    """Items in the order of the file, those together that only blank lines part."""
    runs: list[list[Item]] = []
    for item in items:
        if runs and not page.text[runs[-1][-1].end : item.start].strip():
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


def _is_finished(page: TaskPage, task: Task) -> bool:
    return all(_is_closed(page, one) for one in (task, *page.nested(task)))


def _is_closed(page: TaskPage, task: Task) -> bool:
    return task.state != OPEN and page.text[task.mark] != ">"


def _movable(page: TaskPage, runs: list[list[Item]]) -> list[list[Item]]:
    """The runs without which the rest means what it did: a list may not fall into the text before it."""
    if _is_harmless(page, runs):
        return runs
    kept: list[list[Item]] = []
    # Halves of what cannot go as a whole: few texts have more than one such run.
    rest = [runs[: len(runs) // 2], runs[len(runs) // 2 :]][::-1] if len(runs) > 1 else []
    while rest:
        part = rest.pop()
        if _is_harmless(page, [*kept, *part]):
            kept += part
        elif len(part) > 1:
            rest += [part[len(part) // 2 :], part[: len(part) // 2]]
    return kept


def _is_harmless(page: TaskPage, runs: Sequence[list[Item]]) -> bool:
    rest = TaskPage(apply(page.text, [_removal(page, run) for run in runs]), page.path)
    spans = [(run[0].start, run[-1].end) for run in runs]
    left = [task for task in page.tasks if not is_inside(spans, task.mark)]
    headings = [heading.text for heading in page.document.blocks.headings]
    return [*map(_meaning, left)] == [*map(_meaning, rest.tasks)] and headings == [
        heading.text for heading in rest.document.blocks.headings
    ]


def _removal(page: TaskPage, run: Sequence[Item]) -> Edit:
    """The span of a run, with the blank lines that would be one gap too many."""
    text, start, end = page.text, run[0].start, run[-1].end
    if visible_end(text, end, len(text)) == end:
        before = len(text[:start].rstrip(" \t\r\n"))
        first = _line_end(text, before) if text.endswith(("\n", "\r")) else before
        return Edit(min(first, start), len(text), "") if before else Edit(start, end, "")
    above = text[max(0, start - 4) : start].removeprefix("\ufeff")  # two line breaks
    last_line = above.rstrip("\r\n") if above.endswith(("\n", "\r")) else above
    gap = not above or len(above) - len(last_line) > len(page.newline) or last_line.endswith(("\n", "\r"))
    while gap and text[end] in "\r\n":
        end += 1
    return Edit(start, end, "")


def _line_end(text: str, at: int) -> int:
    while at < len(text) and text[at] not in "\r\n":
        at += 1
    return min(len(text), at + (2 if text.startswith("\r\n", at) else 1))


def _moved(page: TaskPage, item: Item, task: Task) -> Moved:
    return Moved(task, _at_margin(page, item), _heading_at(page, item.start))


def _at_margin(page: TaskPage, item: Item) -> str:
    """An item's source; one nested in another moves to the margin, so that it is no code there."""
    source = page.text[item.start : item.end]
    indent = source[: len(source) - len(source.lstrip(" \t"))] if item.depth else ""
    return "".join(line.removeprefix(indent) for line in split_lines(source)) if indent else source


def bring_back(page: TaskPage, archive: TaskPage, task: Task) -> tuple[str, str, int]:
    """The texts of TASKS.md and of an archive when a task goes back, and its position in the first.

    It goes to the end of the section that has its heading, which is made where there is none. Raises CtxError
    where that would make others mean something else.
    """
    item = next(one for one in archive.document.blocks.items if one.content + 1 == task.mark)
    source = _at_margin(archive, item).rstrip("\r\n")
    place = place_in(page, task.heading) if task.heading and _heading_at(archive, task.start) else None
    if place is None:
        headed = _heading_at(archive, task.start)
        place = place_under_new(page, task.heading) if headed else place_by_default(page)
    text = apply(page.text, [Edit(place.at, place.at, place.before + source + place.behind)])
    after, stop = TaskPage(text, page.path), place.at + len(place.before) + len(source)
    new = [one for one in after.tasks if place.at <= one.mark < stop]
    others = [_meaning(one) for one in after.tasks if one not in new]
    inside = [task, *archive.nested(task)]
    rest = apply(archive.text, [_removal(archive, [item])])
    left = [_meaning(one) for one in archive.tasks if one not in inside]
    if (
        [(one.digest, one.state) for one in new] != [(one.digest, one.state) for one in inside]
        or others != [_meaning(one) for one in page.tasks]
        or [_meaning(one) for one in TaskPage(rest).tasks] != left
    ):
        raise CtxError(
            f"{task.id} cannot go back without changing how others are read",
            path=archive.path,
            line=task.line,
            hint="move the item by hand",
        )
    return text, rest, new[0].position


def _meaning(task: Task) -> tuple[object, ...]:
    return task.digest, task.state, task.labels, task.heading


def _new_archive(path: str, newline: str) -> str:
    quarter = path.rpartition("tasks-")[2].removesuffix(".md").replace("-", " ")
    return f"# Tasks archived in {quarter}{newline}"


def _append(archive: TaskPage, moved: Sequence[Moved]) -> str:
    """The archive with the items at the ends of their sections, which are made where they are missing."""
    by_heading: dict[str, list[Moved]] = {}
    for one in moved:
        by_heading.setdefault(one.heading, []).append(one)
    page = archive
    for heading, items in by_heading.items():
        missing = _without_those_there(page, heading, items)
        if missing:
            page = TaskPage(_into_section(page, heading, missing), page.path)
    _verify_appended(archive, page)
    return page.text


def _without_those_there(page: TaskPage, heading: str, items: Sequence[Moved]) -> list[str]:
    held = Counter(
        page.text[item.start : item.end].rstrip("\r\n")
        for item in page.document.blocks.items
        if item.depth == 0 and _heading_at(page, item.start) == heading
    )
    missing = []
    for one in items:
        bare = one.source.rstrip("\r\n")
        if held[bare] > 0:
            held[bare] -= 1
        else:
            missing.append(one.source)
    return missing


def _heading_at(page: TaskPage, offset: int) -> str:
    section = page.document.section_at(offset)
    if section is None or section.heading.level == 1:
        return ""
    return page.text[section.start : section.body].strip()


def _into_section(page: TaskPage, heading: str, sources: Sequence[str]) -> str:
    """The text with items inserted where the section's content ends, or at the end under a new heading."""
    text, newline = page.text, page.newline
    ends = [s.end for s in page.document.sections if _heading_at(page, s.start) == heading]
    if not heading and not ends:
        ends = [page.document.preamble[1]]
    end = ends[-1] if ends else len(text)
    content = len(text[:end].rstrip())
    at = _line_end(text, content) if content else end
    closer = page.document.blocks.closer if end == len(text) else ""
    before = "" if not text[:at] or text[:at].endswith(("\n", "\r", "\ufeff")) else newline
    before += closer and f"{closer}{newline}"
    joins = bool(ends) and any(item.end == at for item in page.document.blocks.items)
    if not joins and content:
        before += newline
    before += "" if ends else f"{heading}{newline}{newline}"
    whole = "".join(s if s.endswith(("\n", "\r")) else s + newline for s in sources)
    behind = newline if at < len(text) and text[at] not in "\r\n" else ""
    return f"{text[:at]}{before}{whole}{behind}{text[at:]}"


def _verify_appended(before: TaskPage, after: TaskPage) -> None:
    """Raise CtxError unless the archive holds all that it held."""
    left = Counter((t.digest, t.state, t.heading) for t in before.tasks)
    left.subtract(Counter((t.digest, t.state, t.heading) for t in after.tasks))
    if any(count > 0 for count in left.values()):
        raise CtxError(
            "more text here would make its items mean something else; nothing was written",
            path=before.path,
            hint="close what is open in that file (a fence, a comment)",
        )
