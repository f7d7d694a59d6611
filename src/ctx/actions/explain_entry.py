"""`ctx why`: for one entry or task, what brought it into the packet or kept it out, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ctx.actions.build_packet import Request, build_packet
from ctx.actions.find_entries import find_shown
from ctx.actions.read_context import Reader
from ctx.model.entry import Entry
from ctx.model.views import SESSION, TASK
from ctx.packet.content import FULL
from ctx.packet.explanation import Receipt, TaskReceipt
from ctx.packet.packet import Packet

_FORMS = {"full": "goes in whole", "summary": "goes in as one line", "omitted": "stays out"}
_TASK_FORMS = _FORMS | {"omitted": "is only counted"}
_MOST = 8


class Account(NamedTuple):
    """An entry or task, the packet that was asked for, and what became of it there, where it competes."""

    entry: Entry
    packet: Packet
    receipt: Receipt | TaskReceipt | None
    where: str

    def to_json(self) -> dict[str, Any]:
        """The object of `ctx why --json`."""
        told = {"told": list(self.tell())}
        if isinstance(self.receipt, Receipt):
            return {**self.receipt.to_json(), **told}
        known = self.receipt._asdict() if self.receipt else {"id": self.entry.id, "form": "omitted"}
        return {**known, **told}

    def tell(self) -> Iterator[str]:
        """What there is to say, a sentence a line."""
        yield f"{self.entry.id} {self.entry.title}"
        inside = f"In a packet of {self.packet.budget} tokens it"
        if self.receipt is None:
            yield self._absent()
        elif isinstance(self.receipt, TaskReceipt):
            yield f"{inside} {_TASK_FORMS[self.receipt.form]}: {self.receipt.reason}."
        else:
            spent = f", {self.receipt.tokens} tokens" if self.receipt.tokens else ""
            yield f"{inside} {_FORMS[self.receipt.form]}{spent}: {self.receipt.reason}."
            yield from _tell_score(self.receipt)

    def _absent(self) -> str:
        """Why it does not compete at all."""
        entry = self.entry
        if entry.archived:
            return f"It is archived in {entry.path}: search finds it, packets leave it out."
        if entry.kind == TASK:
            return f"It is {entry.status}, or a step of another task: packets show open tasks."
        if entry.kind == SESSION:
            return "Packets show the latest closed sessions; entries are what competes."
        if not entry.live:
            return f"It is {entry.status}: search finds it, packets leave it out."
        if entry.applies_to:
            where = self.where or "the project's root"
            return (
                f"It applies to {', '.join(entry.applies_to)} only, and the work is on {where}; try --path."
            )
        return f"A {entry.kind} is no entry that competes for a packet."


def explain_entry(reader: Reader, reference: str, request: Request) -> Account:
    """What becomes of the entry or task that a reference names in the packet of a request."""
    entry, _ = find_shown(reader.read(archive=True, at=request.at, strict=request.strict), reference)
    packet = build_packet(reader, request)
    receipts = packet.tasks if entry.kind == TASK else packet.entries
    receipt = next((one for one in receipts if one.id == entry.id), None)
    return Account(entry, packet, receipt, request.path)


def _tell_score(receipt: Receipt) -> Iterator[str]:
    score = receipt.score
    yield (
        f"Its score is {score.total:.3f}: weight {score.weight:g} of its kind, "
        f"relevance {score.relevance:.3f}, recency {score.recency:.3f}, marks {score.marks:+.2f}."
    )
    if score.tasks:
        yield f"It serves {', '.join(score.tasks[:_MOST])}{_more(len(score.tasks))}."
        shares = [f"{term.lstrip('=')} {share:.0%}" for term, share in list(score.terms.items())[:_MOST]]
        yield f"Terms that brought it in: {', '.join(shares)}{_more(len(score.terms))}."
    else:
        yield "It shares no word with what was asked."
    if receipt.form != FULL:
        at = receipt.admitted_at
        yield f"A budget of {at} tokens admits it whole." if at else "No budget admits what is said already."


def _more(count: int) -> str:
    return f" and {count - _MOST} more" if count > _MOST else ""
