"""The review on a terminal: each group is shown, and merged at once where a person approves it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ctx.cli.output import say, write
from ctx.cli.proposals import describe, told
from ctx.errors import CtxError

if TYPE_CHECKING:
    from ctx.actions.read_context import Reader
    from ctx.consolidate.proposal import Draft, Group

_QUESTION = "approve, edit, drop a member, view members whole, skip, quit? [a/e/d/v/s/q] "
_TITLE = "# "


class _Quit(Exception):  # noqa: N818 - no error: the person has seen enough
    """The end of the review."""


def review(reader: Reader, groups: Sequence[Group], approved_by: str) -> None:
    """Ask about each group. What was approved is done by the time the next one is shown."""
    from ctx.actions.apply_plan import new_run

    run = new_run()
    merged = 0
    with _closing_ends_quietly():
        try:
            for number, group in enumerate(groups, 1):
                merged += _ask(reader, group, f"{number} of {len(groups)}", approved_by, run)
        except _Quit:
            pass
        say(
            f"{merged} of {len(groups)} groups merged"
            + ("; `ctx consolidate --undo` takes them back" if merged else "")
        )


@contextmanager
def _closing_ends_quietly() -> Iterator[None]:
    """A terminal that closes must not end the program within a write: it ends at the next question."""
    hangup = getattr(signal, "SIGHUP", None)
    before = signal.signal(hangup, signal.SIG_IGN) if hangup is not None else None
    try:
        yield
    except OSError as error:
        raise BrokenPipeError from error  # nobody is left to tell
    finally:
        if hangup is not None:
            signal.signal(hangup, before)


def _ask(reader: Reader, group: Group, place: str, approved_by: str, run: str) -> bool:
    """Show a group until it is approved or skipped; whether it was merged."""
    shown: Group | None = None
    while True:
        if shown is not group:
            say(describe(group, place))
            shown = group
        answer = _answer(_QUESTION)
        if answer in {"a", "approve"}:
            return _approve(reader, group, approved_by, run)
        if answer in {"s", "skip"}:
            return False
        if answer in {"q", "quit"}:
            raise _Quit
        if answer in {"v", "view"}:
            say(describe(group, place, whole=True))
        elif answer in {"e", "edit"}:
            group = _edited(reader, group)
        elif answer in {"d", "drop"}:
            group = _dropped(reader, group)


def _answer(question: str) -> str:
    write(question)
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise _Quit
    return line.strip().lower()


def _approve(reader: Reader, group: Group, approved_by: str, run: str) -> bool:
    from ctx.actions.apply_plan import apply_groups
    from ctx.consolidate.approved import Approved, Ending

    outcome = apply_groups(reader, [Approved.of(group)], approved_by=approved_by, run=run)[0]
    say(f"{told(outcome)}\n")
    return outcome.ending is not Ending.REFUSED


def _edited(reader: Reader, group: Group) -> Group:
    """The group with the draft as it comes back from the editor."""
    from ctx.actions.propose_merges import redraft
    from ctx.cli.compose import write_in_editor

    text = f"{_TITLE}{group.draft.title}\n\n{group.draft.body}\n"
    try:
        draft = write_in_editor(reader.root, group.id, text, _draft_in)
    except CtxError as error:
        say(f"{error}; {error.hint}" if error.hint else str(error))
        return group
    return redraft(reader, group, draft)


def _draft_in(text: str) -> Draft:
    """The first line is the title, the rest the body."""
    from ctx.actions.guard_text import RefusedTextError
    from ctx.consolidate.proposal import Draft

    title, _, body = text.replace("\r\n", "\n").lstrip("\ufeff\n").partition("\n")
    if not title.removeprefix(_TITLE).strip():
        raise RefusedTextError("the title is empty; the draft is as it was", hint="an entry needs a title")
    return Draft(title.removeprefix(_TITLE).strip(), body.strip("\n"))


def _dropped(reader: Reader, group: Group) -> Group:
    """The group without the member that is named by its number."""
    from ctx.actions.propose_merges import drop_member

    if len(group.members) == 2:
        say("a group needs two members; skip it instead")
        return group
    answer = _answer(f"which one? [1-{len(group.members)}] ")
    if not (answer.isascii() and answer.isdecimal() and 1 <= int(answer) <= len(group.members)):
        say("none dropped")
        return group
    return drop_member(reader, group, group.members[int(answer) - 1].id)
