"""What else a query's words mean here: `[synonyms]` of the configuration, and the project's own glossary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from ctx.memory.entry import Entry
from ctx.retrieval.terms import analyse

_GLOSSARY = "GLOSSARY.md"
# What a word that widens a query counts beside the query's own.
_SYNONYM, _DEFINITION = 0.4, 0.15
_DEFINED = re.compile(
    r"^[ ]{0,3}(?:[-*+][ \t]+)?\*\*(?P<term>[^*\n]{1,60}?):?\*\*:?[ \t]*+[—–-]*[ \t]*+(?P<text>\S[^\n]*)"
    r"|^[ ]{0,3}\|[ \t]*+(?P<cell>[^|\n]{1,60}?)[ \t]*+\|[ \t]*+(?P<meaning>[^|\n]++)\|",
    re.MULTILINE,
)
_SENTENCE = re.compile(r"(?<=[.;])\s")


class Thesaurus:
    """Widens queries: all words of an expression in a query bring in the terms it stands for."""

    def __init__(self, synonyms: Mapping[str, Iterable[str]], entries: Iterable[Entry] = ()) -> None:
        self._rows: list[tuple[frozenset[str], dict[str, float]]] = []
        for word, others in synonyms.items():
            self._add(word, " ".join(others), _SYNONYM)
        for expression, meaning in _definitions(entries):
            self._add(expression, _SENTENCE.split(meaning, maxsplit=1)[0], _DEFINITION)

    def _add(self, expression: str, meaning: str, share: float) -> None:
        words, wholes = analyse(expression)
        asked = frozenset(words or wholes)
        extra = {term: share for term in analyse(meaning).words if term not in asked}
        if asked and extra:
            self._rows.append((asked, extra))

    @property
    def stamp(self) -> str:
        """What it says as a text: with equal stamps queries are widened alike."""
        return repr([(sorted(asked), list(extra.items())) for asked, extra in self._rows])

    def widen(self, words: Iterable[str]) -> dict[str, float]:
        """The terms that a query's words bring in, and what each counts."""
        said = set(words)
        found: dict[str, float] = {}
        for asked, extra in self._rows:
            if asked <= said:
                for term, share in extra.items():
                    if term not in said:
                        found[term] = max(share, found.get(term, 0.0))
        return found


def is_glossary(path: str) -> bool:
    """Whether a file defines the project's words."""
    return PurePosixPath(path).name == _GLOSSARY


def _definitions(entries: Iterable[Entry]) -> Iterator[tuple[str, str]]:
    """The (expression, meaning) pairs of a glossary: bullets or bold leads, table rows, or short sections."""
    for entry in entries:
        if not is_glossary(entry.path):
            continue
        rows = [
            (match["term"] or match["cell"], match["text"] or match["meaning"].rstrip(" \t"))
            for match in _DEFINED.finditer(entry.body)
        ]
        yield from (row for row in rows if row[1].strip("-: "))
        if not rows and entry.level > 1:
            yield entry.title, entry.body
