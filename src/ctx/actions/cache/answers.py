"""What the tasks of TASKS.md found among the live entries, remembered while it stays true."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ctx.actions.cache.indexing import dump_documents, load_documents
from ctx.errors import Damaged
from ctx.memory.shelf import Parts
from ctx.retrieval.ask import Best, Found, find
from ctx.retrieval.collection import Collection
from ctx.retrieval.query import Query
from ctx.retrieval.relevance import Grounds
from ctx.retrieval.terms import known_chunks, learn
from ctx.store.cache import Cache, CacheFile

if TYPE_CHECKING:
    from ctx.retrieval.carry import Change

_NAME = "answers"


class Answers:
    """What the texts of `tasks` find in a collection; those that a change spares are not asked again.

    `stamp` names the live entries, `base` those that they are a patch to, or themselves.
    """

    def __init__(
        self,
        cache: Cache,
        stamp: str,
        base: str,
        tasks: AbstractSet[str],
        collection: Callable[[], Collection],
    ) -> None:
        self._cache, self._stamp, self._base = cache, stamp, base
        self._tasks, self._collection = tasks, collection
        kept = cache.find(_NAME)
        self._known = kept if kept and kept.stamp == stamp else None
        self._before = None if self._known else kept
        # Whatever the entries are, the words of the tasks have the same terms.
        learn(_load(self._before, "chunks"))
        self._best: dict[str, Best] = _load(self._known, "best")
        self._changed = False

    def __call__(self, text: str) -> Best:
        """The places of the best entries for a query with their scores, best first."""
        if text not in self._tasks:
            return find(self._collection(), text).best
        if text not in self._best:
            found = self._carried(text) or find(self._collection(), text)
            self._best[text], self._grounds[text] = found
            self._changed = True
        return self._best[text]

    def keep(self) -> None:
        """Keep what was found for the next run, where any of it is new."""
        if not self._changed:
            return
        collection, tasks = self._collection(), sorted(self._tasks & self._best.keys())
        told = {
            "best": {text: self._best[text] for text in tasks},
            "grounds": {text: self._grounds[text] for text in tasks if text in self._grounds},
            "chunks": known_chunks(tasks),
            "about": self._about,
        }
        parts: Parts = {name: json.dumps(part).encode() for name, part in told.items()}
        index = collection.index
        parts["origin"] = array("I", index.origin)
        parts["documents"] = dump_documents(index.fresh_documents)
        self._cache.put(_NAME, self._stamp, parts)

    @property
    def _about(self) -> dict[str, Any]:
        """What has to be the same for answers to outlast a change."""
        collection = self._collection()
        # An index that could not be patched is a base of its own.
        base = self._base if collection.index.is_patched else self._stamp
        return {"base": base, "thesaurus": collection.thesaurus.stamp}

    @cached_property
    def _grounds(self) -> dict[str, Sequence[Any]]:
        """What each answer depends on."""
        return _load(self._known, "grounds")

    def _carried(self, text: str) -> Found | None:
        """What a task found before the change, where it would find the same now."""
        best, grounds = self._found_before
        if text not in best or text not in grounds or self._change is None:
            return None
        return self._change.carry(Query(self._collection(), text), Found(best[text], Grounds(*grounds[text])))

    @cached_property
    def _found_before(self) -> tuple[dict[str, Best], dict[str, Sequence[Any]]]:
        """What was found among the entries of before, and what that depends on."""
        return _load(self._before, "best"), _load(self._before, "grounds")

    @cached_property
    def _change(self) -> Change | None:
        """What changed for queries since, where it can be told and words mean what they did."""
        from ctx.retrieval.carry import Change

        if self._before is None or _load(self._before, "about") != self._about:
            return None
        with suppress(Damaged):
            origin, fresh = self._before.numbers("origin"), load_documents(self._before.data("documents"))
            return Change(self._collection().index, origin, fresh)
        return None


def _load(file: CacheFile | None, part: str) -> dict[str, Any]:
    """A part that holds JSON; nothing where it cannot be read."""
    with suppress(Damaged):
        if file:
            return dict(json.loads(file.data(part)))
    return {}
