"""Whether a path that a text speaks of is there, was moved, is gone, or cannot be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Literal, NamedTuple

from ctx.drift.history import History

State = Literal["ok", "moved", "gone", "unverifiable"]


class Verdict(NamedTuple):
    """What is known of a path; `at` is where it was looked for, `to` where it is now, `why` what hinders."""

    state: State
    at: str = ""
    to: str = ""
    why: str = ""


@dataclass(frozen=True)
class Places:
    """What disk and git say of paths, all relative to the root with `/`.

    `present` are the paths asked about that are on the disk, `tracked` all that git's index holds (a sparse
    checkout lacks some on the disk). `history` is None where it cannot be trusted, and `why` says why.
    `prefix` is the root's own place in its repository.
    """

    present: frozenset[str] = frozenset()
    tracked: frozenset[str] = frozenset()
    history: History | None = None
    why: str = "there is no git history"
    prefix: str = ""
    _verdicts: dict[tuple[str, ...], Verdict] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def judge(self, path: str, candidates: tuple[str, ...]) -> Verdict:
        """Judge a path by the places where it may be; `path` is as written."""
        key = (path, *candidates)
        if key not in self._verdicts:
            self._verdicts[key] = self._judge(path, candidates)
        return self._verdicts[key]

    def _judge(self, path: str, candidates: tuple[str, ...]) -> Verdict:
        for place in candidates:
            if self.exists(place):
                return Verdict("ok", place, place)
        if self._is_tail(path):
            return Verdict("ok")
        if self.history is None:
            return Verdict("unverifiable", why=self.why)
        verdicts = [self._trace(self.history, place) for place in candidates]
        for state in ("moved", "gone"):
            for verdict in verdicts:
                if verdict.state == state:
                    return verdict
        return next((v for v in verdicts if v.why), Verdict("unverifiable", why="git never saw it"))

    def exists(self, place: str) -> bool:
        """Whether a file or folder is on the disk or in git's index."""
        return place in self.present or place in self.tracked or place in self._tracked_folders

    def _trace(self, history: History, place: str) -> Verdict:
        for name in history.trail(place):
            if self.exists(name):
                return Verdict("moved", place, name)
        if history.held(place):
            return Verdict("gone", place)
        if not history.held_folder(place):
            return Verdict("unverifiable", place)
        homes = history.new_folders(place, self._everything)
        if not homes:
            return Verdict("gone", place)
        if len(homes) == 1 and (home := next(iter(homes))):
            return Verdict("moved", place, home)
        return Verdict("unverifiable", place, why="its files went several ways")

    def _is_tail(self, path: str) -> bool:
        """Whether some tracked file or folder has a path that ends in this one: `store/git.py`."""
        parts = PurePosixPath(path).parts
        if not parts or parts[0] == "..":
            return False
        ending = "/" + "/".join(parts)
        return any(("/" + other).endswith(ending) for other in self._by_name.get(parts[-1], ()))

    @cached_property
    def _everything(self) -> frozenset[str]:
        return self.present | self.tracked

    @cached_property
    def _tracked_folders(self) -> frozenset[str]:
        return frozenset(str(above) for path in self.tracked for above in PurePosixPath(path).parents)

    @cached_property
    def _by_name(self) -> Mapping[str, list[str]]:
        return _by_name((*self.tracked, *self._tracked_folders))


def _by_name(paths: Iterable[str]) -> dict[str, list[str]]:
    named: dict[str, list[str]] = {}
    for path in paths:
        named.setdefault(path.rpartition("/")[2], []).append(path)
    return named
