"""`ctx session end`: the report, the lessons, what is left for others, and the pointer cleared last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from ctx.actions.active_frame import pointer_paths, pointing_at, tree_of
from ctx.actions.add_entry import NewEntry, stage_entry
from ctx.actions.changes import Staging, change
from ctx.actions.frame_close import CARRY, Closing, close, require_choice
from ctx.actions.frame_open import at_work
from ctx.actions.propose import Proposed, stage_proposals
from ctx.actions.read_context import Reader
from ctx.actions.session_facts import Facts, facts_since
from ctx.errors import UsageError
from ctx.model.frame import Frame, read_frame
from ctx.model.frame_tree import FrameTree
from ctx.model.suggestion import AGENT, Suggestion
from ctx.reading.duplicates import find_near
from ctx.writing.compose import one_line
from ctx.writing.frames.report import Report, breaking_in
from ctx.writing.frames.revise import set_section
from ctx.writing.frames.updates import DISCOVERED, PATTERN, Problem, problems_in, texts_of

_TITLE = 100  # characters of a lesson's first sentence that make a title
_ALIKE = 0.8  # from which a lesson says what one that is there says


@dataclass(frozen=True, slots=True)
class Ending:
    """How a session ends, and what whoever ends it has to say; `solutions` belong to `issues` in order."""

    closing: Closing = field(default_factory=Closing)
    lessons: Sequence[str] = ()
    accomplishments: Sequence[str] = ()
    issues: Sequence[str] = ()
    solutions: Sequence[str] = ()
    breaking: Sequence[str] = ()
    dependencies: Sequence[str] = ()
    deploy: Sequence[str] = ()
    tips: Sequence[str] = ()


class Lesson(NamedTuple):
    """A lesson as an entry: its handle and title, and whether one that was there says it already."""

    id: str
    title: str
    known: bool


class Ended(NamedTuple):
    """The session, its name, its report, its lessons, what waits in the inbox, and what is to be said."""

    frame: Frame
    name: str
    report: str
    lessons: tuple[Lesson, ...]
    proposed: tuple[Proposed, ...]
    drafted: bool
    remarks: tuple[str, ...]


def end_session(reader: Reader, ending: Ending, now: datetime, session: str, *, on: str = "") -> Ended:
    """Close the session of the active frame, with all that is open in it where that is said.

    Everything is one write. Raises CtxError without an active session, for a status that it cannot come to,
    and for frames that are open in it without a word on them.
    """
    require_choice(ending.closing)
    pointers = pointer_paths(reader)
    facts = _facts(reader, session, on)

    def act(changes: Staging) -> Ended:
        tree = tree_of(changes)
        frame = _session_of(changes, tree, session, on)
        unfinished = [one.goal for one in tree.open_below(frame.id)]
        problems = _problems(tree, frame, ending)
        # The session is closed once all that comes of it is written: a rerun ends one that was cut off.
        lessons = tuple(_learn(changes, text, frame, now) for text in ending.lessons)
        proposed = stage_proposals(changes, _suggestions(problems, lessons, ending.lessons, frame), now=now)
        closed = close(changes, tree, frame, ending.closing, now)
        report = _report(changes, tree, closed.frame, ending, facts, lessons, unfinished, now)
        report = report._replace(problems=problems)
        text = set_section(closed.frame.text, "Report", report.to_text()) if report.to_text() else None
        if text is not None:
            changes.write(frame.path, text)
        _clear(changes, frame, pointers)
        return Ended(
            read_frame(text or closed.frame.text, frame.path),
            closed.name,
            report.to_text(),
            lessons,
            tuple(proposed),
            closed.drafted,
            (*facts.remarks, *closed.remarks),
        )

    return change(reader, act)


def _session_of(changes: Staging, tree: FrameTree, session: str, on: str) -> Frame:
    frame, _ = at_work(changes, tree, session, on)
    return tree.require(frame.id.partition("/")[0])


def _facts(reader: Reader, session: str, on: str) -> Facts:
    changes = Staging(reader.worktree)
    tree = tree_of(changes)
    return facts_since(reader, _session_of(changes, tree, session, on))


def _learn(changes: Staging, text: str, frame: Frame, now: datetime) -> Lesson:
    """Stage a lesson as a learning of this session, unless one that is there says it."""
    said = one_line(text)
    if not said:
        raise UsageError("a lesson says something", hint='--lesson "What to know next time"')
    title = said if len(said) <= _TITLE else said[:_TITLE].rpartition(" ")[0] + " …"
    first = said.split(". ", 1)[0].rstrip(".")
    title = first if len(first) <= _TITLE else title
    learnings = [one for one in changes.context().memory.entries if one.kind == "learning" and one.live]
    near = find_near(title, f"**Lesson**: {said}", learnings, least=_ALIKE)
    if near:
        return Lesson(near[0].entry.id, near[0].entry.title, known=True)
    fields = {"Lesson": said, "Frame": frame.id}
    if task := frame.fields.get("Task", ""):
        fields["Task"] = task
    added = stage_entry(changes, NewEntry("learning", title, fields), now)
    return Lesson(added.id, title, known=added.duplicate)


def _report(
    changes: Staging,
    tree: FrameTree,
    frame: Frame,
    ending: Ending,
    facts: Facts,
    lessons: Sequence[Lesson],
    unfinished: Sequence[str],
    now: datetime,
) -> Report:
    below = [tree_of(changes).frame(name) for name in tree.descendants(frame.id)]
    log = _logs(tree, frame)
    ended = sorted(below, key=lambda one: one.fields.get("Ended", ""))
    done = [one.goal for one in ended if one.status == "completed"]
    return Report(
        minutes=_minutes(frame.started, now),
        commits=facts.subjects,
        files=facts.files,
        tasks_done=[f"{task.id} {task.lead}" for task in facts.tasks_done],
        accomplishments=[*ending.accomplishments, *done],
        patterns=texts_of(log, PATTERN),
        discovered=texts_of(log, DISCOVERED),
        breaking=[*ending.breaking, *(text for one in facts.commits for text in breaking_in(one.message))],
        dependencies=[*ending.dependencies, *facts.dependencies],
        deploy=ending.deploy,
        tips=ending.tips,
        unfinished=unfinished
        if ending.closing.children != CARRY
        else [f"{one} (a task now)" for one in unfinished],
        lessons=[f"{one.id} {one.title}" for one in lessons],
    )


def _logs(tree: FrameTree, frame: Frame) -> str:
    """The logs of a session and of all frames in it."""
    return "\n".join([frame.log, *(tree.frame(name).log for name in tree.descendants(frame.id))])


def _problems(tree: FrameTree, frame: Frame, ending: Ending) -> list[Problem]:
    """What went wrong, as it was logged and as it is told now."""
    solutions = [*ending.solutions, *([""] * len(ending.issues))]
    given = [Problem(issue, solutions[place]) for place, issue in enumerate(ending.issues)]
    return [*problems_in(_logs(tree, frame)), *given]


def _minutes(started: str, now: datetime) -> int | None:
    """How long it took; a clock that went back makes it nothing."""
    try:
        begun = datetime.strptime(started, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return max(int((now - begun).total_seconds()) // 60, 0)


def _suggestions(
    problems: Sequence[Problem], lessons: Sequence[Lesson], given: Sequence[str], frame: Frame
) -> list[Suggestion]:
    """An item for each problem that was solved and of which no lesson says anything."""
    told = " ".join([*given, *(lesson.title for lesson in lessons)]).casefold()
    return [
        Suggestion(
            "learning",
            problem.text,
            {"Context": problem.text, "Lesson": problem.solution},
            source=frame.path,
            origin=AGENT,
        )
        for problem in problems
        if problem.solution and not _is_told(problem, told)
    ]


def _is_told(problem: Problem, told: str) -> bool:
    """Whether lessons hold most of the longer words of a problem or its solution."""
    for text in problem:
        words = {word.strip(".,;:()`'\"").casefold() for word in text.split() if len(word) > 3}
        if words and sum(word in told for word in words) * 2 > len(words):
            return True
    return False


def _clear(changes: Staging, frame: Frame, pointers: Sequence[str]) -> None:
    """Take away, last of all, the pointers to the session and to what is in it."""
    for path, told in pointing_at(changes.read, pointers).items():
        if told == frame.id or told.startswith(f"{frame.id}/"):
            changes.remove(path)
