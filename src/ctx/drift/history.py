"""What became of every path that history once held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from pathlib import PurePosixPath

RENAMED = "R"


class History:
    """The fate of each path, from (status, path, new path) triples, newest first.

    The status is git's letter: `A`, `D` or `R`. Only the newest change of a path counts: what was renamed,
    made again and then removed is gone.
    """

    def __init__(self, changes: Iterable[tuple[str, str, str]] = ()) -> None:
        self._fates: dict[str, str] = {}
        for status, path, to in changes:
            self._fates.setdefault(path, to if status == RENAMED else "")
            if status == RENAMED:
                self._fates.setdefault(to, "")

    def held(self, path: str) -> bool:
        """Whether a file of this name ever was there."""
        return path in self._fates

    def held_folder(self, path: str) -> bool:
        """Whether a folder of this name ever was there."""
        return path in self._folders

    def trail(self, path: str) -> Iterator[str]:
        """The names a file took one after the other, its first one left out."""
        seen = {path}
        while (path := self._fates.get(path, "")) and path not in seen:
            seen.add(path)
            yield path

    def trails(self, folder: str) -> Iterator[tuple[str, list[str]]]:
        """Each file once in a folder with its trail."""
        for path in self._folders.get(folder, ()):
            yield path, list(self.trail(path))

    def new_folders(self, folder: str, present: Collection[str]) -> Counter[str]:
        """Where a folder's files went by rename, with how many went there under the same inner name.

        The empty name stands for files that live on under a name of their own.
        """
        found: Counter[str] = Counter()
        for path, trail in self.trails(folder):
            inner = path[len(folder) :]
            alive = next((name for name in trail if name in present), "")
            if alive:
                found[alive.removesuffix(inner) if alive.endswith(inner) else ""] += 1
        return found

    @cached_property
    def _folders(self) -> dict[str, list[str]]:
        folders: dict[str, list[str]] = {}
        for path in self._fates:
            for parent in PurePosixPath(path).parents:
                folders.setdefault(str(parent), []).append(path)
        folders.pop(".", None)
        return folders
