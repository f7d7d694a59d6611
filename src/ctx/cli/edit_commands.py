"""Commands that change entries that are there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

from ctx.cli.declare import Argument, Commands, Option
from ctx.cli.entry_options import (
    NO_HANDLES,
    AllowSecret,
    Body,
    DryRun,
    NewTags,
    OtherFields,
    fields_of,
    handles_of,
    text_of,
)
from ctx.cli.options import Json, Root, items, open_reader
from ctx.cli.output import print_err, print_out, write_dry_run, write_json
from ctx.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ctx.actions.changes import Written
    from ctx.actions.edit_entry import EntryChange
    from ctx.actions.read_context import Reader

Id = Annotated[
    str, Argument(metavar="ID", help="A handle, the start of one, or a stamp.", complete="entries")
]
ArchivedId = Annotated[
    str, Argument(metavar="ID", help="A handle, the start of one, or a stamp.", complete="archived")
]


def edit(
    reference: Id,
    title: Annotated[str | None, Option("--title", help="A new title.")] = None,
    stamp: Annotated[str | None, Option("--stamp", help="Another stamp: 2026-11-21-043412.")] = None,
    kind: Annotated[
        str | None, Option("--kind -k", help="Move it to another kind.", complete="kinds")
    ] = None,
    body: Body = None,
    field: OtherFields = None,
    tags: NewTags = None,
    allow_secret: AllowSecret = "",
    dry_run: DryRun = False,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Change an entry: by options, or in your editor. An empty field (`-f Source=`) is taken out.

    `--body` replaces what is in no field, `--tag` all tags. Links follow a new title, stamp or kind.
    """
    from datetime import UTC, datetime

    from ctx.actions.edit_entry import EntryChange, edit_entry

    reader = open_reader(root)
    fields = fields_of(field, pinned=False)
    new_tags = None if tags is None else items(tags)

    def write(edition: EntryChange) -> Written:
        return edit_entry(reader, reference, edition, datetime.now(UTC), dry_run=dry_run)

    if (title, stamp, kind, body, tags) == (None,) * 5 and not fields:
        done = _edit_in_editor(reader, reference, allow_secret, write)
    else:
        done = write(EntryChange(title, stamp, kind, None, text_of(body), fields, new_tags, allow_secret))
    _tell(done, dry_run=dry_run, as_json=as_json)


def mark(
    reference: Id,
    verdict: Annotated[str, Argument(metavar="helpful|harmful", help="What it was.", complete="verdicts")],
    dry_run: DryRun = False,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Say that an entry helped or harmed. It ranks a little higher or lower then."""
    from ctx.actions.mark_entry import mark_entry

    done = mark_entry(open_reader(root), reference, verdict, dry_run=dry_run)
    _tell(done, dry_run=dry_run, as_json=as_json)


def supersede(
    old: Annotated[str, Argument(metavar="OLD", help="The entry that no longer holds.", complete="entries")],
    new: Annotated[str, Argument(metavar="NEW", help="The entry that holds now.", complete="entries")],
    dry_run: DryRun = False,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Retire an entry in favour of another one; both say so."""
    from ctx.actions.supersede_entry import supersede_entry

    done = supersede_entry(open_reader(root), old, new, dry_run=dry_run)
    _tell(done, dry_run=dry_run, as_json=as_json)


def deprecate(
    reference: Id,
    why: Annotated[str, Option("--why", help="Why it no longer holds.")],
    dry_run: DryRun = False,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Retire an entry; it leaves the packets and stays searchable."""
    from datetime import UTC, datetime

    from ctx.actions.supersede_entry import deprecate_entry

    today = datetime.now(UTC).date()
    done = deprecate_entry(open_reader(root), reference, why, today, dry_run=dry_run)
    _tell(done, dry_run=dry_run, as_json=as_json)


def remove(
    references: Annotated[
        list[str],
        Argument(metavar="ID…|-", help="Handles; `-` reads them from stdin, one a line.", complete="entries"),
    ],
    dry_run: DryRun = False,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Move entries word for word to the archive. All of them move, or none."""
    from datetime import UTC, datetime

    from ctx.actions.remove_entry import remove_entries

    references = handles_of(references)
    if not references:
        write_json([]) if as_json else print_err(NO_HANDLES)
        return
    done = remove_entries(open_reader(root), references, datetime.now(UTC).date(), dry_run=dry_run)
    rows = [{"id": one.id, "path": one.path, "line": one.line, "status": "changed"} for one in done.entries]
    if dry_run:
        write_dry_run(rows, done.diff, as_json=as_json)
    elif as_json:
        write_json(rows)
    else:
        print_out("\n".join(f"{one.id} is in {one.path}" for one in done.entries))
        for one in done.entries:
            print_err(f"{one.id} is {one.title!r}")


def restore(
    reference: ArchivedId,
    dry_run: DryRun = False,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Bring an archived entry or task back word for word; links to it follow.

    It goes where its stamp or its heading puts it, into the file of its kind.
    """
    from ctx.actions.restore_entry import restore as bring_back

    done = bring_back(open_reader(root), reference, dry_run=dry_run)
    _tell(done, dry_run=dry_run, as_json=as_json)


def _edit_in_editor(
    reader: Reader, reference: str, allow_secret: str, write: Callable[[EntryChange], Written]
) -> Written:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("say what to change", hint="--title, --body, --field or --tag")
    from ctx.actions.changes import locate
    from ctx.cli.editor_templates import read_again, text_of_entry, write_in_editor

    entry = locate(reader.read(archive=True), reference)
    return write_in_editor(
        reader.root, entry.id, text_of_entry(entry), lambda text: write(read_again(entry, text, allow_secret))
    )


def _tell(done: Written, *, dry_run: bool, as_json: bool) -> None:
    row = {"id": done.id, "path": done.path, "line": done.line, "status": done.status}
    if dry_run:
        write_dry_run([row], done.diff, as_json=as_json)
    elif as_json:
        write_json(row)
    else:
        print_out(done.id)
        if done.status == "unchanged":
            print_err(f"{done.id} was so already")
            return
        was = f" (was {done.was}, which still finds it)" if done.was else ""
        print_err(f"{done.id} is {done.title!r}{was}")


COMMANDS: Commands = {
    "edit": edit,
    "mark": mark,
    "supersede": supersede,
    "deprecate": deprecate,
    "remove": remove,
    "restore": restore,
}
