"""Asking a person at a terminal: questions, answers, and what happens when the terminal goes."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ctx.cli.output import print_out, write
from ctx.cli.wrapping import terminal_size, wrapped


class Quit(Exception):  # noqa: N818 - no error: the person has seen enough
    """The end of the review."""


@contextmanager
def closing_ends_quietly() -> Iterator[None]:
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


def tell(text: str) -> None:
    """Print a remark, wrapped to the terminal."""
    columns, _ = terminal_size()
    print_out("\n".join(wrapped(text, columns)))


def answer_to(question: str) -> str:
    """What a person answers, in lower case. Raises Quit where the terminal is gone."""
    return line_for(question).lower()


def line_for(question: str) -> str:
    """What a person types, without the blanks around it. Raises Quit where the terminal is gone."""
    write(question)
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise Quit
    return line.strip()
