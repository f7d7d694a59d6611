"""Changing what an entry says; where that changes its identity, the links to it follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ctx.actions.add_entry import find_kind, stamps_of
from ctx.actions.changes import Staging, Written, at, change, leave, locate, relink, renamed
from ctx.actions.guard_text import ALLOWED, check_texts
from ctx.actions.read_context import Reader, Reading
from ctx.errors import CtxError, UsageError
from ctx.kinds import Kind
from ctx.model.entry import Entry, clean_tag, split_list
from ctx.model.fields import ONE_PARAGRAPH, own_fields, parts_of
from ctx.model.status import find_status
from ctx.reading.links import FORMERLY
from ctx.writing.compose import Draft, field_name, harmless, next_stamp, one_line, unix
from ctx.writing.extract import take_out
from ctx.writing.insert import insert_entry
from ctx.writing.revise import Place, Wanted, Ways, body_ways, content_ways, field_ways, revise, title_ways


@dataclass(frozen=True, slots=True)
class EntryChange:
    """What is to change; None leaves a part as it is.

    `content` replaces all that stands under the heading, `body` only what is in no field. A field with an
    empty text is taken out. `stamp` is the text in the brackets of the heading. `seen` is the title, stamp
    and body that the change was made from, where it must not be made to another text.
    """

    title: str | None = None
    stamp: str | None = None
    kind: str | None = None
    content: str | None = None
    body: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    tags: Sequence[str] | None = None
    allow_secret: str = ""
    seen: tuple[str, str | None, str] | None = None


def edit_entry(
    reader: Reader, reference: str, edition: EntryChange, now: datetime, *, dry_run: bool = False
) -> Written:
    """Change an entry in place; of another kind it moves to that kind's file.

    Raises CtxError for a secret or invisible character, and where the change would be read as something else.
    """
    _check(edition)
    return change(
        reader,
        lambda changes: stage_edit(changes, reference, edition, now),
        dry_run=dry_run,
        allow_secret=edition.allow_secret,
    )


def stage_edit(changes: Staging, reference: str, edition: EntryChange, now: datetime) -> Written:
    """Stage the change of an entry among others. Raises as `edit_entry` does."""
    reading = changes.context()
    entry = locate(reading, reference)
    _require_as_seen(entry, edition)
    kind = reading.config.kinds[entry.kind]
    _rewrite(changes, kind, entry, edition)
    target = find_kind(reading.config.kinds, edition.kind or entry.kind)
    if target == kind:
        done = finish(changes, reading, [entry])
    else:
        done = _move(changes, reading, entry, target, now)
    return done if done.id == entry.id else _keep_alias(changes, entry, done)


def _keep_alias(changes: Staging, before: Entry, done: Written) -> Written:
    """Leave the handle that an entry had in its text: who has it goes on finding the entry."""
    after = changes.context()
    entry = next(one for one in after.memory.entries if one.id == done.id)
    names = [name for name in split_list(entry.fields.get(FORMERLY, "")) if name not in {before.id, entry.id}]
    kind = after.config.kinds[entry.kind]
    set_field(changes, kind, entry, FORMERLY, ", ".join([*names, before.id]))
    return done._replace(diff=changes.diff(), was=before.id)


def _require_as_seen(entry: Entry, edition: EntryChange) -> None:
    if edition.seen is not None and edition.seen != (entry.title, entry.stamp, entry.body):
        raise CtxError(
            f"{entry.id} was changed meanwhile; nothing was written",
            path=entry.path,
            line=entry.line,
            hint=f"`ctx edit {entry.id}` opens what it says now",
        )


def finish(changes: Staging, before: Reading, touched: Sequence[Entry]) -> Written:
    """Let the links follow the entries' new names; returns the last of those touched, as it is now."""
    after = changes.context()
    relink(changes, renamed(before.memory.entries, after.memory.entries))
    last = at(after, touched[-1].path, touched[-1].position)
    return Written(last.id, last.path, last.line, changes.diff(), last.title)


def set_field(changes: Staging, kind: Kind, entry: Entry, name: str, value: str) -> None:
    """Give an entry's field a text, or take the field out with an empty one; all else it says stays."""
    wanted = one_line(value) if name.lower() in ONE_PARAGRAPH else None

    def holds(old: Entry, now: Entry) -> bool:
        read = {key.lower(): text for key, text in now.fields.items()}.get(name.lower())
        if name.lower() == "status" and (said := find_status(now.body)):
            read = said.text
        told = read is not None if value else read is None
        return told and now.digest == old.digest and (wanted is None or not value or read == wanted)

    def keeps_the_rest(old: Entry, now: Entry) -> bool:
        is_status = name.lower() == "status" and find_status(old.body) is not None
        return holds(old, now) and (is_status or _rest(old, name) == _rest(now, name))

    _apply(changes, kind, entry, lambda place: field_ways(place, name, value), keeps_the_rest, holds)


def _rest(entry: Entry, name: str) -> tuple[list[tuple[str, str]], str]:
    """What an entry says but for the first field of a name."""
    fields, text = parts_of(unix(entry.body))
    at = next((n for n, (found, _) in enumerate(fields) if found.lower() == name.lower()), len(fields))
    return sorted(fields[:at] + fields[at + 1 :]), text


def _check(edition: EntryChange) -> None:
    named = {"title": edition.title, "text": edition.content, "body": edition.body, "stamp": edition.stamp}
    named["names"] = "\n".join(edition.fields)
    texts = {name: text for name, text in named.items() if text}
    texts |= {f"field {name}": text for name, text in edition.fields.items()}
    texts |= {f"tag {number}": tag for number, tag in enumerate(edition.tags or (), 1)}
    check_texts(texts, allow_secret=edition.allow_secret)
    if edition.title is not None and not one_line(edition.title):
        raise UsageError("an entry needs a title", hint="give one line that says what it is")
    if edition.stamp is not None and set("[]") & set(edition.stamp):
        raise UsageError(
            f"{edition.stamp!r} is no stamp", hint="give what stands in the brackets: 2026-11-21-043412"
        )


def _rewrite(changes: Staging, kind: Kind, entry: Entry, edition: EntryChange) -> None:
    if edition.content is not None:
        _set_content(changes, kind, entry, edition.content)
    values = dict(edition.fields)
    if edition.body is not None:
        values = _set_body(changes, kind, entry, edition.body) | values
    values = {field_name(kind, name): value for name, value in values.items()}
    if edition.tags is not None:
        values["Tags"] = ", ".join(dict.fromkeys(tag for raw in edition.tags if (tag := clean_tag(raw))))
    if edition.allow_secret.strip():
        values[ALLOWED] = one_line(edition.allow_secret)
    for name, value in values.items():
        set_field(changes, kind, entry, name, value.strip())
    # Last, because what is found by its digest must keep it until then.
    if edition.title is not None or edition.stamp is not None:
        _set_heading(changes, kind, entry, edition)


def _set_body(changes: Staging, kind: Kind, entry: Entry, text: str) -> dict[str, str]:
    """Replace what an entry says in no field; returns the texts of its own fields that the new one gives.

    So `show --json` gives a body that may be written back, as it was or changed.
    """
    text = harmless(text, level=entry.level, comments=True)
    given: dict[str, str] = {}
    if text == unix(entry.body).strip("\n").rstrip():
        return {}
    own = {name.lower(): value for name, value in parts_of(unix(entry.body))[0]}
    for found in reversed(list(own_fields(text))):
        if (now := own.get(found.name.lower())) is not None:
            given |= {found.name: found.text} if now != found.text else {}
            text = f"{text[: found.start].rstrip()}\n\n{text[found.end :].lstrip()}".strip("\n")
    fields, said = parts_of(text)

    def holds(old: Entry, now: Entry) -> bool:
        kept, there = parts_of(unix(old.body))[0], parts_of(unix(now.body))
        return now.digest == old.digest and (sorted(kept + fields), said) == (sorted(there[0]), there[1])

    _apply(changes, kind, entry, lambda place: body_ways(place, text), holds)
    return given


def _set_content(changes: Staging, kind: Kind, entry: Entry, content: str) -> None:
    wanted = harmless(content, level=entry.level, comments=True)

    def holds(old: Entry, now: Entry) -> bool:
        return now.digest == old.digest and _says(now, wanted)

    _apply(changes, kind, entry, lambda place: content_ways(place, wanted), holds)


def _says(entry: Entry, content: str) -> bool:
    """Whether an entry has a content; the parts of a row stand in the order of its columns."""
    body = unix(entry.body)
    if entry.bullet and body != content:
        return sorted(body.split("\n\n")) == sorted(content.split("\n\n"))
    return body == content


def _set_heading(changes: Staging, kind: Kind, entry: Entry, edition: EntryChange) -> None:
    title = entry.title if edition.title is None else one_line(edition.title)
    stamp = entry.stamp if edition.stamp is None else one_line(edition.stamp) or None
    if (title, stamp) == (entry.title, entry.stamp):
        return

    def holds(_old: Entry, now: Entry) -> bool:
        return (now.title, now.stamp) == (title, stamp)

    _apply(changes, kind, entry, lambda place: title_ways(place, stamp, title), holds)


def _apply(
    changes: Staging,
    kind: Kind,
    entry: Entry,
    ways: Callable[[Place], Ways],
    *wanted: Wanted,
) -> None:
    file = changes.file_of(kind, entry)
    changed = revise(file, entry, ways, wanted)
    if changed.text != file.text:
        changes.write(entry.path, changed.text)


def _move(changes: Staging, before: Reading, entry: Entry, target: Kind, now: datetime) -> Written:
    """Put the entry into another kind's file, there first, then take it out of its own."""
    current = at(changes.context(), entry.path, entry.position)
    source = before.config.kinds[entry.kind]
    stamp = current.stamp or next_stamp(now, stamps_of(changes))
    draft = Draft(target, current.title, body=current.body)
    placed = insert_entry(changes.entry_file(target), draft, stamp)
    changes.write(placed.file.path, placed.file.text)
    rest, _ = take_out(changes.file_of(source, entry), {entry.position})
    leave(changes, rest)
    after = changes.context()
    moved = at(after, placed.file.path, placed.entry.position)
    gone = [other for other in before.memory.entries if other is not entry]
    left = [other for other in after.memory.entries if other is not moved]
    names = renamed(gone, left) | {entry.id: moved.id}
    if entry.stamp and moved.stamp and entry.stamp != moved.stamp:
        names[f"[{entry.stamp}]"] = f"[{moved.stamp}]"
    relink(changes, names)
    return Written(moved.id, moved.path, moved.line, changes.diff(), moved.title)
