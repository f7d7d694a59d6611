"""What packing is about: what competes, what may be spent on it, and what was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from ctx.memory.frame import Frame
from ctx.memory.task import Task
from ctx.retrieval.score import Ranking


class Shares(NamedTuple):
    """Shares of the budget: at most for tasks and summaries, at least for each tier."""

    tasks: float
    summaries: float
    floors: tuple[float, ...]


class Content(NamedTuple):
    """What competes for a packet.

    `tasks` stand most urgent first, `frames` latest first, `scored` in file order; `headings` names the
    section of each kind; `asked` is the number of queries, and without any every entry competes.
    """

    rules: str
    tasks: Sequence[Task]
    frames: Sequence[Frame]
    scored: Ranking
    headings: dict[str, str]
    asked: int


class Choice:
    """What went in: the first sections' texts and numbers into `Content.scored`, lines best first."""

    def __init__(self) -> None:
        self.head = self.tasks = self.now = ""
        self.whole: set[int] = set()
        self.lines: list[int] = []
        self.left_out = 0


class Sizes(Protocol):
    """What is known already: texts, and sizes as (units, characters)."""

    @property
    def head(self) -> str:
        """The title and the rules."""

    def item(self, task: Task) -> str:
        """A task's text."""

    def whole_text(self, number: int) -> str:
        """A whole entry's text."""

    def whole(self, number: int) -> tuple[int, int]:
        """The size of a whole entry."""

    def line(self, number: int) -> tuple[int, int]:
        """The size of an entry's one line."""
