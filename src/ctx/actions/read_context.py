"""Reading a context: its configuration, its files and what they mean, remembered while nothing changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from ctx.actions.cache.indexing import ListName
from ctx.actions.cache.recall import Recall
from ctx.actions.cache.signature import (
    FileState,
    Signature,
    differing,
    digest_of,
    doubtful,
    hashes,
    now,
    sha256,
)
from ctx.actions.cache.snapshot import Snapshot
from ctx.config import Config, parse
from ctx.errors import CtxError, Damaged
from ctx.memory.entry import Entry
from ctx.memory.layout import Role, wanted
from ctx.memory.paths import matches
from ctx.memory.roster import Chosen, Joined, Listed, Roster
from ctx.memory.shelf import Held
from ctx.memory.stored import MendedMemory, PatchedMemory, Stored, WholeMemory
from ctx.memory.views import frame_entry
from ctx.retrieval.collection import Collection
from ctx.retrieval.index import Index
from ctx.retrieval.thesaurus import Thesaurus, is_glossary
from ctx.store.cache import Cache
from ctx.store.workspace import CONFIG, Revision, Source, Worktree

if TYPE_CHECKING:
    from ctx.actions.cache.layers import Layers
    from ctx.memory.read_memory import Memory

# The cache files of readings without and with the archive.
_NAMES = {False: "context", True: "context-whole"}


class Reading:
    """One reading of a context; `digest` is a sha256 over the files and the configuration.

    `recall` is what is remembered of this state of the files, where that may be used; `was_kept` says
    whether the reading itself was remembered.
    """

    was_kept = False

    def __init__(self, config: Config, memory: Memory, digest: str, recall: Recall | None = None) -> None:
        self.config = config
        self.memory = memory
        self.digest = digest
        self.recall = recall

    @cached_property
    def live(self) -> Sequence[Entry]:
        """The entries that take part in the ranking, in file order."""
        return self.memory.live

    @cached_property
    def roster(self) -> Roster:
        """The live entries by columns."""
        return Listed(self.live)

    @cached_property
    def thesaurus(self) -> Thesaurus:
        """What widens queries: the configured synonyms and the glossary."""
        return Thesaurus(self.config.synonyms, self.live)

    @cached_property
    def live_collection(self) -> Collection:
        """The index of the live entries, numbered as in `live`."""
        return Collection(self._index("live", lambda: self.live), self.thesaurus, lambda: self.live)

    @cached_property
    def searchable(self) -> Sequence[Entry]:
        """What `search` covers: every entry read, then the sessions."""
        return [*self.memory.entries, *map(frame_entry, self.memory.frames)]

    @cached_property
    def whole_collection(self) -> Collection:
        """The index of all that is searchable, numbered as in `searchable`."""
        index = self._index("searchable", lambda: self.searchable)
        return Collection(index, self.thesaurus, lambda: self.searchable)

    def _index(self, listed: ListName, entries: Callable[[], Sequence[Entry]]) -> Index:
        return self.recall.index(listed, entries) if self.recall else Index.of(entries())


class StoredReading(Reading):
    """A reading that was kept: what is not asked for is not even read."""

    was_kept = True

    def __init__(self, config: Config, stored: Stored, digest: str, recall: Recall) -> None:
        # It answers what a Memory does, when it is asked.
        super().__init__(config, cast("Memory", stored), digest, recall)
        self._stored = stored

    @cached_property
    def live(self) -> Sequence[Entry]:
        """The entries that take part in the ranking, in file order."""
        return self.roster.entries

    @cached_property
    def roster(self) -> Roster:
        """The live entries by columns."""
        numbers = self._stored.live_numbers
        every = len(numbers) == len(self._stored.entries)
        return self._stored if every else Chosen(self._stored, numbers)

    @cached_property
    def thesaurus(self) -> Thesaurus:
        """What widens queries: the configured synonyms and the glossary."""
        return Thesaurus(self.config.synonyms, self._stored.under(is_glossary))

    @cached_property
    def searchable(self) -> Sequence[Entry]:
        """What `search` covers: every entry read, then the sessions."""
        entries = self._stored.entries
        frames = [frame_entry(frame) for frame in self.memory.frames]
        return Joined(entries, frames) if frames else entries


class _Look(NamedTuple):
    """What the files looked like at the time `taken`, before any was read; `text` is the configuration's."""

    archive: bool
    text: str
    config: Config
    signature: Signature
    taken: int

    def roles(self) -> dict[str, Role]:
        """The files to read with their roles; those that come or go from now on do not matter."""
        paths = [str(row[0]) for row in self.signature]
        paths = paths[1:] if paths[:1] == [CONFIG] else paths
        return _roles(paths, self.config, archive=self.archive)


class Reader:
    """Reads one context folder, again only when the files' stats differ from the last time.

    `may_fork` says whether the process is ours alone, so that a second one may be started beside it.
    """

    def __init__(self, root: Path, *, may_fork: bool = False) -> None:
        self.root = root
        self.may_fork = may_fork
        self.worktree = Worktree(root)
        self.cache = Cache(root)
        self._kept: dict[bool, tuple[object, Reading]] = {}
        self._looked: dict[bool, tuple[object, Reading]] = {}

    def read(self, *, archive: bool = False, at: str | None = None) -> Reading:
        """The context as it is now, or as it was `at` a git revision; with the archive when asked."""
        if at is not None:
            from ctx.store.git import resolve

            return read_context(Revision(self.root, resolve(self.root, at)), archive=archive)
        signature = self.worktree.signature(parse(self.worktree.read(CONFIG) or "").references)
        kept = self._kept.get(archive)
        if kept is None or kept[0] != signature:
            kept = self._kept[archive] = (signature, read_context(self.worktree, archive=archive))
        return kept[1]

    def look(self, *, archive: bool = False, at: str | None = None) -> Reading:
        """The same as `read`, but only to be looked at: it may come from what the cache remembers."""
        if at is not None or not self.cache.on:
            return self.read(archive=archive, at=at)
        taken = now()
        text = self.worktree.read(CONFIG) or ""
        config = parse(text, CONFIG)
        look = _Look(archive, text, config, self.worktree.signature(config.references), taken)
        kept = self._looked.get(archive)
        if kept is None or kept[0] != look.signature:
            try:
                found = self._recall(look)
            except (Damaged, CtxError):
                found = None
            found = found or self._remember(look)
            kept = self._looked[archive] = (look.signature, found)
        return kept[1]

    def _recall(self, look: _Look) -> Reading | None:
        """The reading that was kept, brought up to date where files changed, or None."""
        found = Snapshot.find(self.cache, _NAMES[look.archive])
        if found is None or found.state.config != sha256(look.text.encode()):
            return None
        renewed = self._renewed(look, found)
        return self._stored_reading(look, renewed) if renewed else None

    def _renewed(self, look: _Look, found: Snapshot) -> Snapshot | None:
        """The snapshot, patched where files changed since, or None where all is to be read again."""
        state, roles = found.state, None
        if not state.lists(look.signature):
            roles = look.roles()
        doubts = doubtful(state, look.signature, roles or state.files)
        changed = differing(self.worktree, state, doubts)
        if not changed and (roles is None or roles.keys() == state.files.keys()):
            if doubts:
                found.confirm(look.signature, look.taken, self.cache, _NAMES[look.archive])
            return found
        from ctx.actions.cache.renew import renew

        roles = roles or look.roles()
        if not changed.keys() <= roles.keys() <= changed.keys() | state.files.keys():
            return None  # Someone is at work here, and files come and go.
        state = state.after(look.text, roles, changed, look.signature, look.taken)
        parts = renew(found, changed, roles, look.config.kinds, state)
        return found.patched(parts, self.cache, _NAMES[look.archive]) if parts else None

    def _stored_reading(self, look: _Look, found: Snapshot) -> Reading:
        """The reading that a snapshot is of; what is damaged of it is read again."""

        def again() -> WholeMemory:
            from ctx.memory.encode import encode

            roles = look.roles()
            texts = _load(self.worktree, roles)
            return WholeMemory(Held(encode(_understand(look.config, roles, texts), texts)))

        stored = Stored(MendedMemory(found.kept, again))
        name = _NAMES[look.archive]
        recall = Recall(self.cache, name, f"{name} {found.state.digest}", _layers(found, stored))
        return StoredReading(look.config, stored, found.state.digest, recall)

    def _remember(self, look: _Look) -> Reading:
        """Read the files and keep what they say, where that can be done."""
        from ctx.memory.encode import encode

        # By the configuration that was looked at: it may be another one by now.
        roles = look.roles()
        texts = _load(self.worktree, roles)
        memory = _understand(look.config, roles, texts)
        state = FileState.of(look.text, texts, look.signature, look.taken)
        name = _NAMES[look.archive]
        stamp = f"{name} {state.digest}"
        # A file that went away since it was looked at may come back looking the same.
        kept = texts.keys() == roles.keys() and self.cache.put(
            name, stamp, encode(memory, texts) | {"state": state.dump()}
        )
        return Reading(look.config, memory, state.digest, Recall(self.cache, name, stamp) if kept else None)

    def forget(self) -> None:
        """Remove what the cache remembers, and do without it from now on."""
        self.cache.discard()
        self._looked.clear()

    def revision(self, at: str | None = None) -> str | None:
        """The commit id of a revision, or of what is checked out."""
        from ctx.store.git import head, resolve

        return resolve(self.root, at) if at else head(self.root)


def _layers(found: Snapshot, now: Stored) -> Layers | None:
    """What a snapshot is made of, where that is a base and a patch."""
    if not isinstance(found.kept, PatchedMemory):
        return None
    from ctx.actions.cache.layers import Layers

    return Layers(found.base.stamp, found.kept, now)


def read_config(source: Source) -> Config:
    """The configuration in force. Raises ConfigError with everything that is wrong with it."""
    return parse(source.read(CONFIG) or "", CONFIG)


def read_context(source: Source, *, archive: bool) -> Reading:
    """Read every file of a source by its role. Raises CtxError for one that cannot be read whole."""
    text = source.read(CONFIG) or ""
    config = parse(text, CONFIG)
    roles = _roles(source.paths(config.references), config, archive=archive)
    texts = _load(source, roles)
    return Reading(config, _understand(config, roles, texts), digest_of(text, hashes(texts)))


def _load(source: Source, paths: Iterable[str]) -> dict[str, str]:
    return {path: text for path in paths if (text := source.read(path)) is not None}


def _understand(config: Config, roles: dict[str, Role], texts: dict[str, str]) -> Memory:
    from ctx.memory.read_memory import read_memory

    return read_memory(texts, roles, config.kinds)


def _roles(paths: Iterable[str], config: Config, *, archive: bool) -> dict[str, Role]:
    def is_reference(path: str) -> bool:
        return any(matches(path, pattern) for pattern in config.references)

    return wanted(paths, config.kinds, is_reference, archive=archive)
