"""An index that stays in use though a few documents changed: it answers as a new one would."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise

from hypothesis import event, given, settings
from hypothesis import strategies as st

from ctx.retrieval.analysis.terms import analyse
from ctx.retrieval.index.document import Document
from ctx.retrieval.ranking.ask import find_best
from ctx.retrieval.ranking.query_expansion import QueryExpansion
from ctx.retrieval.ranking.relevance import explain, rank
from ctx.retrieval.ranking.searcher import Searcher
from tests.test_index import index_of, with_delta

SYLLABLES = "ba ce di fo gu ka le mi no pu ra se ti vo zu".split()
# Like words of a language: some in every text, most in a few.
WORDS = [a + b + c for a in SYLLABLES for b in SYLLABLES for c in SYLLABLES]
FREQUENCIES = [1.0 / rank for rank in range(1, len(WORDS) + 1)]
THESAURUS = QueryExpansion({WORDS[40]: [WORDS[300], WORDS[5]], WORDS[3]: [WORDS[120]]})


class World:
    """Made-up documents, edits of them and queries."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def text(self, count: int) -> str:
        return " ".join(self.dice.choices(WORDS, FREQUENCIES, k=count))

    def query(self) -> str:
        if self.dice.random() < 0.4:
            return " ".join(self.dice.choices(WORDS, k=2))
        return self.text(self.dice.choice([1, 3, 12])).capitalize() + ". " + self.text(4)

    def document(self, group: str = "") -> Document:
        title, body = self.text(self.dice.randrange(6)), self.text(self.dice.randrange(50))
        return Document(analyse(title), analyse(body), analyse(""), group)

    def documents(self) -> list[Document]:
        found = [self.document() for _ in range(self.dice.choice([15, 60, 300, 600]))]
        if self.dice.random() < 0.3:
            # A part of them are remarks in a conversation.
            self.gather(found, "Talk", 0.4)
        if self.dice.random() < 0.4:
            # Others stand under categories, some of which have more than one place.
            for _ in range(self.dice.choice([1, 5, len(found) // 10])):
                self.gather(found, f"Category {self.dice.randrange(40)}", self.dice.choice([0.0, 0.02]))
        elif self.dice.random() < 0.6:
            # Or all of them stand under small categories.
            starts = sorted({0, *self.dice.sample(range(len(found)), len(found) // 3)})
            for start, end in pairwise([*starts, len(found)]):
                found[start:end] = [one._replace(group=f"Category {start}") for one in found[start:end]]
        return found

    def gather(self, found: list[Document], group: str, asks: float) -> None:
        start, length = self.dice.randrange(len(found)), self.dice.choice([2, 4, 8, 30])
        for at in range(start, min(start + length, len(found))):
            found[at] = found[at]._replace(group=group, asks=self.dice.random() < asks)

    def edit(self, found: list[Document]) -> tuple[list[int], list[Document]]:
        """Where each of the new list comes from, and the fresh ones."""
        origin, fresh = list(range(len(found))), list[Document]()
        for _ in range(self.dice.choice([1, 1, 2, 5])):
            at = self.dice.randrange(len(origin))
            kind = self.dice.choice(["a word"] * 6 + ["add", "add", "replace", "remove", "move"])
            if kind == "move":
                origin.insert(self.dice.randrange(len(origin)), origin.pop(at))
                continue
            old = origin[at]
            if old < len(found) and kind != "add":
                del origin[at]
            if kind != "remove":
                origin.insert(at, len(found) + len(fresh))
                is_edit = kind == "a word" and old < len(found)
                near = found[old].group if old < len(found) else ""
                group = self.dice.choice([near, near, near, "", "", "Category New"])
                fresh.append(self.changed(found[old]) if is_edit else self.document(group))
        return origin, fresh

    def changed(self, document: Document) -> Document:
        words = list(document.body.words) or [WORDS[0]]
        words[self.dice.randrange(len(words))] = self.text(1)
        group = "" if self.dice.random() < 0.1 else document.group
        return document._replace(body=document.body._replace(words=words), group=group)


@settings(max_examples=100)
@given(st.integers(0, 1 << 32))
def test_an_index_with_a_delta_answers_like_a_new_one(seed: int) -> None:
    holds = list(updated(seed))
    event(f"holds with groups: {holds}")


def updated(seed: int) -> Iterator[bool]:
    """Whether a delta will do where there are groups; all that is found with one is found in a new index."""
    world = World(seed)
    found = world.documents()
    origin, fresh = world.edit(found)
    index = with_delta(found, origin, fresh)
    groups = any(one.group for one in fresh)
    if index is None:
        if groups:
            yield False
        return
    both = [*found, *fresh]
    now = Searcher(index, THESAURUS)
    new = Searcher(index_of([both[number] for number in origin]), THESAURUS)
    for _ in range(8):
        text = world.query()
        for depth in (None, 10):
            wanted = rank(new, text, depth)
            assert rank(now, text, depth) == wanted
        for place in list(wanted)[:10]:
            assert explain(now, text, place) == explain(new, text, place)
    if groups:
        yield True


def test_changed_groups_can_be_held_in_a_delta() -> None:
    """What holds in the law above is not nothing."""
    known = [holds for seed in range(30) for holds in updated(seed)]
    assert 0.2 < sum(known) / len(known) < 0.95


def test_a_delta_beside_a_delta_begins_at_the_base() -> None:
    """A document between two of a category ends their being neighbours; without it they are again."""
    found = [
        Document(analyse(""), analyse(f"own{n // 3} own{n}"), analyse(""), f"Category {n // 3}")
        for n in range(300)
    ]
    between = Document(analyse(""), analyse("something that nobody else says"), analyse(""))
    apart = with_delta(found, [*range(151), 300, *range(151, 300)], [between])
    assert apart is not None
    base, query = index_of(found), "own50 own150"
    scores = rank(Searcher(apart), query)
    assert scores == rank(Searcher(index_of([*found[:151], between, *found[151:]])), query)
    assert [*scores.values()] != [*rank(Searcher(base), query).values()]


def test_the_entries_that_apply_elsewhere_leave_room_for_others() -> None:
    """The best entries go on until so many apply everywhere, whichever of the limited ones compete."""
    world = World(4)
    found = [Document(analyse(""), analyse(f"lock {world.text(9)}"), analyse("")) for _ in range(200)]
    searcher = Searcher(index_of(found))
    every = find_best(searcher, "lock", frozenset())
    limited = frozenset(place for place, _ in every[:20])
    best = find_best(searcher, "lock", limited)
    assert len(every) == 50
    assert best[:50] == every
    assert len([place for place, _ in best if place not in limited]) == 50
    assert best == sorted(best, key=lambda pair: (-pair[1], pair[0]))


def test_an_index_of_many_others_is_no_base() -> None:
    """What is left out of a base is looked at with every query."""
    found = [Document(analyse(f"note{n}"), analyse("lock"), analyse("")) for n in range(100)]
    assert with_delta(found, range(95), []) is not None
    assert with_delta(found, range(40), []) is None
