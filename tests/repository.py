"""Real git repositories with a context, for stories that run real commands."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.cli import Done, ctx

_WHO = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
# No agent's session: what the tests run in may be one.
NOBODY = dict.fromkeys(
    (
        "CLAUDE_CODE_SESSION_ID",
        "CODEX_SESSION_ID",
        "CODEX_THREAD_ID",
        "COPILOT_AGENT_SESSION_ID",
        "OPENCODE_PID",
    ),
    "",
)


def git(root: Path, *args: str) -> str:
    """Run git; what it printed."""
    done = subprocess.run(
        ["git", *args], cwd=root, env={**os.environ, **_WHO}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def run(root: Path, *args: str, who: str = "", stdin: str = "") -> Done:
    """Run `ctx` as an agent's session, or as nobody in particular."""
    return ctx(*args, cwd=root, stdin=stdin, env={**_WHO, **NOBODY, "CTX_SESSION": who})


def ok(root: Path, *args: str, who: str = "", stdin: str = "") -> str:
    """Run `ctx`, which must succeed; what it printed."""
    done = run(root, *args, who=who, stdin=stdin)
    assert done.code == 0, done.err
    return done.out


def repository(root: Path) -> Path:
    """A repository with a context and a commit."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "-q", "-b", "main")
    ok(root, "init")
    (root / "app.py").write_text("print('app')\n")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "Begin")
    return root


def session_file(root: Path, name: str = "") -> Path:
    """The file of the session of a name, of the only one without a name."""
    [found] = (root / ".context/sessions").glob(f"*{name}.md")
    return found
