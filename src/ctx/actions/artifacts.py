"""`ctx artifact`: large outputs kept by reference, each with a line that says what it is.

The bytes lie in `.context/artifacts/` under a name made of their digest, and git ignores them unless they are
to be tracked. Beside them lies a page with summary, size and digest, which is tracked: a file each, so that
branches merge.
"""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath
from typing import NamedTuple

from ctx.actions.changes import Staging, change
from ctx.actions.read_context import Reader
from ctx.errors import CtxError, UsageError
from ctx.model.fields import read_fields
from ctx.model.file_roles import in_context
from ctx.reading.test_logs import summarize
from ctx.store.artifacts import keep_bytes
from ctx.writing.compose import one_line
from ctx.writing.guard import find_secrets

_FOLDER = in_context("artifacts/")
_IGNORE = f"{_FOLDER}.gitignore"
_IGNORED = "/*\n!/.gitignore\n!/*.md\n!/tracked/\n"
_DIGITS = 12


class Artifact(NamedTuple):
    """A kept output: its id, what it is, the file that holds it, its size in bytes and its sha256.

    `here` says whether the bytes are on this machine.
    """

    id: str
    summary: str
    path: str
    size: int
    digest: str
    here: bool


def add_artifact(
    reader: Reader, name: str, data: bytes, summary: str = "", *, track: bool = False
) -> Artifact:
    """Keep some bytes. Without a summary one is made where they are the log of a test run.

    Raises UsageError without a summary for anything else, CtxError for a secret that would be tracked.
    """
    text = data.decode("utf-8", "replace")
    said = one_line(summary) or summarize(text)
    if not said:
        raise UsageError("an artifact needs a summary", hint='--summary "What it is"; logs of tests have one')
    if track and (found := find_secrets(text)):
        line, what = found[0]
        raise CtxError(
            f"{name} looks like it holds a secret in line {line} ({what}); nothing was written",
            hint="leave out --track: git ignores it then",
        )
    digest = hashlib.sha256(data).hexdigest()
    id_ = f"A-{digest[:_DIGITS]}"
    suffix = "".join(c for c in PurePosixPath(name).suffix if c.isalnum() or c == ".")[:10] or ".bin"
    suffix = suffix if suffix != ".md" else ".txt"
    path = f"{_FOLDER}{'tracked/' if track else ''}{id_}{suffix}"
    page = (
        f"# {said}\n\n**File**: {path.removeprefix(_FOLDER)}\n**Size**: {len(data)}\n**Sha256**: {digest}\n"
        f"**Source**: {one_line(name)}\n"
    )

    def act(changes: Staging) -> None:
        if changes.read(_IGNORE) != _IGNORED:
            changes.write(_IGNORE, _IGNORED)
        changes.write(f"{_FOLDER}{id_}.md", page)

    change(reader, act)
    keep_bytes(reader.root, path, data)
    return Artifact(id_, said, path, len(data), digest, here=True)


def list_artifacts(reader: Reader) -> list[Artifact]:
    """Every artifact, by id."""
    paths = [path for path in reader.worktree.paths() if path.startswith(_FOLDER) and path.count("/") == 2]
    found = (_read(reader, path) for path in paths)
    return [artifact for artifact in found if artifact is not None]


def show_artifact(reader: Reader, reference: str) -> tuple[Artifact, bytes]:
    """An artifact with its bytes. Raises CtxError for one that is not there, not here, or damaged."""
    wanted = reference.strip().lower()
    found = [one for one in list_artifacts(reader) if wanted and one.id.lower().startswith(wanted)]
    if len(found) != 1:
        what = f"could be any of {len(found)} artifacts" if found else "is no artifact"
        raise CtxError(f"{reference!r} {what}", hint="`ctx artifact list` shows them")
    artifact = found[0]
    data = reader.worktree.read_bytes(artifact.path)
    if data is None:
        raise CtxError(
            f"{artifact.id} is not on this machine: {artifact.summary}",
            path=artifact.path,
            hint="git ignores what was not added with --track; whoever added it has it",
        )
    if hashlib.sha256(data).hexdigest() != artifact.digest:
        raise CtxError(
            f"{artifact.id} is not what was added", path=artifact.path, hint="it was changed since"
        )
    return artifact, data


def _read(reader: Reader, path: str) -> Artifact | None:
    text = reader.worktree.read(path) or ""
    title, _, body = text.replace("\r\n", "\n").partition("\n")
    fields = read_fields(body)
    name, size = fields.get("File", ""), fields.get("Size", "")
    parts = PurePosixPath(name).parts
    if not name or ".." in parts or PurePosixPath(name).is_absolute() or not size.isdecimal():
        return None
    file = f"{_FOLDER}{name}"
    here = bool(reader.worktree.present([file]))
    digest = fields.get("Sha256", "")
    return Artifact(PurePosixPath(path).stem, title.removeprefix("# "), file, int(size), digest, here)
