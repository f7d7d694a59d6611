"""The frame: a piece of work with a goal, a status, a log and, once closed, a summary."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import NamedTuple

CLOSED = frozenset({"completed", "failed", "invalidated"})


class Frame(NamedTuple):
    """One frame as read; `id` is its path below `sessions/` without the suffix."""

    id: str
    goal: str
    status: str
    date: str | None
    summary: str
    log: str
    path: str
    text: str

    @property
    def is_session(self) -> bool:
        """Whether it is a root of the tree."""
        return "/" not in self.id

    @property
    def closed(self) -> bool:
        """Whether its work has ended."""
        return self.status in CLOSED


def read_frame(text: str, path: str) -> Frame:
    """One frame's file: `# Goal`, `**Field**:` lines, `## Summary`, `## Log`."""
    from ctx.markdown.document import Document
    from ctx.model.fields import read_fields
    from ctx.model.stamp import find_date

    document = Document.parse(text)
    pure = PurePosixPath(path)
    below = pure.parts[pure.parts.index("sessions") + 1 :]
    goal, head = pure.stem, text
    parts: dict[str, str] = {}
    for index, section in enumerate(document.sections):
        if section.heading.level == 1 and index == 0:
            goal, head = section.heading.text, text[section.body : section.end]
        elif section.heading.level == 2:
            end = document.subtree_end(index)
            parts.setdefault(section.heading.text.strip().lower(), text[section.body : end].strip())
    fields = read_fields(head)
    summary = parts.get("summary", "")
    status = fields.get("Status", "").split(" ")[0].strip().lower().replace("-", "_")
    return Frame(
        id="/".join(below).removesuffix(".md"),
        goal=goal,
        status=status or ("completed" if summary else "in_progress"),
        date=find_date(fields.get("Started", "")) or find_date(pure.name) or find_date("/".join(below)),
        summary=summary,
        log=parts.get("log", ""),
        path=path,
        text=text,
    )
