"""Items of the inbox as text. What was suggested stands in a fence that it cannot close."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from ctx.markdown.document import Document
from ctx.model.entry import clean_tag, split_list
from ctx.model.fields import parts_of, read_fields
from ctx.model.suggestion import AGENT, OPEN, InboxItem, Suggestion
from ctx.writing.compose import one_line, unix

_FENCE = re.compile(r"^(?P<mark>`{3,})text\n(?P<text>.*?)\n(?P=mark)[ \t]*$", re.DOTALL | re.MULTILINE)


def compose_item(suggestion: Suggestion, found: str) -> str:
    """The file of an open item; `found` is when it was."""
    fields = {
        "Status": OPEN,
        "Kind": suggestion.kind,
        "From": suggestion.origin,
        "Source": suggestion.source,
        "Tags": ", ".join(suggestion.tags),
        "Found": found,
        "Fingerprint": suggestion.fingerprint,
    }
    said = [f"**{name}**: {unix(text).strip()}" for name, text in suggestion.fields.items() if text.strip()]
    text = "\n\n".join([*said, *([unix(suggestion.body).strip()] if suggestion.body.strip() else [])])
    mark = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"# {one_line(suggestion.title)}\n\n{_lines(fields)}\n\n{mark}text\n{text}\n{mark}\n"


def compose_stub(item: InboxItem, status: str) -> str:
    """What stays of an item when a person has said yes or no: so much that it is not asked again."""
    fields = {
        "Status": status,
        "Kind": item.suggestion.kind,
        "From": item.suggestion.origin,
        "Source": item.suggestion.source,
        "Fingerprint": item.fingerprint,
    }
    return f"# {one_line(item.suggestion.title)}\n\n{_lines(fields)}\n"


def read_item(text: str, path: str) -> InboxItem | None:
    """An item's file; None for one that is none of ours."""
    document = Document.parse(text)
    first = document.sections[0] if document.sections else None
    if first is None or first.heading.level != 1:
        return None
    body = unix(text[first.body :])
    fence = _FENCE.search(body)
    fields = read_fields(body[: fence.start()] if fence else body)
    if "Fingerprint" not in fields or "Kind" not in fields:
        return None
    said, rest = parts_of(fence["text"]) if fence else ((), "")
    suggestion = Suggestion(
        fields["Kind"],
        first.heading.text,
        dict(said),
        rest,
        tuple(filter(None, map(clean_tag, split_list(fields.get("Tags", ""))))),
        fields.get("Source", ""),
        fields.get("From", AGENT),
    )
    status = fields.get("Status", OPEN).lower()
    return InboxItem(
        PurePosixPath(path).stem, path, suggestion, status, fields.get("Found", ""), fields["Fingerprint"]
    )


def _lines(fields: Mapping[str, str]) -> str:
    return "\n".join(f"**{name}**: {one_line(text)}" for name, text in fields.items() if text)
