"""The journal of the last apply: what each file was, told as the difference from what it became.

It lies in `.context/.local/`; without it nothing is lost but the undo.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ctx.errors import CtxError
from ctx.model.file_roles import in_context

PATH = in_context(".local/consolidation.json")
_VERSION = 1
Read = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class JournalChange:
    """A file that a step changed: `old` stood where it differs, behind `head` characters and before `tail`.

    `before` and `after` are digests; `before` is None where there was no file.
    """

    path: str
    before: str | None
    after: str
    head: int
    tail: int
    old: str

    @classmethod
    def between(cls, path: str, before: str | None, after: str) -> JournalChange:
        """The difference between two texts; None where there was no file."""
        old = before or ""
        head = _common(old, after)
        tail = _common(old[head:][::-1], after[head:][::-1])
        return cls(
            path,
            None if before is None else _digest(before),
            _digest(after) or "",
            head,
            tail,
            old[head : len(old) - tail],
        )

    def undone(self, text: str) -> str | None:
        """What the file was, from what it became."""
        if self.before is None:
            return None
        return text[: self.head] + self.old + text[len(text) - self.tail :]


@dataclass(frozen=True, slots=True)
class Journal:
    """The steps of one run, in order; a step is what was written at once."""

    run: str
    steps: tuple[tuple[JournalChange, ...], ...]

    def to_text(self) -> str:
        """It as the text of its file."""
        steps = [[asdict(change) for change in step] for step in self.steps]
        return json.dumps({"version": _VERSION, "run": self.run, "steps": steps}, indent=1) + "\n"

    def after(self, changes: Sequence[JournalChange], run: str, read: Read) -> Journal:
        """The journal once a step is written: of this run, or of one that was cut short and goes on now."""
        goes_on = run == self.run or (bool(self.steps) and not self._is_whole(read))
        return Journal(run, (*self.steps, tuple(changes)) if goes_on else (tuple(changes),))

    def _is_whole(self, read: Read) -> bool:
        """Whether no file of the last step is still as it was before it."""
        return not any(_digest(read(change.path)) == change.before for change in self.steps[-1])

    def undo(self, read: Read) -> dict[str, str | None]:
        """The texts of the files as they were, None for one that was not there.

        Raises CtxError naming the first file that is not as it was left.
        """
        texts: dict[str, str | None] = {}
        first = {change.path: change.before for step in reversed(self.steps) for change in step}
        for step in reversed(self.steps):
            for change in reversed(step):
                now = texts[change.path] if change.path in texts else read(change.path)
                if now is not None and _digest(now) == change.after:
                    texts[change.path] = change.undone(now)
                elif _digest(now) not in {change.before, first[change.path]}:
                    raise CtxError(
                        "has changed since the last apply, so that cannot be taken back; nothing was written",
                        path=change.path,
                        hint="the originals are in .context/archive/",
                    )
        return texts


def read_journal(text: str | None) -> Journal:
    """The journal in a file's text; an empty one where there is none or it cannot be read."""
    try:
        raw: Mapping[str, Any] = json.loads(text or "{}")
        steps = tuple(tuple(JournalChange(**change) for change in step) for step in raw["steps"])
        return Journal(str(raw["run"]), steps)
    except (ValueError, KeyError, TypeError):
        return Journal("", ())


def _digest(text: str | None) -> str | None:
    return None if text is None else hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low
