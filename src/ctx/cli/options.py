"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ctx.cli.declare import Option
from ctx.errors import CtxError, UsageError

if TYPE_CHECKING:
    from ctx.actions.find_entries import Filter
    from ctx.actions.read_context import Reader

Root = Annotated[
    Path | None,
    Option("--root", envvar="CTX_ROOT", help="The folder that holds .context/, instead of looking upwards."),
]
Json = Annotated[bool, Option("--json", help="Print JSON.")]
Kinds = Annotated[
    list[str] | None,
    Option("--kind -k", help="Only this kind; repeatable, or with commas.", complete="kinds_listed"),
]
Tags = Annotated[
    list[str] | None,
    Option("--tag -t", help="Only with this tag; repeatable, or with commas.", complete="tags"),
]
Status = Annotated[
    str, Option("--status", help="Only with this status (live, superseded, …).", complete="statuses")
]
By = Annotated[str, Option("--by", help="Only written by this tool.")]
Fields = Annotated[
    list[str] | None, Option("--field", help="KEY=TEXT: only with TEXT in that field; repeatable.")
]
Since = Annotated[str, Option("--since", help="Only from this date on (2026-11-21).")]
Before = Annotated[str, Option("--before", help="Only before this date.")]


def open_reader(root: Path | None) -> Reader:
    """The reader of the context meant: the one at --root, or the nearest one upwards."""
    from ctx.actions.read_context import Reader
    from ctx.store.workspace import find_root

    return Reader(find_root(working_folder(), root), may_fork=True)


def working_folder() -> Path:
    """The working directory. Raises CtxError where it was removed."""
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise CtxError("the working directory is gone", hint="change to a folder that exists") from error


def filter_of(
    kinds: list[str] | None,
    tags: list[str] | None,
    status: str,
    by: str,
    fields: list[str] | None,
    since: str,
    before: str,
) -> Filter:
    """The filter that the shared options describe."""
    from ctx.actions.find_entries import Filter

    return Filter(
        kinds=items(kinds),
        tags=items(tags),
        status=status,
        by=by,
        fields=dict(pair(text, "--field") for text in fields or ()),
        since=since,
        before=before,
    )


def items(texts: list[str] | None) -> list[str]:
    """The items of an option that may be repeated and may hold several, commas between them."""
    return [item for text in texts or () for raw in text.split(",") if (item := raw.strip())]


def pair(text: str, option: str) -> tuple[str, str]:
    """KEY=VALUE taken apart. Raises UsageError."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise UsageError(f"{option} {text!r} is not KEY=VALUE", hint=f'write it as {option} "Name=text"')
    return key.strip(), value
