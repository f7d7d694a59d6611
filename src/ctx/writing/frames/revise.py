"""Changes to a frame's text: one field, one section or one line of its log. All else keeps its bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from ctx.errors import CtxError
from ctx.markdown.blocks import scan
from ctx.markdown.document import Document, Section
from ctx.markdown.edits import Edit, apply
from ctx.markdown.lines import newline_of
from ctx.model.fields import own_fields
from ctx.model.frame import Frame, read_frame
from ctx.writing.compose import harmless, one_line, unix

_LATER = re.compile(r"\n(?=[^\n])")


def change_frame(
    frame: Frame,
    *,
    goal: str | None = None,
    fields: Mapping[str, str] | None = None,
    summary: str | None = None,
) -> str:
    """The frame's text with another goal, fields and summary; a field with an empty text is taken out.

    Raises CtxError where the frame would not be read as wanted.
    """
    text = frame.text
    if goal is not None:
        text = _with_goal(text, one_line(goal))
    for name, value in (fields or {}).items():
        text = _with_field(text, name, one_line(value))
    if summary is not None:
        text = set_section(text, "Summary", harmless(summary), before="Log")
    after = read_frame(text, frame.path)
    wanted = {**frame.fields, **{name: one_line(value) for name, value in (fields or {}).items()}}
    same = {name: value for name, value in wanted.items() if value} == after.fields
    if not same or after.log != frame.log or (goal is not None and after.goal != one_line(goal)):
        raise CtxError(
            "cannot be changed without changing how the rest is read",
            path=frame.path,
            hint="something is not closed there; edit the file by hand",
        )
    return text


def log_line(now: datetime, text: str, started: str) -> str:
    """A message as an item of a log; its time has a date where the frame did not begin on that day."""
    moment = now.astimezone(UTC)
    when = f"{moment:%H:%M}" if started[:10] == f"{moment:%Y-%m-%d}" else f"{moment:%Y-%m-%d %H:%M}"
    said = harmless(unix(text).strip(), level=2, comments=False)
    return f"- {when} " + _LATER.sub("\n  ", said) + "\n"


def append_log(frame: Frame, item: str) -> str:
    """The frame's text with an item at the end of its log.

    Raises CtxError where the log would not be read as it was, with the item behind it.
    """
    text, newline = frame.text, newline_of(frame.text)
    section = _section(Document.parse(text), "Log")
    item = item.replace("\n", newline)
    if section is None:
        text = _ended(text, newline) + newline + f"## Log{newline}{newline}" + item
    else:
        _, body, end = section
        at = body + len(text[body:end].rstrip())
        gap = newline if at > body else newline * (2 if text[body - 1 : body] not in {"\n", "\r"} else 1)
        # What was left open in the log by hand would swallow the item.
        closer = scan(text[:at]).closer
        gap += f"{closer}{newline}" if closer else ""
        behind = text[at:end]
        rest = behind.removeprefix("\r\n") if behind.startswith("\r\n") else behind[1:]
        text = text[:at] + gap + item + rest + text[end:]
    after = read_frame(text, frame.path)
    if not (after.log.startswith(frame.log) and after.log.endswith(item.strip())) or (
        (after.goal, after.fields, after.summary) != (frame.goal, frame.fields, frame.summary)
    ):
        raise CtxError(
            "nothing can be put into its log without changing how the rest is read",
            path=frame.path,
            hint="something is not closed there; edit the file by hand",
        )
    return text


def set_section(text: str, name: str, content: str, *, before: str = "Log") -> str:
    """The text with what stands below a `## Name` replaced; a new section goes before another one."""
    newline = newline_of(text)
    document = Document.parse(text)
    written = unix(content).strip("\n").replace("\n", newline)
    if (section := _section(document, name)) is not None:
        _, body, end = section
        behind = newline if end == len(text) else newline * 2
        return text[:body] + newline + written + behind + text[end:]
    block = f"## {name}{newline}{newline}{written}{newline}"
    if (following := _section(document, before)) is not None:
        return apply(text, [Edit(following[0], following[0], block + newline)])
    return _ended(text, newline) + newline + block


def _with_goal(text: str, goal: str) -> str:
    document = Document.parse(text)
    first = document.sections[0] if document.sections else None
    if first is None or first.heading.level != 1:
        start = first.start if first else len(text)
        return apply(text, [Edit(start, start, f"# {goal}{newline_of(text) * 2}")])
    line = text[first.start : first.body]
    ending = line[len(line.rstrip("\r\n")) :]
    return text[: first.start] + f"# {goal}" + ending + text[first.body :]


def _with_field(text: str, name: str, value: str) -> str:
    newline = newline_of(text)
    start, end = _head(Document.parse(text))
    head = text[start:end]
    fields = list(own_fields(head))
    found = next((field for field in fields if field.name.lower() == name.lower()), None)
    if found is not None:
        stop = found.start + len(head[found.start : found.end].rstrip())
        if value:
            return text[: start + found.start] + f"**{found.name}**: {value}" + text[start + stop :]
        behind = stop + len(newline) if head[stop:].startswith(newline) else stop
        return text[: start + found.start] + text[start + behind :]
    if not value:
        return text
    line = f"**{name}**: {value}"
    if fields:
        last = fields[-1]
        at = start + last.start + len(head[last.start : last.end].rstrip())
        return text[:at] + newline + line + text[at:]
    lead = "" if start == 0 or text[start - 1 : start] in {"\n", "\r"} else newline
    after = newline if head.startswith(("\n", "\r")) or not head else newline * 2
    return text[:start] + (lead + newline if start else "") + line + after + text[start:]


def _head(document: Document) -> tuple[int, int]:
    """The span of the fields: below the goal, or from the start, up to the next heading."""
    first = document.sections[0] if document.sections else None
    if first is None:
        return 0, len(document.text)
    return (first.body, first.end) if first.heading.level == 1 else (0, first.start)


def _section(document: Document, name: str) -> tuple[int, int, int] | None:
    """Start, body and end of the first `## Name`, what stands below it included."""
    for index, section in enumerate(document.sections):
        if _is_named(section, name):
            return section.start, section.body, document.subtree_end(index)
    return None


def _is_named(section: Section, name: str) -> bool:
    return section.heading.level == 2 and section.heading.text.strip().lower() == name.lower()


def _ended(text: str, newline: str) -> str:
    return text if not text or text.endswith(("\n", "\r")) else text + newline
