"""Counts: exact against tiktoken's published encodings, additive over blocks, and safe on hostile text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctx.errors import UsageError
from ctx.packet.blocks import BlockCounter
from ctx.tokens import counting
from ctx.tokens.counting import TOKENIZERS, counter
from tests.contexts import lines
from tests.oracle import count

COUNTERS = {name: counter(name) for name in TOKENIZERS}
names = st.sampled_from(TOKENIZERS)
text = st.lists(lines, max_size=6).map("\n".join)


def _as_block(raw: str) -> str:
    """A block begins with neither white space nor `/` and ends in a line break."""
    return raw.lstrip().lstrip("/").lstrip().lstrip("/") + "\n"


blocks = text.map(_as_block).filter(lambda block: not block[0].isspace() and block[0] != "/")


@settings(max_examples=300)
@given(names, text)
def test_counts_are_those_of_the_published_encodings(name: str, sample: str) -> None:
    one = COUNTERS[name]
    assert one.tokens(one.units(sample)) == count(sample, name)


@settings(max_examples=500)
@given(names, st.lists(blocks, min_size=1, max_size=6))
def test_units_of_blocks_add_up(name: str, parts: list[str]) -> None:
    one = COUNTERS[name]
    assert one.tokens(sum(one.units(part) for part in parts)) == count("".join(parts), name)


def test_a_block_may_not_begin_with_a_slash() -> None:
    """The reason for the rule: o200k joins a slash to the line break before it."""
    one = COUNTERS["o200k_base"]
    assert one.units("```\n") + one.units("/path\n") != count("```\n/path\n", "o200k_base")


@pytest.mark.parametrize("name", TOKENIZERS)
@pytest.mark.parametrize("sample", [" " * 200_000, "\n" * 200_000, "a" * 200_000, "=-" * 100_000])
def test_huge_runs_are_counted(name: str, sample: str) -> None:
    assert COUNTERS[name].units(sample) > 0


def test_special_tokens_are_plain_text() -> None:
    assert COUNTERS["o200k_base"].units("<|endoftext|>") > 1


def test_known_counts_need_no_vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    known: dict[str, int] = {}
    first = counter("o200k_base", known).units("some text\n")
    monkeypatch.setattr(counting, "_encoder", lambda _name: pytest.fail("the vocabulary was opened"))
    assert counter("o200k_base", known).units("some text\n") == first


@settings(max_examples=100)
@given(names, st.lists(text, max_size=5))
def test_many_texts_are_counted_as_one_by_one(name: str, samples: list[str]) -> None:
    assert counter(name).units_of(samples) == [COUNTERS[name].units(sample) for sample in samples]


def test_many_blocks_are_pressed_as_one_by_one() -> None:
    texts = ["one\n", "", "two 漢字\n", "one\n"]
    at_once, apart = BlockCounter(counter("o200k_base")), BlockCounter(counter("o200k_base"))
    assert at_once.many(texts) == [apart(text) for text in texts]


def test_an_unknown_tokenizer_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="unknown tokenizer"):
        counter("gpt2")


@given(st.integers(0, 10**7))
def test_lines_that_count_take_as_many_tokens_whatever_the_digits(number: int) -> None:
    for name in ("o200k_base", "cl100k_base"):
        for line in (f"- {number} more; `ctx search WORDS` finds them.\n", f"- {number} more open; x\n"):
            assert counter(name).units(line) == count(line, name)
