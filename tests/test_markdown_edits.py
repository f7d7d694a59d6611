"""Edits, closing and comments: what they change, and that they change nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ctx.markdown.blocks import scan
from ctx.markdown.edits import Edit, apply
from ctx.markdown.headings import close_open
from ctx.markdown.inline import strip_comments

LINES = (
    *("c <!-- d --> <!-- e -->", "<!-- f -->  <!-- g --> h"),
    *("text", "# a", "## b ##", "  ### c", "###### d", "- item", "```", "~~~~ py", "", "", "    # code"),
    *("<!-- c -->", "x <!-- d --> y", "`<!-- code -->` z", "<!-- e", "f -->", "> # quote", "<pre>", "<?php"),
)
DOCUMENTS = st.lists(st.sampled_from(LINES).flatmap(lambda line: st.just(line + "\n")), max_size=14).map(
    "".join
)


@given(st.text())
def test_no_edits_change_nothing(text: str) -> None:
    assert apply(text, []) == text


@given(st.lists(st.tuples(st.text(), st.text(), st.text())), st.randoms())
def test_edits_touch_their_spans_alone(parts: list[tuple[str, str, str]], random: object) -> None:
    text, edits = "", []
    for kept, old, new in parts:
        edits.append(Edit(len(text + kept), len(text + kept + old), new))
        text += kept + old + "|"
    assert apply(text, edits) == "".join(kept + new + "|" for kept, _, new in parts)
    assert apply(text, reversed(edits)) == apply(text, edits)


def test_insertions_at_one_point_keep_their_order() -> None:
    edits = [Edit(1, 1, "x"), Edit(1, 1, "y"), Edit(1, 2, "z"), Edit(2, 2, "w")]
    assert apply("abc", edits) == "axyzwc"


@pytest.mark.parametrize(
    "edits", [[(-1, 0)], [(0, 4)], [(2, 1)], [(0, 2), (1, 3)], [(0, 2), (1, 1)], [(0, 1), (0, 2)]]
)
def test_spans_that_make_no_sense_are_refused(edits: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError):
        apply("abc", [Edit(start, end, "") for start, end in edits])


@settings(max_examples=300)
@given(DOCUMENTS)
def test_what_follows_a_closed_text_is_not_swallowed(text: str) -> None:
    closed = close_open(text)
    assert closed.startswith(text)
    assert close_open(closed) == closed
    assert scan(closed + "\n## after\n").headings[-1].text == "after"


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("~~~~\na", "~~~~\na\n~~~~\n"),
        ("```\r\na\r\n", "```\r\na\r\n```\r\n"),
        ("<!-- a\n", "<!-- a\n-->\n"),
        ("- ```\n  a\n", "- ```\n  a\n"),
        ("```\na\n```", "```\na\n```"),
    ],
)
def test_closing_what_is_open(text: str, closed: str) -> None:
    assert close_open(text) == closed


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        ("a\n\n<!-- c -->\n\nb\n", "a\n\nb\n"),
        ("<!-- c\n\nd -->\n\na\n", "a\n"),
        ("a\n\n<!-- c -->\n", "a\n"),
        ("a\n<!-- b --> <!-- c -->\nd", "a\nd"),
        ("a <!-- x\n y --> b\n", "a b\n"),
        ("a <!-- x -->\nb", "a\nb"),
        ("a <!-- x --> <!-- y -->\nb", "a\nb"),
        ("a <!-- x -->  <!-- y --> \t<!-- z -->", "a"),
        ("a <!-- x --> <!-- y --> b", "a b"),
        ("`<!-- a -->` <!-- b -->\n", "`<!-- a -->`\n"),
        ("` <!-- a -->\n\n`\n", "`\n\n`\n"),
        ("a\n\n    <!-- a -->\n", "a\n\n    <!-- a -->\n"),
        ("a <!-- open\n\nb\n", "a"),
        ("<!-- open\n## [2026-11-21] t\n", "## [2026-11-21] t\n"),
        ("a <!-- b\n\n```\n-->\n```\n", "a <!-- b\n\n```\n-->\n```\n"),
        ("\\<!-- a -->\n", "\\<!-- a -->\n"),
        ("a\n<!-- c -->\n    b\n", "a\n\n    b\n"),
        ("``<!-- x -->`\n", "`` `\n"),
        ("\ufeff<!-- c -->\n\na\n", "\ufeffa\n"),
    ],
)
def test_comments_go(text: str, stripped: str) -> None:
    assert strip_comments(text) == stripped


@settings(max_examples=300)
@given(DOCUMENTS)
def test_stripping_twice_equals_once_and_code_stays(text: str) -> None:
    stripped = strip_comments(text)
    # A comment may itself be what keeps code from being the text of a list item before it.
    assume("- item" not in text)
    # One that holds a backtick may leave its partner behind, which then pairs with another.
    assume(not re.search(r"<!--(?:(?!-->).)*`", text, re.DOTALL))
    assert strip_comments(stripped) == stripped
    rest = stripped
    for fence in scan(text).fences:
        code = text[fence.start : fence.end]
        assert code in rest
        rest = rest[rest.index(code) + len(code) :]
