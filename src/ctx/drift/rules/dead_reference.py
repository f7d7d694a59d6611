"""Files that the context speaks of and that are not there."""

from __future__ import annotations

from collections.abc import Iterator

from ctx.drift.facts import Facts
from ctx.drift.finding import Finding, Fix
from ctx.drift.mentions import Mention, find_mentions, rewritten
from ctx.drift.places import Verdict
from ctx.drift.rule import Rule
from ctx.markdown.edits import Edit
from ctx.model.entry import Entry


class DeadReference(Rule):
    """Finds paths, in backticks or as link targets, that git once held: moved by a rename (nudge), or gone.

    It looks in the constitution, live entries and open tasks, and resolves against the root, the file's
    folder and the context folder. A path that history never held cannot be judged and is left out, and so is
    every path without git or in a shallow or partial clone; `--verbose` shows those. Globs, URLs, commands,
    placeholders such as `foo.go`, fenced code, and files of which the text itself says that they were
    removed, renamed or moved are no references.
    """

    name = "dead-reference"
    severity = "warning"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding for each mention that is not there."""
        for mention in find_mentions(facts):
            verdict = facts.places.judge(mention.path, mention.candidates)
            if verdict.state != "ok":
                yield self._about(mention, verdict, facts)

    def _about(self, mention: Mention, verdict: Verdict, facts: Facts) -> Finding:
        path, line = mention.file, facts.line_at(mention.file, mention.start)
        if verdict.state == "gone":
            message = f"{mention.path} is gone: it was in git's history and is no longer there"
            return self.finding(path, line, message, "say what took its place, or take the reference out")
        if verdict.state == "unverifiable":
            message = f"{mention.path} cannot be verified: {verdict.why or 'git never saw it'}"
            return self.finding(path, line, message, severity="nudge", certain=False)
        message = f"{mention.path} was moved to {verdict.to}"
        fix = self._fix(mention, verdict, line, facts)
        hint = "`ctx drift --fix` rewrites it" if fix else "write the new path"
        return self.finding(path, line, message, hint, severity="nudge", fix=fix)

    def _fix(self, mention: Mention, verdict: Verdict, line: int, facts: Facts) -> Fix | None:
        """The rewriting of a reference, unless a title or task is made of it: its handle would change."""
        owner = mention.owner
        if owner is not None and (not isinstance(owner, Entry) or mention.path in owner.title):
            return None
        new = rewritten(mention, verdict.at, verdict.to)
        done = f"{mention.file}:{line}: {mention.path} → {new}"
        edit = Edit(mention.start, mention.end, new)
        return Fix(mention.file, done, facts.texts[mention.file], (edit,))
