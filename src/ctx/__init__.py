"""Markdown memory for coding agents: ranked, packed into an exact token budget, never lost.

>>> import ctx
>>> packet = ctx.open(".").packet(budget=4000)  # doctest: +SKIP
"""

from ctx.api import Context, open  # noqa: A004 - the name people call it by: ctx.open()
from ctx.errors import BudgetError, CtxError, UsageError

__version__ = "0.1.0"
__all__ = ["BudgetError", "Context", "CtxError", "UsageError", "__version__", "open"]
