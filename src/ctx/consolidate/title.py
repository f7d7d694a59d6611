"""A title for a group: the words its members share, or the title of the member in its middle."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from ctx.consolidate.metadata import SUFFIX
from ctx.consolidate.similar import Background, Profile, words
from ctx.memory.entry import Entry

_MOST = 3  # words that a title names
_SHARE = 0.6  # of the members must hold a word for it to name the group
_RUN = re.compile(r"[^\W\d_]+")


def title_of(members: Sequence[Entry], profiles: Sequence[Profile], background: Background) -> str:
    """The title; a word says the more the fewer entries hold it."""
    shared: Counter[str] = Counter(word for profile in profiles for word in profile if word[0] != "#")
    in_titles: Counter[str] = Counter(word for entry in members for word in set(words(entry.title)))
    weights = {
        word: (n + in_titles[word]) * math.log((background.size + 1) / (background.holders[word] or 1))
        for word, n in shared.items()
        if n >= _SHARE * len(members) and in_titles[word]
    }
    best = sorted(weights, key=lambda word: (-weights[word], word))[:_MOST]
    if len(best) < 2:
        return _with_suffix(_central(members, profiles).title)
    spelling = _spellings(members)
    distinct = {spelling.get(word, word).lower(): spelling.get(word, word) for word in best}
    named = ", ".join(distinct.values())
    return _with_suffix(named[:1].upper() + named[1:])


def _with_suffix(title: str) -> str:
    return f"{title.rstrip(' .')} {SUFFIX}"


def _central(members: Sequence[Entry], profiles: Sequence[Profile]) -> Entry:
    """The member whose words the others share most; the first of several."""
    shared = Counter(word for profile in profiles for word in profile)

    def centrality(number: int) -> float:
        profile = profiles[number]
        return sum(shared[word] - 1 for word in profile) / math.sqrt(len(profile) or 1)

    return members[max(range(len(members)), key=lambda number: (centrality(number), -number))]


def _spellings(members: Sequence[Entry]) -> dict[str, str]:
    """How each word is most often written, titles before bodies: `OpenCode` for both of its parts."""
    seen: dict[str, Counter[str]] = {}
    for text, weight in [(entry.title, 100) for entry in members] + [(entry.body, 1) for entry in members]:
        for run in _RUN.findall(text):
            written = run if run[1:] != run[1:].lower() else run.lower()
            for word in words(run):
                seen.setdefault(word, Counter())[written] += weight
    return {
        word: min(forms, key=lambda form: (-forms[form], len(form), form)) for word, forms in seen.items()
    }
