"""What a packet is about: what was asked for, the tasks of TASKS.md, and how much attention each gets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING, NamedTuple

from ctx.actions.read_context import Reading
from ctx.config import Config
from ctx.errors import UsageError
from ctx.kinds import TASK_PREFIX
from ctx.model.task import OPEN, Task, active, read_labels, without_labels
from ctx.packet.content import ASKED, IN_PROGRESS, Query
from ctx.packet.task_text import leading_heading
from ctx.retrieval.ranking.ask import Answer, Question

if TYPE_CHECKING:
    from ctx.packet.frame_view import FrameView

# So many queries are asked at most, the most urgent first.
_MOST_QUERIES = 64
_CANDIDATES = 5
_HANDLE = rf"{TASK_PREFIX}-[0-9a-f]+(?:\.\d+)?"


class Asked:
    """What was asked for: tasks of TASKS.md or of the one who asks, and a text.

    `instead` says whether the tasks stand for those of TASKS.md as queries.
    """

    def __init__(self, tasks: Sequence[Task], query: str, *, instead: bool) -> None:
        self.tasks, self.query, self.instead = tasks, query, instead

    def __bool__(self) -> bool:
        return bool(self.tasks or self.query)

    @property
    def shown(self) -> list[Task]:
        """The tasks to print: those of TASKS.md and a single text; of several texts who asks has a list."""
        made = [task for task in self.tasks if not task.path]
        return [task for task in self.tasks if task.path or len(made) == 1]

    def without(self, tasks: Sequence[Task]) -> Sequence[Task]:
        """The other ones of some tasks."""
        named = {task.id for task in self.tasks}
        return [task for task in tasks if task.id not in named] if named else tasks


class Goal(NamedTuple):
    """The goal of the active frame, or of one around it: the name of the frame and the text."""

    frame: str
    text: str
    is_ancestor: bool = False


def goals_of(view: FrameView | None) -> list[Goal]:
    """The goals of the active frame and of those around it."""
    if view is None:
        return []
    *around, current = view.names
    goals = [Goal(current, view.current.goal)]
    above = zip(reversed(around), reversed(view.around), strict=True)
    return goals + [Goal(name, frame.goal, is_ancestor=True) for name, frame in above]


def find_asked(reading: Reading, tasks: Sequence[str] | None, query: str | None) -> Asked:
    """What was asked for, handles looked up. Raises UsageError for one that names no task, or several."""
    texts = [text for text in tasks or () if text.strip()]
    found = [_find(reading, text, number) for number, text in enumerate(texts, 1)]
    return Asked([*dict.fromkeys(found)], (query or "").strip(), instead=tasks is not None)


def queries_of(config: Config, asked: Asked, todo: Sequence[Task], goals: Sequence[Goal] = ()) -> list[Query]:
    """Each thing asked for, goal and task to do is a query of its own; never one long text."""
    weight = config.asked_attention
    queries = [Query(Question("query", asked.query), weight, ASKED)] if asked.query else []
    queries += [Query(_question(task), weight, ASKED) for task in asked.tasks]
    by_rank = (config.frame_attention, config.ancestor_attention)
    queries += [Query(Question(goal.frame, goal.text), by_rank[goal.is_ancestor]) for goal in goals]
    if not asked.instead:
        queries += _of_tasks(config, todo, _MOST_QUERIES - len(queries))
    return [query for query in queries if query.question.text.strip()][:_MOST_QUERIES]


def asked_again(asked: Asked, queries: Sequence[Query]) -> list[str]:
    """The texts that the next packet asks for as well: those of the tasks of TASKS.md."""
    texts = (query.question.text for query in queries if query.name.startswith(TASK_PREFIX))
    return [] if asked.instead else [*texts]


def unanswered(queries: Sequence[Query], answers: Sequence[Answer]) -> Iterator[str]:
    """What is to be said of what was asked for and finds nothing."""
    for query, answer in zip(queries, answers, strict=True):
        if query.first == ASKED and not answer.relevance:
            text = " ".join(query.question.text.split())
            yield f"no entry has a word of {_short(text)!r}; `ctx search WORDS` also looks into the archive"


def attention(task: Task, config: Config) -> float:
    """How much a task counts: its state or its priority, whichever is more."""
    by_priority = (
        config.critical_attention,
        config.high_attention,
        config.medium_attention,
        config.low_attention,
    )
    own = by_priority[task.priority]
    return max(own, config.in_progress_attention) if task.in_progress else own


def _of_tasks(config: Config, todo: Sequence[Task], most: int) -> Iterator[Query]:
    for task in _spread(todo, most):
        first = IN_PROGRESS if task.in_progress else None
        yield Query(_question(task), attention(task, config), first)


def _spread(tasks: Sequence[Task], most: int) -> list[Task]:
    """The most urgent tasks; where there are too many of one urgency, some of each section."""
    if len(tasks) <= most:
        return [*tasks]
    chosen: list[Task] = []
    for _, equal in groupby(tasks, key=lambda task: (task.in_progress, task.priority)):
        sections: dict[str, list[Task]] = {}
        for task in equal:
            sections.setdefault(task.heading, []).append(task)
        rounds = zip_longest(*sections.values())
        chosen += [task for round_ in rounds for task in round_ if task is not None]
    return chosen[:most]


def _question(task: Task) -> Question:
    """What a task asks of the entries; one that says little asks with its heading."""
    heading = leading_heading(task)
    return Question(task.id, f"{heading} {task.words}" if heading else task.words, task.tags)


def _find(reading: Reading, text: str, number: int) -> Task:
    """The task that a handle or the start of one names, or one that is made of a text."""
    wanted = text.strip()
    tasks = reading.memory.tasks
    if not re.fullmatch(_HANDLE, wanted, re.IGNORECASE):
        lead = without_labels(wanted)
        return next((task for task in active(tasks) if task.lead == lead), _made(wanted, number))
    exact = [task for task in tasks if task.id.lower() == wanted.lower()]
    found = exact or [task for task in tasks if task.id.lower().startswith(wanted.lower())]
    if len(found) == 1:
        return found[0]
    problem = f"{wanted!r} could be any of {len(found)} tasks" if found else f"there is no task {wanted!r}"
    raise UsageError(problem, hint=_candidates(found or _nearest(tasks, wanted)))


def _made(text: str, number: int) -> Task:
    """A task that stands in no file."""
    words = " ".join(text.split())
    return Task(
        id=f"task {number}",
        state=OPEN,
        text=text.strip(),
        lead=without_labels(words),
        labels=read_labels(words),
        path="",
        line=0,
        start=0,
        end=0,
        digest="",
    )


def _nearest(tasks: Sequence[Task], handle: str) -> list[Task]:
    """The tasks whose handles look most like one."""
    import difflib

    names = {task.id: task for task in tasks}
    close = difflib.get_close_matches(handle, names, n=_CANDIDATES, cutoff=0.0)
    return [names[name] for name in close]


def _candidates(tasks: Sequence[Task]) -> str:
    if not tasks:
        return "TASKS.md has no tasks; ask with words"
    named = ", ".join(f"{task.id} {_short(task.lead)!r}" for task in tasks[:_CANDIDATES])
    return f"did you mean {named}? `ctx task list` shows every handle"


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39].rstrip()}…"
