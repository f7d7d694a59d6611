"""The statuses of a frame, and which may follow which."""

from __future__ import annotations

from ctx.errors import CtxError, UsageError

PLANNED, IN_PROGRESS, BLOCKED = "planned", "in_progress", "blocked"
COMPLETED, FAILED, INVALIDATED = "completed", "failed", "invalidated"
MOVES = {
    PLANNED: (IN_PROGRESS, INVALIDATED),
    IN_PROGRESS: (COMPLETED, FAILED, BLOCKED, INVALIDATED),
    BLOCKED: (IN_PROGRESS, FAILED, INVALIDATED),
    COMPLETED: (),
    FAILED: (),
    INVALIDATED: (),
}
CLOSED = frozenset(status for status, moves in MOVES.items() if not moves)
# What tells them apart where there is no colour.
SIGNS = {
    PLANNED: "○",
    IN_PROGRESS: "▶",
    BLOCKED: "‖",
    COMPLETED: "✓",
    FAILED: "✗",
    INVALIDATED: "–",
}


def status_named(text: str) -> str:
    """The status that a word means, in any case, with `-` or `_`. Raises UsageError."""
    status = text.strip().lower().replace("-", "_").replace(" ", "_")
    if status not in MOVES:
        raise UsageError(f"{text!r} is no status of a frame", hint=f"it is one of {', '.join(MOVES)}")
    return status


def require_move(name: str, old: str, new: str, *, path: str = "") -> None:
    """Raise CtxError, naming the moves there are, where a frame cannot come from one status to another."""
    if new in MOVES.get(old, ()):
        return
    legal = ", ".join(MOVES.get(old, ()))
    retry = "it stays closed; to try again, open a new frame: `ctx frame push GOAL --retry ID`"
    hint = f"from {old} it can become {legal}" if legal else retry
    raise CtxError(f"{name} is {old} and cannot become {new}", path=path or None, hint=hint)
