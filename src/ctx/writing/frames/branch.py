"""The name of a branch from the goal of a session."""

from __future__ import annotations

from collections.abc import Mapping

from ctx.writing.frames.new import slug

# The first words of goals by what they say is done; what is none of these is something new.
WORDS = {
    "feature": "add build create feat feature implement introduce support",
    "fix": "bug bugfix correct debug fix fixes hotfix mend prevent repair resolve solve",
    "docs": "describe doc docs document explain",
    "refactor": "clean extract move refactor remove rename reorganise reorganize restructure rework simplify",
    "test": "cover test tests",
    "chore": "bump chore configure maintain release update upgrade",
}
_KINDS = {word: kind for kind, words in WORDS.items() for word in words.split()}


def branch_name(goal: str, prefixes: Mapping[str, str]) -> str:
    """`Fix memory leak in data processing` is `bugfix-memory-leak-data-processing`.

    `prefixes` has a word for each kind of `WORDS`. A first word that says the kind is not said twice.
    """
    first, _, behind = slug(goal, most=60).partition("-")
    kind = _KINDS.get(first, "feature")
    said = behind if first in _KINDS and behind else f"{first}-{behind}"
    rest = slug(said, most=60, small_words=False)
    return f"{prefixes[kind]}-{rest}" if rest else prefixes[kind]
