"""What most entries look like in a packet, told without reading their Markdown: it need not be kept."""

from __future__ import annotations

from ctx.model.entry import Entry
from ctx.packet.content import SUMMARY
from ctx.packet.inert import clean, clipped, unbroken


def plain_text(entry: Entry, form: str) -> str:
    """What an entry looks like in a form, where nothing of it has to be taken off, moved or escaped."""
    if form == SUMMARY:
        return f"- {entry.id} {clipped(unbroken(entry.summary))}\n"
    body = clean(entry.body).strip("\n")
    if entry.bullet:
        return f"- {unbroken(body)} ({entry.id})\n"
    title = unbroken(entry.title)
    if "\n\n" not in body:
        return f"- **{title}** ({entry.id}): {unbroken(body)}\n"
    heading = " ".join(part for part in (entry.date, title) if part)
    return f"### {heading} ({entry.id})\n{body}\n\n"
