"""What a context holds but for its sessions, just read or looked up when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ctx.model.entry import Entry
    from ctx.model.task import Task


class Memory(Protocol):
    """What a context holds. Entries stand in table order of their kinds, then by file, then in file order."""

    @property
    def constitution(self) -> str:
        """The rules."""

    @property
    def entries(self) -> Sequence[Entry]:
        """Every entry that was read."""

    @property
    def tasks(self) -> list[Task]:
        """The tasks of all files."""

    @property
    def live(self) -> Sequence[Entry]:
        """The entries that take part in the ranking."""
