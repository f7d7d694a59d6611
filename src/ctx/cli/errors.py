"""The one place that decides exit codes and what an error looks like.

0 done, 1 the request failed, 2 usage, 3 a bug in ctx, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from ctx.cli.output import print_err, silence
from ctx.errors import CtxError

_BUG, _INTERRUPTED = 3, 130
_LATE = ("the clock of this machine stands beyond the year 2262, where Python's ends", "set the clock")


def run(command: Callable[[], object]) -> int:
    """Run a command; every way it can end becomes an exit code and at most a few lines on stderr."""
    try:
        code = command()
        sys.stdout.flush()
    except CtxError as error:
        return complain(str(error), error.hint, error.exit_code)
    except KeyboardInterrupt:
        return complain("interrupted", "", _INTERRUPTED)
    except BrokenPipeError:
        # The reader has gone (`| head`): nobody is left to tell, and nothing went wrong.
        silence()
        return 0
    except OSError as error:
        return _refused(error)
    except OverflowError as error:
        return _report_bug(error) if _has_clock() else complain(*_LATE, 1)
    except Exception as error:  # noqa: BLE001 - the last resort: a person gets a report, not a traceback
        # Python before 3.12 wraps what is raised while a class is made.
        if isinstance(error.__cause__, KeyboardInterrupt) or _is_from_typer(error, "Abort"):
            return complain("interrupted", "", _INTERRUPTED)
        return _usage(error) if _is_from_typer(error, "ClickException") else _report_bug(error)
    return code if isinstance(code, int) else 0


def complain(message: str, hint: str, code: int) -> int:
    """Print an error and its hint to stderr."""
    lines = [f"error: {message}"]
    if hint:
        lines.append(f"hint: {hint}")
    print_err("\n".join(lines))
    return code


def _is_from_typer(error: Exception, name: str) -> bool:
    """Whether it is this error of typer, which is seldom loaded and may carry its own copy of click."""
    bases = type(error).__mro__
    return any(base.__name__ == name and base.__module__.startswith(("typer.", "click.")) for base in bases)


def _usage(error: Any) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":
        # A command group alone is a question; its message is the whole help.
        print_err(error.format_message())
        return int(error.exit_code)
    context = getattr(error, "ctx", None)
    hint = f"`{context.command_path} --help` shows how it is used" if context else "see `ctx --help`"
    return complain(error.format_message(), hint, error.exit_code)


def _refused(error: OSError) -> int:
    """What the system refuses is no bug: a path that is too long, a closed folder, too many open files."""
    _trace()
    where = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, (str, bytes)) else ""
    hint = "no file was half written; check the path, its permissions and the limits of the system"
    return complain(f"{where}{error.strerror or error}", hint, 1)


def _has_clock() -> bool:
    import time

    try:
        time.time()
    except OverflowError:
        return False
    return True


def _trace() -> None:
    """Print the traceback for one who asked for it."""
    if os.environ.get("CTX_DEBUG"):
        import traceback

        traceback.print_exc()


def _report_bug(error: Exception) -> int:
    import platform
    import traceback
    from pathlib import Path

    from ctx import __version__

    _trace()
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    system = f"ctx {__version__}, Python {platform.python_version()}, {sys.platform}"
    message = " ".join(str(error).split())[:200]
    return complain(
        f"a bug in ctx: {type(error).__name__} at {where}: {message} ({system})",
        "no file was half written; please report this line; CTX_DEBUG=1 shows the traceback",
        _BUG,
    )
