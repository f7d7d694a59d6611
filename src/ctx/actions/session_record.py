"""`ctx session record`: a session that is over, written after the fact."""

from __future__ import annotations

from datetime import datetime

from ctx.actions.active_frame import tree_of
from ctx.actions.changes import Staging, change
from ctx.actions.read_context import Reader
from ctx.errors import UsageError
from ctx.model.frame import Frame, frame_path, read_frame
from ctx.writing.frames.new import compose_frame, free_name, moment, slug


def record_session(
    reader: Reader, title: str, body: str, now: datetime, *, date: str = "", label: str = "", by: str = ""
) -> Frame:
    """Write a session that is over: a release, a post-mortem. Raises UsageError without any."""
    if not body.strip():
        raise UsageError(
            "there is nothing to record", hint="give it with --body TEXT, or --body - from stdin"
        )
    when = moment(now) if not date else f"{date}T00:00:00Z"

    def act(changes: Staging) -> Frame:
        tree = tree_of(changes)
        name = f"{when[:10]}-{when[11:13]}{when[14:16]}-{slug(title) or 'session'}"
        path = frame_path(free_name(name, tree.__contains__))
        fields = {"Status": "completed", "Label": label, "Started": when, "Ended": when, "By": by}
        text = compose_frame(title, fields, summary=body)
        changes.write(path, text)
        return read_frame(text, path)

    return change(reader, act)
