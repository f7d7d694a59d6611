"""`.contextrc`: every option declared once, read strictly, explained when wrong.

``options`` declares, ``read`` turns text into a :class:`Config`, ``key_lines`` says where a key stands, and
``report`` prints what is in force, the example file and the reference page.
"""

from ctx.config.options import Config, Option
from ctx.config.problems import ConfigError, Problem
from ctx.config.read import parse
from ctx.config.report import describe, effective, example, fingerprint, reference, show

DEFAULT = Config()

__all__ = [
    "DEFAULT",
    "Config",
    "ConfigError",
    "Option",
    "Problem",
    "describe",
    "effective",
    "example",
    "fingerprint",
    "parse",
    "reference",
    "show",
]
