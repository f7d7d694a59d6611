"""What the tasks of TASKS.md found among the live entries, remembered while it stays true."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ctx.errors import Damaged
from ctx.retrieval.ask import Best, Found, find
from ctx.retrieval.collection import Collection
from ctx.retrieval.query import Query
from ctx.retrieval.relevance import Grounds
from ctx.retrieval.terms import known_compounds, learn
from ctx.retrieval.thesaurus import is_glossary
from ctx.store.cache import Cache

if TYPE_CHECKING:
    from ctx.actions.cache.layers import ListPatch
    from ctx.retrieval.carry import Change

_NAME = "answers"


class Answers:
    """What the texts of `tasks` find in a collection; those that a change spares are not asked again.

    `stamp` names the live entries, `patch` is there where they are a patch to others.
    """

    def __init__(
        self,
        cache: Cache,
        stamp: str,
        patch: ListPatch | None,
        tasks: AbstractSet[str],
        collection: Callable[[], Collection],
    ) -> None:
        self._patch, self._tasks, self._collection = patch, tasks, collection
        self._now = _File(cache, f"{_NAME}-patch" if patch else _NAME, stamp)
        self._before = _File(cache, _NAME, patch.base) if patch else None
        self._old: Collection | None = None

    def __call__(self, text: str) -> Best:
        """The places of the best entries for a query with their scores, best first."""
        if text not in self._tasks:
            return find(self._collection(), text).best
        if text not in self._now.best:
            self._now.add(text, self._carried(text) or find(self._collection(), text))
        return self._now.best[text]

    def keep(self) -> None:
        """Keep what was found for the next run."""
        for file in (self._now, self._before):
            if file:
                file.keep(self._tasks)

    def _carried(self, text: str) -> Found | None:
        """What a task found before the change, where it would find the same now."""
        if self._before is None or (change := self._change) is None:
            return None
        now, before = self._collection(), self._before.found(text)
        if before is None:
            # The thesaurus is the same, or there would be no change to speak of.
            self._old = self._old or Collection(change.index.before, now.thesaurus)
            before = find(self._old, text)
            self._before.add(text, before)
        if not change.spares(Query(now, text), before.grounds):
            return None
        return before._replace(best=[(now.index.place(number), score) for number, score in before.best])

    @cached_property
    def _change(self) -> Change | None:
        """What changed for queries, where that can be told and their words mean what they did."""
        from ctx.retrieval.carry import Change
        from ctx.retrieval.patched_index import PatchedIndex

        index, patch = self._collection().index, self._patch
        if patch is None or not isinstance(index, PatchedIndex):
            return None
        with suppress(Damaged):
            exchanged = [*(patch.entries[number] for number in index.gone), *patch.fresh]
            if not any(is_glossary(entry.path) for entry in exchanged):
                return Change(index)
        return None


class _File:
    """A cache file of what queries found among the entries that `stamp` names, by their texts."""

    def __init__(self, cache: Cache, name: str, stamp: str) -> None:
        self._cache, self._name, self._stamp = cache, name, stamp
        self._kept = cache.find(name)
        if self._kept and self._kept.stamp != stamp:
            # It was found among other entries, but the words of the tasks have the same terms.
            learn(self._load("compounds"))
            self._kept = None
        self.best: dict[str, Best] = self._load("best")
        self._changed = False

    def _load(self, part: str) -> dict[str, Any]:
        with suppress(Damaged):
            if self._kept:
                return dict(json.loads(self._kept.data(part)))
        return {}

    @cached_property
    def _grounds(self) -> dict[str, Sequence[Any]]:
        """What each answer depends on."""
        return self._load("grounds")

    def found(self, text: str) -> Found | None:
        """What a query found, if it is known."""
        if text not in self.best or text not in self._grounds:
            return None
        return Found(self.best[text], Grounds(*self._grounds[text]))

    def add(self, text: str, found: Found) -> None:
        """Take what a query found."""
        self.best[text] = found.best
        self._grounds[text] = found.grounds
        self._changed = True

    def keep(self, texts: AbstractSet[str]) -> None:
        """Write down what those of some queries found that are known, where any is new."""
        if self._changed:
            best, grounds = (
                {text: known[text] for text in texts if text in known} for known in (self.best, self._grounds)
            )
            told = {"best": best, "grounds": grounds, "compounds": known_compounds(best)}
            parts = {name: json.dumps(part).encode() for name, part in told.items()}
            self._cache.put(self._name, self._stamp, parts)
