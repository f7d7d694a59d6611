"""A status is read wherever people write it, and a command that changes it replaces that very line."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctx.model.status import find_status, read_status
from tests.cli import ctx, project

SHAPES = {
    "**Status**: Accepted": "**Status**: {}",
    "**Status:** Accepted": "**Status:** {}",
    "- **Status:** Accepted": "- **Status:** {}",
    "Status: Accepted": "Status: {}",
    "STATUS: Accepted": "STATUS: {}",
    "> Status: Accepted": "> Status: {}",
    "**Status**: ~~Proposed~~ Accepted": "**Status**: {}",
    "**Status**: <!-- Proposed, Accepted -->\nAccepted": "**Status**: <!-- Proposed, Accepted -->\n{}",
    "**Status**: Accepted <!-- by all -->": "**Status**: {} <!-- by all -->",
    "### Status\n\nAccepted": "### Status\n\n{}",
}


@pytest.mark.parametrize("written", SHAPES)
def test_a_status_is_replaced_in_its_own_line(tmp_path: Path, written: str) -> None:
    one = f"## [2026-01-01-101010] One\n\n{written}\n\nBody.\n\n"
    text = f"# Decisions\n\n{one}## [2026-01-02-101010] Two\n\nOther.\n"
    root = project(tmp_path, {"DECISIONS.md": text})
    handle = ctx("list", "decision", "--ids", cwd=root).out.split()[0]
    done = ctx("deprecate", handle, "--why", "it was wrong", cwd=root)
    assert done.code == 0, done.err
    after = (root / ".context/DECISIONS.md").read_text(encoding="utf-8")
    told = after.partition("it was wrong")[0].rpartition("Deprecated (")[2] + "it was wrong"
    date = after.partition("it was wrong, ")[2][:10]
    assert after == text.replace(written, SHAPES[written].format(f"Deprecated ({told}, {date})"))
    assert ctx("list", "decision", "--status", "live", "--ids", cwd=root).out.count("\n") == 1
    changed = [line for line in difflib.ndiff(text.splitlines(), after.splitlines()) if line[0] in "+-"]
    assert len(changed) == 2


@pytest.mark.parametrize(
    "word", ["superseded", "deprecated", "rejected", "withdrawn", "obsolete", "replaced", "retired"]
)
@pytest.mark.parametrize(
    "shape", ["**Status**: {}", "- **Status:** {} by B", "Status: {}", "> **{}**: see B", "**status** : {}"]
)
def test_words_that_retire(word: str, shape: str) -> None:
    for cased in (word, word.capitalize(), word.upper()):
        assert read_status("A title", shape.format(cased), {}) == word
    assert read_status(f"[{word}] A title", "", {}) == word


@pytest.mark.parametrize(
    "body",
    [
        "Status: 404 came back.",
        "The status: rejected requests are retried",
        "Status codes: Rejected",
        "statuses\n",
    ],
)
def test_prose_about_a_status_is_none(body: str) -> None:
    assert read_status("A title", body, {}) == ""


@given(st.text("*_:-> \n\r#~<!statusSTATUSaccepted", max_size=80))
def test_what_is_found_stands_where_it_says(body: str) -> None:
    found = find_status(body)
    assert found is None or body[found.start : found.end] == found.text
