"""The frame: a piece of work with a goal, a status, a log and, once closed, a summary."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import NamedTuple

from ctx.errors import CtxError
from ctx.model.file_roles import in_context
from ctx.model.frame_states import CLOSED, COMPLETED, IN_PROGRESS, MOVES

SESSIONS = in_context("sessions/")


class Frame(NamedTuple):
    """One frame as read; `id` is its path below `sessions/` without the suffix.

    `problem` says why ctx does not write into its file: what a person has to mend there. It is empty for
    all but a few.
    """

    id: str
    goal: str
    status: str
    date: str | None
    summary: str
    log: str
    path: str
    text: str
    fields: dict[str, str]
    problem: str

    @property
    def is_session(self) -> bool:
        """Whether it is a root of the tree."""
        return "/" not in self.id

    @property
    def closed(self) -> bool:
        """Whether its work has ended."""
        return self.status in CLOSED

    @property
    def done_when(self) -> str:
        """What must hold for it to be completed."""
        return self.fields.get("Done when", "")

    @property
    def reason(self) -> str:
        """Why it failed, is blocked or does not hold."""
        return self.fields.get("Reason", "")

    @property
    def started(self) -> str:
        """When it began, as it is written: in UTC, to the second."""
        return self.fields.get("Started", "")


def frame_path(frame: str) -> str:
    """The path of the file of a frame."""
    return f"{SESSIONS}{frame}.md"


def frame_id(path: str) -> str:
    """The id of the frame whose file it is."""
    pure = PurePosixPath(path)
    return "/".join(pure.parts[pure.parts.index("sessions") + 1 :]).removesuffix(".md")


def unreadable_frame(path: str, problem: str) -> Frame:
    """A frame whose file cannot be read."""
    name = frame_id(path)
    return Frame(name, PurePosixPath(path).stem, "unreadable", None, "", "", path, "", {}, problem)


def read_readable(read: Callable[[str], str | None], path: str) -> Frame | None:
    """A frame by the path of its file; None for a file that is no text, or is gone."""
    try:
        text = read(path)
    except CtxError:
        return None
    return None if text is None else read_frame(text, path)


def read_frame(text: str, path: str) -> Frame:
    """One frame's file: `# Goal`, `**Field**:` lines, `## Summary`, `## Log`."""
    from ctx.markdown.document import Document
    from ctx.model.fields import read_fields
    from ctx.model.stamp import find_date

    document = Document.parse(text)
    pure = PurePosixPath(path)
    goal, head = pure.stem, text
    parts: dict[str, str] = {}
    for index, section in enumerate(document.sections):
        if section.heading.level == 1 and index == 0:
            goal, head = section.heading.text, text[section.body : section.end]
        elif section.heading.level == 2:
            end = document.subtree_end(index)
            parts.setdefault(section.heading.text.strip().lower(), text[section.body : end].strip())
    fields = read_fields(head)
    summary, said = parts.get("summary", ""), fields.get("Status", "").strip()
    status = said.split(" ")[0].lower().replace("-", "_") or (COMPLETED if summary else IN_PROGRESS)
    known = status in MOVES
    return Frame(
        id=frame_id(path),
        goal=goal,
        status=status,
        date=find_date(fields.get("Started", "")) or find_date(pure.name) or find_date(frame_id(path)),
        summary=summary,
        log=parts.get("log", ""),
        path=path,
        text=text,
        fields=fields,
        problem="" if known else f"says **Status**: {said[:40]}; it can be {', '.join(MOVES)}",
    )
