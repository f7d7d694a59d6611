"""The proposals and the rules as a prompt, from which an agent can write the plan."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain

from ctx.consolidate.plan import write_plan
from ctx.consolidate.proposal import Group, Proposal

_TICKS = re.compile("`+")
_RULES = """\
# Better the drafts of a consolidation

Below are groups of entries, what is proposed for each, and a plan with a draft for each merge. Write the plan
again, in the same TOML form and with better drafts, to a file. A person reads it and applies it with
`ctx consolidate --apply FILE --approved-by NAME`. Nothing else may be changed, and no file but the plan.

How a draft is written
- The title is a subject a reader would look for: "Retries of the upload queue". No list of keywords, no
  sentence, no "(consolidated)".
- One bullet a member: what was learnt or decided, then what to do about it or why, in the member's own terms.
- Keep every name, number, command, path, condition, exception and negation. Say each thing once, and shorter
  than the members do together.
- Add nothing that the members do not say. Where two of them disagree, do not merge them: take one member out.
- Leave contexts to the archive, which keeps every original word for word.
- Keep the `**Field**:` lines of the draft that are about the entry (Status, Tags, Marks …) as they are.

How it is checked
- Every statement of a member has to be in the draft: most of its words, and all of its numbers, names and
  negations. What you leave out on purpose goes into the member's `left` by its first words (three at least):
  `left = ["Seen first in March"]`. A draft that drops anything else is refused, and the statement is named.
- Take a member out by removing its `[[groups.members]]` table and what only it says.
- `id`, `kind`, `proposal`, `keep` and `digest` stay as they are. Set `approve = true` only where a person
  told you to.
- A supersede or duplicate has no draft: check that `keep` names the entry that holds, and say so if not.
"""


def write_prompt(groups: Sequence[Group]) -> str:
    """The prompt for some groups; members stand in it whole, in a fence that they cannot close."""
    plan = write_plan(groups)
    texts = [plan, *(member.entry.body for group in groups for member in group.members)]
    longest = max(map(len, chain.from_iterable(_TICKS.findall(text) for text in texts)), default=0)
    fence = "`" * max(3, longest + 1)
    parts = [_RULES]
    for group in groups:
        parts.append(f"\n## Group {group.id}: {group.proposal.value}, {len(group.members)} × {group.kind}\n")
        parts.append(f"\nWhy: {group.note}\n" if group.note else "")
        if group.proposal is Proposal.MERGE:
            parts.append(
                f"Tokens: {group.tokens_before} as they stand, {group.tokens_after} in the draft below.\n"
            )
        for member in group.members:
            entry = member.entry
            head = " · ".join(filter(None, [entry.id, entry.date, entry.title]))
            parts.append(f"\n{head}\n\n{fence}markdown\n{entry.body.strip()}\n{fence}\n")
    return "".join([*parts, f"\n## The plan\n\n{fence}toml\n", plan, f"{fence}\n"])
