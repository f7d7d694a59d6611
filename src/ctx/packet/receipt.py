"""The packet and its receipts: what went in, in what form, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from ctx.errors import BudgetError
from ctx.memory.roster import Lazy
from ctx.packet import render
from ctx.packet.blocks import Block
from ctx.packet.pack import Packer
from ctx.packet.parts import Choice
from ctx.retrieval.score import Scored

# Budgets tried for `admitted_at` grow by this factor; the last one tried holds everything.
_STEP = 1.25
_FULL, _SUMMARY, _OMITTED = "full", "summary", "omitted"


class Score(NamedTuple):
    """What an entry's score is made of; `terms` and `tasks` name what brought it in."""

    total: float
    relevance: float
    recency: float
    weight: float
    marks: float
    terms: Mapping[str, float]
    tasks: Sequence[str]


class Section(NamedTuple):
    """A section of the packet and its tokens."""

    name: str
    tokens: int


class Receipt:
    """One entry and what became of it: `form` is `full`, `summary` or `omitted`, `reason` says why.

    `tokens` is what it takes in this packet.
    """

    def __init__(self, scored: Scored, form: str, tokens: int, ledger: Receipts, number: int) -> None:
        entry = scored.entry
        self.id, self.kind, self.title = entry.id, entry.kind, entry.title
        self.path, self.line, self.date = entry.path, entry.line, entry.date
        self.form, self.tokens = form, tokens
        self._scored, self._ledger, self._number = scored, ledger, number

    @property
    def reason(self) -> str:
        """Why it is in, in this form, or why not."""
        return self._ledger.reason(self._number, self.form)

    @property
    def admitted_at(self) -> int | None:
        """A budget in tokens that admits the entry whole."""
        return self._ledger.admitted_at.get(self._number)

    @cached_property
    def score(self) -> Score:
        """What its score is made of."""
        one = self._scored
        terms, tasks = self._ledger.evidence(self._number)
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


class Receipts:
    """What a packet can tell about its entries, worked out only when asked."""

    def __init__(
        self,
        packer: Packer,
        choice: Choice,
        budget: int,
        max_chars: int | None,
        evidence: Callable[[int], tuple[Mapping[str, float], Sequence[str]]],
    ) -> None:
        self.packer, self.choice = packer, choice
        self.budget, self.max_chars = budget, max_chars
        self.evidence = evidence

    @cached_property
    def admitted_at(self) -> dict[int, int]:
        """For each entry the smallest budget of those tried that packs it whole; each was really packed."""
        found = dict.fromkeys(self.choice.whole, self.budget)
        budget = max(self.budget, 1)
        missing = len(self.packer.content.scored) - len(found)
        while missing > 0:
            budget = int(budget * _STEP) + 1
            try:
                whole = self.packer.pack(budget).whole
            except BudgetError as error:
                budget = error.need
                continue
            for number in whole:
                found.setdefault(number, budget)
            missing = len(self.packer.content.scored) - len(found)
        return found

    def reason(self, number: int, form: str) -> str:
        """Why an entry has this form, in a few words."""
        scored = self.packer.content.scored[number]
        if form == _FULL:
            if scored.entry.pinned:
                return "pinned"
            if not self.packer.content.asked:
                return "nothing was asked: kind and recency decide"
            return self._relevant(number) if number in self.packer.competing else "filled what was left"
        if number in self.packer.competing and self.packer.content.asked:
            lost = f"{self._relevant(number)}, but others served the tasks better for their size"
        else:
            lost = "not relevant enough to compete" if self.packer.content.asked else "no room left"
        return lost if form == _SUMMARY else f"{lost}; no room for a line"

    def _relevant(self, number: int) -> str:
        tasks = self.evidence(number)[1]
        return f"relevant to {', '.join(tasks[:3])}" if tasks else "relevant"


class Packet(NamedTuple):
    """What `ctx agent` prints, and the account of it.

    `tokens` counts `text` with `tokenizer` exactly; `manifest` is a sha256 over all it was made from;
    `revision` is the git commit of the files, if any.
    """

    budget: int
    tokens: int
    tokenizer: str
    now: str
    manifest: str
    text: str
    sections: tuple[Section, ...]
    entries: Sequence[Receipt]
    find_revision: Callable[[], str | None]

    @property
    def revision(self) -> str | None:
        """The git commit the files were read from or lie on."""
        return self.find_revision()

    def to_json(self) -> dict[str, Any]:
        """The JSON object of `ctx agent --json`."""
        keys = ("budget", "tokens", "tokenizer", "now", "revision", "manifest", "text")
        return {
            **{key: getattr(self, key) for key in keys},
            "sections": [{"name": section.name, "tokens": section.tokens} for section in self.sections],
            "entries": [receipt.to_json() for receipt in self.entries],
        }


def write_packet(
    packer: Packer, receipts: Receipts, *, now: str, manifest: str, revision: Callable[[], str | None]
) -> Packet:
    """Put the chosen blocks together and account for them."""
    choice, counter = receipts.choice, packer.press.counter
    sections = _assemble(choice, packer)
    text = "".join(block.text for _, blocks in sections for block in blocks)
    units = sum(block.units for _, blocks in sections for block in blocks)
    if text.endswith("\n\n"):
        last = sections[-1][1][-1]
        less = packer.press(last.text[:-1]).units - last.units
        if less <= 0:  # some tokens end in two line breaks and have no counterpart that ends in one
            units += less
            text = text[:-1]
    return Packet(
        budget=receipts.budget,
        tokens=counter.tokens(units),
        tokenizer=counter.name,
        now=now,
        manifest=manifest,
        text=text,
        sections=tuple(
            Section(name, counter.tokens(sum(block.units for block in blocks))) for name, blocks in sections
        ),
        entries=Account(packer, receipts),
        find_revision=revision,
    )


def _assemble(choice: Choice, packer: Packer) -> list[tuple[str, list[Block]]]:
    """The packet as (section name, blocks) pairs in their order; joined, the blocks are its text."""
    content, press = packer.content, packer.press
    lead = [("constitution", choice.head), ("tasks", choice.tasks), ("now", choice.now)]
    sections = [(name, [press(text)]) for name, text in lead if text]
    for kind, heading in content.headings.items():
        members = [n for n in sorted(choice.whole) if content.scored.kinds[n] == kind]
        if members:
            blocks = [press(render.section_heading(heading)), *map(packer.printed_whole, members)]
            sections.append((heading.lower(), blocks))
    known = [*map(packer.printed_line, choice.lines)]
    if choice.left_out:
        known.append(press(render.more_entries(choice.left_out)))
    if known:
        sections.append(("also known", [press(render.ALSO_KNOWN), *known]))
    return sections


class Account(Lazy[Receipt]):
    """The receipts of all entries in file order, each made when it is looked at."""

    def __init__(self, packer: Packer, receipts: Receipts) -> None:
        self._packer, self._receipts = packer, receipts
        self._lines = frozenset(receipts.choice.lines)
        self._made: dict[int, Receipt] = {}

    def __len__(self) -> int:
        return len(self._packer.content.scored)

    def item(self, place: int) -> Receipt:
        """The receipt of the entry of that number."""
        if place not in self._made:
            self._made[place] = self._make(place)
        return self._made[place]

    def _make(self, number: int) -> Receipt:
        packer, tokens = self._packer, self._packer.press.counter.tokens
        form, spent = _OMITTED, 0
        if number in self._receipts.choice.whole:
            form, spent = _FULL, tokens(packer.whole(number).units)
        elif number in self._lines:
            form, spent = _SUMMARY, tokens(packer.line(number).units)
        return Receipt(packer.scored(number), form, spent, self._receipts, number)
