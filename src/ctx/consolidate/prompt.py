"""The proposals and the rules as a prompt, from which an agent can write the plan."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ctx.consolidate.plan import write_plan
from ctx.consolidate.proposal import Group

_TICKS = re.compile("`+")
_RULES = """\
# Merge related entries

Below are groups of entries that seem to say related things, and a plan with a draft for each.
Write a plan in the same TOML form to a file; a person will apply it with
`ctx consolidate --apply FILE --approved-by NAME`.

Rules
- Merge only entries that are about the same thing. Take a member out by removing its table from the plan.
- Keep every distinct fact: names, numbers, commands, paths, conditions, exceptions, what failed.
  Say each once, and say it shorter than the members do together.
- Where two members contradict each other, keep both and say which is newer.
- Add nothing that the members do not say.
- The title names what the group is about and ends in "(consolidated)".
- Keep the `**Field**:` lines of the kind, in their order.
- Leave `id`, `kind` and `digest` as they are. Set `approve = true` only where a person told you to.
"""


def write_prompt(groups: Sequence[Group]) -> str:
    """The prompt for some groups."""
    parts = [_RULES]
    for group in groups:
        parts.append(f"\n## Group {group.id}: {len(group.members)} entries of the kind {group.kind}\n")
        for member in group.members:
            entry = member.entry
            parts.append(
                f'\n<entry id="{entry.id}" date="{entry.date or ""}">\n'
                f"{entry.title}\n\n{entry.body}\n</entry>\n"
            )
    plan = write_plan(groups)
    fence = "`" * max(3, 1 + max(map(len, _TICKS.findall(plan)), default=0))  # a draft may hold code itself
    return "".join([*parts, f"\n## The plan\n\n{fence}toml\n", plan, f"{fence}\n"])
