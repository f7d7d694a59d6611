"""The `ctx` program, also as `python -m ctx`."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import NoReturn

_INTERRUPTED = 130  # as in ctx.cli.errors, which may not be there yet


def main() -> NoReturn:
    """Run the command line and end the process."""
    try:
        from ctx.cli.app import start

        code = start()
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
    except KeyboardInterrupt:
        # Before or after a command is run; else `start` has told of it.
        with suppress(OSError, AttributeError):
            sys.stderr.write("error: interrupted\n")
        code = _INTERRUPTED
    # What Python would take apart now goes with the process; that saves a tenth of a short command's time.
    os._exit(code)


if __name__ == "__main__":
    main()
