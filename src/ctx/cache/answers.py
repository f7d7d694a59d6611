"""What the tasks of TASKS.md find among the live entries, kept for exactly these entries."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import Any

from ctx.errors import CacheCorrupt
from ctx.retrieval.analysis.terms import known_chunks, learn
from ctx.retrieval.ranking.ask import Best, find_best
from ctx.retrieval.ranking.searcher import Searcher
from ctx.store.cache import Cache, CacheFile

_NAME = "answers"


class Answers:
    """The best entries for each text, over all live entries; those that apply to some paths are `limited`.

    `stamp` names what the answers depend on: the live entries in their order, and the configuration.
    """

    def __init__(
        self, cache: Cache, stamp: str, searcher: Callable[[], Searcher], limited: AbstractSet[int]
    ) -> None:
        self._cache, self._stamp = cache, stamp
        self._collection, self._limited = searcher, limited
        kept = cache.find(_NAME)
        self._best: dict[str, Best] = _load(kept, "best") if kept and kept.stamp == stamp else {}
        if not self._best:
            # Whatever the entries are, the words of the tasks have the same terms.
            learn(_load(kept, "terms"))
        self._known = frozenset(self._best)

    def find(self, text: str) -> Best:
        """The places of the best entries for a text with their scores, best first."""
        if text not in self._best:
            self._best[text] = find_best(self._collection(), text, self._limited)
        return self._best[text]

    def keep(self, tasks: Iterable[str]) -> None:
        """Keep the answers to the tasks for the next run, where any answer is new."""
        texts = sorted(text for text in set(tasks) if text in self._best)
        if self._known.issuperset(texts):
            return
        parts = {"best": {text: self._best[text] for text in texts}, "terms": known_chunks(texts)}
        self._cache.put(_NAME, self._stamp, {name: json.dumps(part).encode() for name, part in parts.items()})


def is_kept(cache: Cache) -> bool:
    """Whether answers are kept at all: someone asks for packets here."""
    return cache.find(_NAME) is not None


def _load(file: CacheFile | None, part: str) -> dict[str, Any]:
    """A part that holds JSON; nothing where it cannot be read."""
    with suppress(CacheCorrupt):
        if file:
            return dict(json.loads(file.data(part)))
    return {}
