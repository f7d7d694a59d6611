"""`ctx agent`."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ctx.cli.declare import Argument, Commands, Option
from ctx.cli.frame_options import Agent, who
from ctx.cli.options import Json, Root, open_reader, working_folder
from ctx.cli.output import print_err, print_out, table, write_exact, write_json
from ctx.errors import UsageError
from ctx.packet.content import FrameStyle

if TYPE_CHECKING:
    from ctx.packet.packet import Packet


class Format(StrEnum):
    """How the packet is printed."""

    md = "md"
    json = "json"


_Budget = Annotated[
    int | None,
    Option("--budget -b", min=0, help="Tokens at most. Default: from .contextrc, 4000."),
]
_MaxChars = Annotated[
    int | None, Option("--max-chars", min=0, help="Characters at most, besides the budget.")
]
_MaxBytes = Annotated[
    int | None, Option("--max-bytes", min=0, help="Bytes of UTF-8 at most, besides the budget.")
]
_Tasks = Annotated[
    list[str] | None,
    Option("--task -T", help="A text, or the handle of a task: choose for it, not for TASKS.md; repeatable."),
]
_Query = Annotated[str | None, Option("--query -q", help="Choose for this text first, then for the tasks.")]
_Tokenizer = Annotated[
    str | None, Option("--tokenizer", help="o200k_base, cl100k_base or chars (bytes / 4).")
]
_Form = Annotated[Format, Option("--format", help="The packet, or JSON with the account of it.")]
_Path = Annotated[str | None, Option("--path", help="What is worked on, for entries that apply to paths.")]
_Explain = Annotated[bool, Option("--explain", help="Say on stderr why each entry is in or not.")]
_At = Annotated[str | None, Option("--at", metavar="REV", help="The files as of a git revision.")]
_Now = Annotated[str | None, Option("--now", metavar="DATE", help="Today's date, 2026-11-21.")]
_Strict = Annotated[
    bool, Option("--strict", help="Fail where a file is no text, instead of doing without it.")
]
_Frames = Annotated[FrameStyle, Option("--frames", help="How frames are written: XML, or a Markdown list.")]
_Reference = Annotated[str, Argument(metavar="ID", help="A handle, the start of one, or a stamp.")]


def agent(
    budget: _Budget = None,
    max_chars: _MaxChars = None,
    max_bytes: _MaxBytes = None,
    task: _Tasks = None,
    query: _Query = None,
    tokenizer: _Tokenizer = None,
    form: _Form = Format.md,
    as_json: Json = False,
    path: _Path = None,
    explain: _Explain = False,
    at: _At = None,
    now: _Now = None,
    strict: _Strict = False,
    frames: _Frames = FrameStyle.xml,
    session: Agent = "",
    root: Root = None,
) -> None:
    """Print what an agent should know now, within a budget.

    That is the rules, the tasks, and the entries that serve them.

    Entries are scored against every open task (BM25), recency and kind. What is asked for and what is in
    progress is served first; the best go in whole, the next as one line each, the rest is counted. Below some
    1,500 tokens beside the constitution that is one task and one or two entries. stdout is the packet and
    nothing else; what it had to leave out is said on stderr.
    """
    from ctx.actions.build_packet import Request, build_packet

    reader = open_reader(root)
    request = Request(
        budget=budget,
        max_chars=max_chars,
        max_bytes=max_bytes,
        tasks=task or None,
        query=query,
        tokenizer=tokenizer,
        path=_work_path(reader.root, path),
        at=at,
        now=_date(now),
        strict=strict,
        session=session or who(),
        frames=frames,
    )
    packet = build_packet(reader, request)
    for text in packet.remarks:
        print_err(text)
    if as_json or form is Format.json:
        write_json(packet.to_json())
    else:
        write_exact(packet.text)
    if explain:
        _explain(packet)


def why(
    reference: _Reference,
    budget: _Budget = None,
    max_chars: _MaxChars = None,
    max_bytes: _MaxBytes = None,
    task: _Tasks = None,
    query: _Query = None,
    tokenizer: _Tokenizer = None,
    as_json: Json = False,
    path: _Path = None,
    at: _At = None,
    now: _Now = None,
    strict: _Strict = False,
    frames: _Frames = FrameStyle.xml,
    session: Agent = "",
    root: Root = None,
) -> None:
    """Say why an entry or task is in the packet or not. It also names a budget that would admit an entry.

    It takes what `ctx agent` takes, and is about the packet that this prints.
    """
    from ctx.actions.build_packet import Request
    from ctx.actions.explain_entry import explain_entry

    reader = open_reader(root)
    request = Request(
        budget=budget,
        max_chars=max_chars,
        max_bytes=max_bytes,
        tasks=task or None,
        query=query,
        tokenizer=tokenizer,
        path=_work_path(reader.root, path),
        at=at,
        now=_date(now),
        strict=strict,
        session=session or who(),
        frames=frames,
    )
    account = explain_entry(reader, reference, request)
    for text in account.packet.remarks:
        print_err(text)
    if as_json:
        write_json(account.to_json())
    else:
        print_out("\n".join(account.tell()))


def _date(now: str | None) -> str | None:
    from ctx.model.stamp import find_date

    if now is not None and find_date(now) != now:
        raise UsageError(f"--now {now!r} is not a date", hint="write it as 2026-11-21")
    return now


def _work_path(root: Path, given: str | None) -> str:
    """What is worked on, relative to the root: --path, else the working directory where it lies inside."""
    # Unlike Path.resolve, realpath takes links that lead in a circle.
    for start in (working_folder(), root):
        candidate = Path(os.path.realpath(start / (given or "")))
        if candidate.is_relative_to(root):
            inside = candidate.relative_to(root).as_posix()
            return "" if inside == "." else inside
    return ""


def _explain(packet: Packet) -> None:
    """The account of a packet as a table."""
    rows = [("form", "id", "tokens", "score", "whole at", "why", "title")]
    for one in packet.entries:
        score = f"{one.score.total:.3f}"
        words = ", ".join(list(one.score.terms)[:4])
        why = f"{one.reason} ({words})" if words else one.reason
        rows.append((one.form, one.id, str(one.tokens), score, str(one.admitted_at or "?"), why, one.title))
    print_err(f"{packet.tokens} of {packet.budget} tokens ({packet.tokenizer})")
    print_err(table([("section", "tokens"), *((part.name, str(part.tokens)) for part in packet.sections)]))
    if packet.tasks:
        print_err(table([("form", "task", "why"), *((one.form, one.id, one.reason) for one in packet.tasks)]))
    print_err(table(rows))


COMMANDS: Commands = {"agent": agent, "why": why}
