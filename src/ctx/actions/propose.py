"""Putting suggestions into the inbox, compared with what is known and with what was asked before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from ctx.actions.changes import Staging, change
from ctx.actions.read_context import Reader
from ctx.drift.conflicts import find_conflict, find_turned_word
from ctx.model.entry import Entry
from ctx.model.handle import digest
from ctx.model.suggestion import ACCEPTED, LOCAL, OPEN, REJECTED, SHARED, Suggestion, item_name, item_path
from ctx.reading.duplicates import find_exact, find_near
from ctx.store.local import names_in
from ctx.writing.frames.new import moment
from ctx.writing.guard import secrets_in
from ctx.writing.inbox import compose_item, read_item

# How much alike a suggestion and an entry are that say the same, say much the same, or are compared at all.
_SAME, _NEAR, _ALIKE = 0.95, 0.72, 0.55
_CANDIDATES = 12
_REDACTED = "[redacted]"


class Verdict(Enum):
    """How a suggestion stands to what is known."""

    NEW = "new"
    SAME = "same"
    NEAR = "near"
    CONTRADICTS = "contradicts"


class Judged(NamedTuple):
    """The verdict, and the entry that it is about."""

    verdict: Verdict
    entry: Entry | None = None


class Proposed(NamedTuple):
    """What became of a suggestion: its item where there is one, and why none where there is not.

    `status` is `added`, `known`, `waiting` for one that is there already, or how a person answered it before;
    `redacted` says that a secret was taken out.
    """

    suggestion: Suggestion
    status: str
    id: str
    path: str
    judged: Judged
    redacted: bool


def propose(
    reader: Reader, suggestions: Sequence[Suggestion], *, shared: bool = False, now: datetime
) -> list[Proposed]:
    """Put suggestions into the inbox: of this checkout, or with `shared` into git's.

    What is known or was answered before is not put there again.
    """
    return change(reader, lambda changes: stage_proposals(changes, suggestions, shared=shared, now=now))


def stage_proposals(
    changes: Staging, suggestions: Sequence[Suggestion], *, shared: bool = False, now: datetime
) -> list[Proposed]:
    """Stage them among other changes."""
    if not suggestions:
        return []
    reading = changes.context()
    entries = [entry for entry in reading.memory.entries if entry.live]
    return [_propose(changes, one, entries, shared=shared, now=now) for one in suggestions]


def judge(suggestion: Suggestion, entries: Sequence[Entry]) -> Judged:
    """Compare a suggestion with the entries that are in force."""
    made = as_entry(suggestion)
    if same := find_exact(made.title, made.body, entries):
        return Judged(Verdict.SAME, same)
    near = find_near(made.title, made.body, entries, least=_ALIKE)[:_CANDIDATES]
    for one in near:
        if find_conflict(made, one.entry) or find_turned_word(made, one.entry):
            return Judged(Verdict.CONTRADICTS, one.entry)
    if near and (near[0].score >= _SAME or _says(near[0].entry, suggestion.text)):
        return Judged(Verdict.SAME, near[0].entry)
    if near and near[0].score >= _NEAR:
        return Judged(Verdict.NEAR, near[0].entry)
    return Judged(Verdict.NEW)


def as_entry(suggestion: Suggestion) -> Entry:
    """A suggestion as the entry that it would be."""
    body = _body(suggestion)
    return Entry(
        id="",
        kind=suggestion.kind,
        title=suggestion.title,
        stamp=None,
        date=None,
        path="",
        line=1,
        start=0,
        end=0,
        body=body,
        digest=digest(suggestion.kind, "", suggestion.title),
        fields=dict(suggestion.fields),
    )


def redacted(suggestion: Suggestion) -> tuple[Suggestion, bool]:
    """The suggestion without what looks like a secret, and whether there was any."""
    texts = [suggestion.title, suggestion.body, *suggestion.fields.values()]
    values = {secret.value for text in texts for secret in secrets_in(text)}
    if not values:
        return suggestion, False

    def clean(text: str) -> str:
        for value in sorted(values, key=len, reverse=True):
            text = text.replace(value, _REDACTED)
        return text

    made = replace(
        suggestion,
        title=clean(suggestion.title),
        fields={name: clean(text) for name, text in suggestion.fields.items()},
        body=clean(suggestion.body),
        source=clean(suggestion.source),
    )
    return made, True


def inbox_paths(changes: Staging, root_names: Sequence[str]) -> list[str]:
    """The files of the inbox: those in git, and those of this checkout by their names."""
    shared = [path for path in changes.paths() if path.startswith(SHARED)]
    return [*shared, *(f"{LOCAL}{name}" for name in root_names if name.endswith(".md"))]


def local_names(reader: Reader) -> list[str]:
    """The names of the files in this checkout's own inbox."""
    return names_in(reader.root, "inbox")


def _propose(
    changes: Staging, given: Suggestion, entries: Sequence[Entry], *, shared: bool, now: datetime
) -> Proposed:
    suggestion, was_secret = redacted(given)
    name = item_name(suggestion.fingerprint)
    for place in (True, False):
        path = item_path(name, shared=place)
        text = changes.read(path)
        item = read_item(text, path) if text is not None else None
        if item is not None and item.status in {OPEN, ACCEPTED, REJECTED}:
            status = "waiting" if item.status == OPEN else item.status
            return Proposed(suggestion, status, name, path, Judged(Verdict.NEW), was_secret)
    judged = judge(suggestion, entries)
    if judged.verdict is Verdict.SAME:
        return Proposed(suggestion, "known", "", "", judged, was_secret)
    path = item_path(name, shared=shared)
    changes.write(path, compose_item(suggestion, moment(now)))
    return Proposed(suggestion, "added", name, path, judged, was_secret)


def _body(suggestion: Suggestion) -> str:
    said = [f"**{name}**: {text.strip()}" for name, text in suggestion.fields.items() if text.strip()]
    return "\n\n".join([*said, *([suggestion.body.strip()] if suggestion.body.strip() else [])])


def _says(entry: Entry, text: str) -> bool:
    """Whether an entry holds all that a text says."""
    said = " ".join(text.casefold().split())
    return bool(said) and said in " ".join(entry.body.casefold().split())
