"""Exact token counts of text, without a network and, where the count is known, without a tokenizer.

A text is counted in *units*: tokens for the two vocabularies, bytes for `chars`. Units of the packet's
blocks add up exactly: under both pre-tokenisers no token crosses a line break that is followed by neither
white space nor `/` (tests/test_tokens.py holds it), and bytes always add up.
"""

from __future__ import annotations

import hashlib
import os
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from ctx.errors import CtxError, UsageError

if TYPE_CHECKING:
    from tiktoken import Encoding

# Pre-tokeniser and sha256 of each vocabulary, as published with tiktoken (tiktoken_ext/openai_public.py).
_LETTERS = r"[^\r\n\p{L}\p{N}]?"
_UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
_LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_SUFFIX = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
_O200K = (
    f"{_LETTERS}{_UPPER}*{_LOWER}+{_SUFFIX}|{_LETTERS}{_UPPER}+{_LOWER}*{_SUFFIX}"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_CL100K = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
_VOCABULARIES = {
    "o200k_base": (_O200K, "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"),
    "cl100k_base": (_CL100K, "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"),
}
CHARS = "chars"
TOKENIZERS = (*_VOCABULARIES, CHARS)

# tiktoken fails on runs of a million blanks and slows down quadratically on endless words. Counting the
# pieces of such a run apart can only count more, never less.
_RUN = 10_000
_RUNS = re.compile(r"\s+|\S+")


_COUNTED = re.compile(r"- [0-9]+ more[ ;][^0-9]*\Z")
_DIGIT = re.compile(r"[0-9]")


class Counts(MutableMapping[str, int]):
    """Token counts by the digests of texts: sorted arrays that are known, and what was added."""

    def __init__(self, keys: Sequence[int] = (), counts: Sequence[int] = ()) -> None:
        # A key is three numbers: the first one to be searched by, the others to be sure.
        self._keys, self._counts = keys, counts
        self.added: dict[str, int] = {}

    def __getitem__(self, digest: str) -> int:
        if digest in self.added:
            return self.added[digest]
        key = int(digest, 16)
        at = bisect_left(self._keys, key >> 32)
        while at < len(self._keys) and self._keys[at] == key >> 32:
            if self._counts[2 * at] == key & 0xFFFFFFFF:
                return self._counts[2 * at + 1]
            at += 1
        raise KeyError(digest)

    def __setitem__(self, digest: str, count: int) -> None:
        self.added[digest] = count

    def __delitem__(self, digest: str) -> None:
        del self.added[digest]

    def __iter__(self) -> Iterator[str]:
        for at, key in enumerate(self._keys):
            yield f"{key << 32 | self._counts[2 * at]:024x}"
        yield from self.added

    def __len__(self) -> int:
        return len(self._keys) + len(self.added)

    def merged(self) -> tuple[array[int], array[int]]:
        """All of it as two arrays, to be made again from."""
        rows = [(key, self._counts[2 * at], self._counts[2 * at + 1]) for at, key in enumerate(self._keys)]
        numbers = ((int(digest, 16), count) for digest, count in self.added.items())
        rows += [(number >> 32, number & 0xFFFFFFFF, count) for number, count in numbers]
        rows.sort()
        return array("Q", (row[0] for row in rows)), array("I", (n for row in rows for n in row[1:]))


class Counter(Protocol):
    """Counts text in units that add up over blocks."""

    name: str

    def units(self, text: str) -> int:
        """The units of a block."""

    def limit(self, budget: int) -> int:
        """The largest number of units that is within `budget` tokens."""

    def tokens(self, units: int) -> int:
        """The tokens that many units are."""


class CharsCounter:
    """For models without a public tokenizer: a token is four bytes of UTF-8, rounded up over the whole."""

    name = "chars"

    def units(self, text: str) -> int:
        """Bytes of UTF-8."""
        return len(text.encode("utf-8", "surrogatepass"))

    def limit(self, budget: int) -> int:
        """Bytes within a budget."""
        return budget * 4

    def tokens(self, units: int) -> int:
        """Bytes divided by four, rounded up."""
        return -(-units // 4)


class VocabularyCounter:
    """Counts with one of the vocabularies that ship in the package; loads it for a text not `known` yet."""

    def __init__(self, name: str, known: MutableMapping[str, int] | None = None) -> None:
        self.name = name
        self.known: MutableMapping[str, int] = {} if known is None else known

    def units(self, text: str) -> int:
        """Tokens of a block, looked up by its digest."""
        if _COUNTED.match(text):
            # Up to three digits are one token in both vocabularies, whatever the digits.
            text = _DIGIT.sub("1", text)
        key = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
        count = self.known.get(key)
        if count is None:
            count = self.known[key] = self._count(text)
        return count

    def limit(self, budget: int) -> int:
        """The budget itself."""
        return budget

    def tokens(self, units: int) -> int:
        """The units themselves."""
        return units

    def _count(self, text: str) -> int:
        encode = _load(self.name).encode_ordinary
        return sum(len(encode(piece)) for piece in pieces(text))


def counter(name: str, known: MutableMapping[str, int] | None = None) -> Counter:
    """The counter of that name; `known` maps digests of blocks to counts and is added to."""
    if name == CHARS:
        return CharsCounter()
    if name not in _VOCABULARIES:
        raise UsageError(f"unknown tokenizer {name!r}", hint=f"choose one of {', '.join(TOKENIZERS)}")
    return VocabularyCounter(name, known)


def pieces(text: str) -> Iterator[str]:
    """The text cut inside runs of white space or of anything else that are too long to encode at once."""
    if len(text) <= _RUN:
        yield text
        return
    start = 0
    for match in _RUNS.finditer(text):
        for cut in range(match.start() + _RUN, match.end(), _RUN):
            yield text[start:cut]
            start = cut
    yield text[start:]


@lru_cache(maxsize=len(_VOCABULARIES))
def _load(name: str) -> Encoding:
    """Read a vocabulary with tiktoken's own loader from our file, after checking its sha256."""
    import tiktoken
    from tiktoken.load import load_tiktoken_bpe

    pattern, expected = _VOCABULARIES[name]
    from importlib.resources import as_file, files

    resource = files("ctx.packet") / "vocab" / f"{name}.tiktoken"
    if hashlib.sha256(resource.read_bytes()).hexdigest() != expected:
        raise CtxError(f"the vocabulary {name} that ships with ctx is damaged", hint="reinstall ctx-md")
    with as_file(resource) as path, _no_tokenizer_cache():
        ranks = load_tiktoken_bpe(str(path))
    return tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens={})


@contextmanager
def _no_tokenizer_cache() -> Iterator[None]:
    """Keep tiktoken from copying our file into its cache folder: an empty name switches that off."""
    before = os.environ.get("TIKTOKEN_CACHE_DIR")
    os.environ["TIKTOKEN_CACHE_DIR"] = ""
    try:
        yield
    finally:
        if before is None:
            del os.environ["TIKTOKEN_CACHE_DIR"]
        else:
            os.environ["TIKTOKEN_CACHE_DIR"] = before
