"""The sessions of a context, read when they are asked for: a packet shows a few of however many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

from ctx.model.frame import SESSIONS, Frame, frame_id, read_readable
from ctx.model.stamp import find_date
from ctx.store.workspace import Source


class Sessions:
    """The sessions of a source; `read_all` reads every frame, from what is kept where it can."""

    def __init__(self, source: Source, read_all: Callable[[], list[Frame]] | None = None) -> None:
        self._source = source
        self._read_all = read_all

    @cached_property
    def paths(self) -> list[str]:
        """The files of the sessions, oldest first, as their names say; those whose names do not come last."""
        paths = self._source.sessions()
        return sorted(paths, key=lambda path: (find_date(frame_id(path)) or "9", path))

    @cached_property
    def frames(self) -> list[Frame]:
        """Every frame, sessions among them, by path."""
        if self._read_all is not None:
            return self._read_all()
        paths = (path for path in self._source.paths() if path.startswith(SESSIONS))
        return [frame for path in sorted(paths) if (frame := self._read(path)) is not None]

    def dates(self) -> Iterator[str]:
        """When each session was; a file is opened only where its name has no date."""
        for path in self.paths:
            date = find_date(frame_id(path))
            if date is None and (frame := self._read(path)) is not None:
                date = frame.date
            if date:
                yield date

    def latest_closed(self, count: int) -> list[Frame]:
        """The last sessions that have ended, latest first; older ones are not opened."""
        found: list[Frame] = []
        for path in reversed(self.paths):
            if len(found) >= count:
                break
            frame = self._read(path)
            if frame is not None and frame.closed:
                found.append(frame)
        return sorted(found, key=lambda frame: (frame.date or "", frame.id), reverse=True)

    def _read(self, path: str) -> Frame | None:
        return read_readable(self._source.read, path)
