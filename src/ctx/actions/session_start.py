"""`ctx session start`: a session with its branch, and what whoever begins should know."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ctx.actions.active_frame import active_frame
from ctx.actions.asking import find_asked
from ctx.actions.build_packet import Request, build_packet
from ctx.actions.changes import Staging, change
from ctx.actions.frame_open import NewFrame, Opened, open_session
from ctx.actions.read_context import Reader
from ctx.config import Config
from ctx.errors import CtxError, UsageError
from ctx.model.file_roles import outside_context
from ctx.packet.packet import Packet
from ctx.retrieval.analysis.terms import terms
from ctx.store.git import tracked
from ctx.store.git_call import GitError
from ctx.store.git_work import (
    Work,
    begin_branch,
    branch_exists,
    changed_files,
    leave_branch,
    look_at_work,
    require_branch_name,
)
from ctx.writing.frames.branch import WORDS, branch_name
from ctx.writing.frames.new import free_name
from ctx.writing.frames.updates import names_text

_FILES = 10  # so many files are named at most
_PATH_MARKS = re.compile(r"[\w./-]+")


@dataclass(frozen=True, slots=True)
class NewSession:
    """What a session is to reach; `branch` names its branch, None takes it from the goal.

    `task` is the handle or text of the task that it serves.
    """

    goal: str
    label: str = ""
    done_when: str = ""
    task: str = ""
    branch: str | None = None
    no_branch: bool = False
    name: str = ""
    by: str = ""


class Started(NamedTuple):
    """The session, the work it began in, its branch where one was made, and what is to be said."""

    opened: Opened
    branch: str
    remarks: tuple[str, ...]


def start_session(reader: Reader, new: NewSession, now: datetime, session: str) -> Started:
    """Open a session and, in a repository, be on a branch of its own. A dirty tree is carried along.

    Raises CtxError where another session is active, and for a branch that cannot be; then nothing is changed.
    """
    tree, active = active_frame(reader, session)
    if active.id is not None:
        raise CtxError(
            f"{tree.short(active.id.partition('/')[0])} is under way",
            hint="`ctx session end` closes it; `ctx frame push GOAL` opens a frame in it; "
            "CTX_SESSION=NAME keeps two agents apart",
        )
    work = look_at_work(reader.root)
    remarks = [*_said_of(work, reader.root), *([active.remark] if active.remark else [])]
    branch = _branch_of(reader, new, work, remarks)
    task = _task(reader, new.task)
    fields = {
        "Label": new.label,
        "Branch": branch or work.branch or "",
        "From": work.branch or "" if branch else "",
        "Base": work.commit or "",
        "Task": task,
        "By": new.by,
    }
    frame = NewFrame(new.goal, new.done_when, new.name, fields=fields)

    def act(changes: Staging) -> Opened:
        return open_session(changes, frame, now, session)

    if branch:
        begin_branch(reader.root, branch, work)
    try:
        opened = change(reader, act)
    except BaseException:
        if branch:
            with suppress(GitError):
                leave_branch(reader.root, branch, work)
        raise
    return Started(opened, branch, tuple(remarks))


class Primed(NamedTuple):
    """The packet for a goal, and the files that it seems to be about."""

    packet: Packet
    files: tuple[str, ...]

    @property
    def text(self) -> str:
        """Both, as they are printed."""
        return self.packet.text + files_section(self.files)


def prime(reader: Reader, goal: str, session: str, budget: int | None, now: str | None = None) -> Primed:
    """The packet for whoever begins, and the tracked files that match the goal or are cited, in a budget."""
    request = Request(budget=budget, query=goal, session=session, now=now)
    packet = build_packet(reader, request)
    files = _files(reader.root, goal, packet)
    if files:
        from ctx.tokens.counting import counter

        count = counter(packet.tokenizer)
        room = count.tokens(count.units(files_section(files)))
        if packet.tokens + room > packet.budget:
            with suppress(CtxError):
                smaller = build_packet(reader, request._replace(budget=max(packet.budget - room, 0)))
                return Primed(smaller, files)
            return Primed(packet, ())
    return Primed(packet, files)


def files_section(files: Sequence[str]) -> str:
    """The files as the last section of a packet; nothing without any."""
    return "\n## Files\n" + "".join(f"- {path}\n" for path in files) if files else ""


def _files(root: Path, goal: str, packet: Packet) -> tuple[str, ...]:
    """The tracked files that the chosen entries cite, then those whose paths share words with the goal."""
    try:
        paths = [path for path in outside_context(tracked(root)) if not path.startswith("../")]
    except GitError:
        return ()
    paths = [path for path in paths if path.isprintable()]
    cited = _cited(packet.text)
    wanted = set(terms(goal))
    shared = {path: wanted.intersection(terms(path)) for path in paths}
    common = {term: sum(term in found for found in shared.values()) for term in wanted}

    def worth(path: str) -> float:
        return sum(1 / common[term] for term in shared[path])

    named = [path for path in paths if path in cited]
    matching = sorted((path for path in paths if shared[path]), key=lambda path: (-worth(path), path))
    return tuple(dict.fromkeys([*matching[:3], *named, *matching]))[:_FILES]


def _cited(text: str) -> set[str]:
    return {mark.rstrip(".") for mark in _PATH_MARKS.findall(text) if "/" in mark or "." in mark}


def _said_of(work: Work, root: Path) -> list[str]:
    if not work.is_repository:
        return ["there is no git here: no branch was made, and what changes is not told"]
    said = []
    with suppress(GitError):
        if dirty := outside_context(changed_files(root)):
            said.append(f"carried along, not committed: {names_text(dirty, 3)}")
    return said


def _branch_of(reader: Reader, new: NewSession, work: Work, remarks: list[str]) -> str:
    """The branch to make; empty where none is wanted or none can be made, which is said."""
    if new.no_branch and new.branch:
        raise UsageError("--branch and --no-branch exclude each other", hint="leave one of them out")
    if new.no_branch or not work.is_repository:
        return ""
    if work.under_way:
        if new.branch:
            raise CtxError(
                f"{work.under_way} is under way: no branch is made", hint="finish it first, or --no-branch"
            )
        remarks.append(f"{work.under_way} is under way: no branch was made")
        return ""
    config = reader.read().config
    name = new.branch or branch_name(new.goal, _prefixes(config))
    require_branch_name(reader.root, name)
    if new.branch and branch_exists(reader.root, name):
        raise CtxError(
            f"there is a branch {name!r} already",
            hint="`git switch` to it and give --no-branch, or name another",
        )
    return free_name(name, partial(branch_exists, reader.root))


def _prefixes(config: Config) -> dict[str, str]:
    return {kind: getattr(config, f"{kind}_branch") for kind in WORDS}


def _task(reader: Reader, text: str) -> str:
    """A task as it is written into a session: its handle, or the text where it is none of TASKS.md."""
    if not text:
        return ""
    found = find_asked(reader.read(), [text], None).tasks
    return next((task.id if task.path else task.lead for task in found), "")
