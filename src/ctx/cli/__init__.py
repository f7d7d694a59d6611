"""The command line: thin commands that open onto actions."""

from ctx.cli.app import main

__all__ = ["main"]
