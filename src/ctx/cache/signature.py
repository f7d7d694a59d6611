"""Whether files are those that were read: by their stats, or else by their bytes."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ctx.errors import CacheCorrupt
from ctx.store.workspace import Worktree

Signature = Sequence[Sequence[object]]
# File systems keep times this roughly at worst: what was written less long before it was read may have been
# written again since, with the same time.
_ROUGH = 2_000_000_000


class FileState(NamedTuple):
    """A state of the files: their stats, the sha256s of the configuration and of each file, and when it was.

    `digest` is a sha256 over all of them.
    """

    signature: Signature
    config: str
    files: Mapping[str, str]
    taken: int
    digest: str

    @classmethod
    def of(cls, config: str, texts: Mapping[str, str], signature: Signature, taken: int) -> FileState:
        """The state of what was just read."""
        files = hashes(texts)
        return cls(signature, sha256(config.encode()), files, taken, digest_of(config, files))

    @classmethod
    def load(cls, data: bytes) -> FileState:
        """The state that was kept."""
        return cls(**json.loads(data))

    def dump(self) -> bytes:
        """The state to be kept."""
        return json.dumps(self._asdict()).encode()

    def lists(self, signature: Signature) -> bool:
        """Whether there are the same files."""
        return [row[0] for row in self.signature] == [row[0] for row in signature]

    def seen(self, signature: Signature, taken: int) -> FileState:
        """The same state, seen again."""
        return self._replace(signature=signature, taken=taken)

    def after(
        self,
        config: str,
        paths: Iterable[str],
        changed: Mapping[str, Changed],
        signature: Signature,
        taken: int,
    ) -> FileState:
        """The state of these files, of which some changed."""
        files = {path: changed[path].sha256 if path in changed else self.files[path] for path in paths}
        return FileState(signature, self.config, files, taken, digest_of(config, files))


class Changed(NamedTuple):
    """What a file holds now."""

    data: bytes
    sha256: str


def maybe_changed(state: FileState, signature: Signature, paths: Iterable[str]) -> list[str]:
    """Those of some files whose stats do not show that they are as they were."""
    before = {str(row[0]): list(row) for row in state.signature}
    now = {str(row[0]): list(row) for row in signature}
    return [path for path in paths if before.get(path) != now.get(path) or _is_fresh(now.get(path), state)]


def _is_fresh(row: Sequence[object] | None, state: FileState) -> bool:
    return row is None or is_fresh(row[1:], state.taken)


def is_fresh(stats: Sequence[object], taken: int) -> bool:
    """Whether a file was written so shortly before a time that its stats say little."""
    return max(int(str(stats[0])), int(str(stats[3]))) > taken - _ROUGH


def changed_files(worktree: Worktree, state: FileState, paths: Iterable[str]) -> dict[str, Changed]:
    """Those of some files that have changed. Raises CtxError, or CacheCorrupt for one that went away."""
    changed = {}
    for path in paths:
        data = worktree.read_bytes(path)
        if data is None:
            raise CacheCorrupt
        found = Changed(data, sha256(data))
        if found.sha256 != state.files.get(path):
            changed[path] = found
    return changed


def digest_of(config: str, files: Mapping[str, str]) -> str:
    """A sha256 over a configuration and over files, given by their sha256s."""
    whole = hashlib.sha256(config.encode())
    for path in sorted(files):
        whole.update(hashlib.sha256(path.encode("utf-8", "surrogatepass")).digest())
        whole.update(bytes.fromhex(files[path]))
    return whole.hexdigest()


def hashes(texts: Mapping[str, str]) -> dict[str, str]:
    """The sha256 of each text."""
    return {path: sha256(text.encode("utf-8", "surrogatepass")) for path, text in texts.items()}


def sha256(data: bytes) -> str:
    """The sha256 of some bytes, in hex digits."""
    return hashlib.sha256(data).hexdigest()


def now() -> int:
    """The time, to be taken before files are looked at; 0 where the clock stands beyond 2262.

    Python cannot say such a time. Nothing was written before 0, so files are then compared by their bytes.
    """
    try:
        return time.time_ns()
    except OverflowError:
        return 0
