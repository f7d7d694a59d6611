"""What the scanner does beyond CommonMark, and laws that hold for any text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctx.markdown.blocks import scan
from ctx.markdown.document import Document
from ctx.markdown.inline import strip_comments
from ctx.markdown.lines import newline_of, split_lines

FRAGMENTS: tuple[str, ...] = (
    *("- ", "1. ", "> ", "\t", "  ", "    ", "a", "# h", "```", "~~~", "---", "===", "<div>", "<!-- ", "-->"),
    *("\n", "\n", "\n", "\r\n", "\r", "\n\n", "[a]: /u", "## [2026-11-21] t", "\ufeff", "\u2028"),
)
ANY_TEXT = st.one_of(st.text(), st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join))
DATED = "## [2026-11-21-0434] T\n"


@pytest.mark.parametrize("opener", ["```", "~~~~ py", "<!-- c"])
def test_a_dated_heading_ends_what_is_never_closed(opener: str) -> None:
    text = f"{opener}\n# plain\n## [no date] x\n{DATED}after\n"
    blocks = scan(text)
    extents = [(fence.first, fence.last, fence.closed) for fence in blocks.fences]
    extents += [(comment.first, comment.last, comment.closed) for comment in blocks.comments]
    assert extents == [(0, 3, False)]
    assert [heading.text for heading in blocks.headings] == ["[2026-11-21-0434] T"]


@pytest.mark.parametrize("closer", ["-->", "d --> e", "```\n-->\n```\n-->", "<!-- x -->"])
def test_a_real_date_ends_a_comment_that_is_closed_later(closer: str) -> None:
    blocks = scan(f"<!-- c\n\n```\n{DATED}```\n## [2026-02-30] no day\n{DATED}{closer}\n# after\n")
    assert [heading.text for heading in blocks.headings] == ["[2026-11-21-0434] T", "after"]
    comment = blocks.comments[0]
    assert (comment.first, comment.last, comment.closed) == (0, 6, False)


@pytest.mark.parametrize(
    "inside", ["## [2026-13-01] x\n", "## [YYYY-MM-DD] x\n", f"~~~\n{DATED}~~~\n", f"-->\n{DATED}"]
)
def test_a_comment_without_a_real_date_is_closed_where_it_says(inside: str) -> None:
    comment = scan(f"<!-- c\n{inside}-->\n# after\n").comments[0]
    assert (comment.closed, comment.last) == (True, 2 + inside.partition("-->")[0].count("\n"))


@pytest.mark.parametrize(("opener", "closer"), [("```", "```"), ("~~~", "~~~~")])
def test_what_is_closed_later_hides_a_dated_heading(opener: str, closer: str) -> None:
    blocks = scan(f"{opener}\n{DATED}{closer}\n# after\n")
    assert [heading.text for heading in blocks.headings] == ["after"]
    assert all(fence.closed for fence in blocks.fences)
    assert all(comment.closed for comment in blocks.comments)


def test_a_shorter_or_other_fence_does_not_close() -> None:
    blocks = scan(f"````\n```\n~~~~\n{DATED}")
    assert (blocks.fences[0].last, blocks.fences[0].closed) == (3, False)


def test_a_fence_in_an_item_ends_with_it() -> None:
    (fence,) = scan("- ```\n  # x\n\n# y\n").fences
    assert (fence.first, fence.last, fence.top, fence.closed) == (0, 2, False, False)


def test_a_byte_order_mark_is_before_the_first_block() -> None:
    document = Document.parse("\ufeff# A\r\nx\r\n")
    assert document.preamble == (0, 1)
    assert document.sections[0].heading[:3] == (1, "A", 0)


def test_only_line_endings_end_lines() -> None:
    text = "a\x0cb\u2028c\x85d\x0be\r\nf\rg\n\rh"
    assert split_lines(text) == ["a\x0cb\u2028c\x85d\x0be\r\n", "f\r", "g\n", "\r", "h"]


@pytest.mark.parametrize(
    ("text", "newline"), [("", "\n"), ("a\r\nb\r\nc\n", "\r\n"), ("a\rb", "\r"), ("a\r\nb\nc\n", "\n")]
)
def test_the_dominant_line_ending(text: str, newline: str) -> None:
    assert newline_of(text) == newline


def test_items_know_their_place() -> None:
    text = "- a\n  lazy\nline\n  1. b\n\n     c\n- d\n\n> - e\n"
    items = scan(text).items
    assert [(i.first, i.last, i.depth, i.parent, i.marker) for i in items] == [
        (0, 6, 0, None, "-"),
        (3, 6, 1, 0, "1."),
        (6, 7, 0, None, "-"),
    ]
    assert [text[item.content] for item in items] == ["a", "b", "d"]


def test_deep_nesting_and_a_long_line_are_read() -> None:
    depth = 20_000
    items = scan("- " * depth + "x\n" + "\n" * depth + "y\n").items
    assert len(items) == depth
    assert {item.last for item in items} == {1}
    assert scan("> " * depth + "\n# x\n" * 3).headings[0].line == 1


def test_sections_and_their_subtrees() -> None:
    document = Document.parse("p\n# A\n## B\n### C\n## D\n# E\n")
    ends = [document.text[document.subtree_end(index) :] for index in range(5)]
    assert ends == ["# E\n", "## D\n# E\n", "## D\n# E\n", "# E\n", ""]
    section = document.sections[1]
    assert (section.first_line, section.last_line, section.body - section.start) == (2, 3, 5)


@settings(max_examples=300)
@given(ANY_TEXT)
def test_parts_concatenate_to_the_text(text: str) -> None:
    document = Document.parse(text)
    assert "".join(document.parts()) == text
    assert "".join(document.blocks.lines) == text
    assert document.blocks.offsets[-1] == len(text)


@settings(max_examples=300)
@given(ANY_TEXT)
def test_spans_are_in_order_and_items_nest(text: str) -> None:
    blocks = scan(text)
    offsets = blocks.offsets
    for found in (blocks.fences, blocks.comments, blocks.items):
        assert [block.start for block in found] == sorted(block.start for block in found)
        for block in found:
            assert 0 <= block.first < block.last <= len(blocks.lines)
            assert offsets[block.first] <= block.start < block.end == offsets[block.last]
    for index, item in enumerate(blocks.items):
        assert item.start < item.content <= item.end
        if item.parent is None:
            assert item.depth == 0
        else:
            parent = blocks.items[item.parent]
            assert item.parent < index
            assert item.depth == parent.depth + 1
            assert parent.content <= item.start or parent.first == item.first
            assert item.end <= parent.end


def test_the_arrow_of_a_diagram_does_not_close_a_comment() -> None:
    diagram = "```mermaid\na --> b\n```\n"
    text = f"<!-- One:\n{diagram}\nTwo:\n{diagram}-->\n\n# Heading\n"
    blocks = scan(text)
    assert [(comment.first, comment.last) for comment in blocks.comments] == [(0, 10)]
    assert [heading.text for heading in blocks.headings] == ["Heading"]
    assert strip_comments(text).strip() == "# Heading"


def test_a_fence_without_a_later_end_of_comment_hides_nothing() -> None:
    blocks = scan("<!-- One:\n```\na --> b\n```\ntext\n")
    assert [(comment.first, comment.last) for comment in blocks.comments] == [(0, 3)]
