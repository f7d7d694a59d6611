"""Search: plain words in, the most relevant entries out, archived ones and sessions marked as such."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ctx.actions.find_entries import Filter, resolve
from ctx.actions.read_context import Reader
from ctx.actions.retry_without_cache import retry_without_cache
from ctx.model.entry import Entry
from ctx.model.views import TASK, task_entry
from ctx.retrieval.index.index import Index
from ctx.retrieval.ranking.relevance import rank
from ctx.retrieval.ranking.searcher import Searcher
from ctx.retrieval.ranking.snippet import snippet


class Hit(NamedTuple):
    """An entry found: its relevance to the words, and the part of it that they stand in."""

    id: str
    kind: str
    title: str
    path: str
    line: int
    date: str | None
    score: float
    snippet: str
    archived: bool
    status: str


@retry_without_cache
def search(
    reader: Reader, words: str, *, limit: int = 10, only: Filter | None = None, archived: bool = True
) -> list[Hit]:
    """The `limit` entries most relevant to any of the words, best first; the newer of equal ones first."""
    only = only or Filter()
    reading = reader.look(archive=archived)
    only = resolve(reading, only)
    if TASK in only.kinds:
        entries: Sequence[Entry] = [*map(task_entry, reading.memory.tasks), *reading.searchable]
        searcher = Searcher(Index.of(entries), reading.expansion, lambda: entries)
    else:
        entries, searcher = reading.searchable, reading.whole_collection
    scores = rank(searcher, words, max(limit, 0) if only == Filter() else None)
    if only != Filter():
        scores = {number: score for number, score in scores.items() if only.admits(entries[number])}
    if 0 < limit < len(scores):
        least = sorted(scores.values(), reverse=True)[limit - 1]
        scores = {number: score for number, score in scores.items() if score >= least}
    order = sorted(scores, key=lambda number: (-scores[number], _newest_first(entries[number]), number))
    return [_hit(entries[number], scores[number], words) for number in order[: max(limit, 0)]]


def _newest_first(entry: Entry) -> tuple[int, ...]:
    return tuple(-ord(digit) for digit in entry.date or "")


def _hit(entry: Entry, score: float, words: str) -> Hit:
    return Hit(
        id=entry.id,
        kind=entry.kind,
        title=entry.title,
        path=entry.path,
        line=entry.line,
        date=entry.date,
        score=score,
        snippet=snippet(entry.body, words) or entry.summary,
        archived=entry.archived,
        status=entry.status,
    )
