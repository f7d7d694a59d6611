"""No text makes a command slow: its time grows with the length of the text, not with the square of it.

`tests/growth.py` says why a ratio of processor times can be held by a test.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctx.drift.prose import code_spans
from ctx.markdown.inline import strip_comments
from ctx.reading.read_tasks import read_tasks
from tests.cli import ctx, project
from tests.growth import COMMANDS, GIVEN, SORTS, contexts, too_fast

# Each of these reads, thinks or writes in its own way; `python -m tests.growth` measures all.
NAMES = {"agent", "drift", "consolidate", "merge-driver BASE", "task archive", "search of TEXT"}
MAIN = [command for command in COMMANDS if command.name in NAMES]
ASKED = [command for command in GIVEN if command.name in NAMES]
SIZE = 3_000


@pytest.mark.parametrize("sort", SORTS)
def test_time_grows_no_faster_than_a_text(sort: str) -> None:
    found = [too_fast(command, sort, contexts()[0], SIZE) for command in MAIN]
    found += [too_fast(command, sort, ["entry body"], SIZE) for command in ASKED]
    assert [said for said in found if said] == []


def test_the_measurement_covers_what_it_names() -> None:
    assert {command.name for command in (*MAIN, *ASKED)} == NAMES


def test_tasks_nested_more_deeply_than_calls_may_be(tmp_path: Path) -> None:
    tabs_and_blanks = ("\t" * (level // 2) + "  " * (level % 2) for level in range(1, 1_100))
    nested = "".join(f"{indent}- [x] nested\n" for indent in tabs_and_blanks)
    deepest = nested.rpartition("- [x]")[0] + "- [ ] last\n"
    root = project(tmp_path, {"TASKS.md": f"# Tasks\n\n- [x] alpha\n{deepest}"})
    done = ctx("task", "next", cwd=root)
    assert (done.code, "last" in done.out) == (0, True), done.err


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("x <!-- a --> <!-- b -->\ny", "x\ny"),
        ("x <!-- a --> <!-- b -->", "x"),
        ("- x <!-- a --> <!-- b --> <!-- c -->\n- y\n", "- x\n- y\n"),
        ("a<!-- x --> <!-- y -->b", "a b"),
    ],
)
def test_comments_side_by_side_at_the_end_of_a_line_go(text: str, bare: str) -> None:
    assert strip_comments(text) == bare


@given(st.text(alphabet="`a\n ", max_size=40))
def test_code_spans_are_those_that_the_definition_finds(text: str) -> None:
    """A run of backticks, what is in its paragraph, and the next run as long: as a pattern, if slowly."""
    slow = re.compile(
        r"(?<!`)(?P<mark>`+)(?!`)(?P<code>(?:(?!\n[ \t]*\n).)+?)(?<!`)(?P=mark)(?!`)", re.DOTALL
    )
    wanted = [(*match.span(), match.start("code"), match["code"]) for match in slow.finditer(text)]
    assert list(code_spans(text)) == wanted


@given(st.lists(st.sampled_from(["", "  ", "   x", "     y  z", "  - a", "    - [ ] b"]), max_size=6))
def test_the_text_of_a_task_is_outdented_to_its_least_indented_line(lines: list[str]) -> None:
    source = "\n".join(["- [ ] first", *lines])
    text = next(read_tasks(source, "TASKS.md")).text
    first, *rest = source[6:].rstrip().split("\n")
    margin = min((len(line) - len(line.lstrip(" ")) for line in rest if line.strip()), default=0)
    if "\n".join([first, *rest]) == source[6:].rstrip() and not re.search(r"\n\s*\n", source.rstrip()):
        assert text == "\n".join([first, *("  " + line[margin:] for line in rest)])
