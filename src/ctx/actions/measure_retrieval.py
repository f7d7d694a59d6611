"""Measuring retrieval on a project's own history: facts from git, queries out of them, figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ctx.actions.read_context import Reader, Reading
from ctx.errors import CtxError
from ctx.evaluation.measure import Progress, Signal, Topic, measure, rankers_of, thin_out
from ctx.evaluation.topics import CommitTopic, birth_topics, cite_topics, find_births
from ctx.model.entry import Entry
from ctx.model.file_roles import CONTEXT
from ctx.retrieval.analysis.passages import Passage, cut
from ctx.store import git, git_history
from ctx.store.git_setup import require_repository


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured over the live `entries`; `unread` files could not be searched for citations.

    In a `shallow` clone entries seem to be born in the first commit it holds.
    """

    entries: Sequence[Entry]
    commits: int
    signals: list[Signal]
    shallow: bool
    unread: list[str]


def measure_retrieval(
    reader: Reader, *, limit: int | None = None, progress: Progress | None = None
) -> Measured:
    """Rank the live entries for at most `limit` queries of each signal, found in history and files.

    Raises CtxError without git, without a commit and without entries.
    """
    require_repository(reader.root)
    if git.head(reader.root) is None:
        raise CtxError(
            "there is no commit yet", hint="queries are made from history; commit the context first"
        )
    reading = reader.read()
    if not reading.live:
        raise CtxError("there are no live entries to rank", hint="`ctx learn TITLE` adds one")
    commits = [CommitTopic(commit.id, commit.message) for commit in git_history.messages(reader.root)]
    unread: list[str] = []
    topics = _topics(reader, reading, commits, unread)
    rankers = rankers_of(reading.live, reading.live_collection)
    signals = [measure(name, thin_out(found, limit), rankers, progress) for name, found in topics.items()]
    return Measured(reading.live, len(commits), signals, git.is_shallow(reader.root), unread)


def _topics(
    reader: Reader, reading: Reading, commits: list[CommitTopic], unread: list[str]
) -> dict[str, list[Topic]]:
    adding = (CommitTopic(*commit) for commit in git_history.additions(reader.root, CONTEXT))
    births = find_births(reading.live, adding)
    passages = _passages(reader, reading, unread)
    return {
        "birth": birth_topics(reading.live, commits, births),
        "cite": cite_topics(reading.live, passages, commits, births),
    }


def _passages(reader: Reader, reading: Reading, unread: list[str]) -> list[Passage]:
    """The passages of the context and of every Markdown file that git tracks below the root."""
    tracked = (path for path in git.tracked(reader.root) if not path.startswith("../"))
    paths = {path for path in tracked if path.lower().endswith((".md", ".markdown"))}
    paths.update(reader.worktree.paths(reading.config.references))
    found: list[Passage] = []
    for path in sorted(paths):
        try:
            found += cut(reader.worktree.read(path) or "", path)
        except CtxError:
            unread.append(path)
    return found
