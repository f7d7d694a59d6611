"""`ctx session update`: a message in the log of the active frame, with what git says has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ctx.actions.active_frame import tree_of
from ctx.actions.changes import Staging, change
from ctx.actions.frame_open import at_work
from ctx.actions.read_context import Reader
from ctx.actions.session_facts import Facts, facts_since
from ctx.errors import UsageError
from ctx.model.frame import Frame, read_frame
from ctx.model.task import DONE, OPEN
from ctx.writing.frames.revise import append_log, change_frame, log_line
from ctx.writing.frames.updates import (
    COMMITS,
    DISCOVERED,
    FILES,
    PATTERN,
    PROBLEM,
    SOLUTION,
    TASKS,
    names_text,
    parts_in,
    update_text,
)
from ctx.writing.tasks.page import PATH, TaskPage

SEEN = "Seen"  # the commit up to which the log tells of git


@dataclass(frozen=True, slots=True)
class Update:
    """What is to be logged: a message, and what was found out on the way.

    `issues` and `solutions` belong together in their order.
    """

    message: str
    issues: Sequence[str] = ()
    solutions: Sequence[str] = ()
    patterns: Sequence[str] = ()
    discovered: Sequence[str] = ()


class Updated(NamedTuple):
    """The frame, its name, the item that was logged, and what is to be said."""

    frame: Frame
    name: str
    item: str
    remarks: tuple[str, ...]


def update_session(reader: Reader, update: Update, now: datetime, session: str, *, on: str = "") -> Updated:
    """Log what was done. Raises CtxError without an active frame, UsageError with nothing to log."""
    if not any([update.message.strip(), update.issues, update.solutions, update.patterns, update.discovered]):
        raise UsageError("there is nothing to log", hint='ctx session update "What was done"')
    facts = _facts(reader, session, on)

    def act(changes: Staging) -> Updated:
        tree = tree_of(changes)
        frame, _ = at_work(changes, tree, session, on)
        text = update_text(update.message or "Found out:", [*_found(update), *_told(changes, facts, frame)])
        item = log_line(now, text, frame.started)
        after = append_log(frame, item)
        if facts.commit:
            after = change_frame(read_frame(after, frame.path), fields={SEEN: facts.commit})
        changes.write(frame.path, after)
        now_frame = read_frame(after, frame.path)
        return Updated(now_frame, tree.short(frame.id), item, facts.remarks)

    return change(reader, act)


def _facts(reader: Reader, session: str, on: str) -> Facts:
    """What git says; asked once, before anything is staged."""
    changes = Staging(reader.worktree)
    frame, _ = at_work(changes, tree_of(changes), session, on)
    return facts_since(reader, frame, since=frame.fields.get(SEEN, ""))


def _found(update: Update) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for place in range(max(len(update.issues), len(update.solutions))):
        rows += [(PROBLEM, text) for text in update.issues[place : place + 1]]
        rows += [(SOLUTION, text) for text in update.solutions[place : place + 1]]
    rows += [(PATTERN, text) for text in update.patterns]
    return rows + [(DISCOVERED, text) for text in update.discovered]


def _told(changes: Staging, facts: Facts, frame: Frame) -> list[tuple[str, str]]:
    """What git says has happened since the last update, and the counts of tasks where they are others now."""
    rows = [(COMMITS, names_text(facts.subjects))] if facts.commits else []
    rows += [(FILES, names_text(facts.files))] if facts.files else []
    states = [task.state for task in TaskPage(changes.read(PATH) or "").tasks]
    counts = f"{states.count(DONE)} done, {states.count(OPEN)} open"
    last = [text for name, text in parts_in(frame.log) if name == TASKS][-1:]
    return rows + ([(TASKS, counts)] if states and last != [counts] else [])
