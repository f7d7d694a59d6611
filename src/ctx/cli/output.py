"""What commands print: text made safe for a terminal, JSON, or a packet's exact bytes."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from ctx.errors import CtxError
from ctx.markdown.controls import CONTROLS


def safe(text: str) -> str:
    """The text with control characters shown as escapes, an escape character as `x1b` after a backslash."""
    return CONTROLS.sub(_escape, text.replace("\r\n", "\n"))


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def print_out(text: str) -> None:
    """Print a line for a person, whatever the terminal can show."""
    write(safe(text) + "\n")


def print_err(text: str) -> None:
    """Print a line to stderr: stdout is for the answer. Where it takes nothing, nobody is left to tell."""
    with suppress(OSError):
        sys.stderr.write(safe(text) + "\n")


def write_json(value: Any) -> None:
    """Print JSON, in UTF-8 whatever the locale."""
    write_bytes(json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "replace") + b"\n")


def write_dry_run(rows: Sequence[Mapping[str, Any]], diff: str, *, as_json: bool) -> None:
    """Print what a command would change: as a diff, or as its JSON with the diff; one row, or `entries`."""
    if as_json:
        write_json({**(rows[0] if len(rows) == 1 else {"entries": rows}), "diff": diff})
    elif diff:
        write(safe(diff))
    else:
        print_err("nothing would change")


def write_exact(text: str) -> None:
    """Print a packet: its own UTF-8 bytes to a pipe or file, what can be shown to a terminal."""
    if sys.stdout.isatty():
        write(text)
    else:
        write_bytes(text.encode("utf-8", "replace"))


def write(text: str) -> None:
    """Print text; what the locale's encoding lacks becomes an escape."""
    encoding = sys.stdout.encoding or "utf-8"
    with _printing():
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()


def write_bytes(data: bytes) -> None:
    """Print bytes as they are."""
    with _printing():
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


@contextmanager
def _printing() -> Iterator[None]:
    """Raise CtxError where stdout takes nothing more; a pipe whose reader has gone is told apart."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        silence()
        said = error.strerror or str(error)
        raise CtxError(
            f"cannot print: {said}", hint="only the output is lost; what was done is done"
        ) from error


def silence() -> None:
    """Let what is left to print go nowhere."""
    with suppress(OSError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """Rows as columns that line up; the last column is as wide as it is."""
    if not rows:
        return ""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        lines.append("  ".join([*cells, row[-1]]).rstrip())
    return "\n".join(lines)
