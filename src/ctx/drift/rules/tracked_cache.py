"""A cache that git tracks."""

from __future__ import annotations

from collections.abc import Iterator

from ctx.drift.facts import Facts
from ctx.drift.finding import Finding
from ctx.drift.rule import Rule
from ctx.model.file_roles import in_context

_FOLDER = in_context(".cache")


class TrackedCache(Rule):
    """Finds cache files in git's index. They hold for one checkout only, so ctx uses and makes none there."""

    name = "tracked-cache"
    severity = "warning"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding for all files."""
        if count := len(facts.tracked_cache):
            files = "a file" if count == 1 else f"{count} files"
            yield self.finding(
                _FOLDER,
                None,
                f"git tracks {files} of the cache, so ctx works without it",
                f"run `git rm -r --cached {_FOLDER}`, then commit",
            )
