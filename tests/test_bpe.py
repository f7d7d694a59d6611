"""Our own counting of a little text: equal to tiktoken's, from files that prove their origin."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
import tiktoken
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ctx.errors import CtxError
from ctx.tokens import encoder, vocabulary
from ctx.tokens.bpe import SmallCounter
from ctx.tokens.encoder import Encoder
from ctx.tokens.pretokens import PATTERNS, Unsettled, pretokens
from ctx.tokens.vocabulary import PUBLISHED, Vocabulary, pack, read_vocabulary
from tests.oracle import encoding, unpack

VOCABULARIES = {name: read_vocabulary(name) for name in PUBLISHED}
names = st.sampled_from([*PUBLISHED])
# Two pieces each whose joint encoding is longer than those of both, in the vocabularies' order.
PAIRS = (("positidzwa", "ucketshein"), ("astwaukee", "warzrip"))
every = st.characters(exclude_categories=[])
ascii_ = st.characters(max_codepoint=127)
latin = st.characters(max_codepoint=0x24F)
emoji = st.sampled_from("👍🏽👩‍💻🇩🇪✅1️⃣\u200d\ufe0f")
marks = st.sampled_from("e\u0301a\u0308\u093e\u0950ज़")
letters = st.sampled_from("'’sStTrReEvVmMlLdDſK /\r\n\t .aBª1٣\u01c5\u0130\u00a0\u0085\u3000\x1c\x1f\u2028")
samples = st.one_of(*(st.text(one, max_size=60) for one in (every, ascii_, latin, letters, emoji | marks)))
runs = st.lists(st.tuples(letters | every, st.integers(1, 300)), max_size=5)


def _agree(name: str, text: str) -> None:
    """Ours where it dares to count, and always the one that chooses, equal tiktoken's."""
    expected = len(encoding(name).encode_ordinary(text))
    assert Encoder(name).count(text) == expected


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither read the vocabulary again for each sample nor load tiktoken twice."""
    monkeypatch.setattr(encoder, "read_vocabulary", VOCABULARIES.__getitem__)
    monkeypatch.setattr(Encoder, "_load", lambda self: encoding(self.name))


@settings(max_examples=1_000)
@example("o200k_base", "don'ſ I'LL 'S we'Ve\r\n\r\n  x")
@example("cl100k_base", "'ſ 's  \n\n \n")
@example("o200k_base", "\ud800 \udc00\ud83d \ud83d\ude00")
@given(names, samples)
def test_counts_are_tiktokens(name: str, text: str) -> None:
    _agree(name, text)


@settings(max_examples=150)
@given(names, runs)
def test_counts_of_runs_are_tiktokens(name: str, rows: list[tuple[str, int]]) -> None:
    _agree(name, "".join(character * times for character, times in rows))


@pytest.mark.parametrize("name", PUBLISHED)
def test_classes_of_all_characters_are_tiktokens(name: str) -> None:
    """Also where this Python's version of Unicode and tiktoken's differ."""
    small, settled = SmallCounter(name, VOCABULARIES[name]), 0
    for start in range(0, sys.maxunicode + 1, 16):
        plane = [chr(n) for n in range(start, start + 16) if not 0xD800 <= n < 0xE000]
        for character in plane:
            if unicodedata.category(character) in {"Co", "Cn"} and ord(character) % 997:
                continue
            sample = f"aA1 {character}{character}Z'S{character} b"
            try:
                count = small.count(sample)
            except Unsettled:
                continue
            settled += 1
            assert count == len(encoding(name).encode_ordinary(sample)), ascii(sample)
    assert settled > 80_000


@settings(max_examples=300)
@given(names, samples)
def test_pretokens_concatenate_to_the_text(name: str, text: str) -> None:
    try:
        words = pretokens(name, text)
    except Unsettled:
        return
    assert "".join(words) == text


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize(
    "sample", ["a" * 9_000, "=-" * 4_000, " \t" * 4_000, "e\u0301" * 3_000, "qzX" * 2_000]
)
def test_long_words_are_tiktokens(name: str, sample: str) -> None:
    assert SmallCounter(name, VOCABULARIES[name]).count(sample) == len(encoding(name).encode_ordinary(sample))


# Characters of every class that a pattern knows: letters of each case, uncased and composed ones, marks,
# digits, symbols, emoji, all kinds of white space, and some whose class this Python may not know.
CLASSED = (
    *"aAzZ", *"\u01c5\u02b0\u00aa\u4e00\u3042", *"\u0301\u093e\u20dd", *"1\u0663\u2167\u00bd", *"=-_'/\"#<|",
    *"\U0001f44d\u200d\u2192", *" \t\n\r\v\f\u00a0\u2028\u3000\u0085", *"\x1c\U000323b0\U0001e6c0",
)  # fmt: skip
long_runs = st.lists(
    st.tuples(st.text(st.sampled_from(CLASSED), min_size=1, max_size=4), st.sampled_from([1, 2, 700, 4_000])),
    min_size=1,
    max_size=6,
)


def _loaded(name: str) -> Encoder:
    """What counts much text: tiktoken, and our own code for long runs."""
    one = Encoder(name)
    assert one._loaded() is encoding(name)
    return one


@settings(max_examples=60)
@given(names, long_runs)
def test_long_runs_are_tiktokens_whoever_counts(name: str, rows: list[tuple[str, int]]) -> None:
    text = "".join(piece * times for piece, times in rows)
    expected = len(encoding(name).encode_ordinary(text))
    assert Encoder(name).count(text) == expected
    assert _loaded(name).count(text) == expected


@pytest.mark.parametrize(("name", "pair"), [("o200k_base", PAIRS[0]), ("cl100k_base", PAIRS[1])])
def test_a_pair_that_joins_shorter_than_its_parts_is_cut_nowhere(name: str, pair: tuple[str, str]) -> None:
    """Cut between the two, the pieces take fewer tokens than the whole: encoding is not additive."""
    count = encoding(name).encode_ordinary
    assert len(count("".join(pair))) > sum(len(count(part)) for part in pair)
    for at in (1_000, 10_000, 65_536):
        text = ("a," * at)[: at - len(pair[0])] + "".join(pair)
        for one in (Encoder(name), _loaded(name)):
            assert one.count(text * 3) == len(count(text * 3))


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize("sample", ["a", "=", "\u4e00", "e\u0301", "\U0001f44d", " \n", "!\n/", "\t", "\r\n"])
@pytest.mark.parametrize("after", ["", "x", "!"])
def test_runs_far_beyond_are_tiktokens(name: str, sample: str, after: str) -> None:
    text = f"x. {sample * 12_000}{after}"
    assert _loaded(name).count(text) == len(encoding(name).encode_ordinary(text))


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_million_of_anything_is_counted(name: str) -> None:
    """tiktoken itself fails on these blanks, but not where one pre-token is all that it looks for."""
    ranks = VOCABULARIES[name].ranks()
    whole = tiktoken.Encoding("whole", pat_str=r"[\s\S]+", mergeable_ranks=ranks, special_tokens={})
    expected = len(whole.encode_ordinary(" " * 999_999)) + len(encoding(name).encode_ordinary(" x"))
    assert _loaded(name).count(" " * 1_000_000 + "x") == expected


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_files_are_the_published_vocabularies(name: str) -> None:
    data = (vocabulary.FOLDER / f"{name}.bpe").read_bytes()
    published = unpack(data)
    assert hashlib.sha256(published).hexdigest() == PUBLISHED[name].sha256
    assert pack(published) == data


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_token_is_found_by_its_bytes(name: str) -> None:
    found = VOCABULARIES[name]
    assert all(found.rank(token) == rank for token, rank in found.ranks().items())


@settings(max_examples=200)
@given(names, st.binary(max_size=140))
def test_what_is_no_token_has_no_rank(name: str, token: bytes) -> None:
    assert VOCABULARIES[name].rank(token) == encoding(name)._mergeable_ranks.get(token)


def test_tokens_that_border_on_another_length_are_not_found() -> None:
    tiny = Vocabulary(pack(b"YQ== 0\nYWI= 1\n"))
    assert [tiny.rank(token) for token in (b"a", b"b", b"ab", b"zz", b"abc", b"")] == [
        0,
        None,
        1,
        None,
        None,
        None,
    ]


def test_a_little_text_loads_no_tiktoken_and_much_does(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[str] = []

    def load(self: Encoder) -> tiktoken.Encoding:
        loads.append(self.name)
        return encoding(self.name)

    monkeypatch.setattr(Encoder, "_load", load)
    one = Encoder("o200k_base")
    assert one.count("some words\n") == 3
    assert not loads
    monkeypatch.setattr(encoder, "_MUCH", 1_000)
    texts = [f"text {number}\n" for number in range(300)]
    assert one.count_all(texts) == [len(encoding("o200k_base").encode_ordinary(text)) for text in texts]
    assert loads == ["o200k_base"]


def test_new_words_without_end_load_tiktoken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "_NEW", 100)
    one = Encoder("o200k_base")
    for number in range(0, 10_000, 97):
        text = f"word{number:x} {number}\n"
        assert one.count(text) == len(encoding("o200k_base").encode_ordinary(text))
    assert one._encoding is not None


@pytest.mark.parametrize("damage", ["flip", "cut", "gone", "empty"])
def test_a_damaged_vocabulary_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    data = bytearray((vocabulary.FOLDER / "cl100k_base.bpe").read_bytes())
    data[700_000] ^= 1
    broken = {"flip": bytes(data), "cut": bytes(data[:-5]), "empty": b""}
    if damage in broken:
        (tmp_path / "cl100k_base.bpe").write_bytes(broken[damage])
    monkeypatch.setattr(vocabulary, "FOLDER", tmp_path)
    with pytest.raises(CtxError, match="cl100k_base that ships with ctx is damaged"):
        read_vocabulary("cl100k_base")


def test_nothing_is_imported_before_it_is_needed_and_tiktoken_not_for_a_little_text() -> None:
    script = (
        "import sys; from ctx.tokens.counting import counter\n"
        "assert not {m for m in sys.modules if m in ('ctx.tokens.encoder', 'unicodedata')}\n"
        "counter('o200k_base').units('größer\\n')\n"
        "assert not {'tiktoken', 'regex'} & {*sys.modules}"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize("name", PUBLISHED)
def test_tiktoken_itself_is_loaded_from_our_file(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    one = Encoder(name)
    assert one._load().encode_ordinary("some 漢字 text") == encoding(name).encode_ordinary("some 漢字 text")
    assert one._load()._pat_str == PATTERNS[name] == encoding(name)._pat_str


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "a ", " ", "/", "\n", "\x1c", "\u2028", "文", "\x1f "]),
            st.integers(1, 1200),
        ),
        max_size=4,
    )
)
def test_long_runs_are_seen_as_the_patterns_see_them(parts: list[tuple[str, int]]) -> None:
    text = "".join(piece * count for piece, count in parts)
    slow = len(text) > encoder._LONG and any(
        found.end() - found.start() > encoder._LONG for run in encoder._RUNS for found in run.finditer(text)
    )
    assert encoder._has_long_run(text) == slow
