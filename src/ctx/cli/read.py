"""`ctx list`, `ctx show` and `ctx search`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

from ctx.cli.declare import Argument, Commands, Option
from ctx.cli.options import (
    Before,
    By,
    Fields,
    Json,
    Kinds,
    Root,
    Since,
    Status,
    Tags,
    filter_of,
    open_reader,
)
from ctx.cli.output import print_err, print_out, safe, table, write, write_json

if TYPE_CHECKING:
    from ctx.model.entry import Entry

_WIDEST = 100  # columns; longer lines are hard to read
_ROW = ("id", "kind", "title", "path", "line", "date")


def list_(
    kind: Annotated[
        str | None,
        Argument(help="Only this kind: learning, decision, task, session, …", complete="kinds_listed"),
    ] = None,
    kinds: Kinds = None,
    tags: Tags = None,
    status: Status = "",
    by: By = "",
    fields: Fields = None,
    since: Since = "",
    before: Before = "",
    limit: Annotated[int | None, Option("--limit -n", min=0, help="At most so many.")] = None,
    archived: Annotated[bool, Option("--archived", help="Archived entries too.")] = False,
    unreviewed: Annotated[
        str, Option("--unreviewed", metavar="90d", help="Only entries that nobody has touched for so long.")
    ] = "",
    ids: Annotated[bool, Option("--ids", help="Only handles, a line each, for other commands.")] = False,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """List entries in file order.

    An entry was touched when it was written, marked or changed: --unreviewed asks git for the lines, and
    where git does not know them the entry's own date counts.
    """
    from ctx.actions.find_entries import list_entries

    chosen = [*([kind] if kind else []), *(kinds or [])]
    only = filter_of(chosen, tags, status, by, fields, since, before)
    reader = open_reader(root)
    found = list_entries(reader, only, archived=archived)
    if unreviewed:
        from ctx.actions.review_dates import unreviewed_for

        found = unreviewed_for(reader, found, unreviewed)
    found = found[:limit]
    if as_json:
        write_json([_listed(entry) for entry in found])
    elif ids:
        print_out("\n".join(entry.id for entry in found)) if found else None
    elif found:
        print_out(table([(e.id, e.kind, e.date or "-", f"{e.title}{_mark(e)}") for e in found]))
    elif not ids:
        print_err("nothing found")


def show(
    reference: Annotated[
        str, Argument(metavar="ID", help="A handle, the start of one, or a stamp.", complete="everything")
    ],
    rendered: Annotated[bool, Option("--rendered", help="As a page, for a person at a terminal.")] = False,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Print one entry whole, archived ones too."""
    from ctx.actions.find_entries import merged_into, show_entry

    reader = open_reader(root)
    entry, links = show_entry(reader, reference)
    target = merged_into(reader, entry)
    if as_json:
        write_json(
            {
                **{key: getattr(entry, key) for key in _ROW},
                "archived": entry.archived,
                "body": entry.body,
                "fields": entry.fields,
                "tags": list(entry.tags),
                "status": entry.status,
                "links": links,
                "merged_into": target.id if target else None,
            }
        )
        return
    print_out(f"{entry.title}{_mark(entry)}")
    print_out(f"{entry.id} · {entry.kind} · {entry.date or 'undated'} · {entry.path}:{entry.line}")
    if target:
        print_out(f"merged into {target.id} · {target.title} · {target.path}:{target.line}")
    if entry.body and rendered:
        from ctx.cli.rendered import render

        write("\n" + render(safe(entry.body), width=_width(), colour=_has_colour()) + "\n")
    elif entry.body:
        print_out(f"\n{entry.body}")


def search(
    words: Annotated[list[str], Argument(help="Plain words; any of them may match.")],
    kinds: Kinds = None,
    tags: Tags = None,
    status: Status = "",
    by: By = "",
    fields: Fields = None,
    since: Since = "",
    before: Before = "",
    limit: Annotated[int, Option("--limit -n", min=0, help="At most so many.")] = 10,
    live: Annotated[bool, Option("--live", help="Without the archive.")] = False,
    ids: Annotated[bool, Option("--ids", help="Only handles, a line each, for other commands.")] = False,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Find entries by words, best first. Archived ones and sessions are covered and marked."""
    from ctx.actions.search import search as find

    only = filter_of(kinds, tags, status, by, fields, since, before)
    hits = find(open_reader(root), " ".join(words), limit=limit, only=only, archived=not live)
    if as_json:
        keys = (*_ROW, "score", "snippet", "archived")
        write_json([{key: getattr(hit, key) for key in keys} for hit in hits])
    elif hits and ids:
        print_out("\n".join(hit.id for hit in hits))
    elif hits:
        rows = table([(h.id, h.kind, h.date or "-", f"{h.title}{_mark(h)}") for h in hits]).split("\n")
        print_out("\n".join(f"{row}\n    {hit.snippet}" for row, hit in zip(rows, hits, strict=True)))
    elif not ids:
        said = any(character.isalnum() for character in " ".join(words))
        print_err("nothing found; any word may match" if said else "there are no words to search for")


def _listed(entry: Entry) -> dict[str, Any]:
    from ctx.retrieval.ranking.snippet import snippet

    row = {key: getattr(entry, key) for key in _ROW}
    return {**row, "snippet": snippet(entry.body, "") or entry.summary, "archived": entry.archived}


def _width() -> int:
    """The width for a page: that of the terminal where there is one, and no more than can be read well."""
    try:
        columns = os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    return min(columns or _WIDEST, _WIDEST)


def _has_colour() -> bool:
    """Whether styles are shown: on a terminal, unless NO_COLOR is set."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _mark(found: Any) -> str:
    """What a reader must know about an entry's standing, behind its title."""
    marks = [*(["archived"] if found.archived else []), *([found.status] if found.status else [])]
    return f" [{', '.join(marks)}]" if marks else ""


COMMANDS: Commands = {"list": list_, "show": show, "search": search}
