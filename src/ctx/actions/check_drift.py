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
from ctx.memory.layout import Role, role_of
from ctx.memory.paths import matches
from ctx.memory.task import Task
from ctx.packet.tokens import Counter, counter
from ctx.store import git
from ctx.store.git_call import GitError
from ctx.store.workspace import CONFIG, Worktree


def check_drift(reader: Reader, now: str | None = None) -> Report:
    """Everything that drifted in a context; `now` is an ISO date, today when None.

    A file that cannot be read is a finding like any other, and so is each mistake in the configuration.
    """
    return check(gather(reader.root, now or datetime.now(tz=UTC).date().isoformat()))


@dataclass
class _Readable:
    """The files that can be read; what cannot is noted instead of ending the reading."""

    worktree: Worktree
    texts: dict[str, str] = field(default_factory=dict)
    failed: dict[str, Unreadable] = field(default_factory=dict)

    def paths(self, patterns: Sequence[str] = ()) -> list[str]:
        """The files that the worktree lists."""
        found = self.worktree.paths(patterns)
        for error in self.worktree.failed or ():
            self._note(str(error.path), error)
        return found

    def read(self, path: str) -> str | None:
        """A file's text; None where there is none to be had."""
        if path not in self.texts and path not in self.failed:
            try:
                text = self.worktree.read(path)
            except CtxError as error:
                self._note(path, error)
            else:
                if text is None:
                    return None
                self.texts[path] = text
        return self.texts.get(path)

    def _note(self, path: str, error: CtxError) -> None:
        self.failed[path] = Unreadable(path, error.line, error.message, error.hint)


def gather(root: Path, today: str) -> Facts:
    """The facts about the context at `root`."""
    source = _Readable(Worktree(root, failed=[]))
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
    return replace(facts, places=_places(root, facts))


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


def _places(root: Path, facts: Facts) -> Places:
    """What is known of the paths that the context speaks of; git is asked only where one is missing."""
    try:
        prefix = git.prefix(root)
    except GitError as error:
        return _on_disk(root, facts, Places(why=f"there is no git history ({error.message})"))
    places = _on_disk(root, facts, Places(prefix=prefix))
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
