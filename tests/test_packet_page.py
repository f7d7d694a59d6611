"""The page that shows packets shows what comes out."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent


def _packets() -> Any:
    spec = importlib.util.spec_from_file_location("packets", ROOT / "benchmarks" / "packets.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PACKETS = _packets()
PAGE = (ROOT / "docs" / "packet.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PACKETS.SMALL)
def test_the_page_shows_what_comes_out(name: str) -> None:
    shown = re.search(rf"<!-- packet: {re.escape(name)} -->\n````markdown\n(.*?)````\n", PAGE, re.DOTALL)
    assert shown is not None
    assert shown[1] == PACKETS.small(name), "make it again with `make packets`"


def test_packets_of_a_corpus_stay_where_there_is_none() -> None:
    assert PACKETS.refreshed(PAGE, None) == PAGE
