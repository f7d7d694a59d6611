"""Reading a context: its configuration, its files and what they mean, remembered while nothing changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ctx.config import Config, parse
from ctx.memory.entry import Entry
from ctx.memory.layout import Role
from ctx.memory.paths import matches
from ctx.memory.read_memory import Memory, read_memory, wanted
from ctx.memory.views import frame_entry
from ctx.retrieval.index import Index
from ctx.retrieval.relevance import Collection
from ctx.retrieval.thesaurus import Thesaurus
from ctx.store import git
from ctx.store.workspace import CONFIG, Revision, Source, Worktree


@dataclass(frozen=True)
class Reading:
    """One reading of a context; `digest` is a sha256 over the files and the configuration."""

    config: Config
    memory: Memory
    digest: str

    @cached_property
    def live(self) -> list[Entry]:
        """The entries that take part in the ranking, in file order."""
        return self.memory.live

    @cached_property
    def thesaurus(self) -> Thesaurus:
        """What widens queries: the configured synonyms and the glossary."""
        return Thesaurus(self.config.synonyms, self.live)

    @cached_property
    def live_collection(self) -> Collection:
        """The index of the live entries, numbered as in `live`."""
        return Collection(Index.of(self.live), self.thesaurus)

    @cached_property
    def searchable(self) -> list[Entry]:
        """What `search` covers: every entry read, then the sessions."""
        return [*self.memory.entries, *map(frame_entry, self.memory.frames)]

    @cached_property
    def whole_collection(self) -> Collection:
        """The index of all that is searchable, numbered as in `searchable`."""
        return Collection(Index.of(self.searchable), self.thesaurus)


class Reader:
    """Reads one context folder, again only when the files' stats differ from the last time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.worktree = Worktree(root)
        self._kept: dict[bool, tuple[object, Reading]] = {}

    def read(self, *, archive: bool = False, at: str | None = None) -> Reading:
        """The context as it is now, or as it was `at` a git revision; with the archive when asked."""
        if at is not None:
            return read_context(Revision(self.root, git.resolve(self.root, at)), archive=archive)
        signature = self.worktree.signature(parse(self.worktree.read(CONFIG) or "").references)
        kept = self._kept.get(archive)
        if kept is None or kept[0] != signature:
            kept = self._kept[archive] = (signature, read_context(self.worktree, archive=archive))
        return kept[1]

    def revision(self, at: str | None = None) -> str | None:
        """The commit id of a revision, or of what is checked out."""
        return git.resolve(self.root, at) if at else git.head(self.root)


def read_config(source: Source) -> Config:
    """The configuration in force. Raises ConfigError with everything that is wrong with it."""
    return parse(source.read(CONFIG) or "", CONFIG)


def read_context(source: Source, *, archive: bool) -> Reading:
    """Read every file of a source by its role. Raises CtxError for one that cannot be read whole."""
    config = read_config(source)
    roles = _roles(source, config, archive=archive)
    texts = {path: text for path in roles if (text := source.read(path)) is not None}
    memory = read_memory(texts, roles, config.kinds)
    return Reading(config, memory, _digest(source.read(CONFIG) or "", texts))


def _roles(source: Source, config: Config, *, archive: bool) -> dict[str, Role]:
    def is_reference(path: str) -> bool:
        return any(matches(path, pattern) for pattern in config.references)

    return wanted(source.paths(config.references), config.kinds, is_reference, archive=archive)


def _digest(config: str, texts: dict[str, str]) -> str:
    whole = hashlib.sha256(config.encode())
    for path in sorted(texts):
        for part in (path, texts[path]):
            whole.update(hashlib.sha256(part.encode("utf-8", "surrogatepass")).digest())
    return whole.hexdigest()
