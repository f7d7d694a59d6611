"""Who is at work: the name of the agent's session, told from the environment."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

# In this order; the first is a person's or a controller's, the others are set by the hosts themselves.
VARIABLES = (
    "CTX_SESSION",
    "CLAUDE_CODE_SESSION_ID",
    "CODEX_SESSION_ID",
    "CODEX_THREAD_ID",
    "COPILOT_AGENT_SESSION_ID",
    "OPENCODE_PID",
)
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DIGITS = 16


def agent_session(environ: Mapping[str, str]) -> str:
    """The name of the agent's session; empty where none is told, which means the checkout as such."""
    return next((value for name in VARIABLES if (value := environ.get(name, "").strip())), "")


def file_stem(session: str) -> str:
    """A session's name as that of a file: itself where it is plain, else a digest of it."""
    if not session:
        return "checkout"
    if _PLAIN.fullmatch(session) and session.lower() != "checkout":
        return session
    return "s-" + hashlib.sha256(session.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
