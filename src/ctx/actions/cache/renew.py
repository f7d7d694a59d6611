"""From a snapshot and the files that changed since → the patch that makes it the snapshot of now."""

from __future__ import annotations

from collections.abc import Mapping

from ctx.actions.cache.signature import Changed, FileState
from ctx.actions.cache.snapshot import Snapshot
from ctx.kinds import Kinds
from ctx.memory.encode import encode_rest
from ctx.memory.layout import Holds, Role
from ctx.memory.patch import Draft, block
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
    stored, pieces = Stored(snapshot.kept), Pieces(snapshot.base, snapshot.patch)
    found = {path for path in changed if roles[path].kind}
    if not pieces.files.keys() <= roles.keys() or not found <= {*stored.paths_known} & pieces.files.keys():
        return None
    draft = Draft(stored, kinds)
    blocks = {path: block(stored, path) for path in found}
    for path in sorted(found, key=lambda path: blocks[path], reverse=True):
        data = changed[path].data
        same = pieces.common(path, data)
        read = _read(path, data, same, pieces, roles[path], (stored, *blocks[path]))
        draft.replace(blocks[path], read)
        pieces.replace(path, same, data, read.clear)
    entries, files = draft.parts(), pieces.encode()
    if entries is None or files is None:
        return None
    return entries | files | _rest(stored, changed, roles, snapshot.state) | {"state": state.dump()}


def _read(
    path: str, data: bytes, same: tuple[int, int], pieces: Pieces, role: Role, known: tuple[Stored, int, int]
) -> Reread:
    """What became of a file's entries, of which so many bytes at its start and end are the same."""
    stored, low, high = known
    old = pieces.read(path, same[0], pieces.size(path) - same[1])
    starts = stored.kept.column("start")[low:high]
    entries = Known(View(stored.entries, range(low, high)), starts, pieces.files[path].clear)
    found = reread(_edit(path, data, old, same), entries, role, path)
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
