"""Rendering: the packet's own words and its sections."""

from __future__ import annotations

from collections.abc import Iterable

from ctx.packet.inert import IN_RULES, block, clean, one_line

TITLE = "# Project context\n\n"
ALSO_KNOWN = "## Also known\nOne line each; `ctx show ID` prints the whole.\n"
TASKS = "## Tasks\n"
NOW = "## Now\n"

# Priorities by their number; a task of medium priority is what a task is anyway.
_PRIORITIES = {0: "critical", 1: "high", 3: "low"}


def head(rules: str) -> str:
    """The title and the rules, which go in whole."""
    text = block(clean(rules).strip("\n"), IN_RULES)
    return f"{TITLE}## Constitution\n\n{text}\n\n" if text else TITLE


def section_heading(name: str) -> str:
    """The heading of a kind's section."""
    return f"## {one_line(name)}\n"


def more_entries(count: int) -> str:
    """The last line: how many entries had no room even for a line, and how to find them."""
    return f"- {count} more; `ctx search WORDS` finds them.\n"


def tasks_left(priorities: Iterable[int], running: int, blocked: int, *, shown: bool) -> str:
    """The line that counts the tasks that are not shown: the open ones by their priorities, the blocked.

    `running` of the open ones are in progress; `shown` says whether other tasks stand above it.
    """
    open_ = [*priorities]
    kinds = [f"{open_.count(number)} {name}" for number, name in _PRIORITIES.items() if number in open_]
    kinds = [f"{running} in progress", *kinds] if running else kinds
    more = " more" if shown else ""
    counted = [f"{len(open_)}{more} open" + (f" ({', '.join(kinds)})" if kinds else "")] if open_ else []
    if blocked:
        counted.append(f"{blocked} blocked")
    return f"- {', '.join(counted)}; `ctx task list` prints them.\n"


def tasks_left_briefly(open_: int, blocked: int) -> str:
    """The same where there is room for nothing more."""
    counted = [*([f"{open_} open"] if open_ else []), *([f"{blocked} blocked"] if blocked else [])]
    return f"- {', '.join(counted)}\n"
