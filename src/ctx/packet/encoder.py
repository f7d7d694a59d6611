"""Counting with a vocabulary: a little text by our own code, much of it with tiktoken."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ctx.packet.bpe import SmallCounter
from ctx.packet.pretokens import PATTERNS, Unsettled
from ctx.packet.vocabulary import read_vocabulary

if TYPE_CHECKING:
    from tiktoken import Encoding

# tiktoken fails on runs of a million blanks and slows down quadratically on endless words. Counting the
# pieces of such a run apart can only count more, never less.
_RUN = 10_000
_RUNS = re.compile(r"\s+|\S+")
# Loading tiktoken takes about as long as our own code takes for a megabyte of prose, or for this many bytes
# of words that it has not met before.
_MUCH = 1_000_000
_NEW = 50_000
# Texts are handed to threads in batches of so many; more threads than this are no quicker.
_BATCH = 64
_THREADS = 8


class Encoder:
    """Counts tokens as tiktoken's encoding of that name does."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._vocabulary = read_vocabulary(name)
        self._small: SmallCounter | None = SmallCounter(name, self._vocabulary)
        self._encoding: Encoding | None = None

    def count(self, text: str) -> int:
        """The tokens of a text."""
        if len(text) > _MUCH:
            self._loaded()
        return sum(map(self._count, pieces(text)))

    def count_all(self, texts: Sequence[str]) -> list[int]:
        """The tokens of each text."""
        if self._encoding is None and sum(map(len, texts)) <= _MUCH:
            return [self.count(text) for text in texts]
        self._loaded()
        if len(texts) <= _BATCH:
            return self._batch(texts)
        from concurrent.futures import ThreadPoolExecutor

        # tiktoken lets other threads run while it encodes.
        batches = [texts[at : at + _BATCH] for at in range(0, len(texts), _BATCH)]
        with ThreadPoolExecutor(min(os.cpu_count() or 1, _THREADS)) as pool:
            return [count for batch in pool.map(self._batch, batches) for count in batch]

    def _batch(self, texts: Sequence[str]) -> list[int]:
        return [self.count(text) for text in texts]

    def _count(self, text: str) -> int:
        if self._small is not None and self._small.worked_out <= _NEW:
            try:
                return self._small.count(_without_surrogates(text))
            except Unsettled:
                pass
        return len(self._loaded().encode_ordinary(text))

    def _loaded(self) -> Encoding:
        if self._encoding is None:
            self._encoding = self._load()
            self._small = None
        return self._encoding

    def _load(self) -> Encoding:
        from tiktoken import Encoding

        ranks = self._vocabulary.ranks()
        return Encoding(self.name, pat_str=PATTERNS[self.name], mergeable_ranks=ranks, special_tokens={})


def _without_surrogates(text: str) -> str:
    """The text as tiktoken reads it: pairs of surrogates are characters, single ones are U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


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
