"""What the package asks of those who install it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_no_dependency_is_bound_from_above() -> None:
    """`import ctx` has to fit into any application, whatever release of a library it is at."""
    bound = [name for name in PROJECT["dependencies"] if re.search(r"<|==|~=", name)]
    assert bound == []
