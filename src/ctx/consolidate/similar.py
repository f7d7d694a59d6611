"""How alike entries are: the words they share, weighed by rarity, and how near in time they were written.

docs/consolidation.md tells how each part was chosen and what it is worth.
"""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from ctx.consolidate.metadata import META
from ctx.model.entry import Entry
from ctx.retrieval.analysis.stems import stem

Progress = Callable[[int, int], None]  # rows done, rows in all
Profile: TypeAlias = dict[str, float]  # how much each word counts
Rows: TypeAlias = "list[array[float]]"

# The constants of likeness; docs/consolidation.md tells how they were chosen.
_TITLE = 2  # times that a word of the title counts, and a tag
_DAMPING = 0.75  # power of how often a word stands in an entry
_SITTING, _MONTH, _LATER = (
    1 / 3,
    30.0,
    0.5,
)  # days; what the same month is worth, where the same sitting is worth 1
_NEAR = ((1.0, _SITTING), (_LATER, _MONTH))
_REPORT = 50  # rows between two reports of progress

_FIELD = re.compile(r"\*\*[A-Z][A-Za-z ]+\*\*:")
# What such a line says is no matter of the entry's; a status, though, tends to name what it is about.
_META_LINE = re.compile(
    rf"^[ ]{{0,3}}\*\*(?:{'|'.join(sorted(META - {'status'}))})(?:\*\*:|:\*\*).*$",
    re.MULTILINE | re.IGNORECASE,
)
_RUN = re.compile(r"[^\W_]+")
_PIECE = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af]")
# Words that two entries may share without being about the same thing; more than a search leaves out.
EMPTY_WORDS = frozenset(
    """
    a about above after again against all also always am an and any are aren as at be because been before
    being below between both but by can cannot could couldn did didn do does doesn doing don down during
    each even ever every few for from further get gets got had hadn has hasn have haven having he her here
    hers herself him himself his how however i if in instead into is isn it its itself just let like made
    make makes many may me might more most must my myself need needed needs never new no nor not now of off
    old on once one only or other our ours out over own per rather same see set several shall she should
    shouldn since so some still such than that the their theirs them themselves then there these they thing
    things this those through to together too two under until up upon us use used uses using very via want
    was wasn way we well were weren what when where whether which while who whom why will with within without
    won would wouldn yet you your yours yourself
    context lesson application decision rationale consequence status accepted alternatives
    """.split()
)


class Background(NamedTuple):
    """What likeness is measured against.

    How many entries there are, how many of them hold each word, and how near in time two of them are on
    average. Originals in the archive count here in the place of what they were merged into, so that a merge
    does not change how alike the entries that are left are.
    """

    size: int
    docs_with: Counter[str]
    nearness: float = 1.0

    @classmethod
    def of(cls, profiles: Sequence[Profile], moments: Sequence[float | None] = ()) -> Background:
        """The background of some profiles; `moments` are of the entries that could be merged, or were."""
        return cls(len(profiles), Counter(word for profile in profiles for word in profile), _mean(moments))

    def rarity(self, word: str) -> float:
        """The root of a word's idf: a word that two entries share has it once from each."""
        held = self.docs_with[word]
        return math.sqrt(math.log((self.size + 1) / held)) if held > 1 else 0.0


def similarities(
    profiles: Sequence[Profile],
    moments: Sequence[float | None],
    background: Background,
    progress: Progress | None = None,
) -> Rows:
    """The symmetric matrix of likeness: the cosine of the words times the nearness, over its mean."""
    vectors = [_vector(profile, background) for profile in profiles]
    size = len(profiles)
    rows: Rows = [array("d", bytes(8 * size)) for _ in range(size)]
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for row, vector in enumerate(vectors):
        values = rows[row]
        for word, weight in vector.items():
            posting = postings[word]
            for other, held in posting:
                values[other] += weight * held
            posting.append((row, weight))
        here = moments[row]
        for other in range(row):
            if values[other]:
                # Over the mean, so that the cut means the same in a young and an old file.
                values[other] *= nearness(here, moments[other]) / background.nearness
                rows[other][row] = values[other]
        if progress and row % _REPORT == 0:
            progress(row, size)
    return rows


def cosine(one: Profile, other: Profile, background: Background) -> float:
    """How alike two entries are in their words, whenever they were written."""
    mine, theirs = _vector(one, background), _vector(other, background)
    return math.fsum(weight * theirs.get(word, 0.0) for word, weight in mine.items())


def _vector(profile: Profile, background: Background) -> dict[str, float]:
    raw = {
        word: n**_DAMPING * rarity
        for word, n in sorted(profile.items())
        if (rarity := background.rarity(word))
    }
    norm = math.sqrt(math.fsum(value * value for value in raw.values())) or 1.0
    return {word: value / norm for word, value in raw.items()}


def profile_of(entry: Entry) -> Profile:
    """How much each word counts in an entry; a tag shared is evidence like a word of a title."""
    body = _META_LINE.sub(" ", entry.body)
    profile: Profile = defaultdict(float, Counter(words(_FIELD.sub(" ", body))))
    for word in words(entry.title):
        profile[word] += _TITLE
    for tag in entry.tags:
        profile[f"#{tag}"] += _TITLE
    return profile


def words(text: str) -> list[str]:
    """The stems of a text's words, identifiers taken apart at every boundary; CJK as bigrams."""
    found = []
    for run in _RUN.findall(text):
        for piece in _PIECE.findall(run) if run.isascii() else _foreign(run):
            lower = piece.lower()
            if len(lower) > 1 and lower not in EMPTY_WORDS:
                found.append(stem(lower) if lower.isascii() else lower)
    return found


def _foreign(run: str) -> list[str]:
    """The pieces of a run with letters outside ASCII."""
    pieces: list[str] = []
    for word in _LETTERS.findall(run):
        if _CJK.search(word):
            pieces += [word[at : at + 2] for at in range(max(1, len(word) - 1))]
        else:
            pieces.append(word)
    return pieces


def moment(entry: Entry) -> float | None:
    """When an entry was written, in days; noon where the time is not known, None without a date."""
    if not entry.date:
        return None
    day = float(date.fromisoformat(entry.date).toordinal())
    clock = (entry.stamp or "").partition(entry.date + "-")[2]
    if len(clock) not in {4, 6} or not (clock.isascii() and clock.isdecimal()):
        return day + 0.5
    return day + (int(clock[:2]) * 60 + int(clock[2:4]) + int(clock[4:] or 0) / 60) / 1440


def nearness(one: float | None, other: float | None) -> float:
    """A factor from 1 up for entries written near each other: of one sitting most, of one month some."""
    if one is None or other is None:
        return 1.0
    gap = abs(one - other)
    return 1.0 + sum(worth * math.exp(-gap / days) for worth, days in _NEAR)


def _mean(moments: Sequence[float | None]) -> float:
    """The mean nearness of all pairs; sums over sorted times need no look at each pair."""
    pairs = len(moments) * (len(moments) - 1) / 2
    dated = sorted(moment for moment in moments if moment is not None)
    total = pairs
    for worth, days in _NEAR:
        running = 0.0
        for before, now in pairwise(dated):
            running = (running + 1.0) * math.exp((before - now) / days)
            total += worth * running
    return total / pairs if pairs else 1.0


def spelling(word: str, members: Sequence[Entry]) -> str:
    """How a word is most often written in some entries."""
    seen: Counter[str] = Counter()
    for entry in members:
        for run in _RUN.findall(f"{entry.title} {entry.body}"):
            if word in words(run):
                seen[run if run[1:] != run[1:].lower() else run.lower()] += 1
    return min(seen, key=lambda form: (-seen[form], len(form), form), default=word)
