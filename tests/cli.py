"""Running the real command in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

FIXTURES = Path(__file__).parent.parent / "fixtures"


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


def ctx(*args: str, cwd: Path, stdin: str = "", env: dict[str, str] | None = None) -> Done:
    """Run `ctx` with these arguments; its output is read as UTF-8."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CTX_")}
    done = subprocess.run(
        [sys.executable, "-m", "ctx", *args],
        cwd=cwd,
        input=stdin.encode(),
        capture_output=True,
        env=environment | (env or {}),
        check=False,
        timeout=120,
    )
    return Done(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8", "replace"))


def project(root: Path, files: Mapping[str, str | bytes] | Mapping[str, str]) -> Path:
    """A project folder with some files in its `.context/`."""
    (root / ".context").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = root / ".context" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root
