"""Packing: the fixed order of claims on the budget, filled exactly.

constitution → tasks → pinned → sessions → what is asked and in progress → the others, a floor for each tier
→ lines → what is left. docs/packet.md shows what comes out, docs/retrieval.md explains the choice.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from ctx.errors import BudgetError
from ctx.model.frame import Frame
from ctx.packet import render
from ctx.packet.blocks import NOTHING, UNLIMITED, Block, BlockCounter, Budget, Size, total
from ctx.packet.content import ASKED, FULL, IN_PROGRESS, SUMMARY, Choice, Content, FrameStyle, Shares, Sizes
from ctx.packet.coverage import Chances, Coverage, best_first
from ctx.packet.entry_claims import Competition, EntryClaims
from ctx.packet.forms import Forms
from ctx.packet.task_claims import TaskClaims

# No fewer lines than this, where as many entries are left out and there is room for some whole ones as well.
_LINES, _LINES_FROM = 10, 600
# What is asked for and what is in progress is served so many entries before all else: among the best three is
# what a task needs in four of five, among the best two in two of three (docs/retrieval.md).
_PLACES = ("best", "second", "third")
# After so many entries in a row that do not fit, filling stops: what is left is too small for them.
_MISFITS = 64
# No line has fewer units than its marker and a handle.
_SMALLEST = 6


class Limits(NamedTuple):
    """What a packet may take: tokens, and where given characters and bytes of UTF-8."""

    tokens: int
    chars: int | None = None
    bytes: int | None = None


class Packer:
    """Packs one content into any budget; texts are rendered and counted once for all of them."""

    def __init__(
        self,
        content: Content,
        block_counter: BlockCounter,
        shares: Shares,
        threshold: float,
        sizes: Sizes | None = None,
    ) -> None:
        self.content, self.block_counter, self.shares = content, block_counter, shares
        self.forms = Forms(content, block_counter, sizes)
        self.chances = Chances(content.scored)
        scored = content.scored
        # A stable sort keeps file order among equals, reversed or not.
        self.ranked = sorted(range(len(scored)), key=scored.totals.__getitem__, reverse=True)
        every = not content.queries or threshold <= 0
        self.competing = frozenset(
            range(len(scored)) if every else (n for n in scored.found if scored.relevance(n) >= threshold)
        )
        self.threshold = threshold
        self._best: dict[int, list[int]] = {}

    def best_of(self, query: int) -> list[int]:
        """The entries that are most relevant to a query, best first."""
        if query not in self._best:
            scored = self.content.scored
            found = [
                (-by_task[query], -scored.totals[n], n)
                for n, by_task in scored.found.items()
                if query in by_task
            ]
            self._best[query] = [number for *_, number in heapq.nsmallest(len(_PLACES), found)]
        return self._best[query]

    def pack(self, limits: Limits) -> Choice:
        """Choose what goes in. Raises BudgetError where not even the constitution fits."""
        chars = UNLIMITED if limits.chars is None else limits.chars
        size = UNLIMITED if limits.bytes is None else limits.bytes
        return _Packing(self, Size(self.block_counter.counter.limit(limits.tokens), chars, size)).run()

    def why(self, number: int) -> str:
        """Why an entry that competes is in."""
        if not self.content.queries:
            return "nothing was asked: kind and recency decide"
        found, queries = self.content.scored.by_task(number), self.content.queries
        served = sorted(found, key=lambda query: (-found[query] * queries[query].attention, query))
        return f"relevant to {', '.join(queries[query].name for query in served[:3])}"

    def why_not(self, number: int) -> str:
        """Why an entry is not in whole."""
        if number not in self.competing:
            return "not relevant enough to compete"
        if not self.content.queries:
            return "no room for the whole"
        return f"{self.why(number)}, but others serve more for their size"


class Packed:
    """A choice, and what it was made of; `evidence` tells the terms and tasks that brought an entry in."""

    def __init__(
        self,
        packer: Packer,
        limits: Limits,
        evidence: Callable[[int], tuple[Mapping[str, float], Sequence[str]]],
    ) -> None:
        self.packer, self.limits, self.evidence = packer, limits, evidence
        self.choice = packer.pack(limits)


class _Packing:
    """One packing: what is left of the budget, and the choice so far."""

    def __init__(self, packer: Packer, room: Size) -> None:
        self.packer, self.content, self.shares = packer, packer.content, packer.shares
        self.block_counter, self.room = packer.block_counter, room
        self.budget = Budget(room)
        self.choice = Choice()
        self.fewest_lines = 0
        self.coverage = Coverage(packer.chances, [query.attention for query in self.content.queries])
        self.entries = EntryClaims(self.content, packer.forms, self.coverage, self.budget, self.choice)

    def run(self) -> Choice:
        if not self._take_head():
            content = self.content
            self.choice.uncounted = len(content.asked) + len(content.tasks) + len(content.blocked)
            return self.choice
        tasks = TaskClaims(self.content, self.packer.forms, self.shares, self.budget, self.budget.left)
        tasks.open()
        self._serve_leaders(tasks)
        tasks.take_urgent()
        tasks.take_others()
        self._take_pinned()
        self._take_frames()
        has_room = self.block_counter.counter.tokens(self.budget.left.units) >= _LINES_FROM
        self.entries.open_lines()
        self.coverage.share(self.block_counter.counter.tokens(self.budget.left.units))
        lines = self.budget.keep(self._room_for_lines(has_room=has_room))
        self._serve_urgent()
        self._compete()
        self.budget.give(lines)
        self._take_lines(lines)
        self._take_more_whole()
        self._take_lines()
        tasks.take_rest()
        tasks.settle(self.choice)
        self._take_lines()
        self.choice.left_out = self.entries.left_out()
        return self.choice

    def _take_head(self) -> bool:
        """The title and the constitution, whole or not at all."""
        head = self.block_counter(self.packer.forms.head)
        if self.budget.fits(head.size):
            self.budget.take(head.size)
            self.choice.head = head.text
            return True
        if not self.content.rules:
            return False
        raise self._too_small(head.size)

    def _too_small(self, head: Size) -> BudgetError:
        """What the constitution needs, in the unit that is lacking."""
        need = self.block_counter.counter.tokens(head.units)
        wanted = f"{need} tokens"
        if head.units <= self.room.units:
            wanted = f"{head.chars} characters" if head.chars > self.room.chars else f"{head.bytes} bytes"
            wanted = f"{wanted} ({need} tokens)"
        hint = f"allow at least {wanted}, or shorten CONSTITUTION.md"
        return BudgetError(f"the constitution alone needs {wanted}", need=need, hint=hint)

    def _serve_leaders(self, tasks: TaskClaims) -> None:
        """What is asked for first and the first task in progress: a line of the task, its best entry whole.

        What that takes depends on nothing but the constitution, so that no larger budget takes it out again.
        """
        for first in (ASKED, IN_PROGRESS):
            leader = next((n for n, query in enumerate(self.content.queries) if query.first == first), None)
            if leader is None:
                continue
            name = self.content.queries[leader].name
            task = next((task for task in tasks.urgent if task.id == name), None)
            if task is None or tasks.take_line(task):
                self._serve(leader, 0)

    def _serve(self, query: int, rank: int) -> None:
        """Take the best entry of a query whole, or one of those after it."""
        number = self._best(query, rank)
        if number is not None:
            place = _PLACES[rank]
            self.entries.take_whole(number, f"the {place} entry for {self.content.queries[query].name}")

    def _best(self, query: int, rank: int) -> int | None:
        """The best entry of a query, or one of those after it, where it is relevant enough."""
        scored = self.content.scored
        best = self.packer.best_of(query)[rank : rank + 1]
        return best[0] if best and scored.by_task(best[0])[query] >= self.packer.threshold else None

    def _take_pinned(self) -> None:
        """Pinned entries, whole within their share, else as lines."""
        room = Budget(self.budget.left.share(self.shares.pinned))
        for number in self.content.scored.pinned:
            spent = self.entries.take_whole(number, "pinned", within=room.left)
            if spent is not None:
                room.take(spent)
        for number in self.content.scored.pinned:
            self.entries.take_line(number, "pinned, but its whole is more than what pinned entries share")

    def _take_frames(self) -> None:
        """What the active frame sees, then the latest sessions, within their share."""
        room = Budget(self.budget.left.share(self.shares.frames))
        heading = self.block_counter(render.NOW).size
        view = self._view_within(room, heading)
        if view is not None:
            self._take_rows(room, total(heading, view.size), [view.text])
            heading = NOTHING
        frames, style = self.content.frames, self.content.style
        for count in range(len(frames), 0, -1):
            # The oldest become lines first, then go.
            for whole in range(count, -1, -1):
                rows = [self.block_counter(row) for row in _session_rows(frames[:count], whole, style)]
                size = total(heading, *(row.size for row in rows))
                if self.budget.fits(size, within=room.left):
                    self._take_rows(room, size, [row.text for row in reversed(rows)])
                    return

    def _take_rows(self, room: Budget, size: Size, rows: list[str]) -> None:
        """Take frames; those that are taken later stand before."""
        self.budget.take(size)
        room.take(size)
        self.choice.frames[:0] = rows

    def _view_within(self, room: Budget, heading: Size) -> Block | None:
        """As much of what the active frame sees as there is room for: less and less detail is tried."""
        view = self.content.view
        if view is None:
            return None
        from ctx.packet.frame_text import view_text

        rungs = view.rungs()

        def block(rung: int) -> Block:
            return self.block_counter(view_text(view, rungs[rung], self.content.style))

        def fits(rung: int) -> bool:
            return self.budget.fits(total(heading, block(rung).size), within=room.left)

        found = bisect_left(range(len(rungs)), True, key=fits)
        return block(found) if found < len(rungs) and fits(found) else None

    def _room_for_lines(self, *, has_room: bool) -> Size:
        """What lines have for themselves: a share, and room for any ten of them where there is enough."""
        room = self.budget.left.share(self.shares.lines)
        if not has_room:
            return room
        self.fewest_lines = _LINES
        lines = [self.packer.forms.size(number, SUMMARY) for number in self._left(self.packer.competing)]
        longest = total(*heapq.nlargest(_LINES, lines))
        return Size(*map(max, room, longest))

    def _serve_urgent(self) -> None:
        """The best entry for each thing asked for and each task in progress, then the next best for each."""
        for rank, first in product(range(len(_PLACES)), (ASKED, IN_PROGRESS)):
            queries = [n for n, query in enumerate(self.content.queries) if query.first == first]
            best = {query: self._best(query, rank) for query in queries}
            found = [(query, number) for query, number in best.items() if number is not None]
            for query, _ in sorted(found, key=lambda pair: -self.entries.worth(pair[1])):
                self._serve(query, rank)

    def _compete(self) -> None:
        """What serves most for its size, while no tier falls short of its floor."""
        Competition(self.entries, self.packer.competing, self.shares.floors).run(self.packer.why)

    def _take_lines(self, room: Size | None = None) -> None:
        """One line each for what is left, what adds most to the queries first."""
        inside = Budget(room or self.budget.left)
        misfits = 0
        for number in self._by_gain(SUMMARY):
            spent = self.entries.take_line(number, self.packer.why_not(number), within=inside.left)
            inside.take(spent or NOTHING)
            misfits = misfits + 1 if spent is None else 0
            if misfits > _MISFITS:
                return

    def _take_more_whole(self) -> None:
        """Turn lines, and what is left out, into whole entries, what adds most to the queries first."""
        misfits = 0
        for number in self._by_gain(FULL):
            if number in self.choice.lines and len(self.choice.lines) <= self.fewest_lines and self._omits():
                continue
            relevant = self.content.scored.relevance(number) > 0
            reason = self.packer.why(number) if relevant else "filled what was left"
            misfits = misfits + 1 if self.entries.take_whole(number, reason) is None else 0
            if misfits > _MISFITS:
                return

    def _by_gain(self, form: str) -> Iterator[int]:
        """The entries that could be taken in a form: relevant ones by what they add, others by score."""

        def fits(number: int) -> bool:
            return self.entries.step(number, form).fits(self.budget.left)

        if self.budget.left.units < _SMALLEST:
            return
        taken = self.entries.is_in if form == SUMMARY else self.choice.whole.__contains__
        found = self.content.scored.found
        yield from best_first((n for n in found if not taken(n)), self.coverage.gain, fits)
        yield from (n for n in self.packer.ranked if n not in found and not taken(n))

    def _omits(self) -> bool:
        """Whether any entry is not in at all."""
        return len(self.choice.whole) + len(self.choice.lines) < len(self.content.scored)

    def _left(self, numbers: Iterable[int]) -> list[int]:
        return [number for number in numbers if not self.entries.is_in(number)]


def _session_rows(frames: Sequence[Frame], whole: int, style: FrameStyle) -> list[str]:
    """Closed sessions, latest first: so many whole ones, the others as lines."""
    from ctx.packet.frame_text import session_line, session_whole

    return [
        *(session_whole(frame, frame.id, style) for frame in frames[:whole]),
        *(session_line(frame, frame.id, style) for frame in frames[whole:]),
    ]
