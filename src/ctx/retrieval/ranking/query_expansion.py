"""What else a query's words mean here: `[synonyms]` of the configuration, and the project's own glossary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from ctx.model.entry import Entry
from ctx.retrieval.analysis.terms import FOLDED, Terms, analyse

_GLOSSARY = "GLOSSARY.md"
# What a word that widens a query counts beside the query's own.
_SYNONYM, _DEFINITION = 0.4, 0.15
_DEFINED = re.compile(
    r"^[ ]{0,3}(?:[-*+][ \t]+)?\*\*(?P<term>[^*\n]{1,60}?):?\*\*:?[ \t]*+[—–-]*[ \t]*+(?P<text>\S[^\n]*)"
    r"|^[ ]{0,3}\|[ \t]*+(?P<cell>[^|\n]{1,60}?)[ \t]*+\|[ \t]*+(?P<meaning>[^|\n]++)\|",
    re.MULTILINE,
)
_SENTENCE = re.compile(r"(?<=[.;])\s")


class QueryExpansion:
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
        extra = {term: share for term in _plain(analyse(meaning)) if term not in asked}
        if not extra:
            return
        if asked:
            self._rows.append((asked, extra))
        # A name such as Node.js is also said as one word.
        if len(expression.split()) == 1:
            self._rows += [(frozenset({whole}), extra) for whole in wholes if {whole} != asked]

    @property
    def stamp(self) -> str:
        """What it says as a text: with equal stamps queries are widened alike."""
        return repr([(sorted(asked), list(extra.items())) for asked, extra in self._rows])

    def widen(self, query: Terms) -> dict[str, float]:
        """The terms that a query's words bring in, and what each counts."""
        said = {*query.words, *query.wholes}
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


def _plain(terms: Terms) -> Iterator[str]:
    """The words and compounds; not once more without accents."""
    return (term for field in terms for term in field if not term.startswith(FOLDED))


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
