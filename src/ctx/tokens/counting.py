"""Exact token counts of text, without a network and, where the count is known, without a tokenizer.

A text is counted in *units*: tokens for the two vocabularies, bytes for `chars`. Units of the packet's
blocks add up exactly: under both pre-tokenisers no token crosses a line break that is followed by neither
white space nor `/` (tests/test_tokens.py holds it), and bytes always add up.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator, MutableMapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from ctx.errors import UsageError

if TYPE_CHECKING:
    from ctx.tokens.encoder import Encoder

CHARS = "chars"
_VOCABULARIES = ("o200k_base", "cl100k_base")
TOKENIZERS = (*_VOCABULARIES, CHARS)

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

    def units_of(self, texts: Sequence[str]) -> list[int]:
        """The units of many blocks, sooner than one by one."""

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

    def units_of(self, texts: Sequence[str]) -> list[int]:
        """Bytes of UTF-8 of each."""
        return [self.units(text) for text in texts]

    def limit(self, budget: int) -> int:
        """Bytes within a budget."""
        return budget * 4

    def tokens(self, units: int) -> int:
        """Bytes divided by four, rounded up."""
        return -(-units // 4)


class VocabularyCounter:
    """Counts with one of the vocabularies that ship in the package; opens it for a text not `known` yet."""

    def __init__(self, name: str, known: MutableMapping[str, int] | None = None) -> None:
        self.name = name
        self.known: MutableMapping[str, int] = {} if known is None else known

    def units(self, text: str) -> int:
        """Tokens of a block, looked up by its digest."""
        text, key = _identity(text)
        count = self.known.get(key)
        if count is None:
            count = self.known[key] = _encoder(self.name).count(text)
        return count

    def units_of(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each block; those not known yet are counted together."""
        rows = [_identity(text) for text in texts]
        new = {key: text for text, key in rows if key not in self.known}
        if new:
            counts = _encoder(self.name).count_all([*new.values()])
            self.known.update(zip(new, counts, strict=True))
        return [self.known[key] for _, key in rows]

    def limit(self, budget: int) -> int:
        """The budget itself."""
        return budget

    def tokens(self, units: int) -> int:
        """The units themselves."""
        return units


def counter(name: str, known: MutableMapping[str, int] | None = None) -> Counter:
    """The counter of that name; `known` maps digests of blocks to counts and is added to."""
    if name == CHARS:
        return CharsCounter()
    if name not in _VOCABULARIES:
        raise UsageError(f"unknown tokenizer {name!r}", hint=f"choose one of {', '.join(TOKENIZERS)}")
    return VocabularyCounter(name, known)


def _identity(text: str) -> tuple[str, str]:
    """A text that counts like this one, and its digest."""
    if _COUNTED.match(text):
        # Up to three digits are one token in both vocabularies, whatever the digits.
        text = _DIGIT.sub("1", text)
    return text, hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


@lru_cache(maxsize=len(_VOCABULARIES))
def _encoder(name: str) -> Encoder:
    """What counts with a vocabulary, one for all counters; imported for the first text that is not known."""
    from ctx.tokens.encoder import Encoder

    return Encoder(name)
