"""What packing is about: what competes, what may be spent on it, and what was chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ctx.model.frame import Frame
from ctx.model.task import Task
from ctx.packet.blocks import Size
from ctx.retrieval.ranking.ask import Question
from ctx.retrieval.ranking.score import Ranking

if TYPE_CHECKING:
    from ctx.packet.frame_view import FrameView

# The forms that an entry or a task can have in a packet.
FORMS = FULL, SUMMARY = "full", "summary"
OMITTED = "omitted"
# What is served before all else, in that order.
ASKED, IN_PROGRESS = 0, 1


class FrameStyle(StrEnum):
    """How frames are written."""

    xml = "xml"
    md = "md"


class Shares(NamedTuple):
    """Shares of the budget, see `[shares]` in docs/configuration.md; `floors` are those of the tiers."""

    tasks: float
    asked_tasks: float
    in_progress: float
    pinned: float
    frames: float
    lines: float
    floors: tuple[float, ...]


class Query(NamedTuple):
    """What entries are chosen for: the question, how much it counts, and whether it is served first.

    `first` is `ASKED`, `IN_PROGRESS`, or None for all others.
    """

    question: Question
    attention: float
    first: int | None = None

    @property
    def name(self) -> str:
        """Its name in accounts: the handle of its task, if it is one."""
        return self.question.id


class Content(NamedTuple):
    """What competes for a packet.

    `asked` are the tasks that were asked for, `tasks` the other open ones, most urgent first, `blocked` those
    that wait; `frames` are the last sessions, latest first, `view` is what the active frame sees, if there is
    one; `scored` stands in file order. `headings` names the section of each kind.
    `queries` are what the entries were scored against, in that order; without any every entry competes.
    `something_asked` says whether there was a task or a query to ask for.
    """

    rules: str
    asked: Sequence[Task]
    tasks: Sequence[Task]
    blocked: Sequence[Task]
    frames: Sequence[Frame]
    view: FrameView | None
    style: FrameStyle
    scored: Ranking
    headings: Mapping[str, str]
    queries: Sequence[Query]
    something_asked: bool


class Choice:
    """What went in: entries by their numbers in `Content.scored` and why, tasks by their handles and how.

    `same` maps an entry that says what another one says to that one. `counted` is the line that counts the
    tasks that are not shown; `uncounted` says that there are such tasks and no room even for that line.
    """

    def __init__(self) -> None:
        self.head = ""
        self.whole: dict[int, str] = {}
        self.lines: dict[int, str] = {}
        self.same: dict[int, int] = {}
        self.left_out = 0
        self.tasks: dict[str, str] = {}
        self.rows: list[str] = []
        self.counted = ""
        self.uncounted = 0
        self.frames: list[str] = []


class Sizes(Protocol):
    """What is known already of the texts and sizes of a packet's parts.

    Entries are known by their numbers, tasks by their handles; the form is `FULL` or `SUMMARY`.
    """

    @property
    def head(self) -> str:
        """The title and the rules."""

    def entry(self, number: int, form: str) -> Size:
        """The size of an entry."""

    def entry_text(self, number: int, form: str) -> str:
        """The text of an entry."""

    def wording(self, number: int) -> int:
        """What an entry says, as a number that others have that say the same."""

    def task(self, handle: str, form: str) -> tuple[str, int] | None:
        """The text of a task and its units, None where they are not known."""
