"""The entries' claim on a packet: each whole or as a line, under the heading of its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ctx.packet import render
from ctx.packet.blocks import LINE_BREAK, NOTHING, Budget, Size, total
from ctx.packet.content import FULL, SUMMARY, Choice, Content
from ctx.packet.coverage import Coverage, best_first
from ctx.packet.forms import Forms

# The kinds with a tier of their own, in order; all others share the last tier.
TIERS = ("convention", "decision")
# An entry that costs no more than so many times its line goes in whole instead.
_LITTLE_MORE = 1.5


class EntryClaims:
    """The entries that were chosen, while the budget is spent on them."""

    def __init__(
        self, content: Content, forms: Forms, coverage: Coverage, budget: Budget, choice: Choice
    ) -> None:
        self.content, self.forms, self.budget, self.choice = content, forms, budget, choice
        self.scored, self.coverage = content.scored, coverage
        self._sections: set[str] = set()
        self._said: dict[int, int] = {}
        self._lines_open = False

    def is_in(self, number: int) -> bool:
        """Whether an entry is in, in any form."""
        return number in self.choice.whole or number in self.choice.lines

    def take_whole(self, number: int, reason: str, within: Size | None = None) -> Size | None:
        """Take an entry whole, in place of its line, where it fits and no other says the same.

        Returns what it cost more than before, None where it is not taken.
        """
        if number in self.choice.whole:
            return NOTHING
        cost = self.cost(number)
        if not self.budget.fits(cost, within=within) or self._is_said(number):
            return None
        self._sections.add(self.scored.kinds[number])
        self.choice.lines.pop(number, None)
        self.choice.whole[number] = reason
        self.coverage.choose(number)
        return self.budget.take(cost)

    def take_line(self, number: int, reason: str, within: Size | None = None) -> Size | None:
        """Take an entry as a line, or whole where that is hardly more; returns what it cost."""
        if self.is_in(number):
            return NOTHING
        self.open_lines()
        line = self.forms.size(number, SUMMARY)
        if self._is_short(number):
            whole = self.take_whole(number, f"{reason}; whole, for it is hardly longer than its line", within)
            if whole is not None:
                return whole
        if not self._lines_open or not self.budget.fits(line, within=within):
            return None
        self.choice.lines[number] = reason
        self.coverage.choose(number, line=True)
        return self.budget.take(line)

    def open_lines(self) -> None:
        """Make room for the heading of the lines and for the last one, which counts what is left out."""
        if self._lines_open or len(self.choice.whole) == len(self.scored):
            return
        block_counter = self.forms.block_counter
        counted = block_counter(render.more_entries(len(self.scored)))
        closing = total(block_counter(render.ALSO_KNOWN).size, counted.size, LINE_BREAK)
        if self.budget.fits(closing):
            self.budget.take(closing)
            self._lines_open = True

    def left_out(self) -> int:
        """How many entries have no room even for a line, where there is room to say so."""
        chosen = len(self.choice.whole) + len(self.choice.lines)
        return len(self.scored) - chosen if self._lines_open else 0

    def step(self, number: int, form: str) -> Size:
        """What an entry costs at least to be taken in a form now."""
        size = self.forms.size(number, form)
        had = form == FULL and number in self.choice.lines
        return size.less(self.forms.size(number, SUMMARY)) if had else size

    def cost(self, number: int) -> Size:
        """What a whole entry costs now, with its section's heading where that is not there yet."""
        whole = self.step(number, FULL)
        kind = self.scored.kinds[number]
        if kind in self._sections:
            return whole
        heading = self.forms.block_counter(render.section_heading(self.content.headings[kind])).size
        return whole.plus(heading).plus(LINE_BREAK)

    def worth(self, number: int) -> float:
        """What a whole entry would add for its size."""
        tokens = self.forms.block_counter.counter.tokens(self.forms.size(number, FULL).units)
        return self.coverage.worth(number, tokens)

    def _is_short(self, number: int) -> bool:
        """Whether an entry is hardly longer than its line."""
        return self.forms.size(number, FULL).fits(self.forms.size(number, SUMMARY).share(_LITTLE_MORE))

    def _is_said(self, number: int) -> bool:
        """Whether another entry that is in whole says the same; the first one to come says it."""
        if self._is_short(number):
            return False
        first = self._said.setdefault(self.forms.wording(number), number)
        if first != number:
            self.choice.same[number] = first
        return first != number


class Competition:
    """The greedy choice among the entries that are relevant enough, with a floor for each tier.

    Room is kept for what each tier lacks to its floor while the best of all tiers are chosen, then the floors
    are filled, then the rest: no kind crowds out another, and a floor that is reached anyway costs nothing.
    """

    def __init__(self, claims: EntryClaims, competing: Iterable[int], floors: tuple[float, ...]) -> None:
        self.claims, self.budget = claims, claims.budget
        self.tiers: dict[int, list[int]] = {}
        for number in competing:
            self.tiers.setdefault(self._tier(number), []).append(number)
        self.lacking = {tier: self.budget.left.share(floors[tier]) for tier in self.tiers}

    def run(self, reason: Callable[[int], str]) -> None:
        """Take the entries; `reason` says why one is in."""
        every = [number for members in self.tiers.values() for number in members]
        self._take(every, self._room_beside_floors, reason)
        for _, members in sorted(self.tiers.items()):
            self._take(members, self.lacking.__getitem__, reason)
        self._take(every, lambda _: self.budget.left, reason)

    def _take(
        self, numbers: Iterable[int], room: Callable[[int], Size], reason: Callable[[int], str]
    ) -> None:
        """Take the best of some entries, each as long as there is `room` for its tier."""
        claims, rooms = self.claims, dict[int, Size]()

        def room_of(number: int) -> Size:
            tier = self._tier(number)
            if tier not in rooms:
                rooms[tier] = room(tier)
            return rooms[tier]

        def fits(number: int) -> bool:
            return claims.forms.size(number, FULL).fits(room_of(number))

        waiting = [number for number in numbers if number not in claims.choice.whole]
        for number in best_first(waiting, claims.worth, fits):
            spent = claims.take_whole(number, reason(number), within=room_of(number))
            if spent is not None:
                self._count(number, spent)
                rooms.clear()

    def _count(self, number: int, spent: Size) -> None:
        tier = self._tier(number)
        self.lacking[tier] = self.lacking[tier].less(spent)

    def _room_beside_floors(self, tier: int) -> Size:
        """What an entry of a tier may take of what is left: not what others lack to their floors."""
        left = self.budget.left
        for other, lacking in self.lacking.items():
            left = left if other == tier else left.less(lacking)
        return left

    def _tier(self, number: int) -> int:
        kind = self.claims.scored.kinds[number]
        return TIERS.index(kind) if kind in TIERS else len(TIERS)
