"""Core files that are not there."""

from __future__ import annotations

from collections.abc import Iterator

from ctx.drift.facts import Facts
from ctx.drift.finding import Finding, Fix
from ctx.drift.rule import Rule
from ctx.kinds import CORE_FILES
from ctx.model.file_roles import in_context


class MissingCoreFile(Rule):
    """Finds core files that `ctx init` makes and that are not there.

    A file that is there and empty is none of them, nor is a kind whose entries are pages in a folder
    (`learnings/*.md`), nor a file that cannot be read.
    """

    name = "missing-core-file"
    severity = "warning"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding a file; the fix makes it as `ctx init` would."""
        there = {*facts.texts, *(one.path for one in facts.unreadable)}
        paged = {role.kind.file for path, role in facts.roles.items() if role.kind and role.page}
        for name in CORE_FILES:
            path = in_context(name)
            if path not in there and name not in paged:
                fix = Fix(path, f"created {path}")
                yield self.finding(
                    path, None, f"{name} is missing", "run `ctx init`, or `ctx drift --fix`", fix=fix
                )
