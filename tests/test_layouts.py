"""A layout is no evidence: long entries are found alike, flat or under categories."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

_PATH = Path(__file__).parent.parent / "benchmarks" / "layouts.py"
_SPEC = importlib.util.spec_from_file_location("layouts", _PATH)
assert _SPEC is not None
assert _SPEC.loader is not None
layouts = sys.modules["layouts"] = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(layouts)


@pytest.mark.parametrize("name", ["notes", "chats"])
def test_the_same_entries_are_found_first_in_both_layouts(name: str) -> None:
    shares = layouts.compare(layouts.LAYOUTS[name](parts=12))
    assert shares.same >= 0.95
    assert shares.categorised >= shares.flat - 0.02
    assert shares.flat > 0.3
