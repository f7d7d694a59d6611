"""The table of kinds: what an entry can be, where it lives and how much it counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

CONSTITUTION = "CONSTITUTION.md"
TASKS = "TASKS.md"
CORE_FILES = (CONSTITUTION, TASKS, "CONVENTIONS.md", "DECISIONS.md", "LEARNINGS.md")
REFERENCE_FILES = ("ARCHITECTURE.md", "GLOSSARY.md")


class Kind(NamedTuple):
    """One kind of entry.

    ``weight`` multiplies the score; ``cap`` is the number of entries from which drift nudges (0: never);
    ``fields`` are the names of its ``**Field**:`` lines in the order they are written; ``bullets`` says that
    its entries may be written as bullets of a list.
    """

    name: str
    file: str
    prefix: str
    layer: str
    weight: float
    cap: int
    fields: tuple[str, ...] = ()
    bullets: bool = False

    @property
    def stem(self) -> str:
        """The name of its pages' folder and of its archives: ``learnings`` for LEARNINGS.md."""
        return PurePosixPath(self.file).stem.lower()

    @property
    def heading(self) -> str:
        """The name of its section in a packet: ``Learnings``."""
        return self.stem.replace("-", " ").replace("_", " ").capitalize()


BUILTIN = (
    Kind("convention", "CONVENTIONS.md", "C", "semantic", 1.0, 30, bullets=True),
    Kind(
        "decision",
        "DECISIONS.md",
        "D",
        "semantic",
        0.8,
        20,
        ("Status", "Context", "Alternatives", "Decision", "Rationale", "Consequence"),
    ),
    Kind("learning", "LEARNINGS.md", "L", "procedural", 0.6, 30, ("Context", "Lesson", "Application")),
    Kind("fact", "FACTS.md", "F", "semantic", 0.7, 50),
    Kind(
        "error",
        "ERRORS.md",
        "E",
        "procedural",
        0.6,
        30,
        ("Symptom", "Context", "Cause", "Solution", "Prevention"),
    ),
    Kind("procedure", "PROCEDURES.md", "P", "procedural", 0.5, 30),
    Kind("snippet", "SNIPPETS.md", "S", "semantic", 0.4, 50),
)

# Sections of ARCHITECTURE.md, GLOSSARY.md and the files named in `references`: never written by ctx.
REFERENCE = Kind("reference", "REFERENCES.md", "X", "semantic", 0.7, 0)
TASK_PREFIX = "T"


def singular(word: str, plurals: Mapping[str, str]) -> str:
    """The name that a word is the singular or plural of, or the word itself.

    `plurals` maps each name to a plural that the usual endings do not give.
    """
    wanted = word.strip().lower()
    for name, plural in plurals.items():
        lower = name.lower()
        ending = f"{lower[:-1]}ies" if lower.endswith("y") else f"{lower}es"
        if wanted in {lower, f"{lower}s", ending, plural.lower()}:
            return name
    return word


class Kinds:
    """The kinds in force, in table order; the reference kind is last and is never a file of its own."""

    def __init__(self, kinds: Iterable[Kind] = BUILTIN) -> None:
        self._kinds = (*kinds, REFERENCE)
        self._by_name = {kind.name: kind for kind in self._kinds}

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._kinds)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Kind:
        return self._by_name[name]

    @property
    def names(self) -> tuple[str, ...]:
        """Every name, in table order."""
        return tuple(self._by_name)

    @property
    def stored(self) -> tuple[Kind, ...]:
        """The kinds that have a file: all but references."""
        return self._kinds[:-1]

    def named(self, word: str) -> Kind | None:
        """The kind that a word names in the singular or plural, in any case; references included."""
        name = singular(word, {kind.name: kind.stem for kind in self._kinds})
        return self._by_name.get(name)

    def of_file(self, name: str) -> Kind | None:
        """The kind whose file has this name."""
        return next((kind for kind in self.stored if kind.file == name), None)

    def of_stem(self, stem: str) -> Kind | None:
        """The kind whose pages or archives have this stem (``learnings``)."""
        return next((kind for kind in self.stored if kind.stem == stem), None)
