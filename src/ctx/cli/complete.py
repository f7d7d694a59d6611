"""What a shell offers when a line is completed: handles, kinds, tags, states and priorities of this context.

Each function is named by the declarations of options and arguments. Completion never complains: where a
context cannot be read there is nothing to offer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ctx.actions.read_context import Reader

Offers = list[tuple[str, str]]
_LONGEST = 60  # characters of a title beside a handle


def kinds(ctx: Any, incomplete: str) -> Offers:
    """The kinds of entries."""
    return _offered(
        ctx, incomplete, lambda reader: ((k.name, k.file) for k in reader.read().config.kinds.stored)
    )


def kinds_listed(ctx: Any, incomplete: str) -> Offers:
    """What can be listed: the kinds of entries, tasks and sessions."""
    return [*kinds(ctx, incomplete), *_matching(incomplete, [("task", ""), ("session", "")])]


def tags(ctx: Any, incomplete: str) -> Offers:
    """The tags in use with their numbers."""
    from ctx.actions.tags import count_tags

    return _offered(
        ctx, incomplete, lambda reader: ((t.tag, str(t.entries + t.tasks)) for t in count_tags(reader))
    )


def entries(ctx: Any, incomplete: str) -> Offers:
    """The handles of entries outside the archive, with their titles."""
    return _offered(ctx, incomplete, lambda reader: ((e.id, e.title) for e in reader.read().memory.entries))


def frames(ctx: Any, incomplete: str) -> Offers:
    """The ids of frames and their goals."""
    return _offered(ctx, incomplete, _frames)


def frame_statuses(ctx: Any, incomplete: str) -> Offers:  # noqa: ARG001 - as a shell calls it
    """How a frame can end."""
    return _matching(incomplete, [(name, "") for name in ("completed", "failed", "blocked", "invalidated")])


def archived(ctx: Any, incomplete: str) -> Offers:
    """The handles of what is archived, entries and tasks."""
    return _offered(ctx, incomplete, _archived)


def everything(ctx: Any, incomplete: str) -> Offers:
    """The handles of entries and tasks, archived ones too."""
    return _offered(
        ctx,
        incomplete,
        lambda reader: (
            *((e.id, e.title) for e in reader.read(archive=True).memory.entries),
            *((t.id, t.lead) for t in reader.read(archive=True).memory.tasks),
        ),
    )


def tasks(ctx: Any, incomplete: str) -> Offers:
    """The handles of the tasks of TASKS.md."""
    return _offered(ctx, incomplete, lambda reader: ((t.id, t.lead) for t in reader.read().memory.tasks))


def labels(ctx: Any, incomplete: str) -> Offers:
    """The labels that tasks carry."""
    return _offered(ctx, incomplete, lambda reader: ((name, "") for name in _labels(reader)))


def sections(ctx: Any, incomplete: str) -> Offers:
    """The headings of TASKS.md that tasks stand under."""
    return _offered(
        ctx, incomplete, lambda reader: dict.fromkeys((t.heading, "") for t in reader.read().memory.tasks)
    )


def states(incomplete: str) -> Offers:
    """The states of tasks."""
    from ctx.actions.task_list import STATES

    return _matching(incomplete, ((state, "") for state in STATES))


def priorities(incomplete: str) -> Offers:
    """The priorities of tasks."""
    from ctx.writing.tasks.labels import PRIORITIES

    return _matching(incomplete, ((one, "") for one in PRIORITIES))


def statuses(ctx: Any, incomplete: str) -> Offers:
    """The statuses in use, and `live` for entries that have none."""
    return _offered(
        ctx,
        incomplete,
        lambda reader: dict.fromkeys((e.status or "live", "") for e in reader.read().memory.entries),
    )


def verdicts(incomplete: str) -> Offers:
    """What an entry can be marked as."""
    return _matching(incomplete, [("helpful", ""), ("harmful", "")])


def config_keys(ctx: Any, incomplete: str) -> Offers:
    """The keys of .contextrc."""
    from ctx.config import effective

    return _offered(
        ctx, incomplete, lambda reader: ((key, "") for key in _keys(effective(reader.read().config)))
    )


def _keys(table: dict[str, Any], above: str = "") -> Iterator[str]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _keys(value, f"{above}{name}.")
        else:
            yield f"{above}{name}"


def _archived(reader: Reader) -> Iterator[tuple[str, str]]:
    memory = reader.read(archive=True).memory
    yield from ((entry.id, entry.title) for entry in memory.entries if entry.archived)
    yield from ((task.id, task.lead) for task in memory.tasks if task.archived)


def _labels(reader: Reader) -> list[str]:
    memory = reader.read().memory
    return list(dict.fromkeys(f"{n}:{v}" if v else n for task in memory.tasks for n, v in task.labels))


def _offered(ctx: Any, incomplete: str, find: Any) -> Offers:
    from ctx.cli.options import open_reader
    from ctx.errors import CtxError

    root = ctx.params.get("root")
    try:
        return _matching(incomplete, find(open_reader(Path(root) if root else None)))
    except (CtxError, OSError):
        return []


def _matching(incomplete: str, found: Iterable[tuple[str, str]]) -> Offers:
    """Those that go on as the word does; of a word with commas, as its last item does."""
    lead, comma, last = incomplete.rpartition(",")
    return [
        (f"{lead}{comma}{word}", " ".join(help_.split())[:_LONGEST])
        for word, help_ in found
        if word.lower().startswith(last.lower())
    ]


def _frames(reader: Reader) -> Iterator[tuple[str, str]]:
    from ctx.actions.active_frame import tree_of

    tree = tree_of(reader.worktree)
    return ((tree.short(name), tree.frame(name).goal) for name in tree.ids)
