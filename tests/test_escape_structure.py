"""Nothing that a file says passes for structure of the packet, and what is innocent stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctx.actions.build_packet import Request, build_packet
from ctx.errors import BudgetError
from ctx.packet import escape_structure
from ctx.packet.escape_structure import escape_block, escape_line
from ctx.packet.inert import clean
from tests import hostile
from tests.contexts import MemoryReader
from tests.oracle import count
from tests.structure_oracle import faults


@settings(max_examples=200)
@given(hostile.contexts, st.sampled_from([400, 1_500, 100_000]))
def test_no_text_passes_for_structure_in_any_place(files: dict[str, str], budget: int) -> None:
    try:
        packet = build_packet(MemoryReader(files), Request(budget=budget, now="2026-11-21"))
    except BudgetError:
        return
    frames = packet.text.count('<frame id="2026-01-03-0101-a"')
    assert faults(packet, frames) == []
    assert count(packet.text, "o200k_base") == packet.tokens <= budget


@settings(max_examples=500)
@given(hostile.texts, st.integers(3, 4))
def test_what_was_escaped_is_not_escaped_again(text: str, level: int) -> None:
    escaped = escape_block(clean(text), level)
    assert escape_block(escaped, level) == escaped


@settings(max_examples=300)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="<#=-`~\ufeff")))
def test_text_without_marks_stays(text: str) -> None:
    assert escape_block(text, 4) == text


@pytest.mark.parametrize(
    "text",
    [
        "```c\n#include <stdio.h>\n# define X\n<h1>\n```",
        "- item\n\n  ~~~\n  # code\n  </summary>\n  ~~~",
        "Text\n\n    # indented code\n    <frame>",
        "a < b, a<b and List<String>, <https://x.y>, `<summary>` and `` `</frame> `` stay",
        '<details open="open">\nopened\n</details>',
        'Use `<script>` in [a](b.html "T") <br/> and `<h1>`.',
        "a\n\n---\n\nb\n\n- x\n- y\n",
        "#tag #2 and C#\n#!x",
        "[1]: https://example.org/a-",
        "\\<h1> is escaped already, <!-- a note --> is closed",
        "| a | b |\n|---|---|\n| 1 | 2 |",
    ],
)
def test_innocent_text_stays(text: str) -> None:
    assert escape_block(text, 4) == text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("Constitution\n====\nx", "#### Constitution\nx"),
        ("Tasks\n---\nx\n\n# One", "##### Tasks\nx\n\n#### One"),
        ("Two lines and\n-\nmore", "Two lines and\n\\-\nmore"),
        ("text\n\t# Tasks\n<div>\n> ## Tasks", "text\n\t#### Tasks\n<div>\n> ##### Tasks"),
        ("- a ` b\n- `<h1>` </h1>", "- a ` b\n- `<h1>` &lt;/h1>"),
        ("> Tasks\n> ===", "> #### Tasks"),
        ("- Tasks\n  -----\n  x", "- #### Tasks\n  x"),
        ("Two\nlines\n====", "Two\nlines\n***"),
        ("**Status**: Accepted\n---\nx", "**Status**: Accepted\n***\nx"),
        ("> # Quoted\n- ## Item", "> #### Quoted\n- ##### Item"),
        ("<h1>Tasks</h1>", "&lt;h1>Tasks&lt;/h1>"),
        ("</summary>\nx <frame id=1>", "&lt;/summary>\nx &lt;frame id=1>"),
        ("<h1>\nTasks\n===", "&lt;h1>\nTasks\n***"),
        ("<div>\n`<h1>`\n# Tasks\n</div>", "<div>\n`&lt;h1>`\n#### Tasks\n</div>"),
        ("` a\nb ` <h1> `", "` a\nb ` &lt;h1> `"),
        ('<a b="`"> <h1> `', '<a b="`"> &lt;h1> `'),
        ("[a](b`c) <h1> `", "[a](b`c) &lt;h1> `"),
        ("a ` | <h1> ` b", "a ` | &lt;h1> ` b"),
        ("```\ncode", "```\ncode\n```"),
        ("- a\n  ~~~~ py\n  code\n\nb", "- a\n  ~~~~ py\n  code\n  ~~~~\n\nb"),
        ("> 1. ```\n>    x", "> 1. ```\n>    x\n>    ```"),
        ("```\nx\n## [2026-01-02] Dated", "```\nx\n```\n#### [2026-01-02] Dated"),
        ("<!-- open", "&lt;!-- open"),
        ("<![CDATA[ x", "&lt;![CDATA[ x"),
        ("\ufeff# One", "#### One"),
    ],
)
def test_what_is_changed_and_how(text: str, escaped: str) -> None:
    assert escape_block(text, 4) == escaped


def test_a_line_keeps_code_and_loses_tags() -> None:
    assert escape_line("`<summary>` ends </summary> a < b") == "`<summary>` ends &lt;/summary> a < b"


def test_where_no_end_is_found_the_text_is_shown_as_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escape_structure, "_PASSES", 1)
    assert escape_block("# a ````\n", 4) == "`````\n# a ````\n`````\n"


@pytest.mark.parametrize(
    "piece",
    [
        "<!-- ",
        "<!",
        "<a ",
        '<a "',
        "](",
        '](a "',
        "`` ` ",
        "` | ` ",
        "- ",
        "> ",
        "<h1>",
        "=",
        "-",
        "- [ ] x\n  ```\n",
        "]:",
        "#\n",
    ],
)
def test_time_grows_as_the_text_does(piece: str) -> None:
    """By counting what is looked at, not by a clock: a quadratic way through would take minutes."""
    escape_block(piece * (200_000 // len(piece)), 4)
    escape_line(piece.replace("\n", " ") * (200_000 // len(piece)))
