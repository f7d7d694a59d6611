"""The tree of frames, as the folders below `sessions/` are: who is above, below and beside whom."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cached_property

from ctx.errors import CtxError
from ctx.model.frame import SESSIONS, Frame, frame_id, frame_path, read_frame, unreadable_frame
from ctx.model.frame_states import IN_PROGRESS

_STAMP = re.compile(r"^\d{4}-\d{2}-\d{2}(?:-\d{4,6})?-(?=.)")
_SHOWN = 5


class FrameTree:
    """All frames by the paths of their files; a file is read when it is asked for, and once.

    `read` gives the text of a path, None where there is no such file.
    """

    def __init__(self, paths: Iterable[str], read: Callable[[str], str | None]) -> None:
        self.ids = sorted(frame_id(path) for path in paths if path.startswith(SESSIONS))
        self._read = read
        self._frames: dict[str, Frame] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._known

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.ids)

    @cached_property
    def _below(self) -> dict[str, list[str]]:
        below: dict[str, list[str]] = {}
        for name in self.ids:
            below.setdefault(parent_of(name) or "", []).append(name)
        return below

    def frame(self, name: str) -> Frame:
        """A frame by its id; one whose file is no text has a problem. Raises CtxError where there is none."""
        if name not in self._frames:
            path = frame_path(name)
            try:
                text = self._read(path)
            except CtxError as error:
                self._frames[name] = unreadable_frame(path, error.message)
                return self._frames[name]
            if text is None:
                raise CtxError(f"there is no frame {name!r}", hint="`ctx frame tree --all` shows them")
            self._frames[name] = read_frame(text, path)
        return self._frames[name]

    @property
    def roots(self) -> list[str]:
        """The sessions, oldest first, as their names say."""
        return self._below.get("", [])

    def children(self, name: str) -> list[str]:
        """The frames right below one, by name."""
        return self._below.get(name, [])

    def descendants(self, name: str) -> list[str]:
        """All frames below one, each before those below it."""
        first = bisect_left(self.ids, f"{name}/")
        return self.ids[first : bisect_left(self.ids, f"{name}0", first)]  # "0" comes right after "/"

    def ancestors(self, name: str) -> list[str]:
        """The frames around one whose files are there, the session first."""
        parts = name.split("/")
        above = ("/".join(parts[:count]) for count in range(1, len(parts)))
        return [one for one in above if one in self._known]

    def siblings(self, name: str) -> list[str]:
        """The other frames below the same one; of a session none: other sessions are no siblings."""
        parent = parent_of(name)
        return [other for other in self.children(parent) if other != name] if parent else []

    def require(self, name: str) -> Frame:
        """A frame that ctx may write into. Raises CtxError for one whose file a person has to mend."""
        frame = self.frame(name)
        if frame.problem:
            raise CtxError(frame.problem, path=frame.path, hint="mend it by hand; nothing was written")
        return frame

    def require_found(self, reference: str) -> Frame:
        """The frame that an id means, to be written into. Raises CtxError as `find` and `require` do."""
        return self.require(self.find(reference).id)

    def names_below(self, name: str) -> set[str]:
        """The last parts of the ids right below a frame."""
        return {child.rpartition("/")[2] for child in self.children(name)}

    def open_below(self, name: str) -> list[Frame]:
        """The frames below one whose work has not ended."""
        found = (self.frame(other) for other in self.descendants(name))
        return [frame for frame in found if not frame.closed]

    def nearest_open(self, name: str | None) -> str | None:
        """The frame itself or the nearest one around it that is in progress; none for no frame."""
        if name is None:
            return None
        around = [*self.ancestors(name), name]
        return next((one for one in reversed(around) if self._is_open(one)), None)

    def _is_open(self, name: str) -> bool:
        return name in self._known and self.frame(name).status == IN_PROGRESS

    def short(self, name: str) -> str:
        """An id without the stamp of its session, where no other session is called so."""
        root, _, below = name.partition("/")
        bare = _STAMP.sub("", root)
        return "/".join(filter(None, [root if self._bare[bare] > 1 else bare, below]))

    @cached_property
    def _bare(self) -> Counter[str]:
        """How many sessions are called so without their stamps."""
        return Counter(_STAMP.sub("", root) for root in self.roots)

    def find(self, reference: str) -> Frame:
        """The frame that an id means, whole, without its stamp, by its last part or by the start of one.

        Raises CtxError where there is none, or several.
        """
        wanted = reference.strip().removeprefix(SESSIONS).removesuffix(".md").strip("/")
        for match in (_is_whole, _is_bare, _is_last, _is_start):
            found = [name for name in self.ids if wanted and match(name, wanted)]
            if len(found) == 1:
                return self.frame(found[0])
            if found:
                names = ", ".join(found[-_SHOWN:]) + (", …" if len(found) > _SHOWN else "")
                problem = f"{reference!r} could be any of {len(found)} frames"
                raise CtxError(problem, hint=f"name one: {names}")
        raise CtxError(f"there is no frame {reference!r}", hint="`ctx frame tree --all` shows them")


def parent_of(name: str) -> str | None:
    """The id of the frame around one; None for a session."""
    return name.rpartition("/")[0] or None


def _is_whole(name: str, wanted: str) -> bool:
    return name == wanted


def _is_bare(name: str, wanted: str) -> bool:
    return _STAMP.sub("", name) == wanted


def _is_last(name: str, wanted: str) -> bool:
    return name.rpartition("/")[2] == wanted


def _is_start(name: str, wanted: str) -> bool:
    return name.startswith(wanted) or _STAMP.sub("", name).startswith(wanted)
