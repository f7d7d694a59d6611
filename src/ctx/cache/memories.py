"""What the files say, as the cache keeps it: base entries, and a manifest that is made anew after a change.

Both cover the archive once that was asked for; the files without it are the first part of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from ctx.cache.lazy_memory import REST, LazyMemory
from ctx.cache.signature import (
    Changed,
    FileState,
    Signature,
    changed_files,
    digest_of,
    maybe_changed,
    sha256,
)
from ctx.config import Config
from ctx.errors import CacheCorrupt
from ctx.model.arrays import Arrays, Held, Parts
from ctx.model.file_roles import Holds, Role, wanted
from ctx.model.paths import matches
from ctx.store.cache import Cache
from ctx.store.workspace import CONFIG, Worktree, decode

if TYPE_CHECKING:
    from ctx.reading.chunks import Chunk
    from ctx.reading.read_memory import ParsedMemory

_BASE, _MANIFEST, _SEEN = "entries", "manifest", "manifest-seen"


class Look:
    """What the files looked like at the time `taken`, before any was read; `text` is the configuration's."""

    def __init__(self, text: str, config: Config, signature: Signature, taken: int, *, archive: bool) -> None:
        self.text, self.config, self.archive = text, config, archive
        self.signature, self.taken = signature, taken

    @cached_property
    def roles(self) -> dict[str, Role]:
        """How the files are read, the archive included; those that come from now on do not matter."""
        paths = [str(row[0]) for row in self.signature]
        return roles_of(paths[1:] if paths[:1] == [CONFIG] else paths, self.config, archive=True)

    def covered(self, *, archive: bool) -> dict[str, Role]:
        """The files to be read, with or without the archive."""
        return {path: role for path, role in self.roles.items() if archive or not role.archived}


def roles_of(paths: Iterable[str], config: Config, *, archive: bool) -> dict[str, Role]:
    """The files to be read by a configuration, and how each is; sessions are read by themselves."""

    def is_reference(path: str) -> bool:
        return any(matches(path, pattern) for pattern in config.references)

    found = wanted(paths, config.kinds, is_reference, archive=archive)
    return {path: role for path, role in found.items() if role.holds is not Holds.FRAME}


class CachedMemory(NamedTuple):
    """A memory that is kept, and a digest of the files that it is of."""

    memory: LazyMemory
    digest: str


class MemoryCache:
    """The memory of one context folder in its cache."""

    def __init__(self, cache: Cache, worktree: Worktree) -> None:
        self._cache, self._worktree = cache, worktree

    def load(self, look: Look) -> CachedMemory | None:
        """What the files say, of which those that did not change are not read; None where all are to be read.

        Raises CacheCorrupt where the cache is corrupt or a file went away, and CtxError for a file that is
        no text.
        """
        manifest = self._cache.find(_MANIFEST)
        base = self._cache.find(_BASE, manifest.stamp) if manifest else None
        if manifest is None or base is None:
            return None
        state = FileState.load(manifest.data("state"))
        digests = json.loads(manifest.data("covered"))
        if state.config != sha256(look.text.encode()) or look.archive > digests["archive"]:
            return None
        with suppress(CacheCorrupt):
            if seen := self._cache.find(_SEEN, state.digest):
                state = FileState.load(seen.data("state"))
        same_paths = state.lists(look.signature)
        paths = state.files.keys() if same_paths else look.covered(archive=digests["archive"]).keys()
        doubts = maybe_changed(state, look.signature, paths)
        changed = changed_files(self._worktree, state, doubts)
        if changed or paths != state.files.keys():
            parts = _updated(look, LazyMemory(manifest, base, archive=True), state, changed)
            if parts is None:
                return None
            self._cache.put(_MANIFEST, manifest.stamp, parts)
            return _kept(Held(parts), base, look)
        if doubts:
            self._confirm(look, state)
        return _kept(manifest, base, look)

    def store(
        self, look: Look, texts: Mapping[str, str], memory: ParsedMemory, chunks: Mapping[str, list[Chunk]]
    ) -> CachedMemory | None:
        """Keep what was read of all files; None where that cannot be done."""
        from ctx.cache.encode import Sources, encode_rest, encode_texts
        from ctx.cache.manifest import Manifest

        manifest = Manifest(look.config.kinds)
        for path, entries in groupby(memory.entries, key=lambda entry: entry.path):
            manifest.add_file(path, chunks[path], [*entries])
        state = FileState.of(look.text, texts, look.signature, look.taken)
        rest = encode_rest(memory.constitution, memory.tasks)
        parts = manifest.encode(rest) or {}
        parts |= _about_files(look, state, archive=look.archive)
        sources = Sources({path: texts[path] for path in chunks})
        base = encode_texts(memory.entries, sources)
        if not (
            self._cache.put(_BASE, state.digest, base) and self._cache.put(_MANIFEST, state.digest, parts)
        ):
            return None
        return _kept(Held(parts), Held(base), look)

    def _confirm(self, look: Look, state: FileState) -> None:
        """Keep how the same files looked later, where their stats then are enough to know them by."""
        state = state.seen(look.signature, look.taken)
        if not maybe_changed(state, look.signature, state.files):
            self._cache.put(_SEEN, state.digest, {"state": state.dump()})


def _updated(
    look: Look, before: LazyMemory, state: FileState, changed: Mapping[str, Changed]
) -> Parts | None:
    """The manifest after a change; None where all is to be read again."""
    from ctx.cache.manifest import Manifest
    from ctx.reading.read_memory import in_order

    archive = bool(json.loads(before.manifest.data("covered"))["archive"])
    roles = look.covered(archive=archive)
    if not changed.keys() <= roles.keys() <= changed.keys() | state.files.keys():
        return None  # Someone is at work here, and files come and go.
    texts = {path: decode(one.data, path) for path, one in changed.items()}
    manifest = Manifest(look.config.kinds, before)
    for path in in_order(roles, look.config.kinds):
        if path in texts:
            manifest.change_file(path, roles[path], texts[path])
        else:
            manifest.keep_file(path)
    parts = manifest.encode(_rest(before, texts, roles, state))
    after = state.after(look.text, roles, changed, look.signature, look.taken)
    return None if parts is None else parts | _about_files(look, after, archive=archive)


def _about_files(look: Look, state: FileState, *, archive: bool) -> Parts:
    """The state of the files, whether the archive is among them, and digests without and with it."""
    current = {path: digest for path, digest in state.files.items() if not look.roles[path].archived}
    about = {"archive": archive, "current": digest_of(look.text, current), "whole": state.digest}
    return {"state": state.dump(), "covered": json.dumps(about).encode()}


def _kept(manifest: Arrays, base: Arrays, look: Look) -> CachedMemory:
    """A memory, without or with the archive."""
    digests = json.loads(manifest.data("covered"))
    digest = digests["whole" if look.archive else "current"]
    return CachedMemory(LazyMemory(manifest, base, archive=look.archive), digest)


def _rest(before: LazyMemory, texts: Mapping[str, str], roles: Mapping[str, Role], state: FileState) -> Parts:
    """Rules and tasks; those in files that did not change are as they were."""
    from ctx.cache.encode import encode_rest
    from ctx.reading.read_memory import RULES, name_tasks, rules_of
    from ctx.reading.read_tasks import read_tasks

    texts = {path: text for path, text in texts.items() if roles[path].kind is None}
    if not texts and state.files.keys() <= roles.keys():
        return {name: before.manifest.data(name) for name in REST}
    kept = roles.keys() - texts.keys()
    tasks = [task for task in before.tasks if task.path in kept]
    for path, text in texts.items():
        if roles[path].holds is Holds.TASKS:
            tasks += read_tasks(text, path, archived=roles[path].archived)
    rules = before.constitution if RULES in kept else rules_of(texts.get(RULES, ""))
    return encode_rest(rules, name_tasks(tasks))
