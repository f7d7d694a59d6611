"""Reading a context: its configuration, its files and what they mean, remembered while nothing changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ctx.actions.sessions import Sessions
from ctx.cache.indexing import EntryList, Indexing
from ctx.cache.lazy_memory import LazyMemory
from ctx.cache.memories import CachedMemory, Look, MemoryCache, roles_of
from ctx.cache.signature import digest_of, hashes, now
from ctx.config import Config, parse
from ctx.errors import CacheCorrupt, CtxError, UndecodableError
from ctx.model.arrays import KEY
from ctx.model.columns import EntryColumns, Joined
from ctx.model.entry import Entry
from ctx.model.views import frame_entry
from ctx.retrieval.index.index import Index
from ctx.retrieval.ranking.query_expansion import QueryExpansion, is_glossary
from ctx.retrieval.ranking.searcher import Searcher
from ctx.store.cache import Cache
from ctx.store.workspace import CONFIG, Revision, Source, Worktree

if TYPE_CHECKING:
    from ctx.model.file_roles import Role
    from ctx.model.frame import Frame
    from ctx.model.memory import Memory
    from ctx.reading.chunks import Chunk
    from ctx.reading.read_memory import ParsedMemory


class Reading:
    """One reading of a context; `digest` is a sha256 over the files and the configuration.

    `kept` is what the cache holds of the same files, where that may be used; `was_kept` says whether the
    reading itself was remembered. `unread` are the files that were left out, each with its error.
    """

    was_kept = False
    cache: Cache | None = None
    kept: LazyMemory | None = None

    unread: Sequence[UndecodableError] = ()

    def __init__(
        self, config: Config, memory: Memory, digest: str, sessions: Sessions, *, archive: bool
    ) -> None:
        self.config, self.memory, self.digest, self.sessions = config, memory, digest, sessions
        self._archive = archive

    @cached_property
    def live(self) -> Sequence[Entry]:
        """The entries that take part in the ranking, in file order."""
        return self.memory.live

    @cached_property
    def entry_columns(self) -> EntryColumns:
        """The live entries by columns."""
        return EntryColumns.of(self.live)

    @cached_property
    def expansion(self) -> QueryExpansion:
        """What widens queries: the configured synonyms and the glossary."""
        return QueryExpansion(self.config.synonyms, self.live)

    @cached_property
    def live_collection(self) -> Searcher:
        """The index of the live entries, numbered as in `live`."""
        return Searcher(self._index("live", lambda: self.live), self.expansion, lambda: self.live)

    @cached_property
    def searchable(self) -> Sequence[Entry]:
        """What `search` covers: every entry read, then the sessions."""
        return [*self.memory.entries, *map(frame_entry, self.sessions.frames)]

    @cached_property
    def whole_collection(self) -> Searcher:
        """The index of all that is searchable, numbered as in `searchable`."""
        from ctx.cache.frames import frame_key

        name = "whole" if self._archive else "searchable"
        index = self._index(name, lambda: self.searchable, list(map(frame_key, self.sessions.frames)))
        return Searcher(index, self.expansion, lambda: self.searchable)

    def forget_indexes(self) -> None:
        """Drop the cache, and index the entries again when they are asked for."""
        if self.cache is not None:
            self.cache.discard()
        self.cache = self.kept = None
        self.__dict__.pop("live_collection", None)

    def _index(self, name: str, entries: Callable[[], Sequence[Entry]], more: Sequence[bytes] = ()) -> Index:
        """The index of a list; `more` are the keys of what stands behind the entries in it."""
        if self.cache is None or self.kept is None:
            return Index.of(entries())
        kept, digest = self.kept, self.kept.about["lists"][name]
        if more:
            digest = hashlib.blake2b(b"".join([bytes.fromhex(digest), *more]), digest_size=KEY).hexdigest()
        listed = EntryList(name, digest, lambda: [*kept.list_keys(name), *more], entries)
        return Indexing(self.cache).find(listed)


class CachedReading(Reading):
    """A reading that was kept: what is not asked for is not even read."""

    was_kept = True

    def __init__(
        self, config: Config, memory: LazyMemory, digest: str, sessions: Sessions, *, archive: bool
    ) -> None:
        super().__init__(config, memory, digest, sessions, archive=archive)
        self._lazy = memory

    @cached_property
    def live(self) -> Sequence[Entry]:
        """The entries that take part in the ranking, in file order."""
        return self.entry_columns.entries

    @cached_property
    def entry_columns(self) -> EntryColumns:
        """The live entries by columns."""
        return self._lazy.columns().choose(self._lazy.live_numbers)

    @cached_property
    def expansion(self) -> QueryExpansion:
        """What widens queries: the configured synonyms and the glossary."""
        return QueryExpansion(self.config.synonyms, self._lazy.under(is_glossary))

    @cached_property
    def searchable(self) -> Sequence[Entry]:
        """What `search` covers: every entry read, then the sessions."""
        entries = self._lazy.entries
        frames = [frame_entry(frame) for frame in self.sessions.frames]
        return Joined(entries, frames) if frames else entries


class Reader:
    """Reads one context folder, again only when the files' stats differ from the last time.

    `may_fork` says whether the process is ours alone, so that a second one may be started beside it.
    """

    def __init__(self, root: Path, *, may_fork: bool = False) -> None:
        self.root = root
        self.may_fork = may_fork
        self.worktree = Worktree(root)
        self.cache = Cache(root)
        self._readings: dict[tuple[bool, bool], tuple[object, Reading]] = {}
        self._looked: dict[tuple[bool, bool], tuple[object, Reading]] = {}

    def read(self, *, archive: bool = False, at: str | None = None, strict: bool = True) -> Reading:
        """The context as it is now, or as it was `at` a git revision; with the archive when asked.

        A file that cannot be decoded is an error, or is left out where that is not `strict`.
        """
        if at is not None:
            from ctx.store.git import resolve

            source = Revision(self.root, resolve(self.root, at))
            return read_context(source, archive=archive, strict=strict)
        signature = self.worktree.signature(parse(self.worktree.read(CONFIG) or "").references)
        known = self._readings.get((archive, strict))
        if known is None or known[0] != signature:
            found = read_context(self.worktree, archive=archive, strict=strict)
            known = self._readings[archive, strict] = (signature, found)
        return known[1]

    def look(self, *, archive: bool = False, at: str | None = None, strict: bool = True) -> Reading:
        """The same as `read`, but only to be looked at: it may come from what the cache remembers."""
        if at is not None or not self.cache.on:
            return self.read(archive=archive, at=at, strict=strict)
        taken = now()
        text = self.worktree.read(CONFIG) or ""
        config = parse(text, CONFIG)
        look = Look(text, config, self.worktree.signature(config.references), taken, archive=archive)
        known = self._looked.get((archive, strict))
        if known is None or known[0] != look.signature:
            try:
                kept = MemoryCache(self.cache, self.worktree).load(look)
            except (CacheCorrupt, CtxError):
                kept = None
            found = self._kept_reading(look, kept) if kept else self._remember(look, strict=strict)
            known = self._looked[archive, strict] = (look.signature, found)
        return known[1]

    def _kept_reading(self, look: Look, kept: CachedMemory) -> Reading:
        """A reading of what is kept; what turns out to be damaged later is read from the files."""

        def again() -> Sequence[Entry]:
            self.forget()
            reading = self.read(archive=look.archive)
            if reading.digest != kept.digest:
                raise CtxError("the files changed since they were read", hint="ask again")
            return reading.memory.entries

        kept.memory.read_again = again
        reading = CachedReading(look.config, kept.memory, kept.digest, self._sessions(), archive=look.archive)
        reading.cache, reading.kept = self.cache, kept.memory
        return reading

    def _remember(self, look: Look, *, strict: bool) -> Reading:
        """Read the files and keep what they say, where that can be done."""
        # By the configuration that was looked at: it may be another one by now.
        roles = look.covered(archive=look.archive)
        texts, unread = _load(self.worktree, roles, strict=strict)
        chunks: dict[str, list[Chunk]] = {}
        memory = _understand(look.config, roles, texts, chunks)
        # A file that went away since it was looked at may come back looking the same, and one that is no text
        # has to be named each time.
        kept = None
        if texts.keys() == roles.keys():
            kept = MemoryCache(self.cache, self.worktree).store(look, texts, memory, chunks)
        digest = kept.digest if kept else digest_of(look.text, hashes(texts))
        reading = Reading(look.config, memory, digest, self._sessions(), archive=look.archive)
        reading.unread = unread
        if kept:
            reading.cache, reading.kept = self.cache, kept.memory
        return reading

    def _sessions(self) -> Sessions:
        return Sessions(self.worktree, self._read_frames)

    def _read_frames(self) -> list[Frame]:
        from ctx.cache.frames import read_frames

        return read_frames(self.cache, self.worktree)

    def forget(self) -> None:
        """Remove what the cache remembers, and do without it from now on."""
        self.cache.discard()
        self._looked.clear()

    def revision(self, at: str | None = None) -> str | None:
        """The commit id of a revision, or of what is checked out."""
        from ctx.store.git import head, resolve

        return resolve(self.root, at) if at else head(self.root)


def read_config(source: Source) -> Config:
    """The configuration in force. Raises ConfigError with everything that is wrong with it."""
    return parse(source.read(CONFIG) or "", CONFIG)


def read_context(source: Source, *, archive: bool, strict: bool = True) -> Reading:
    """Read every file of a source by its role.

    Raises CtxError for one that cannot be read whole; one that is no text is left out where not `strict`.
    """
    text = source.read(CONFIG) or ""
    config = parse(text, CONFIG)
    roles = roles_of(source.paths(config.references), config, archive=archive)
    texts, unread = _load(source, roles, strict=strict)
    memory = _understand(config, roles, texts)
    reading = Reading(config, memory, digest_of(text, hashes(texts)), Sessions(source), archive=archive)
    reading.unread = unread
    return reading


def _load(
    source: Source, paths: Iterable[str], *, strict: bool = True
) -> tuple[dict[str, str], list[UndecodableError]]:
    """The texts of the files that are there, and the errors of those that are none where that is allowed."""
    texts: dict[str, str] = {}
    unread: list[UndecodableError] = []
    for path in paths:
        try:
            text = source.read(path)
        except UndecodableError as error:
            if strict:
                raise
            unread.append(error)
            continue
        if text is not None:
            texts[path] = text
    return texts, unread


def _understand(
    config: Config,
    roles: dict[str, Role],
    texts: dict[str, str],
    chunks: dict[str, list[Chunk]] | None = None,
) -> ParsedMemory:
    from ctx.reading.read_memory import read_memory

    return read_memory(texts, roles, config.kinds, chunks)
