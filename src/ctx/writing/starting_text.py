"""The texts that files of a context start with."""

from __future__ import annotations

from ctx.kinds import BUILTIN, CONSTITUTION, TASKS, Kind

_CONSTITUTION = """# Constitution

<!-- The few rules that always hold. They go into every packet whole, so keep them short. -->
"""
_TASKS = """# Tasks

<!--
One item each: `- [ ] text`, then `[x]` done or `[-]` skipped.
Labels: #in-progress #blocked #priority:high #added:2026-01-31; any other #word is a tag.
-->
"""
_GUIDANCE = {
    "convention": "How things are done here: one `- **Name**: text` bullet each.",
    "decision": "What was decided and why, under a `[stamp]` heading each. `ctx decide TITLE` adds one.",
    "learning": "What was learnt the hard way, under a `[stamp]` heading each. `ctx learn TITLE` adds one.",
}


def starting_text(name: str) -> str:
    """The text a core file starts with."""
    if name == CONSTITUTION:
        return _CONSTITUTION
    if name == TASKS:
        return _TASKS
    return new_file(next(kind for kind in BUILTIN if kind.file == name))


def new_file(kind: Kind) -> str:
    """The text a kind's file starts with."""
    guidance = _GUIDANCE.get(kind.name)
    return f"# {kind.heading}\n" + (f"\n<!-- {guidance} -->\n" if guidance else "")
