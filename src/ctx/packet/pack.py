"""Packing: the fixed order of claims on the budget, filled exactly.

constitution → tasks → pinned → frames → conventions → decisions → the rest → a common pool → one line each
→ what is left turns lines into whole entries. docs/retrieval.md explains the choice.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable

from ctx.errors import BudgetError
from ctx.packet import render
from ctx.packet.blocks import EMPTY, UNLIMITED, Block, Ledger, Press, Room
from ctx.packet.parts import Choice, Content, Shares, Sizes
from ctx.retrieval.cover import Coverage
from ctx.retrieval.score import Scored

# The kinds with a tier of their own, in order; all others share the last tier.
TIERS = ("convention", "decision")
# Room for lines is kept for as many entries as are at least this relevant, about the two best of a task.
_NEAR = 0.7
# After so many entries in a row that do not fit, filling stops: what is left is too small for them.
_MISFITS = 64


class Packer:
    """Packs one content into any budget; texts are rendered and counted once for all of them."""

    def __init__(
        self, content: Content, press: Press, shares: Shares, threshold: float, sizes: Sizes | None = None
    ) -> None:
        self.content = content
        self.press = press
        self.shares = shares
        # A stable sort keeps file order among equals, reversed or not.
        self.ranked = sorted(range(len(content.scored)), key=content.scored.totals.__getitem__, reverse=True)
        every = not content.asked or threshold <= 0
        self.competing = frozenset(
            range(len(content.scored))
            if every
            else (n for n in content.scored.found if content.scored.relevance(n) >= threshold)
        )
        self.head = sizes.head if sizes else render.head(content.rules)
        self.item = sizes.item if sizes else render.task_item
        self._sizes = sizes
        self._wholes: dict[int, Block] = {}
        self._lines: dict[int, Block] = {}
        self._scored: dict[int, Scored] = {}

    def pack(self, budget: int, max_chars: int | None = None) -> Choice:
        """Choose what goes into a budget in tokens and, where given, in characters.

        Raises BudgetError where not even the constitution fits.
        """
        chars = UNLIMITED if max_chars is None else max_chars
        return _Packing(self, Room(self.press.counter.limit(budget), chars)).run()

    def scored(self, number: int) -> Scored:
        """An entry with its score."""
        known = self._scored.get(number)
        if known is None:
            known = self._scored[number] = self.content.scored[number]
        return known

    def whole(self, number: int) -> Block:
        """The block of a whole entry; its text may be left out."""
        if number not in self._wholes:
            known = self._sizes.whole(number) if self._sizes else None
            self._wholes[number] = Block("", *known) if known else self.press(self._whole_text(number))
        return self._wholes[number]

    def line(self, number: int) -> Block:
        """The block of an entry's one line; its text may be left out."""
        if number not in self._lines:
            known = self._sizes.line(number) if self._sizes else None
            self._lines[number] = Block("", *known) if known else self.press(self._line_text(number))
        return self._lines[number]

    def printed_whole(self, number: int) -> Block:
        """The block of a whole entry with its text."""
        return self.whole(number)._replace(text=self._whole_text(number))

    def printed_line(self, number: int) -> Block:
        """The block of an entry's one line with its text."""
        return self.line(number)._replace(text=self._line_text(number))

    def _whole_text(self, number: int) -> str:
        if self._sizes:
            return self._sizes.whole_text(number)
        return render.entry_whole(self.content.scored.roster.entries[number])

    def _line_text(self, number: int) -> str:
        return render.entry_line(self.content.scored.roster.entries[number])


class _Rooms(dict[int, Room]):
    """The room of each tier, worked out when it is asked for; to be emptied when any is taken."""

    def __init__(self, room: Callable[[int], Room]) -> None:
        super().__init__()
        self._room = room

    def __missing__(self, tier: int) -> Room:
        room = self[tier] = self._room(tier)
        return room


class _Packing:
    """One packing: what is left of the budget, and the choice so far."""

    def __init__(self, packer: Packer, room: Room) -> None:
        self.packer = packer
        self.content = packer.content
        self.press = packer.press
        self.room = room
        self.ledger = Ledger(room)
        self.choice = Choice()
        self.coverage = Coverage(0, 0)
        self.sections: set[str] = set()
        self.lacking: dict[int, Room] = {}
        self.closing: tuple[Block, ...] = ()

    def run(self) -> Choice:
        if not self._take_head():
            return self.choice
        self._take_tasks()
        self.coverage = Coverage(self.content.asked, self.press.counter.tokens(self.ledger.left.units))
        for number in self.content.scored.pinned:
            self._take_whole(number)
        self._take_frames()
        self._set_closing_aside()
        reserve = self.ledger.set_aside(self._lines_room())
        self._take_competing()
        self.ledger.release(reserve)
        self._take_lines(reserve)
        self._turn_lines_whole()
        self._take_lines(self.ledger.left)
        self._settle_closing()
        return self.choice

    def _take_head(self) -> bool:
        """The title and the constitution, whole or not at all."""
        head = self.press(self.packer.head)
        if self.ledger.fits(head):
            self.ledger.take(head)
            self.choice.head = head.text
            return True
        if not self.content.rules:
            return False
        need = self.press.counter.tokens(head.units)
        if head.units > self.room.units:
            raise BudgetError(
                f"the constitution alone needs {need} tokens",
                need=need,
                hint=f"give a budget of at least {need}, or shorten CONSTITUTION.md",
            )
        raise BudgetError(
            f"the constitution alone needs {head.chars} characters ({need} tokens)",
            need=need,
            hint=f"allow at least {head.chars} characters, or shorten CONSTITUTION.md",
        )

    def _take_tasks(self) -> None:
        """Whole tasks, most urgent first, up to their share; those cut are counted in one line."""
        tasks = self.content.tasks
        frame = self.press("## Tasks\n"), self.press(render.more_tasks(max(len(tasks), 1)))
        within = self.room.share(self.packer.shares.tasks)
        # The blank line that ends the section can cost one unit more than its items do alone.
        inner = Ledger(within.less(Room(1 + sum(b.units for b in frame), 1 + sum(b.chars for b in frame))))
        chosen = []
        for task in tasks:
            item = self.press(self.packer.item(task))
            if inner.fits(item):
                inner.take(item)
                chosen.append(task)
        in_file_order = sorted(chosen, key=lambda task: (task.path, task.position))
        section = self.press.joined(
            render.tasks_section(map(self.packer.item, in_file_order), len(tasks) - len(chosen))
        )
        if self.ledger.fits(section, within=within if chosen else None):
            self.ledger.take(section)
            self.choice.tasks = section.text

    def _take_frames(self) -> None:
        """The latest sessions, as many as fit."""
        for count in range(len(self.content.frames), 0, -1):
            section = self.press(render.now_section(reversed(self.content.frames[:count])))
            if self.ledger.fits(section):
                self.ledger.take(section)
                self.choice.now = section.text
                return

    def _set_closing_aside(self) -> None:
        """Room for the last section's heading and for its last line, while anything may be left out."""
        closing = (self.press(render.ALSO_KNOWN), self.press(render.more_entries(len(self.content.scored))))
        if len(self.choice.whole) < len(self.content.scored) and self.ledger.fits(*closing):
            self.ledger.take(*closing)
            self.closing = closing

    def _lines_room(self) -> Room:
        """Room for the lines of what comes close: the scarcer the room, the more whole entries go before."""
        share = self.packer.shares.summaries * (1.0 - self.coverage.scarcity)
        near = [n for n in self.packer.competing if self.content.scored.relevance(n) >= _NEAR]
        lines = [self.packer.line(n) for n in (near if self.content.asked else self.packer.competing)]
        most = self.ledger.left.share(share)
        return Room(
            min(most.units, sum(line.units for line in lines)),
            min(most.chars, sum(line.chars for line in lines)),
        )

    def _take_competing(self) -> None:
        """The best while room is kept for what each tier lacks to its floor, then the floors, then the rest.

        So no kind crowds out another, and a floor that is reached anyway costs nothing.
        """
        tiers: dict[int, list[int]] = {}
        for number in self.packer.competing:
            tiers.setdefault(self._tier(number), []).append(number)
        floors = self.packer.shares.floors
        self.lacking = {tier: self.ledger.left.share(floors[tier]) for tier in tiers}
        self._take_best(self.packer.competing, self._room_beside_floors)
        for _, members in sorted(tiers.items()):
            self._take_best(members, self.lacking.__getitem__)
        self._take_best(self.packer.competing, lambda _: self.ledger.left)

    def _room_beside_floors(self, tier: int) -> Room:
        """What an entry of a tier may take of what is left: not what others lack to their floors."""
        left = self.ledger.left
        for other, lacking in self.lacking.items():
            left = left if other == tier else left.less(lacking)
        return left

    def _tier(self, number: int) -> int:
        kind = self.content.scored.kinds[number]
        return TIERS.index(kind) if kind in TIERS else len(TIERS)

    def _take_best(self, numbers: Iterable[int], room: Callable[[int], Room]) -> None:
        """Greedy choice by gain per cost, skipping what does not fit in the `room` of its tier.

        Gains only shrink as more is chosen, so an outdated one is looked at again when it comes up (the lazy
        greedy of Minoux 1978).
        """
        rooms = _Rooms(room)
        small = (n for n in numbers if n not in self.choice.whole and self._could_fit(n, rooms))
        waiting = [(-self._worth(n), n) for n in small]
        heapq.heapify(waiting)
        while waiting:
            worth, number = heapq.heappop(waiting)
            if not self._could_fit(number, rooms):
                continue
            if waiting and (fresh := -self._worth(number)) > worth and (fresh, number) > waiting[0]:
                heapq.heappush(waiting, (fresh, number))
                continue
            tier = self._tier(number)
            if self.ledger.fits(*self._cost(number), within=rooms[tier]):
                self.lacking[tier] = self.lacking[tier].less(self._take_whole(number))
                rooms.clear()

    def _could_fit(self, number: int, rooms: _Rooms) -> bool:
        """Whether an entry fits where its section is open; once it does not, it never will."""
        whole, left = self.packer.whole(number), rooms[self._tier(number)]
        return whole.units <= left.units and whole.chars <= left.chars

    def _worth(self, number: int) -> float:
        units = self.packer.whole(number).units
        return self.coverage.worth(self.packer.scored(number), self.press.counter.tokens(units))

    def _cost(self, number: int) -> tuple[Block, ...]:
        kind = self.content.scored.kinds[number]
        if kind in self.sections:
            return (self.packer.whole(number),)
        return (self.press(render.section_heading(self.content.headings[kind])), self.packer.whole(number))

    def _take_whole(self, number: int) -> Room:
        cost = self._cost(number)
        if not self.ledger.fits(*cost):
            return Room(0, 0)
        self.sections.add(self.content.scored.kinds[number])
        self.choice.whole.add(number)
        self.coverage.choose(self.packer.scored(number))
        return self.ledger.take(*cost)

    def _take_lines(self, within: Room) -> None:
        """One line each for those not in whole, best first."""
        if not self.closing:
            return
        inside = Ledger(within)
        known = self.choice.whole.union(self.choice.lines)
        misfits = 0
        for number in self.packer.ranked:
            if number in known:
                continue
            line = self.packer.line(number)
            if inside.fits(line, within=self.ledger.left):
                inside.take(line)
                self.ledger.take(line)
                self.choice.lines.append(number)
                misfits = 0
            elif (misfits := misfits + 1) > _MISFITS:
                return

    def _turn_lines_whole(self) -> None:
        """Spend what is left on whole entries by score, taking back their lines."""
        misfits = 0
        lines = set(self.choice.lines)
        for number in self.packer.ranked:
            if number in self.choice.whole:
                continue
            freed = self.packer.line(number) if number in lines else EMPTY
            self.ledger.release(Room(freed.units, freed.chars))
            if self.ledger.fits(*self._cost(number)):
                self._take_whole(number)
                misfits = 0
                continue
            self.ledger.take(freed)
            if (misfits := misfits + 1) > _MISFITS:
                break
        self.choice.lines = [n for n in self.choice.lines if n not in self.choice.whole]

    def _settle_closing(self) -> None:
        """Count what has no room even for a line, where there is room to say so."""
        chosen = len(self.choice.whole) + len(self.choice.lines)
        self.choice.left_out = len(self.content.scored) - chosen if self.closing else 0
