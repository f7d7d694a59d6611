"""Counting with a vocabulary: a little text by our own code, much of it with tiktoken."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ctx.tokens.bpe import SmallCounter
from ctx.tokens.pretokens import CLASSES, PATTERNS, SYMBOL, Unsettled, pretokens, settle, unsettled
from ctx.tokens.vocabulary import read_vocabulary

if TYPE_CHECKING:
    from tiktoken import Encoding

# tiktoken fails on runs of a million blanks, and its older versions take quadratic time for endless words. No
# pre-token is longer than one run of each kind together with one character before it. White space is what the
# patterns take for it; `re` would have four control characters more.
_LONG = 1_000
_NO_BLANKS = "\x1c\x1d\x1e\x1f"
_RUNS = tuple(map(re.compile, (r"[\S\x1c-\x1f]+", r"(?:/|[^\S\x1c-\x1f])+")))
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
        self._small = SmallCounter(name, self._vocabulary, _NEW)
        self._encoding: Encoding | None = None

    def count(self, text: str) -> int:
        """The tokens of a text."""
        if self._encoding is None and len(text) <= _MUCH:
            try:
                return self._small.count(_without_surrogates(text))
            except Unsettled:
                pass
        encoding = self._loaded()
        return self._count_runs(text) if _has_long_run(text) else len(encoding.encode_ordinary(text))

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

    def _count_runs(self, text: str) -> int:
        """The tokens of a text with long runs in it, cut where two pre-tokens meet and nowhere else."""
        text = _without_surrogates(text)
        _settle(unsettled(text))
        total = 0
        between: list[str] = []
        for word in pretokens(self.name, text):
            if len(word) <= _LONG:
                between.append(word)
            else:
                total += self._count_words(between) + self._small.count_word(word)
                between.clear()
        return total + self._count_words(between)

    def _count_words(self, words: list[str]) -> int:
        """The tokens of pre-tokens that stood one behind the other.

        How white space is cut depends on what comes after it, so at the end each of it is counted apart. A
        pre-token that ends in anything else is found again without what came after it.
        """
        total = 0
        while words and words[-1][-1].isspace():
            total += self._small.count_word(words.pop())
        return total + len(self._loaded().encode_ordinary("".join(words)))

    def _loaded(self) -> Encoding:
        if self._encoding is None:
            self._encoding = self._load()
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


def _has_long_run(text: str) -> bool:
    """Whether a pre-token of the text may be long."""
    if len(text) <= _LONG:
        return False
    if any(sign in text for sign in _NO_BLANKS):
        return any(found.end() - found.start() > _LONG for run in _RUNS for found in run.finditer(text))
    words = [*map(len, text.split())]
    if max(words, default=0) > _LONG:
        return True
    # Only a text with so much white space can have so much of it in one place.
    blanks = len(text) - sum(words) + text.count("/")
    return blanks > _LONG and any(found.end() - found.start() > _LONG for found in _RUNS[1].finditer(text))


def _settle(characters: str) -> None:
    """Ask tiktoken for the classes of characters: it leaves out what its pattern does not match."""
    if not characters:
        return
    from tiktoken import Encoding

    octets = {bytes([number]): number for number in range(256)}
    left = set(characters)
    for pattern, stand_in in CLASSES.items():
        probe = Encoding("probe", pat_str=pattern, mergeable_ranks=octets, special_tokens={})
        for character in probe.decode(probe.encode_ordinary(characters)):
            settle(character, stand_in)
            left.discard(character)
    for character in left:
        settle(character, SYMBOL)
