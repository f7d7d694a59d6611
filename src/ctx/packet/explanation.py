"""The account of a packet: for each entry and task its form, why, and a budget that admits an entry whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from ctx.errors import BudgetError
from ctx.model.columns import Lazy
from ctx.model.task import Task
from ctx.packet.content import FULL, OMITTED, SUMMARY
from ctx.packet.pack import Limits, Packed
from ctx.retrieval.ranking.score import Scored

# Budgets tried for `admitted_at` grow by this factor; the last one tried holds everything.
_STEP = 1.25


class Section(NamedTuple):
    """A section of the packet and its tokens."""

    name: str
    tokens: int


class Score(NamedTuple):
    """What an entry's score is made of; `terms` and `tasks` name what brought it in."""

    total: float
    relevance: float
    recency: float
    weight: float
    marks: float
    terms: Mapping[str, float]
    tasks: Sequence[str]


class Receipt:
    """One entry and what became of it: `form` is `full`, `summary` or `omitted`, `reason` says why.

    `tokens` is what it takes in this packet.
    """

    def __init__(self, scored: Scored, form: str, tokens: int, account: Explanation, number: int) -> None:
        entry = scored.entry
        self.id, self.kind, self.title = entry.id, entry.kind, entry.title
        self.path, self.line, self.date = entry.path, entry.line, entry.date
        self.form, self.tokens = form, tokens
        self._scored, self._account, self._number = scored, account, number

    @property
    def reason(self) -> str:
        """Why it is in, in this form, or why not."""
        return self._account.reason(self._number)

    @property
    def admitted_at(self) -> int | None:
        """A budget in tokens that admits the entry whole; None where another one says the same."""
        return self._account.admitted_at.get(self._number)

    @cached_property
    def score(self) -> Score:
        """What its score is made of."""
        one = self._scored
        terms, tasks = self._account.evidence(self._number)
        return Score(one.total, one.relevance, one.recency, one.weight, one.marks, terms, tasks)

    def to_json(self) -> dict[str, Any]:
        """The object of an entry in `ctx agent --json`."""
        score = self.score
        return {
            **{key: getattr(self, key) for key in ("id", "kind", "title", "path", "line", "date", "form")},
            "tokens": self.tokens,
            "reason": self.reason,
            "admitted_at": self.admitted_at,
            "score": {
                "total": round(score.total, 6),
                "relevance": round(score.relevance, 6),
                "recency": round(score.recency, 6),
                "weight": score.weight,
                "marks": round(score.marks, 6),
                "terms": {term: round(value, 6) for term, value in score.terms.items()},
                "tasks": list(score.tasks),
            },
        }


class TaskReceipt(NamedTuple):
    """One task and what became of it, as for an entry; a task that is omitted is counted."""

    id: str
    form: str
    reason: str


class TaskExplanation(Lazy[TaskReceipt]):
    """The receipts of the tasks, most urgent first, then of the blocked ones."""

    def __init__(self, packed: Packed) -> None:
        self._choice = packed.choice
        self._content = content = packed.packer.content
        self._tasks = [*content.asked, *content.tasks, *content.blocked]

    def __len__(self) -> int:
        return len(self._tasks)

    def item(self, place: int) -> TaskReceipt:
        """The receipt of the task of that number."""
        task = self._tasks[place]
        form = self._choice.tasks.get(task.id, OMITTED)
        return TaskReceipt(task.id, form, self._reason(place, task, form))

    def _reason(self, place: int, task: Task, form: str) -> str:
        if place < len(self._content.asked):
            why = "asked for"
        elif place >= len(self._content.asked) + len(self._content.tasks):
            return "blocked"
        else:
            why = "in progress" if task.in_progress else ""
        if form == FULL:
            return why or "there was room for all of it"
        lacking = "no room for more than a line" if form == SUMMARY else "no room for a line"
        return f"{why}, but {lacking}" if why else lacking


class Explanation(Lazy[Receipt]):
    """The receipts of all entries in file order, each worked out when it is looked at."""

    def __init__(self, packed: Packed) -> None:
        self.packer, self.choice, self.limits = packed.packer, packed.choice, packed.limits
        self.evidence = packed.evidence
        self._made: dict[int, Receipt] = {}

    def __len__(self) -> int:
        return len(self.packer.content.scored)

    def item(self, place: int) -> Receipt:
        """The receipt of the entry of that number."""
        if place not in self._made:
            form = self.form(place)
            size = 0 if form == OMITTED else self.packer.forms.size(place, form).units
            tokens = self.packer.block_counter.counter.tokens(size)
            self._made[place] = Receipt(self.packer.content.scored[place], form, tokens, self, place)
        return self._made[place]

    def form(self, number: int) -> str:
        """The form of an entry."""
        if number in self.choice.whole:
            return FULL
        return SUMMARY if number in self.choice.lines else OMITTED

    def reason(self, number: int) -> str:
        """Why an entry has this form, in a few words."""
        if number in self.choice.whole:
            return self.choice.whole[number]
        if number in self.choice.same:
            other = self.packer.content.scored[self.choice.same[number]].entry
            said = f"says the same as {other.id}"
        else:
            said = self.choice.lines.get(number) or self.packer.why_not(number)
        return said if number in self.choice.lines else f"{said}; no room for a line"

    @cached_property
    def admitted_at(self) -> dict[int, int]:
        """For each entry the smallest budget of those tried that packs it whole; each was really packed."""
        found = dict.fromkeys(self.choice.whole, self.limits.tokens)
        same, budget = set(self.choice.same), max(self.limits.tokens, 1)
        while len(found.keys() | same) < len(self):
            budget = int(budget * _STEP) + 1
            try:
                choice = self.packer.pack(Limits(budget))
            except BudgetError as error:
                budget = error.need
                continue
            same = set(choice.same)
            for number in choice.whole:
                found.setdefault(number, budget)
        return found
