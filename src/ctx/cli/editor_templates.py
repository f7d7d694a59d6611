"""Entries written in the user's editor: the template that is opened, and how it is read again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ctx.cli.output import print_err
from ctx.errors import CtxError, UsageError

if TYPE_CHECKING:
    from ctx.actions.add_entry import NewEntry
    from ctx.actions.edit_entry import EntryChange
    from ctx.kinds import Kind
    from ctx.model.entry import Entry
    from ctx.store.editor import SavedDraft

T = TypeVar("T")
_OPENINGS = 3
_GUIDE = """<!-- Write the title behind the ##. Fields that stay empty are left out; free text may follow.
Leaving the text as it is writes nothing. -->
"""
_REASON = re.compile(r"\A\s*<!-- ctx: [^\n]* -->\n")
_HEADING = re.compile(r"#{1,6}[ \t]*(?P<text>[^\n]*)")


class NothingToWriteError(CtxError):
    """The text was left as it was opened, or emptied."""


def write_in_editor(root: Path, name: str, text: str, use: Callable[[str], T]) -> T:
    """Open a text in the user's editor and give what they left to `use`; what that returned.

    Where it is refused as it is, the editor opens again with the reason on top, until the user leaves it as
    it was or has seen it three times. What they wrote and `use` did not take is kept in a file that the error
    names. Raises what `use` raises, and CtxError where the editor fails.
    """
    from ctx.store.editor import open_draft

    with open_draft(root, name) as draft:
        try:
            result = _use_edited(draft, text, use)
        except NothingToWriteError:
            draft.discard()
            raise
        except CtxError as error:
            if draft.is_kept:
                error.message = f"{error.message}; your text is kept in {draft.shown}"
            raise
        except BaseException:
            if draft.is_kept:
                print_err(f"your text is kept in {draft.shown}")
            raise
        draft.discard()
        return result


def _use_edited(draft: SavedDraft, text: str, use: Callable[[str], T]) -> T:
    from ctx.actions.guard_text import RefusedTextError

    opened, reason = text, ""
    for opening in range(1, _OPENINGS + 1):
        left = _REASON.sub("", draft.edit(reason + opened))
        try:
            return use(left)
        except (RefusedTextError, UsageError) as error:
            if left == opened or opening == _OPENINGS:
                raise
            hint = f" ({error.hint})" if error.hint else ""
            said = " ".join(f"{error}{hint}".replace("-->", "-- >").split())
            opened, reason = left, f"<!-- ctx: {said} -->\n"
    raise AssertionError  # pragma: no cover - the last opening returns or raises


def template_for(kind: Kind) -> str:
    """What the editor shows for a new entry of a kind."""
    named = "".join(f"\n**{name}**: \n" for name in (*kind.fields, "Tags"))
    return f"## \n{named}\n{_GUIDE}"


def read_new(kind: Kind, text: str, allow_secret: str) -> NewEntry:
    """The entry that was written into the template.

    Raises NothingToWriteError where nothing was, RefusedTextError where it has no title.
    """
    from ctx.actions.add_entry import NewEntry
    from ctx.actions.guard_text import RefusedTextError
    from ctx.model.fields import own_fields

    if text.strip() in {template_for(kind).strip(), ""}:
        raise NothingToWriteError(
            "nothing was written: the text was left as it is",
            hint="write the title behind the ##, then save",
        )
    heading, content = _split(text.replace(_GUIDE, ""))
    if not heading:
        raise RefusedTextError(
            "nothing was written: the text has no title", hint="write the title behind the ##, then save"
        )
    fields: dict[str, str] = {}
    rest = content
    for found in reversed(list(own_fields(content))):
        fields = {found.name: found.text} | fields
        rest = rest[: found.start] + rest[found.end :]
    tags = fields.pop("Tags", "").split(",")
    return NewEntry(kind.name, heading, fields, tags, rest.strip("\n"), allow_secret)


def text_of_entry(entry: Entry) -> str:
    """What the editor shows for an entry that is there."""
    from ctx.writing.compose import unix

    stamp = f"[{entry.stamp}] " if entry.stamp else ""
    return f"## {stamp}{entry.title}\n\n{unix(entry.body)}\n"


def read_again(entry: Entry, text: str, allow_secret: str) -> EntryChange:
    """What was changed of an entry.

    Raises NothingToWriteError where nothing was, RefusedTextError where its heading is gone.
    """
    from ctx.actions.edit_entry import EntryChange
    from ctx.actions.guard_text import RefusedTextError
    from ctx.model.stamp import split_stamp
    from ctx.writing.compose import unix

    if not text.strip():
        raise NothingToWriteError(
            "nothing was written: the text is empty", hint="`ctx remove` takes an entry out"
        )
    heading, content = _split(text)
    if not heading:
        raise RefusedTextError(
            "nothing was written: the heading is gone", hint="leave the line that begins with ##"
        )
    stamped = split_stamp(heading)
    old = unix(entry.body)
    changed = {
        "stamp": (stamped.stamp or "", entry.stamp or ""),
        "title": (stamped.title, entry.title),
        "content": (content.strip("\n").rstrip(), old),
    }
    edition = {name: now for name, (now, before) in changed.items() if now != before}
    if not edition:
        raise NothingToWriteError(
            "nothing was written: the text was left as it is", hint="save the text when it is changed"
        )
    return EntryChange(
        title=edition.get("title"),
        stamp=edition.get("stamp"),
        content=edition.get("content"),
        allow_secret=allow_secret,
        seen=(entry.title, entry.stamp, entry.body),
    )


def _split(text: str) -> tuple[str, str]:
    """A text's heading and what stands under it."""
    match = _HEADING.match(text.lstrip())
    return (match["text"].strip(), text.lstrip()[match.end() :]) if match else ("", text)
