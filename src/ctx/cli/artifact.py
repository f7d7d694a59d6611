"""`ctx artifact …` and `ctx export`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from ctx.cli.declare import Argument, CommandGroup, Commands, Option
from ctx.cli.options import Json, Root, open_reader
from ctx.cli.output import print_err, print_out, table, write_bytes, write_json
from ctx.errors import CtxError, UsageError


def add(
    file: Annotated[str, Argument(metavar="FILE|-", help="A file; `-` reads stdin.")],
    summary: Annotated[str, Option("--summary", help="What it is, in one line.")] = "",
    track: Annotated[bool, Option("--track", help="Let git track the bytes too.")] = False,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Keep a large output by reference and print its id.

    git tracks its summary, size and digest, and the bytes only with --track. The log of a test run (pytest,
    go test, cargo, jest, JUnit XML) needs no summary: its counts and first failures are one.
    """
    from ctx.actions.artifacts import add_artifact

    done = add_artifact(
        open_reader(root), file if file != "-" else "stdin", _data(file), summary, track=track
    )
    if as_json:
        write_json(done._asdict())
    else:
        print_out(done.id)
        print_err(f"{done.summary} ({done.path})")


def show(
    reference: Annotated[str, Argument(metavar="ID", help="Its id, or the start of it.")],
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Print an artifact byte for byte."""
    from ctx.actions.artifacts import show_artifact

    found, data = show_artifact(open_reader(root), reference)
    if as_json:
        write_json(found._asdict())
    else:
        write_bytes(data)


def list_(as_json: Json = False, root: Root = None) -> None:
    """List artifacts: id, size, whether it is on this machine, and what it is."""
    from ctx.actions.artifacts import list_artifacts

    found = list_artifacts(open_reader(root))
    if as_json:
        write_json([one._asdict() for one in found])
    elif found:
        rows = [(a.id, f"{a.size} bytes", "here" if a.here else "elsewhere", a.summary) for a in found]
        print_out(table(rows))
    else:
        print_err("no artifacts; `ctx artifact add FILE` keeps one")


def export(
    docs_index: Annotated[
        bool, Option("--docs-index", help="docs/README.md: a map of docs/ and of the context.")
    ] = False,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Write what is known in a form that others read. What stands around ctx's block in a file stays."""
    from ctx.actions.docs_index import PATH, write_docs_index

    if not docs_index:
        raise UsageError("nothing to export is named", hint="`ctx export --docs-index`")
    changed = write_docs_index(open_reader(root))
    if as_json:
        write_json({"path": PATH, "status": "changed" if changed else "unchanged"})
    else:
        print_out(f"{PATH} {'changed' if changed else 'is up to date'}")


def _data(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise CtxError(f"cannot be read: {error.strerror}", path=file, hint="check its name") from error


COMMANDS: Commands = {
    "artifact": CommandGroup(
        "Artifacts: large outputs kept by reference.", {"add": add, "show": show, "list": list_}
    ),
    "export": export,
}
