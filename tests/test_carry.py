"""Answers that outlast a change are those that a new index would give."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from ctx.memory.shelf import Held
from ctx.retrieval.ask import Found, find
from ctx.retrieval.build_index import index_documents
from ctx.retrieval.carry import Change
from ctx.retrieval.collection import Collection
from ctx.retrieval.document import Document
from ctx.retrieval.index import Index
from ctx.retrieval.patched_index import PatchedIndex
from ctx.retrieval.query import Query
from ctx.retrieval.relevance import explain, rank
from ctx.retrieval.terms import analyse
from ctx.retrieval.thesaurus import Thesaurus

SYLLABLES = "ba ce di fo gu ka le mi no pu ra se ti vo zu".split()
# Like words of a language: some in every text, most in a few.
WORDS = [a + b + c for a in SYLLABLES for b in SYLLABLES for c in SYLLABLES]
FREQUENCIES = [1.0 / rank for rank in range(1, len(WORDS) + 1)]
THESAURUS = Thesaurus({WORDS[40]: [WORDS[300], WORDS[5]], WORDS[3]: [WORDS[120]]})


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

    def edit_again(
        self, origin: Sequence[int], documents: list[Document], old: int
    ) -> tuple[list[int], list[Document]]:
        """The same after one more edit, of a list that comes from old documents and fresh ones."""
        if self.dice.random() < 0.1:
            return list(range(old)), []
        again, fresh = self.edit([documents[number] for number in origin])
        used, numbers = list[Document](), list[int]()
        for at in again:
            number = origin[at] if at < len(origin) else old
            if number >= old:
                used.append(documents[number] if at < len(origin) else fresh[at - len(origin)])
            numbers.append(number if number < old else old + len(used) - 1)
        return numbers, used

    def changed(self, document: Document) -> Document:
        words = list(document.body.words) or [WORDS[0]]
        words[self.dice.randrange(len(words))] = self.text(1)
        group = "" if self.dice.random() < 0.1 else document.group
        return document._replace(body=document.body._replace(words=words), group=group)


@settings(max_examples=100)
@given(st.integers(0, 1 << 32))
def test_a_patched_index_answers_like_a_new_one(seed: int) -> None:
    holds = list(patched(seed))
    event(f"holds with groups: {holds}")


def patched(seed: int) -> Iterator[bool]:
    """Whether an index holds whose groups changed; all that is found in it is found in a new one."""
    world = World(seed)
    found = world.documents()
    origin, fresh = world.edit(found)
    index = PatchedIndex(Held(index_documents(found)), origin, fresh)
    if not origin or not index.holds:
        if index.changed_groups:
            yield False
        return
    both = [*found, *fresh]
    now = Collection(index, THESAURUS)
    new = Collection(Index(Held(index_documents([both[number] for number in origin]))), THESAURUS)
    for _ in range(8):
        text = world.query()
        for depth in (None, 10):
            wanted = rank(new, text, depth)
            assert rank(now, text, depth) == wanted
        for place in list(wanted)[:10]:
            assert explain(now, text, place) == explain(new, text, place)
    if index.changed_groups:
        yield True


def test_changed_groups_can_be_patched() -> None:
    """What holds in the law above is not nothing."""
    known = [holds for seed in range(30) for holds in patched(seed)]
    assert 0.2 < sum(known) / len(known) < 0.95


def carried(seed: int) -> Iterator[tuple[Found | None, Found]]:
    """For each of some queries what is carried over two changes of an index, and what a new one gives."""
    world = World(seed)
    found = world.documents()
    (origin, fresh), shelf = world.edit(found), Held(index_documents(found))
    patched = PatchedIndex(shelf, origin, fresh)
    before: Index = patched if origin and patched.holds and world.dice.random() < 0.7 else Index(shelf)
    both = [*found, *before.fresh_documents]
    origin, fresh = world.edit_again(before.origin, both, len(found))
    now: Index = PatchedIndex(shelf, origin, fresh)
    if not origin or not (isinstance(now, PatchedIndex) and now.holds):
        return
    if not fresh and list(origin) == list(range(len(found))):
        now = Index(shelf)
    new = Collection(Index(Held(index_documents([[*found, *fresh][n] for n in origin]))), THESAURUS)
    first, second = Change(before, range(len(found)), ()), Change(now, before.origin, before.fresh_documents)
    base, was, here = (Collection(index, THESAURUS) for index in (Index(shelf), before, now))
    for _ in range(12):
        text = world.query()
        known = first.carry(Query(was, text), find(base, text)) or find(was, text)
        yield second.carry(Query(here, text), known), find(new, text)


@settings(max_examples=100)
@given(st.integers(0, 1 << 32))
def test_an_answer_that_is_carried_is_what_a_new_index_gives(seed: int) -> None:
    for was, now in carried(seed):
        event(f"carried: {was is not None}")
        if was is not None:
            assert was.best == now.best


def test_a_small_change_spares_some_answers() -> None:
    """What is carried in the law above is not nothing."""
    known = [was is not None for seed in range(20) for was, _ in carried(seed)]
    assert 0.1 < sum(known) / len(known) < 0.9


@pytest.mark.parametrize(
    ("at", "group"),
    [
        pytest.param(300, "", id="elsewhere"),
        pytest.param(300, "New", id="a new category"),
        pytest.param(151, "", id="between two of a category"),
        pytest.param(151, "Category 50", id="among those of a category"),
    ],
)
@pytest.mark.parametrize("asks", [False, True])
def test_what_a_new_document_means_for_categories(at: int, group: str, asks: bool) -> None:
    """Nothing, but for remarks of a dialogue, which it changes even where it only stands beside them."""
    world, found = World(5), list[Document]()
    for n in range(300):
        body = f"{world.text(10)} own{n // 3} own{n // 3}{n}"
        found.append(Document(analyse(""), analyse(body), analyse(""), f"Category {n // 3}", asks))
    new = Document(analyse(""), analyse("something that nobody else says"), analyse(""), group)
    shelf, query = Held(index_documents(found)), "own50 own50150"
    now = PatchedIndex(shelf, [*range(at), 300, *range(at, 300)], [new])
    assert now.holds == (not asks)
    if now.holds:
        was, wanted = find(Collection(Index(shelf)), query), find(Collection(now), query)
        known = Change(now, range(300), ()).carry(Query(Collection(now), query), was)
        assert known is not None
        assert known.best == wanted.best


@pytest.mark.parametrize(("body", "spared"), [("a word of its own", True), ("two timeouts", False)])
def test_another_spelling_that_comes_or_goes_is_asked_for_again(body: str, spared: bool) -> None:
    """`time out` also looks for `timeout`, whether any document holds it or not."""
    world = World(7)
    found = [Document(analyse(""), analyse(world.text(30)), analyse("")) for _ in range(60)]
    found.append(Document(analyse(""), analyse("time is up, out with it"), analyse("")))
    fresh = Document(analyse(""), analyse(f"{world.text(30)} {body}"), analyse(""))
    shelf = Held(index_documents([*found, fresh]))
    before, after = range(62), range(61)
    now = PatchedIndex(shelf, after, [])
    answer = find(Collection(Index(shelf)), "time out")
    carried = Change(now, before, ()).carry(Query(Collection(now), "time out"), answer)
    assert (carried is not None) == spared


def test_a_category_that_rises_above_the_last_that_counts_or_falls() -> None:
    """Where more documents have a score than count, a neighbour's change may bring one in or put one out."""
    world, found, words = World(6), list[Document](), WORDS[:6]
    for n in range(400):
        text = " ".join(world.dice.choices(words, k=world.dice.randrange(1, 60))) + " " + world.text(20)
        found.append(Document(analyse(""), analyse(text), analyse(""), f"Category {n // 3}"))
    shelf, known = Held(index_documents(found)), list[bool]()
    before = Collection(Index(shelf))
    for at in range(400):
        query = world.dice.choice(words)
        terms, words_ = analyse(query).words, found[at].body.words
        more = [*words_, *terms * 3] if at % 2 else [word for word in words_ if word not in terms] + terms
        body = found[at].body._replace(words=more)
        now = PatchedIndex(shelf, [*range(at), 400, *range(at + 1, 400)], [found[at]._replace(body=body)])
        carried = Change(now, range(400), ()).carry(Query(Collection(now), query), find(before, query))
        known.append(carried is not None)
        if carried is not None:
            assert carried.best == find(Collection(now), query).best
    assert any(known)
    assert not all(known)
