"""Tags that mean the same, so that a filter by one of them misses half."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ctx.drift.facts import Facts
from ctx.drift.finding import Finding
from ctx.drift.rule import Rule
from ctx.model.entry import Entry

# Short forms that stand for one word only, whatever the project.
_SHORT = {
    "db": "database",
    "config": "configuration",
    "cfg": "configuration",
    "repo": "repository",
    "docs": "documentation",
    "doc": "documentation",
    "perf": "performance",
    "deps": "dependencies",
    "dep": "dependency",
    "env": "environment",
    "infra": "infrastructure",
    "k8s": "kubernetes",
    "postgres": "postgresql",
    "pg": "postgresql",
    "js": "javascript",
    "ts": "typescript",
    "py": "python",
    "msg": "message",
    "impl": "implementation",
    "i18n": "internationalization",
    "l10n": "localization",
    "a11y": "accessibility",
}


class SimilarTags(Rule):
    """Finds tags of live entries that mean the same: `db` and `database`, `hook` and `hooks`.

    They do where they differ in hyphens or in a plural, where one is the usual short form of the other, or
    where `[synonyms]` says so.
    """

    name = "similar-tags"
    severity = "nudge"

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding for each tag that has a more frequent twin, where it is used first."""
        first: dict[str, Entry] = {}
        counts: Counter[str] = Counter()
        for entry in facts.memory.live:
            for tag in dict.fromkeys(entry.tags):
                first.setdefault(tag, entry)
                counts[tag] += 1
        alike: dict[str, list[str]] = {}
        meanings = _meanings(facts)
        for tag in counts:
            alike.setdefault(_meaning(tag, meanings), []).append(tag)
        for tags in alike.values():
            kept, *others = sorted(tags, key=lambda tag: (-counts[tag], tag))
            for tag in others:
                message = f"the tags `{tag}` ({counts[tag]}) and `{kept}` ({counts[kept]}) mean the same"
                hint = f"`ctx tags --rename {tag} {kept}` makes them one"
                yield self.finding(first[tag].path, first[tag].line, message, hint)


def _meanings(facts: Facts) -> dict[str, str]:
    """What a folded tag means: the word it is short for, or the first of its synonyms."""
    meanings = {_folded(short): _folded(long) for short, long in _SHORT.items()}
    for word, others in facts.config.synonyms.items():
        for other in others:
            meanings.setdefault(_folded(other), _folded(word))
    return meanings


def _meaning(tag: str, meanings: dict[str, str]) -> str:
    """One name for all tags that mean the same; synonyms of synonyms are followed, in a circle once."""
    name, seen = _folded(tag), set[str]()
    while name in meanings and name not in seen:
        seen.add(name)
        name = meanings[name]
    return min(seen) if name in seen else name


def _folded(tag: str) -> str:
    """A tag without case and signs, in the singular."""
    bare = "".join(char for char in tag.lower() if char.isalnum() or char in "+#.")
    if bare.endswith("ies") and len(bare) > len("series"):
        return bare[:-3] + "y"
    return bare[:-1] if bare.endswith("s") and len(bare) > 3 and bare[-2] not in "suiao" else bare
