"""`ctx tags`."""

from __future__ import annotations

from typing import Annotated

from ctx.cli.declare import Argument, Commands, Option
from ctx.cli.entry_options import DryRun
from ctx.cli.options import Json, Root, open_reader
from ctx.cli.output import print_err, print_out, table, write_dry_run, write_json
from ctx.errors import UsageError


def tags(
    old: Annotated[
        str | None, Argument(metavar="OLD", help="With --rename: the tag that goes.", complete="tags")
    ] = None,
    new: Annotated[
        str | None, Argument(metavar="NEW", help="With --rename: the one in its place.", complete="tags")
    ] = None,
    rename: Annotated[
        bool, Option("--rename", help="Rename OLD to NEW everywhere, or merge it into NEW, in one write.")
    ] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Count the tags of entries and tasks, or rename one everywhere. The archive stays as it is."""
    from ctx.actions.tags import count_tags, rename_tag

    if rename != (old is not None and new is not None) or (old is None) != (new is None):
        raise UsageError("a tag is renamed by two names", hint="`ctx tags --rename OLD NEW`")
    if old is not None and new is not None:
        done = rename_tag(open_reader(root), old, new, dry_run=dry_run)
        rows = [
            {"id": one.id, "path": one.path, "line": one.line, "status": one.status} for one in done.touched
        ]
        if dry_run:
            write_dry_run(rows, done.diff, as_json=as_json)
        elif as_json:
            write_json(rows)
        else:
            print_out("\n".join(f"{one.id} is in {one.path}:{one.line}" for one in done.touched))
        return
    found = count_tags(open_reader(root))
    if as_json:
        write_json([one._asdict() for one in found])
    elif found:
        print_out(table([(str(one.entries + one.tasks), one.tag, _where(one.tasks)) for one in found]))
    else:
        print_err("no tags")


def _where(tasks: int) -> str:
    return f"{tasks} of them task{'s' if tasks > 1 else ''}" if tasks else ""


COMMANDS: Commands = {"tags": tags}
