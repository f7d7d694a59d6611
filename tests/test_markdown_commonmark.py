"""The scanner against a CommonMark parser: the examples of the specification, and random documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ctx.markdown.blocks import scan
from ctx.markdown.cursor import Cursor
from ctx.markdown.lines import split_lines
from ctx.markdown.scanner import _MARKER, Scanner
from ctx.markdown.state import PARAGRAPH

EXAMPLES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "commonmark.json").read_text(encoding="utf-8")
)
PARSER = MarkdownIt("commonmark", {"maxNesting": 1000})


class Found(NamedTuple):
    """What both sides are asked for."""

    headings: list[tuple[int, int, str]]
    fences: list[tuple[int, int, str, bool]]
    items: list[tuple[int, int]]
    comments: list[tuple[int, int]]
    rules: list[int]


def trimmed(lines: list[str], first: int, last: int) -> tuple[int, int]:
    """Leave out trailing blank lines: the parser counts them to a block that ends with its container."""
    while last > first + 1 and not lines[last - 1].strip(" \t\r\n"):
        last -= 1
    return first, last


def expected(text: str) -> Found:
    found = Found([], [], [], [], [])
    lines = split_lines(text)
    tokens = PARSER.parse(text)
    quotes = 0
    for index, token in enumerate(tokens):
        quotes += (token.type == "blockquote_open") - (token.type == "blockquote_close")
        if token.map is None:
            continue
        first, last = trimmed(lines, token.map[0], token.map[1])
        if token.type == "heading_open" and token.level == 0 and token.markup.startswith("#"):
            found.headings.append((first, int(token.tag[1]), tokens[index + 1].content.strip()))
        elif token.type == "fence":
            found.fences.append((first, last, token.info.strip(), token.level == 0))
        elif token.type == "list_item_open" and not quotes:
            found.items.append((first, last))
        elif token.type == "html_block" and token.level == 0 and token.content.lstrip(" ").startswith("<!--"):
            found.comments.append((first, last))
        elif token.type == "hr" and token.level == 0:
            found.rules.append(first)
    return found


def scanned(text: str) -> Found:
    blocks = scan(text)
    lines = blocks.lines
    return Found(
        [(heading.line, heading.level, heading.text.strip()) for heading in blocks.headings],
        [(*trimmed(lines, fence.first, fence.last), fence.info, fence.top) for fence in blocks.fences],
        [(item.first, item.last) for item in blocks.items],
        [trimmed(lines, comment.first, comment.last) for comment in blocks.comments],
        blocks.rules,
    )


class Departures(Scanner):
    """Notices the two constructs in which the parser departs from CommonMark (docs/formats.md)."""

    found = False

    def _start_blocks(self) -> None:
        cursor: Cursor = self._cursor
        self.found |= self._matched < len(self._stack) and cursor.indent >= 4
        unfinished = self._definitions is not None and not self._definitions.complete
        if self._leaf == PARAGRAPH and unfinished and _MARKER.match(cursor.body, cursor.next):
            self.found = True
        super()._start_blocks()


def departs(text: str) -> bool:
    scanner = Departures(text)
    scanner.run()
    return scanner.found


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"example-{example['example']}")
def test_an_example_of_the_specification(example: dict[str, Any]) -> None:
    assert scanned(example["markdown"]) == expected(example["markdown"])


@pytest.mark.parametrize(
    "text",
    [
        "a\n<a>\n# h\n",
        "> a\n<a>\n# h\n",
        "<a>\n# h\n\n# i\n",
        "a\n<div>\n# h\n",
        "a\n2. b\n",
        "a\n-\n",
        "-\n\n  ```\n",
        "[a]: /u\n---\n",
        "[a]: /u\n'b\n---\n",
        "- a\nb\n\nc\n",
        ">\t- a\n>\t\t```\n",
        "-\t\ta\n  - b\n",
    ],
)
def test_a_block_that_shows_only_by_what_follows(text: str) -> None:
    assert scanned(text) == expected(text)


def test_the_suite_is_whole() -> None:
    assert len(EXAMPLES) == 652


PREFIXES = (
    *("- ", "* ", "+ ", "1. ", "2) ", "10. ", "> ", ">", "-", "1.", "- - ", "  - ", "    - "),
    *("\t", " ", "  ", "   ", "    ", "     ", "      ", "        ", "-\t", ">\t"),
)
CONTENTS = (
    *("", "", "", "a", "foo bar", "é 語\u2028x\x0cy", "**b**: x", "\\# x", "    code"),
    *("# h", "## h ##", "###", "#x", "## [2026-11-21] t", "---", "***", "- - -", "_ _ _", "===", "="),
    *(
        "```",
        "````",
        "~~~",
        "``` py",
        "~~~ x ~",
        "`` `",
        "```a`b",
        "<a",
        "<a>",
        "<b c='d'>",
        "<div>",
        "</div>",
    ),
    *(
        "<!-- c -->",
        "<!-- c",
        "-->",
        "c --> d",
        "<?x",
        "?>",
        "<script>",
        "</script>",
        "<!X",
        "<![CDATA[",
        "]]>",
    ),
    *("[a]: /u", "[a]: /u 'T'", "[a]:", "'t", "[a", "2. x", "1. x"),
)
LINES = st.tuples(
    st.lists(st.sampled_from(PREFIXES), max_size=3).map("".join),
    st.sampled_from(CONTENTS),
    st.sampled_from(("\n", "\n", "\n", "\r\n", "\r")),
).map("".join)
DOCUMENTS = st.lists(LINES, max_size=12).map("".join)


@settings(max_examples=300)
@given(DOCUMENTS)
def test_a_random_document(text: str) -> None:
    blocks = scan(text)
    # A dated heading ends an unclosed fence or comment: wanted, and tested on its own.
    assume(all(fence.closed or fence.end == len(text) for fence in blocks.fences if fence.top))
    assume(all(comment.closed or comment.end == len(text) for comment in blocks.comments))
    # The arrow of a diagram does not close a comment: wanted, and tested on its own.
    assume(all(text[comment.start : comment.end].count("-->") < 2 for comment in blocks.comments))
    assume(not departs(text))
    assert scanned(text) == expected(text)


@pytest.mark.parametrize("text", ["  1. x\n    <script>\n", "> a\n    > b\n\n```\n", "[a]:\n1.\n2) \n"])
def test_the_departures_are_noticed(text: str) -> None:
    assert departs(text)
