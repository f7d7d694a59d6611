"""Ignores that ignore nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ctx.config.problems import nearest
from ctx.drift.facts import CONFIG_FILE, Facts
from ctx.drift.finding import Finding
from ctx.drift.ignores import find_ignores
from ctx.drift.rule import Rule


class BadIgnore(Rule):
    """Finds inline ignores without a reason and names of rules that do not exist, also in `drift.ignore`.

    An ignore that covers no finding at present is none: the next edit may need it.
    """

    name = "bad-ignore"
    severity = "nudge"

    def __init__(self, others: Sequence[str]) -> None:
        self._names = (*others, self.name)

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding for each such ignore or name."""
        for name in facts.config.drift_ignore:
            if name not in self._names:
                message = f"drift.ignore: there is no rule {name!r}"
                yield self.finding(CONFIG_FILE, _config_line(facts), message, self._hint(name))
        for ignore in find_ignores(facts):
            if ignore.rule not in self._names:
                message = (
                    f"there is no rule {ignore.rule!r} to ignore" if ignore.rule else "this names no rule"
                )
                yield self.finding(ignore.path, ignore.line, message, self._hint(ignore.rule))
            elif not ignore.reason:
                message = f"{ignore.rule} is not ignored: the reason is missing"
                yield self.finding(
                    ignore.path, ignore.line, message, "write why: <!-- ctx: ignore RULE reason -->"
                )

    def _hint(self, name: str) -> str:
        near = nearest(name, self._names)
        return f"did you mean {near!r}?" if near else f"the rules are {', '.join(self._names)}"


def _config_line(facts: Facts) -> int:
    from ctx.config.key_lines import key_lines

    return key_lines(facts.config_text.removeprefix("\ufeff")).get(("drift", "ignore"), 1)
