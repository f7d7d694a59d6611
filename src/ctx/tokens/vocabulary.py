"""Vocabularies of byte-pair encoding: the ranks of tokens, in a file that is searched where it lies.

The file holds tokens in order of length and then of their bytes, so that those of one length are rows of one
width; behind them stand their ranks in the same order. It begins with the number of tokens of each length,
from 1 to 128. These numbers and the ranks are four bytes wide, the lowest byte first.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from ctx.errors import CtxError

_LENGTHS = 128
_WIDTH = 4


class Published(NamedTuple):
    """How a vocabulary is recognised: sha256 of the text published with tiktoken, crc of our file."""

    sha256: str
    crc: int


PUBLISHED = {
    "o200k_base": Published("446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d", 0xCE92A8CB),
    "cl100k_base": Published("223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7", 0x862E22D7),
}
FOLDER = Path(__file__).with_name("vocab")


class _Rows(NamedTuple):
    """The tokens of one length: where the first one lies, how many are shorter, and how many they are."""

    start: int
    shorter: int
    size: int


class Vocabulary:
    """The ranks of a vocabulary's tokens."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._rows: list[_Rows] = [_Rows(0, 0, 0)]
        start, before = _LENGTHS * _WIDTH, 0
        for length in range(1, _LENGTHS + 1):
            count = self._number(length - 1)
            self._rows.append(_Rows(start, before, count))
            start, before = start + length * count, before + count
        self._ranks = start

    def _number(self, at: int, start: int = 0) -> int:
        return int.from_bytes(self._data[start + at * _WIDTH : start + (at + 1) * _WIDTH], "little")

    def rank(self, token: bytes) -> int | None:
        """The rank of a token, or None where it is none."""
        length, data = len(token), self._data
        if length > _LENGTHS:
            return None
        start, shorter, size = self._rows[length]
        at = bisect_left(
            range(size), token, key=lambda n: data[start + n * length : start + (n + 1) * length]
        )
        found = data[start + at * length : start + (at + 1) * length] == token
        return self._number(shorter + at, self._ranks) if at < size and found else None

    def ranks(self) -> dict[bytes, int]:
        """All tokens with their ranks."""
        numbers = array("I")
        numbers.frombytes(self._data[self._ranks :])
        if sys.byteorder == "big":
            numbers.byteswap()
        return dict(zip(self._tokens(), numbers, strict=True))

    def _tokens(self) -> Iterator[bytes]:
        data = self._data
        for length, (start, _, count) in enumerate(self._rows):
            if length:
                yield from [data[at : at + length] for at in range(start, start + count * length, length)]


def pack(published: bytes) -> bytes:
    """Our file of a published vocabulary, which has a line `base64 rank` for each token."""
    from base64 import b64decode

    rows = [line.split() for line in published.splitlines()]
    tokens = [(b64decode(token), int(rank)) for token, rank in rows]
    tokens.sort(key=lambda row: (len(row[0]), row[0]))
    counts = [0] * _LENGTHS
    for token, _ in tokens:
        counts[len(token) - 1] += 1
    ranks = [rank for _, rank in tokens]
    numbers = [b"".join(n.to_bytes(_WIDTH, "little") for n in some) for some in (counts, ranks)]
    return numbers[0] + b"".join(token for token, _ in tokens) + numbers[1]


def read_vocabulary(name: str) -> Vocabulary:
    """Read a vocabulary that ships with ctx. Raises CtxError where it is not what was shipped.

    All of it is read and summed: few texts touch most pages of it anyway, and the sum of two megabytes takes
    less time than the counting of one entry. A crc is enough against accidents; the rest is for tests.
    """
    try:
        data = (FOLDER / f"{name}.bpe").read_bytes()
    except OSError:
        data = b""
    if crc32(data) != PUBLISHED[name].crc:
        raise CtxError(f"the vocabulary {name} that ships with ctx is damaged", hint="reinstall ctx-md")
    return Vocabulary(data)
