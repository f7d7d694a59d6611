"""What the commands on frames and sessions share: their options, and how a frame is printed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

from ctx.cli.declare import Argument, Option
from ctx.model.agent_session import agent_session

if TYPE_CHECKING:
    from datetime import datetime

    from ctx.model.frame import Frame

Agent = Annotated[
    str,
    Option("--session", metavar="ID", help="Act on another agent's session, or on the frame of this id."),
]
Goal = Annotated[str, Argument(metavar="GOAL", help="What is to be reached, in one line.")]
FrameId = Annotated[
    str,
    Argument(metavar="ID", help="A frame's id, without its stamp, or its last part.", complete="frames"),
]
AnyFrame = Annotated[
    str | None, Argument(metavar="ID", help="A frame; default: the active one.", complete="frames")
]
SessionId = Annotated[
    str, Argument(metavar="ID", help="A session's id, with or without its stamp.", complete="frames")
]
DoneWhen = Annotated[str | None, Option("--done-when", help="What must hold for it to be completed.")]
Name = Annotated[str, Option("--name", help="What its file is called; default: from the goal.")]
Children = Annotated[
    str, Option("--children", metavar="carry|invalidate", help="What becomes of frames still open below.")
]


def who() -> str:
    """The agent's session that runs this command."""
    return agent_session(os.environ)


def moment_now() -> datetime:
    """The time of this call."""
    from datetime import UTC, datetime

    return datetime.now(UTC)


def frame_json(frame: Frame, name: str, *, active: bool | None = None) -> dict[str, Any]:
    """The JSON object of a frame."""
    shown = {
        "id": frame.id,
        "name": name,
        "goal": frame.goal,
        "status": frame.status,
        "path": frame.path,
        "started": frame.started or None,
        "ended": frame.fields.get("Ended") or None,
        "fields": frame.fields,
        "summary": frame.summary,
        "problem": frame.problem,
    }
    return shown if active is None else {**shown, "active": active}
