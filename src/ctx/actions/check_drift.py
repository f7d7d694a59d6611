"""`ctx drift`: gather the facts, run the rules, and mend what is safe to mend."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from ctx.actions.read_context import Reader, read_context
from ctx.config import DEFAULT, Config, ConfigError, Problem, parse
from ctx.drift.check import check
from ctx.drift.facts import Facts, Unreadable
from ctx.drift.finding import Report
from ctx.drift.history import History
from ctx.drift.mentions import find_mentions
from ctx.drift.places import Places
from ctx.drift.rules.stale_task import lines_to_blame
from ctx.errors import CtxError
from ctx.model.file_roles import Role, role_of
from ctx.model.paths import matches
from ctx.model.task import Task
from ctx.store import git
from ctx.store.git_call import GitError, NoRepositoryError
from ctx.store.workspace import CONFIG, Source, Staged, Worktree
from ctx.tokens.counting import Counter, counter


def check_drift(reader: Reader, now: str | None = None, *, staged: bool = False) -> Report:
    """Everything that drifted in a context; `now` is an ISO date, today when None.

    `staged` looks at what git's index holds, and so at what a commit made now would say. A file that cannot
    be read is a finding like any other, and so is each mistake in the configuration. Raises CtxError for
    what is staged where there is no git repository.
    """
    today = now or datetime.now(tz=UTC).date().isoformat()
    return check(gather(reader.root, today, staged=staged))


@dataclass
class _Readable:
    """The files that can be read; what cannot is noted instead of ending the reading."""

    source: Source
    listed: list[CtxError]
    texts: dict[str, str] = field(default_factory=dict)
    failed: dict[str, Unreadable] = field(default_factory=dict)

    def paths(self, patterns: Sequence[str] = ()) -> list[str]:
        """The files that the source lists; `listed` is where it notes the folders that it cannot."""
        found = self.source.paths(patterns)
        for error in self.listed:
            self._note(str(error.path), error)
        return found

    def sessions(self) -> list[str]:
        """The files of the sessions."""
        return self.source.sessions()

    def read(self, path: str) -> str | None:
        """A file's text; None where there is none to be had."""
        if path not in self.texts and path not in self.failed:
            try:
                text = self.source.read(path)
            except CtxError as error:
                self._note(path, error)
            else:
                if text is None:
                    return None
                self.texts[path] = text
        return self.texts.get(path)

    def _note(self, path: str, error: CtxError) -> None:
        self.failed[path] = Unreadable(path, error.line, error.message, error.hint)


def gather(root: Path, today: str, *, staged: bool = False) -> Facts:
    """The facts about the context at `root`, as it is on the disk or as it is staged."""
    failed: list[CtxError] = []
    source = _Readable(_staged(root) if staged else Worktree(root, failed), failed)
    config_text = source.read(CONFIG) or ""
    config, problems = _config(config_text)
    if problems:
        source.texts[CONFIG] = ""
    memory = read_context(source, archive=True).memory
    paths = source.paths(config.references)
    texts = {path: text for path in paths if (text := source.read(path)) is not None}
    facts = Facts(
        config=config,
        memory=memory,
        texts=texts,
        roles=_roles(texts, config),
        today=today,
        count=_count(counter(config.tokenizer)),
        problems=problems,
        config_text=config_text,
        unreadable=tuple(source.failed[path] for path in sorted(source.failed)),
        blamed=_blamed(root, memory.tasks, texts),
        tracked_cache=git.tracked_cache(root),
    )
    return replace(facts, places=_places(root, facts, staged=staged))


def _staged(root: Path) -> Staged:
    try:
        git.prefix(root)
    except NoRepositoryError as error:
        raise CtxError(
            f"nothing is staged: {root} is in no git repository", hint="leave out --staged"
        ) from error
    return Staged(root)


def _config(text: str) -> tuple[Config, tuple[Problem, ...]]:
    try:
        return parse(text, CONFIG), ()
    except ConfigError as error:
        return DEFAULT, tuple(error.problems)


def _roles(texts: Mapping[str, str], config: Config) -> dict[str, Role]:
    def is_reference(path: str) -> bool:
        return any(matches(path, pattern) for pattern in config.references)

    roles = {path: role_of(path, config.kinds, is_reference) for path in texts}
    return {path: role for path, role in roles.items() if role is not None}


def _count(units: Counter) -> Callable[[str], int]:
    return lambda text: units.tokens(units.units(text))


def _blamed(root: Path, tasks: Sequence[Task], texts: Mapping[str, str]) -> dict[tuple[str, int], str]:
    blamed: dict[tuple[str, int], str] = {}
    for path, lines in lines_to_blame(tasks, texts).items():
        with suppress(GitError):  # without git, or for a file it does not know, a line has no age
            found = git.blame_dates(root, path, texts[path], lines)
            blamed |= {(path, line): day for line, day in found.items()}
    return blamed


def _places(root: Path, facts: Facts, *, staged: bool) -> Places:
    """What is known of the paths that the context speaks of; git is asked only where one is missing.

    Of what is staged the disk says nothing: a file may lie there and be gone from the index.
    """
    try:
        prefix = git.prefix(root)
    except GitError as error:
        return _on_disk(root, facts, Places(why=f"there is no git history ({error.message})"))
    places = Places(prefix=prefix) if staged else _on_disk(root, facts, Places(prefix=prefix))
    mentions = find_mentions(replace(facts, places=places))
    if all(places.judge(one.path, one.candidates).state == "ok" for one in mentions):
        return places
    return _with_history(root, replace(places, tracked=frozenset(git.tracked(root))))


def _on_disk(root: Path, facts: Facts, places: Places) -> Places:
    mentions = find_mentions(replace(facts, places=places))
    asked = {place for mention in mentions for place in mention.candidates}
    return replace(places, present=frozenset(Worktree(root).present(asked)))


def _with_history(root: Path, places: Places) -> Places:
    """The same with what became of every path in history, where all of it is here."""
    try:
        if git.is_shallow(root):
            return replace(places, why="this clone lacks a part of git's history")
        history = History(git.path_changes(root))
    except GitError as error:
        return replace(places, why=f"there is no git history ({error.message})")
    return replace(places, history=history)
