"""The same entries laid flat and kept under categories, and how often both find the same one first.

    python benchmarks/layouts.py

Notes are long entries, a few to a topic; chats are short messages with long answers between them that say the
words of the message again. All words are made up, rare and common as in a language, and nothing is random
but by a fixed seed.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import ctx

SYLLABLES = "ba ce di fo gu ka le mi no pu ra se ti vo zu".split()
WORDS = ["".join(parts) for parts in product(SYLLABLES, repeat=3)]
FREQUENCIES = [1.0 / rank for rank in range(1, len(WORDS) + 1)]


class Note(NamedTuple):
    """An entry with what could be asked to find it."""

    title: str
    body: str
    query: str


Part = Sequence[Note]


class Shares(NamedTuple):
    """Of all queries: how many find the same entry first in both layouts, and in each the one meant."""

    same: float
    flat: float
    categorised: float


class Writer:
    """Makes up text about topics."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    def topic(self) -> list[str]:
        """Some words that are said often where it is spoken of."""
        return self._dice.sample(WORDS[100:], 12)

    def notes(self, count: int) -> list[Note]:
        """Long entries on one topic."""
        topic = self.topic()
        return [self._note(topic, self._dice.randint(80, 300)) for _ in range(count)]

    def chat(self, count: int) -> list[Note]:
        """Short messages, each with a long answer behind it that repeats its words."""
        topic, found = self.topic(), list[Note]()
        for _ in range(count):
            message = self._note(topic, self._dice.randint(8, 24))
            own = self._dice.sample(WORDS[100:], 6)
            answer = [*message.body.split(), *self._text(topic, own, self._dice.randint(150, 400))]
            found += [message, Note(self._title(topic, own), " ".join(answer), "")]
        return found

    def _note(self, topic: Sequence[str], length: int) -> Note:
        own = self._dice.sample(WORDS[100:], 6)
        title, body = self._title(topic, own), self._text(topic, own, length)
        asked = [*self._dice.sample(own, 2), *self._dice.sample(topic, 2), self._dice.choice(body)]
        self._dice.shuffle(asked)
        return Note(title, " ".join(body), " ".join(asked))

    def _title(self, topic: Sequence[str], own: Sequence[str]) -> str:
        return " ".join([*self._dice.sample(own, 2), *self._dice.sample(topic, 2), *self._common(2)])

    def _text(self, topic: Sequence[str], own: Sequence[str], length: int) -> list[str]:
        kinds = self._dice.choices((0, 1, 2), (6, 2, 2), k=length)
        return [
            self._dice.choice(topic if kind == 1 else own) if kind else self._common(1)[0] for kind in kinds
        ]

    def _common(self, count: int) -> list[str]:
        return self._dice.choices(WORDS, FREQUENCIES, k=count)


def make_notes(parts: int = 40, seed: int = 1) -> list[Part]:
    """Long entries, three to nine to a topic."""
    writer = Writer(seed)
    return [writer.notes(3 + at % 7) for at in range(parts)]


def make_chats(parts: int = 40, seed: int = 2) -> list[Part]:
    """Conversations of four to ten messages, each with its answer."""
    writer = Writer(seed)
    return [writer.chat(4 + at % 7) for at in range(parts)]


def write_flat(parts: Sequence[Part]) -> str:
    """All entries at the level of a section."""
    return "# Learnings\n\n" + "".join(
        f"## {note.title}\n\n{note.body}\n\n" for part in parts for note in part
    )


def write_categorised(parts: Sequence[Part]) -> str:
    """The entries of each part under a heading that says nothing about them."""
    text = "# Learnings\n\n"
    for number, part in enumerate(parts):
        text += f"## Part {number}\n\n" + "".join(f"### {note.title}\n\n{note.body}\n\n" for note in part)
    return text


def compare(parts: Sequence[Part]) -> Shares:
    """Ask for every entry that has a query in both layouts."""
    meant = [note for part in parts for note in part if note.query]
    flat, categorised = (_first(write(parts), meant) for write in (write_flat, write_categorised))
    same = sum(one == other for one, other in zip(flat, categorised, strict=True))
    right = [
        sum(found == note.title for found, note in zip(way, meant, strict=True))
        for way in (flat, categorised)
    ]
    return Shares(*(count / len(meant) for count in (same, *right)))


def _first(text: str, meant: Sequence[Note]) -> list[str]:
    """The title of what each query finds first in a context of one file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ".context" / "LEARNINGS.md"
        path.parent.mkdir()
        path.write_text(text, "utf-8")
        context = ctx.open(folder)
        return [context.search(note.query, limit=1)[0].title for note in meant]


LAYOUTS: dict[str, Callable[[], list[Part]]] = {"notes": make_notes, "chats": make_chats}


def main() -> None:
    """Print the shares."""
    for name, make in LAYOUTS.items():
        shares = compare(make())
        figures = "  ".join(f"{key} {value:.3f}" for key, value in shares._asdict().items())
        print(f"layouts {name:6}  {figures}")


if __name__ == "__main__":
    main()
