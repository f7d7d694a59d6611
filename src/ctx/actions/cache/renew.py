"""From a snapshot and the files that changed since → the patch that makes it the snapshot of now."""

from __future__ import annotations

from collections.abc import Mapping

from ctx.actions.cache.signature import Changed, FileState
from ctx.actions.cache.snapshot import Snapshot
from ctx.kinds import Kinds
from ctx.memory.encode import encode_rest
from ctx.memory.layout import Holds, Role
from ctx.memory.patch import Draft, block_of
from ctx.memory.pieces import Pieces
from ctx.memory.roster import View
from ctx.memory.shelf import Parts
from ctx.memory.stored import REST, Stored
from ctx.memory.window import Edit, Known, Reread, read_whole, reread
from ctx.store.workspace import decode


def renew(
    snapshot: Snapshot,
    changed: Mapping[str, Changed],
    roles: Mapping[str, Role],
    kinds: Kinds,
    state: FileState,
) -> Parts | None:
    """The patch, or None where everything is to be read again.

    `changed` are those files that are not as in the snapshot, `roles` and `state` are those of now. Raises
    CtxError for a file that is no text, Damaged for what cannot be read of the snapshot.
    """
    stored = Stored(snapshot.kept)
    files = _Files(stored, Pieces(snapshot.base, snapshot.patch))
    found = {path: one.data for path, one in changed.items() if roles[path].kind}
    if not files.can_be_renewed(found, roles):
        return None
    draft = Draft(stored, kinds)
    files.replace(found, roles, draft)
    entries, sources = draft.parts(), files.pieces.encode()
    if entries is None or sources is None:
        return None
    return entries | sources | _rest(stored, changed, roles, snapshot.state) | {"state": state.dump()}


class _Files:
    """The files with entries, of which some are replaced by what they hold now."""

    def __init__(self, stored: Stored, pieces: Pieces) -> None:
        self._stored, self.pieces = stored, pieces

    def can_be_renewed(self, found: Mapping[str, bytes], roles: Mapping[str, Role]) -> bool:
        """Whether none of them is gone, and those that are found had entries before."""
        files = self.pieces.files.keys()
        return files <= roles.keys() and found.keys() <= {*self._stored.paths_known} & files

    def replace(self, found: Mapping[str, bytes], roles: Mapping[str, Role], draft: Draft) -> None:
        """Put in what some files hold now, and their entries into the draft."""
        blocks = {path: block_of(self._stored, path) for path in found}
        for path in sorted(found, key=blocks.__getitem__, reverse=True):
            data = found[path]
            same = self.pieces.common(path, data)
            read = self._read(path, data, same, blocks[path], roles[path])
            draft.replace(blocks[path], read)
            self.pieces.replace(path, same, data, read.clear)

    def _read(
        self, path: str, data: bytes, same: tuple[int, int], block: tuple[int, int], role: Role
    ) -> Reread:
        """What became of a file's entries, of which so many bytes at its start and end are the same."""
        low, high = block
        old = self.pieces.read(path, same[0], self.pieces.size(path) - same[1])
        starts = self._stored.kept.column("start")[low:high]
        entries = View(self._stored.entries, range(low, high))
        known = Known(entries, starts, self.pieces.files[path].clear)
        found = reread(_edit(path, data, old, same), known, role, path)
        return found or read_whole(decode(data, path), role, path, high - low)


def _edit(path: str, data: bytes, old: bytes, same: tuple[int, int]) -> Edit:
    """The same in characters; `old` is what stood between what is the same."""
    head, tail = same
    if data.isascii() and old.isascii() and b"\0" not in data:
        before = head + len(old) + tail
        return Edit(same, before, len(data), lambda start, stop: data[start:stop].decode())
    text = decode(data, path)
    first, last = len(data[:head].decode()), len(data[len(data) - tail :].decode())
    before = first + len(old.decode()) + last
    return Edit((first, last), before, len(text), lambda start, stop: text[start:stop])


def _rest(
    stored: Stored, changed: Mapping[str, Changed], roles: Mapping[str, Role], before: FileState
) -> Parts:
    """Rules, tasks and sessions; those in files that did not change are as they were."""
    texts = {path: decode(one.data, path) for path, one in changed.items() if not roles[path].kind}
    if not texts and before.files.keys() <= roles.keys():
        return {name: stored.kept.part(name) for name in REST}
    from ctx.memory.frame import read_frame
    from ctx.memory.read_memory import RULES, name_tasks, rules_of
    from ctx.memory.read_tasks import read_tasks

    kept = roles.keys() - texts.keys()
    tasks = [task for task in stored.tasks if task.path in kept]
    frames = [frame for frame in stored.frames if frame.path in kept]
    for path, text in texts.items():
        if roles[path].holds is Holds.TASKS:
            tasks += read_tasks(text, path, archived=roles[path].archived)
        elif roles[path].holds is Holds.FRAME:
            frames.append(read_frame(text, path))
    rules = stored.constitution if RULES in kept else rules_of(texts.get(RULES, ""))
    return encode_rest(rules, name_tasks(tasks), sorted(frames, key=lambda frame: frame.path))
