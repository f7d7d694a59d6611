"""Facts for rules, made up without a disk or git."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ctx.actions.read_context import read_context
from ctx.config import parse
from ctx.drift.facts import Facts, Unreadable
from ctx.drift.finding import Finding
from ctx.drift.places import Places
from ctx.drift.rules import RULES
from ctx.model.file_roles import role_of
from tests.contexts import Files

TODAY = "2026-11-21"


def facts(
    files: Mapping[str, str],
    config: str = "",
    *,
    count: Callable[[str], int] = len,
    places: Places | None = None,
    blamed: Mapping[tuple[str, int], str] | None = None,
    unreadable: Iterable[Unreadable] = (),
) -> Facts:
    """The facts about a context whose files, named within `.context/`, hold these texts."""
    texts = {f".context/{name}": text for name, text in files.items()}
    options = parse(config)
    memory = read_context(Files({**texts, ".contextrc": config}), archive=True).memory
    roles = {path: role_of(path, options.kinds, lambda _: False) for path in texts}
    return Facts(
        config=options,
        memory=memory,
        texts=texts,
        roles={path: role for path, role in roles.items() if role},
        today=TODAY,
        count=count,
        config_text=config,
        unreadable=tuple(unreadable),
        places=places or Places(),
        blamed=blamed or {},
    )


def findings(name: str, given: Facts) -> list[Finding]:
    """What one rule finds."""
    (rule,) = (rule for rule in RULES if rule.name == name)
    return list(rule.find(given))


def lines(name: str, given: Facts) -> list[tuple[str, int | None]]:
    """Where one rule finds something: names within `.context/` and lines."""
    return [(found.path.removeprefix(".context/"), found.line) for found in findings(name, given)]
