"""`ctx tags`: how often each tag is used, and one renamed or merged everywhere in one write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from ctx.actions.changes import Staging, Written, at, change
from ctx.actions.edit_entry import set_field
from ctx.actions.guard_text import check_texts
from ctx.actions.read_context import Reader, Reading
from ctx.errors import CtxError, UsageError
from ctx.kinds import REFERENCE
from ctx.markdown.edits import Edit, apply
from ctx.model.entry import Entry, clean_tag
from ctx.model.task import LABEL, Task
from ctx.writing.tasks.labels import drop_labels, lead_end
from ctx.writing.tasks.page import PATH, TaskPage

_TAGS = "Tags"


class Tag(NamedTuple):
    """A tag with the numbers of entries outside the archive and of tasks in TASKS.md that carry it."""

    tag: str
    entries: int
    tasks: int


class Renamed(NamedTuple):
    """The entries and tasks that carried a tag, as they are now, and what changed as a unified diff."""

    touched: tuple[Written, ...]
    diff: str


def count_tags(reader: Reader) -> list[Tag]:
    """Every tag in use, the most used first."""
    memory = reader.read().memory
    entries = Counter(tag for entry in memory.entries for tag in entry.tags)
    tasks = Counter(clean_tag(tag) for task in memory.tasks for tag in task.tags)
    found = [Tag(tag, entries[tag], tasks[tag]) for tag in {*entries, *tasks}]
    return sorted(found, key=lambda one: (-one.entries - one.tasks, one.tag))


def rename_tag(reader: Reader, old: str, new: str, *, dry_run: bool = False) -> Renamed:
    """Give every entry and task that carries a tag another one in its place; the archive stays as it is.

    Raises UsageError for what is no tag, CtxError where none carries it or one cannot be changed.
    """
    before, after = clean_tag(old), clean_tag(new)
    if not after or LABEL.fullmatch(f"#{after}") is None:
        raise UsageError(f"{new!r} is no tag", hint="a tag is words with hyphens: retry-policy")
    check_texts({"tag": after}, allowable=False)

    def act(changes: Staging) -> Renamed:
        reading = changes.context()
        entries = [e for e in reading.memory.entries if before in e.tags and _is_ours(e)]
        for entry in entries:
            items = _merged(entry.fields.get(_TAGS, ""), before, after)
            set_field(changes, reading.config.kinds[entry.kind], entry, _TAGS, ", ".join(items))
        tasks = _rename_labels(changes, before, after)
        if not entries and not tasks:
            raise _unknown(reading, old, before)
        now = changes.context()
        rows = [at(now, entry.path, entry.position) for entry in entries]
        left = next((row for row in rows if before in row.tags and before != after), None)
        if left is not None:
            raise CtxError(
                f"the tag of {left.id} does not stand in its {_TAGS} field",
                path=left.path,
                line=left.line,
                hint="edit the file by hand",
            )
        changed = [Written(row.id, row.path, row.line, "changed") for row in rows]
        changed += [Written(task.id, task.path, task.line, "changed") for task in tasks]
        return Renamed(tuple(changed), changes.diff())

    return change(reader, act, dry_run=dry_run)


def _is_ours(entry: Entry) -> bool:
    return not entry.archived and entry.kind != REFERENCE.name


def _merged(text: str, old: str, new: str) -> list[str]:
    """The items of a list of tags with one in the place of another; the others as they are written."""
    items: dict[str, str] = {}
    for item in filter(str.strip, text.split(",")):
        tag = clean_tag(item)
        items.setdefault(new if tag == old else tag, new if tag == old else item.strip())
    return list(items.values())


def _rename_labels(changes: Staging, old: str, new: str) -> list[Task]:
    """Rename the `#tag`s of TASKS.md; returns the tasks that carried one, as they are now."""
    text = changes.read(PATH)
    if text is None:
        return []
    page = TaskPage(text)
    found = [task for task in page.tasks if old in map(clean_tag, task.tags)]
    edits = [edit for task in found for edit in _label_edits(page, task, old, new)]
    if edits:
        page = TaskPage(apply(text, edits))
        changes.write(PATH, page.text)
    return [page.tasks[task.position] for task in found]


def _label_edits(page: TaskPage, task: Task, old: str, new: str) -> Iterator[Edit]:
    start = task.mark + 2
    if new in map(clean_tag, task.tags):
        yield from drop_labels(page.text, start, task.own_end, {old})
        return
    for match in LABEL.finditer(page.text, start, lead_end(page.text, start, task.own_end)):
        if match["value"] is None and clean_tag(match["name"]) == old:
            yield Edit(match.start("name"), match.end("name"), new)


def _unknown(reading: Reading, old: str, tag: str) -> CtxError:
    from ctx.config.problems import nearest

    tasks = (clean_tag(tag) for task in reading.memory.tasks for tag in task.tags)
    guess = nearest(tag, {*(tag for entry in reading.memory.entries for tag in entry.tags), *tasks})
    hint = f"did you mean {guess!r}?" if guess else "`ctx tags` lists every tag"
    return CtxError(f"no entry or task has the tag {old!r}", hint=hint)
