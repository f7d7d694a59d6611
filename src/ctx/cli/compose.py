"""Entries written in the user's editor: the template that is opened, and how it is read again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ctx.errors import CtxError

if TYPE_CHECKING:
    from ctx.actions.add_entry import NewEntry
    from ctx.actions.edit_entry import Edition
    from ctx.kinds import Kind
    from ctx.memory.entry import Entry

_GUIDE = """<!-- Write the title behind the ##. Fields that stay empty are left out; free text may follow.
Leaving the text as it is writes nothing. -->
"""
_HEADING = re.compile(r"#{1,6}[ \t]*(?P<text>[^\n]*)")


def write_new(kind: Kind, title: str) -> NewEntry:
    """Let the user fill in the fields of a kind. Raises CtxError where nothing was written."""
    from ctx.actions.add_entry import NewEntry
    from ctx.memory.fields import find_fields
    from ctx.store.editor import edit_text

    named = "".join(f"\n**{name}**: \n" for name in (*kind.fields, "Tags"))
    template = f"## {title}\n{named}\n{_GUIDE}"
    text = edit_text(template)
    heading, content = _split(text.replace(_GUIDE, ""))
    if text.strip() == template.strip() or not heading:
        raise CtxError(
            "nothing was written: the text has no title or was left as it is",
            hint="write the title behind the ##, then save",
        )
    fields: dict[str, str] = {}
    rest = content
    for found in reversed(list(find_fields(content))):
        fields = {found.name: found.text} | fields
        rest = rest[: found.start] + rest[found.end :]
    tags = fields.pop("Tags", "").split(",")
    return NewEntry(kind.name, heading, fields, tags, rest.strip("\n"))


def write_again(entry: Entry) -> Edition:
    """Let the user change an entry. Raises CtxError where it was left as it is."""
    from ctx.actions.edit_entry import Edition
    from ctx.memory.compose import unix
    from ctx.memory.stamp import split_stamp
    from ctx.store.editor import edit_text

    stamp = f"[{entry.stamp}] " if entry.stamp else ""
    old = unix(entry.body)
    text = edit_text(f"## {stamp}{entry.title}\n\n{old}\n")
    heading, content = _split(text)
    if not heading:
        raise CtxError("nothing was written: the heading is gone", hint="leave the line that begins with ##")
    stamped = split_stamp(heading)
    changed = {
        "stamp": (stamped.stamp or "", entry.stamp or ""),
        "title": (stamped.title, entry.title),
        "content": (content.strip("\n").rstrip(), old),
    }
    edition = {name: now for name, (now, before) in changed.items() if now != before}
    if not edition:
        raise CtxError(
            "nothing was written: the text was left as it is", hint="save the text when it is changed"
        )
    return Edition(title=edition.get("title"), stamp=edition.get("stamp"), content=edition.get("content"))


def _split(text: str) -> tuple[str, str]:
    """A text's heading and what stands under it."""
    match = _HEADING.match(text.lstrip())
    return (match["text"].strip(), text.lstrip()[match.end() :]) if match else ("", text)
