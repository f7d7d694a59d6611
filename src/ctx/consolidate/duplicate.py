"""Entries that say nothing that another one does not say too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ctx.consolidate.draft import texts_of
from ctx.consolidate.opposites import may_share_an_entry
from ctx.consolidate.similar import moment
from ctx.consolidate.statements import Form, SeenStatements, covers, normal, parts, sentences
from ctx.kinds import Kind
from ctx.model.entry import Entry

_FEWEST = 4  # words that have to be the same before two entries are said to be


def find_duplicates(entries: Sequence[Entry], kind: Kind) -> Iterator[tuple[int, int]]:
    """(the one that goes, the one that stays) by their numbers; what goes stays for nothing else.

    The one that says more stays, of two that say the same the newer one.
    """
    texts = [_statements(entry, kind) for entry in entries]
    docs_with: dict[tuple[str, ...], list[int]] = {}
    for number, statements in enumerate(texts):
        for form in {normal(statement) for statement in statements}:
            docs_with.setdefault(form, []).append(number)
    gone: set[int] = set()
    for number, statements in enumerate(texts):
        others = Counter(
            other for statement in statements for other in docs_with[normal(statement)] if other != number
        )
        for other, _ in sorted(others.items(), key=lambda item: (-item[1], item[0])):
            if other in gone or not _says_all(entries[other], texts[other], entries[number], statements):
                continue
            equal = _says_all(entries[number], statements, entries[other], texts[other])
            if equal and _rank(entries, number) > _rank(entries, other):
                continue
            gone.add(number)
            yield number, other
            break


def _rank(entries: Sequence[Entry], number: int) -> tuple[float, int]:
    return moment(entries[number]) or 0.0, number


def _says_all(one: Entry, held: Sequence[str], other: Entry, wanted: Sequence[str]) -> bool:
    """Whether one entry says all that the other does, context left aside."""
    said = SeenStatements()
    for statement in held:
        said.add(statement)
    return (
        sum(len(normal(statement)) for statement in wanted) >= _FEWEST
        and not any(said.add(statement) for statement in wanted)
        and covers([one.title, *held], other.title)
        and may_share_an_entry(one, other)
    )


def _statements(entry: Entry, kind: Kind) -> list[str]:
    """What an entry says, cut into sentences, items and blocks."""
    found: list[str] = []
    for text in texts_of(entry, kind, keep_context=False).values():
        for part in parts(text):
            found += [part.text] if part.form is Form.BLOCK else sentences(part.text)
    return [statement for statement in found if normal(statement)]
