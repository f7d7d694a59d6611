"""`ctx why`: for one entry, what brought it into the packet or kept it out, in words."""

from __future__ import annotations

from collections.abc import Iterator

from ctx.actions.build_packet import Request, build_packet
from ctx.actions.find_entries import show_entry
from ctx.actions.read_context import Reader
from ctx.memory.entry import Entry
from ctx.packet.receipt import Packet, Receipt

_FORMS = {"full": "goes in whole", "summary": "goes in as one line", "omitted": "stays out"}
_MOST = 8


def explain_entry(reader: Reader, reference: str, request: Request) -> tuple[Packet, Entry, Receipt | None]:
    """The packet of a request, the entry a reference names, and its receipt if it competes."""
    entry, _ = show_entry(reader, reference)
    packet = build_packet(reader, request)
    receipt = next((one for one in packet.entries if one.id == entry.id), None)
    return packet, entry, receipt


def tell(packet: Packet, entry: Entry, receipt: Receipt | None, request: Request) -> Iterator[str]:
    """The account of one entry, a sentence a line."""
    yield f"{entry.id} {entry.title}"
    if receipt is None:
        yield _absent(entry, request)
        return
    spent = f", {receipt.tokens} tokens" if receipt.tokens else ""
    yield f"In a packet of {packet.budget} tokens it {_FORMS[receipt.form]}{spent}: {receipt.reason}."
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
    if receipt.form != "full":
        yield f"A budget of {receipt.admitted_at} tokens admits it whole."


def _more(count: int) -> str:
    return f" and {count - _MOST} more" if count > _MOST else ""


def _absent(entry: Entry, request: Request) -> str:
    """Why an entry does not compete at all."""
    if entry.archived:
        return f"It is archived in {entry.path}: search finds it, packets leave it out."
    if not entry.live:
        return f"It is {entry.status}: search finds it, packets leave it out."
    if entry.applies_to:
        where = request.path or "the project's root"
        return f"It applies to {', '.join(entry.applies_to)} only, and the work is on {where}; try --path."
    return f"A {entry.kind} is no entry that competes for a packet."
