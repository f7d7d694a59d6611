"""The options of commands that say what an entry is to hold."""

from __future__ import annotations

import re
import sys
from typing import Annotated

from ctx.cli.declare import Option
from ctx.cli.options import items, pair
from ctx.errors import CtxError, UsageError

Context = Annotated[str | None, Option("--context", help="What led to it.")]
Lesson = Annotated[str | None, Option("--lesson", help="What was learnt.")]
Application = Annotated[str | None, Option("--application", help="What to do from now on.")]
Outcome = Annotated[
    str | None, Option("--outcome", metavar="success|failure", help="How it went when it was tried.")
]
Decision = Annotated[str | None, Option("--decision", help="What was decided.")]
Alternatives = Annotated[str | None, Option("--alternatives", help="What else was considered.")]
Rationale = Annotated[str | None, Option("--rationale", help="Why.")]
Consequence = Annotated[str | None, Option("--consequence", help="What follows from it.")]
StatusText = Annotated[str | None, Option("--status", help="Proposed, Accepted, …")]
OtherFields = Annotated[
    list[str] | None, Option("--field -f", metavar="KEY=VALUE", help="Any field; repeatable.")
]
NewTags = Annotated[
    list[str] | None, Option("--tag -t", help="A tag; repeatable, or with commas.", complete="tags")
]
Body = Annotated[str | None, Option("--body", metavar="TEXT|-", help="Free text; `-` reads it from stdin.")]
Summary = Annotated[str | None, Option("--summary", help="Its one line in a packet.")]
SourceText = Annotated[str | None, Option("--source", help="Where it comes from.")]
ByText = Annotated[str | None, Option("--by", help="Which tool or person writes it.")]
AppliesTo = Annotated[
    list[str] | None,
    Option("--applies-to", help="Only for these paths: src/api/**; repeatable, or with commas."),
]
Pinned = Annotated[bool, Option("--pinned", help="Put it into every packet.")]
AllowSecret = Annotated[
    str, Option("--allow-secret", metavar="REASON", help="Write it though it looks like a secret.")
]
NO_HANDLES = "no handles on stdin: nothing to do"
DryRun = Annotated[bool, Option("--dry-run", help="Show what would change; write nothing.")]


def fields_of(
    others: list[str] | None, *, pinned: bool, applies_to: list[str] | None = None, **named: str | None
) -> dict[str, str]:
    """The fields that the options name. Raises UsageError for one that is given twice."""
    fields: dict[str, str] = {}
    given = [pair(text, "--field") for text in others or ()]
    given += [(name.replace("_", " "), text) for name, text in named.items() if text is not None]
    given += [("applies to", ", ".join(items(applies_to)))] if applies_to is not None else []
    for name, text in given:
        if _folded(name) in map(_folded, fields):
            raise UsageError(f"the field {name!r} is given twice", hint="put all of it into one text")
        fields[name] = text
    return fields | ({"Pinned": "yes"} if pinned else {})


def _folded(name: str) -> str:
    """A field's name as it is compared: `applies-to` is `Applies to`."""
    return " ".join(re.split(r"[\s_-]+", name.strip().lower()))


def handles_of(given: list[str]) -> list[str]:
    """The handles that were given; `-` alone stands for those on stdin, one a line or with blanks between."""
    return (text_of("-") or "").split() if given == ["-"] else given


def text_of(option: str | None) -> str | None:
    """The text of an option; `-` stands for what comes on stdin. Raises CtxError for what is not UTF-8."""
    if option != "-":
        return option
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("there is nothing on stdin", hint="pipe the text in, or give it as it is")
    try:
        return sys.stdin.buffer.read().decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise CtxError("the text on stdin is not UTF-8", hint="convert it first") from error
