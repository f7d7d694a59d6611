"""Frames as text: structure as XML and content as prose, or all of it as a Markdown list."""

from __future__ import annotations

from collections.abc import Iterator

from ctx.model.frame import Frame
from ctx.packet.content import FrameStyle
from ctx.packet.frame_view import Detail, FrameView, Part, Seen
from ctx.packet.inert import clean, clipped, one_line, unbroken, without_comments, xml_line, xml_prose


def session_whole(frame: Frame, name: str, style: FrameStyle) -> str:
    """A closed session with its summary."""
    if style is FrameStyle.md:
        return _md_line(frame, name, summary=True) + "\n"
    return _closed(frame, name, "") + "\n"


def session_line(frame: Frame, name: str, style: FrameStyle) -> str:
    """A closed session as one line: what it was about and how it ended."""
    return (_md_line(frame, name) if style is FrameStyle.md else _xml_line(frame, name)) + "\n"


def view_text(view: FrameView, detail: Detail, style: FrameStyle) -> str:
    """What the active frame sees, with so much detail."""
    lines = _Markdown(view, detail) if style is FrameStyle.md else _Xml(view, detail)
    return "\n".join(lines.write(view.root, "")) + "\n"


class _Lines:
    """A view with a detail: what is written of each frame."""

    def __init__(self, view: FrameView, detail: Detail) -> None:
        self.view, self.detail = view, detail
        self.told = frozenset(view.closed[len(view.closed) - detail.summaries :])

    def write(self, seen: Seen, margin: str) -> Iterator[str]:
        """The lines of a frame and of what is seen below it."""
        if seen.part is Part.PLANNED:
            if self.detail.planned:
                yield margin + self.line(seen)
        elif seen.part is Part.CLOSED:
            yield margin + (self.whole(seen, margin) if seen.frame.id in self.told else self.line(seen))
        else:
            yield from self.open(seen, margin)

    def line(self, seen: Seen) -> str:
        """A frame as one line."""
        raise NotImplementedError

    def whole(self, seen: Seen, margin: str) -> str:
        """A closed frame with its summary."""
        raise NotImplementedError

    def open(self, seen: Seen, margin: str) -> Iterator[str]:
        """The active frame, or one around it."""
        raise NotImplementedError

    def log(self) -> list[str]:
        """The last items of the active frame's log, and where the others are."""
        items, count = self.view.items, self.detail.items
        left = len(items) - count
        where = f"({left} earlier in {self.view.current.path})"
        return [*([where] if left else []), *items[left:]]


class _Xml(_Lines):
    def line(self, seen: Seen) -> str:
        return _xml_line(seen.frame, seen.name)

    def whole(self, seen: Seen, margin: str) -> str:
        return _closed(seen.frame, seen.name, margin)

    def open(self, seen: Seen, margin: str) -> Iterator[str]:
        frame, below = seen.frame, margin + "  "
        goal = f"<goal>{xml_prose(unbroken(frame.goal))}</goal>"
        current = seen.part is Part.CURRENT
        yield margin + _tag(frame, seen.name, ' current="true"' if current else "") + goal
        if frame.done_when:
            yield f"{below}<done_when>{xml_prose(unbroken(frame.done_when))}</done_when>"
        if frame.summary:
            yield f"{below}<summary>{_prose(frame.summary)}</summary>"
        log = self.log() if current else []
        if log:
            yield f"{below}<log>{_prose(chr(10).join(log))}</log>"
        for inner in seen.inner:
            yield from self.write(inner, below)
        yield f"{margin}</frame>"


class _Markdown(_Lines):
    def line(self, seen: Seen) -> str:
        return _md_line(seen.frame, seen.name)

    def whole(self, seen: Seen, margin: str) -> str:  # noqa: ARG002 - it is one line
        return _md_line(seen.frame, seen.name, summary=True)

    def open(self, seen: Seen, margin: str) -> Iterator[str]:
        frame, below = seen.frame, margin + "  "
        current = seen.part is Part.CURRENT
        status = f"{_said(frame.status)}, current" if current else _said(frame.status)
        yield f"{margin}- **{one_line(seen.name)}** ({status}): {one_line(frame.goal)}"
        if frame.done_when:
            yield f"{below}Done when: {one_line(frame.done_when)}"
        if frame.summary:
            yield f"{below}{one_line(without_comments(frame.summary))}"
        for item in self.log() if current else []:
            for line in filter(str.strip, clean(item).split("\n")):
                yield below + " " * (len(line) - len(line.lstrip())) + one_line(line)
        for inner in seen.inner:
            yield from self.write(inner, below)


def _tag(frame: Frame, name: str, more: str = "") -> str:
    return f'<frame id="{xml_line(name)}" status="{xml_line(frame.status)}"{more}>'


def _prose(text: str) -> str:
    return xml_prose(without_comments(clean(text)))


def _xml_line(frame: Frame, name: str) -> str:
    return f"{_tag(frame, name)}<goal>{xml_prose(clipped(unbroken(frame.goal)))}</goal></frame>"


def _closed(frame: Frame, name: str, margin: str) -> str:
    """A frame that has ended: goal, why it did if not as wanted, summary, what it left, where its log is."""
    parts = [f"<goal>{xml_prose(unbroken(frame.goal))}</goal>"]
    if frame.reason:
        parts.append(f"<reason>{xml_prose(unbroken(frame.reason))}</reason>")
    if frame.summary:
        parts.append(f"<summary>{_prose(frame.summary)}</summary>")
    if artifacts := frame.fields.get("Artifacts", ""):
        parts.append(f"<artifacts>{xml_prose(unbroken(artifacts))}</artifacts>")
    parts.append(f"<log>{xml_line(frame.path)}</log>")
    return _tag(frame, name) + f"\n{margin}  ".join(parts) + "</frame>"


def _md_line(frame: Frame, name: str, *, summary: bool = False) -> str:
    text = f"- **{one_line(name)}** ({_said(frame.status)}): {one_line(clipped(unbroken(frame.goal)))}"
    if not summary:
        return text
    said = [frame.reason, without_comments(frame.summary)]
    more = [one_line(one) for one in said if one]
    return " – ".join([text, *more]) + f" (log: {one_line(frame.path)})"


def _said(status: str) -> str:
    return one_line(status.replace("_", " "))
