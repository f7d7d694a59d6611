"""Rendering: what each thing looks like in a packet."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ctx.markdown.controls import CONTROLS
from ctx.memory.entry import Entry
from ctx.memory.frame import Frame
from ctx.memory.task import Task
from ctx.packet.escape_structure import escape_block, escape_line, escape_prose, escape_xml

TITLE = "# Project context\n\n"
# Where headings of rules, and of tasks, entries and sessions begin.
_IN_RULES, _IN_ITEMS = 3, 4
# Line breaks to other readers than those of Markdown.
_SEPARATORS = {0x2028: " ", 0x2029: " "}
ALSO_KNOWN = "## Also known\nOne line each; `ctx show ID` prints the whole.\n"


def clean(text: str) -> str:
    """The text with line feeds only and no control characters, bidirectional overrides among them."""
    return CONTROLS.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n")).translate(_SEPARATORS)


def one_line(text: str) -> str:
    """The text on one line of ours."""
    return escape_line(_unbroken(text))


def _unbroken(text: str) -> str:
    return " ".join(clean(text).split())


def _bare(text: str) -> str:
    """The text without comments."""
    if "<!--" not in text:
        return text
    from ctx.markdown.inline import strip_comments

    return strip_comments(text)


def head(rules: str) -> str:
    """The title and the rules, which go in whole."""
    text = escape_block(clean(rules).strip("\n"), _IN_RULES).strip("\n")
    return f"{TITLE}## Constitution\n\n{text}\n\n" if text else TITLE


def tasks_section(items: Iterable[str], left_out: int) -> list[str]:
    """The section of tasks in parts, with a line for those that were cut; nothing where there are none."""
    rows = [*items]
    if left_out:
        rows.append(more_tasks(left_out))
    return ["## Tasks\n", *rows[:-1], rows[-1] + "\n"] if rows else []


def more_tasks(count: int) -> str:
    """The line that counts the tasks that were cut."""
    return f"- {count} more open; `ctx task list` prints them.\n"


def task_item(task: Task) -> str:
    """A whole task; its handle stands behind its own words, before what is nested in it."""
    lines = clean(task.text).split("\n")
    at = next((n for n, line in enumerate(lines) if n and _ends_lead(line)), len(lines))
    own, rest = lines[:at], lines[at:]
    own[-1] = f"{own[-1].rstrip()} ({task.id})"
    item = "\n".join(["- [ ] " + own[0].lstrip(), *own[1:], *rest]).rstrip()
    return escape_block(item + "\n", _IN_ITEMS)


def _ends_lead(line: str) -> bool:
    return not line.strip() or re.match(r"\s*(?:[-*+]|\d+[.)])\s|\s*(?:```|~~~)", line) is not None


def now_section(frames: Iterable[Frame]) -> str:
    """The section of the latest closed sessions, or nothing where there are none."""
    rows = [frame_element(frame) for frame in frames]
    return "".join(["## Now\n", *rows, "\n"]) if rows else ""


def frame_element(frame: Frame) -> str:
    """A closed session: structure as XML, content as prose."""
    parts = [f"<goal>{escape_prose(_unbroken(frame.goal), _IN_ITEMS)}</goal>"]
    if frame.summary:
        summary = escape_prose(_bare(clean(frame.summary)).strip(), _IN_ITEMS)
        parts.append(f"<summary>{summary}</summary>")
    parts.append(f"<log>{_xml_line(frame.path)}</log>")
    head = f'<frame id="{_xml_line(frame.id)}" status="{_xml_line(frame.status)}">'
    return head + "\n  ".join(parts) + "</frame>\n"


def _xml_line(text: str) -> str:
    return escape_xml(_unbroken(text))


def section_heading(name: str) -> str:
    """The heading of a kind's section."""
    return f"## {one_line(name)}\n"


def entry_whole(entry: Entry) -> str:
    """A whole entry under a heading with its date, title and handle."""
    body = _bare(clean(entry.body)).strip("\n")
    return _under_heading(entry, escape_block(body, _IN_ITEMS).strip("\n"))


def entry_plain(entry: Entry) -> str:
    """What `entry_whole` gives where nothing of the body has to be taken off, lowered or closed."""
    return _under_heading(entry, clean(entry.body).strip("\n"))


def _under_heading(entry: Entry, text: str) -> str:
    title = " ".join(part for part in (entry.date, one_line(entry.title)) if part)
    return f"### {title} ({entry.id})\n{text}\n\n" if text else f"### {title} ({entry.id})\n\n"


def entry_line(entry: Entry) -> str:
    """An entry's one line."""
    return f"- {entry.id} {one_line(entry.summary)}\n"


def more_entries(count: int) -> str:
    """The last line: how many entries had no room even for a line, and how to find them."""
    return f"- {count} more; `ctx search WORDS` finds them.\n"
