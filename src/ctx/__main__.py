"""`python -m ctx`."""

from ctx.cli import main

main()
