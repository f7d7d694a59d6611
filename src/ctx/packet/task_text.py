"""What a task looks like in a packet, whole and as a line."""

from __future__ import annotations

import re

from ctx.model.task import DONE, OPEN, Task
from ctx.packet.escape_structure import escape_block
from ctx.packet.inert import IN_ITEMS, clean, clipped_line, unbroken
from ctx.retrieval.analysis.english import STOP_WORDS

# A task of fewer words that say something than this leans on its heading.
_FEW = 4
# Longer ones cannot be that short; most tasks are, and need no closer look.
_LONG = 16
# A list of tasks is scanned for what is there; more of them are worth more than the end of a long sentence.
_LINE = 90
# Words that say nothing in a list of tasks.
_IDLE = frozenset("task tasks todo todos open next up now later backlog inbox misc other doing work".split())
# A sentence ends before a word that may begin another one; `e.g.`, `v1.` and initials end none.
_SENTENCE = r"(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\bcf)(?<![\W_][^\W\d_])[.!?](?:[*_`\"')\]]*)(?=\s+\S)"
_LABELLED = ("critical", "urgent", "high", "low")


def leading_heading(task: Task) -> str:
    """The heading a task needs to be understood: its own words are few, or all in it; else nothing."""
    if not task.heading or len(task.lead.split()) > _LONG:
        return ""
    own, above = _telling(task.lead), _telling(task.heading)
    return unbroken(task.heading) if above - own and (len(own) < _FEW or own <= above) else ""


def task_whole(task: Task) -> str:
    """A whole task; its handle stands behind its own words, before what is nested in it."""
    lines = clean(task.text).split("\n")
    at = next((n for n, line in enumerate(lines) if n and _ends_lead(line)), len(lines))
    own, rest = lines[:at], lines[at:]
    heading = leading_heading(task)
    lead = f"{heading}: {own[0].lstrip()}" if heading else own[0].lstrip()
    own = [f"- [{_box(task)}] {lead}", *own[1:]]
    own[-1] = f"{own[-1].rstrip()} ({task.id})"
    return escape_block("\n".join([*own, *rest]).rstrip() + "\n", IN_ITEMS)


def task_line(task: Task) -> str:
    """A task's one line: its heading where it needs one, its first sentence, its urgency, its handle."""
    heading, lead = leading_heading(task), unbroken(task.lead)
    sentence = re.search(_SENTENCE, lead)
    first = lead[: sentence.end()] if sentence else lead
    said = clipped_line(f"{heading}: {first}" if heading else first, _LINE)
    return " ".join([f"- [{_box(task)}]", said, *_urgency(task), f"({task.id})"]) + "\n"


def _urgency(task: Task) -> list[str]:
    priority = (task.label("priority") or "").lower()
    return [
        *(["#in-progress"] if task.in_progress else []),
        *(["#blocked"] if task.blocked else []),
        *([f"#priority:{priority}"] if priority in _LABELLED else []),
    ]


def _telling(text: str) -> set[str]:
    words = (word.casefold() for word in re.findall(r"[^\W_]+", text))
    return {word for word in words if word not in STOP_WORDS and word not in _IDLE}


def _box(task: Task) -> str:
    return {OPEN: " ", DONE: "x"}.get(task.state, "-")


def _ends_lead(line: str) -> bool:
    return not line.strip() or re.match(r"\s*(?:[-*+]|\d+[.)])\s|\s*(?:```|~~~)", line) is not None
