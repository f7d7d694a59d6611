"""Names as people write and search them: found both ways, by `search` and for a task alike."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from ctx.actions.build_packet import Request, build_packet
from ctx.actions.search import search
from tests.contexts import MemoryReader

PAGE = (Path(__file__).parent.parent / "docs" / "retrieval.md").read_text("utf-8")


def table(mark: str) -> list[tuple[str, str]]:
    """The pairs of code spans in the table of docs/retrieval.md that stands behind a mark."""
    rows = PAGE.split(f"<!-- {mark} -->\n")[1].split("\n\n")[0].splitlines()[2:]
    spans = [span for row in rows for span in re.findall(r"(?<=\| )`([^`]+)`(?= \|)", row)]
    return list(zip(spans[::2], spans[1::2], strict=True))


BOTH_WAYS = [
    *table("found both ways"),
    ("Größe", "Gro\u0308ße"),
    ("Daten\u00adbank", "Datenbank"),
    ("می\u200cخواهم", "میخواهم"),
    ("re\u2011run", "rerun"),
    ("don‘t", "don't"),
    ("JavaScript™", "javascript"),
    ("smo\u0308rga\u030asbord", "smorgasbord"),
    ("zero\u200bwidth", "zero width"),
    ("ﾊﾟｽﾜｰﾄﾞ", "パスワード"),
    ("٣٤", "34"),
]
PAIRS = [*BOTH_WAYS, *((searched, written) for written, searched in BOTH_WAYS), ("設定値を保存", "値")]


def context(written: str) -> MemoryReader:
    """A context of an entry that holds what is written, between two that do not."""
    other = "## [2026-01-0{0}] Other {0}\n\nOnly other matters such as gardens, and 'nothing else'.\n"
    text = f"{other.format(1)}\n## [2026-01-02] Wanted\n\nWe saw {written} there.\n\n{other.format(3)}"
    return MemoryReader({".context/LEARNINGS.md": text})


@pytest.mark.parametrize(("written", "searched"), PAIRS)
def test_a_name_is_found_however_it_is_spelt(written: str, searched: str) -> None:
    reader = context(written)
    hits = search(reader, searched)
    assert hits[0].title == "Wanted"
    packet = build_packet(reader, Request(budget=2000, tasks=[searched], now="2026-01-04"))
    relevance = {one.title: one.score.relevance for one in packet.entries}
    assert max(relevance, key=lambda title: relevance[title]) == "Wanted"
    assert relevance["Wanted"] == 1.0


@pytest.mark.parametrize(("written", "searched"), table("not found"))
def test_what_the_page_says_is_not_found_is_not(written: str, searched: str) -> None:
    assert not search(context(written), searched)


def test_there_are_many_pairs() -> None:
    assert len(table("found both ways")) >= 60
    assert len(table("not found")) >= 3


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("don't", ["Do not"]),
        ("DON’T", ["Do not"]),
        ("to be or not to be", ["Hamlet"]),
        ("to  be or", ["Hamlet"]),
        ("can", ["Can", "Hamlet"]),
        ("=>", ["Arrow"]),
        ("c", ["Letter"]),
        ("値", ["Value"]),
        ("??", []),
        ("", []),
        ("   ", []),
    ],
)
def test_what_leaves_no_term_is_looked_up_literally(words: str, found: list[str]) -> None:
    """A word is not found inside another one: `can` in `cannot`, `c` in `C++`."""
    text = (
        "## Do not\n\nDon’t retry.\n\n## Hamlet\n\nTo be or not to\nbe: you can, you cannot.\n\n"
        "## Can\n\nA tin; can can can.\n\n## Arrow\n\n`a => b`\n\n## Letter\n\nThe C compiler.\n\n"
        "## Plus\n\nThe C++ compiler, vitamin-c's.\n\n## Value\n\n設定値\n"
    )
    assert [hit.title for hit in search(MemoryReader({".context/LEARNINGS.md": text}), words)] == found


def test_an_exact_spelling_comes_before_a_rarer_one() -> None:
    """However rare the spelling with accents is, it counts less than the word that was asked for."""
    many = "".join(f"## Exact {n}\n\nThe resume of project {n}.\n\n" for n in range(9))
    reader = MemoryReader({".context/LEARNINGS.md": f"## Accents\n\nThe résumé of project x.\n\n{many}"})
    titles = [hit.title for hit in search(reader, "resume")]
    assert titles[-1] == "Accents"
    assert len(titles) == 10


@pytest.mark.parametrize(
    ("written", "searched"), [("値の設定", "値"), ("don't", "don't"), ("Gro\u0308ße", "große"), ("=>", "=>")]
)
def test_a_snippet_shows_what_was_found(written: str, searched: str) -> None:
    hit = search(context(f"{'other matters entirely ' * 30} {written} {'and so on ' * 30}"), searched)[0]
    assert unicodedata.normalize("NFC", written) in hit.snippet
