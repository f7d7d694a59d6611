"""`ctx learn`, `ctx decide` and `ctx add`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ctx.cli import edit_commands
from ctx.cli.declare import Argument, Commands
from ctx.cli.entry_options import (
    AllowSecret,
    Alternatives,
    Application,
    AppliesTo,
    Body,
    ByText,
    Consequence,
    Context,
    Decision,
    DryRun,
    Lesson,
    NewTags,
    OtherFields,
    Outcome,
    Pinned,
    Rationale,
    SourceText,
    StatusText,
    Summary,
    fields_of,
    text_of,
)
from ctx.cli.frame_options import who
from ctx.cli.options import Json, Root, items, open_reader
from ctx.cli.output import print_err, print_out, write_dry_run, write_json
from ctx.errors import UsageError
from ctx.model.entry import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Callable

    from ctx.actions.add_entry import Added, NewEntry
    from ctx.actions.read_context import Reader

Title = Annotated[str | None, Argument(help="One line; without it and without options, your editor opens.")]


def learn(
    title: Title = None,
    context: Context = None,
    lesson: Lesson = None,
    application: Application = None,
    outcome: Outcome = None,
    status: StatusText = None,
    field: OtherFields = None,
    tags: NewTags = None,
    body: Body = None,
    summary: Summary = None,
    source: SourceText = None,
    by: ByText = None,
    applies_to: AppliesTo = None,
    pinned: Pinned = False,
    allow_secret: AllowSecret = "",
    dry_run: DryRun = False,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Add a learning and print its handle.

    With --outcome failure it tells what not to do again, and goes before what went well.
    """
    if outcome is not None and outcome not in OUTCOMES:
        raise UsageError(f"{outcome!r} is no outcome", hint=f"it is {' or '.join(OUTCOMES)}")
    named = {"context": context, "lesson": lesson, "application": application, "status": status}
    named |= {"outcome": outcome}
    named |= {"summary": summary, "source": source, "by": by}
    fields = fields_of(field, pinned=pinned, applies_to=applies_to, **named)
    _add("learning", title, fields, tags, body, allow_secret, root, dry_run=dry_run, as_json=as_json)


def decide(
    title: Title = None,
    context: Context = None,
    alternatives: Alternatives = None,
    decision: Decision = None,
    rationale: Rationale = None,
    consequence: Consequence = None,
    status: StatusText = None,
    field: OtherFields = None,
    tags: NewTags = None,
    body: Body = None,
    summary: Summary = None,
    source: SourceText = None,
    by: ByText = None,
    applies_to: AppliesTo = None,
    pinned: Pinned = False,
    allow_secret: AllowSecret = "",
    dry_run: DryRun = False,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Add a decision and print its handle."""
    named = {"context": context, "alternatives": alternatives, "decision": decision, "rationale": rationale}
    named |= {"consequence": consequence, "status": status, "summary": summary, "source": source}
    fields = fields_of(field, pinned=pinned, applies_to=applies_to, **named, by=by)
    _add("decision", title, fields, tags, body, allow_secret, root, dry_run=dry_run, as_json=as_json)


def add(
    kind: Annotated[
        str, Argument(help="The kind: learning, decision, convention, fact, error, …", complete="kinds")
    ],
    title: Title = None,
    context: Context = None,
    lesson: Lesson = None,
    application: Application = None,
    alternatives: Alternatives = None,
    decision: Decision = None,
    rationale: Rationale = None,
    consequence: Consequence = None,
    status: StatusText = None,
    field: OtherFields = None,
    tags: NewTags = None,
    body: Body = None,
    summary: Summary = None,
    source: SourceText = None,
    by: ByText = None,
    applies_to: AppliesTo = None,
    pinned: Pinned = False,
    allow_secret: AllowSecret = "",
    dry_run: DryRun = False,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Add an entry of any kind and print its handle. The kind's file is made where there is none."""
    named = {"context": context, "lesson": lesson, "application": application, "decision": decision}
    named |= {"alternatives": alternatives, "rationale": rationale, "consequence": consequence}
    named |= {"status": status, "summary": summary, "source": source, "by": by}
    fields = fields_of(field, pinned=pinned, applies_to=applies_to, **named)
    _add(kind, title, fields, tags, body, allow_secret, root, dry_run=dry_run, as_json=as_json)


def _add(
    kind: str,
    title: str | None,
    fields: dict[str, str],
    tags: list[str] | None,
    body: str | None,
    allow_secret: str,
    root: Path | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    from datetime import UTC, datetime

    from ctx.actions.add_entry import NewEntry, add_entry

    reader = open_reader(root)

    def write(new: NewEntry) -> Added:
        return add_entry(reader, new, datetime.now(UTC), dry_run=dry_run, session=who())

    if title is None:
        _require_editor(given=bool(fields or tags or body is not None))
        added = _add_in_editor(reader, kind, allow_secret, write)
    else:
        added = write(NewEntry(kind, title, fields, items(tags), text_of(body) or "", allow_secret))
    row = {key: getattr(added, key) for key in ("id", "path", "line", "status")}
    if dry_run:
        write_dry_run([row], added.diff, as_json=as_json)
    elif as_json:
        write_json(row)
    else:
        print_out(added.id)
    if added.duplicate:
        print_err(f"not added: {added.id} says the same already")
    for near in added.near:
        place = f"{near.entry.path}:{near.entry.line}"
        print_err(f"much like {near.entry.id} {near.entry.title!r} ({place}, {near.score:.0%})")


def _require_editor(*, given: bool) -> None:
    if given or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("an entry needs a title", hint="give one line that says what it is")


def _add_in_editor(reader: Reader, name: str, allow_secret: str, write: Callable[[NewEntry], Added]) -> Added:
    from ctx.actions.add_entry import find_kind
    from ctx.cli.editor_templates import read_new, template_for, write_in_editor

    kind = find_kind(reader.read().config.kinds, name)
    return write_in_editor(
        reader.root, kind.name, template_for(kind), lambda text: write(read_new(kind, text, allow_secret))
    )


COMMANDS: Commands = {"learn": learn, "decide": decide, "add": add, **edit_commands.COMMANDS}
