"""What replaces what: entries that say so, and entries that contradict each other, which are never merged."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from ctx.actions.propose_merges import propose_merges
from ctx.consolidate.opposites import may_share_an_entry
from ctx.consolidate.proposal import Group, Proposal
from ctx.retrieval.analysis.contradiction import Difference, contradiction, is_minimal_pair
from tests.cli import FIXTURES
from tests.contexts import MemoryReader
from tests.test_consolidate_drafts import read

PAIRS: list[dict[str, Any]] = tomllib.loads((FIXTURES / "consolidation/supersede.toml").read_text("utf-8"))[
    "pairs"
]
FILE = ".context/DECISIONS.md"


def entry(stamp: str, title: str, text: str) -> str:
    return f"## [{stamp}] {title}\n\n**Status**: Accepted\n\n**Decision**: {text}\n\n---\n\n"


def source(pairs: list[dict[str, Any]]) -> str:
    """A file with pairs of entries, the older ones of all in spring, the newer ones in autumn."""
    older, newer = [], []
    for number, pair in enumerate(pairs):
        stamp = f"2026-03-{1 + number // 4:02}-10{number % 60:02}00"
        older.append(entry(stamp, *pair["older"]))
        title, text = pair["newer"]
        newer.append(
            entry(f"2026-09-{1 + number // 4:02}-10{number % 60:02}00", title, text.replace("{stamp}", stamp))
        )
    return "# Decisions\n\n" + "".join(older + newer)


def proposals(pairs: list[dict[str, Any]]) -> list[Group]:
    return propose_merges(MemoryReader({FILE: source(pairs)}), everything=True)


def superseded(groups: list[Group]) -> set[tuple[str, str]]:
    """(older, newer) by their titles."""
    return {
        (member.title, group.draft.title)
        for group in groups
        if group.proposal is Proposal.SUPERSEDE
        for member in group.members
        if member.id != group.keep
    }


def titles(pair: dict[str, Any]) -> tuple[str, str]:
    return pair["older"][0], pair["newer"][0]


def test_nine_of_ten_pairs_are_told_right_each_in_a_file_of_its_own() -> None:
    wrong = [titles(one) for one in PAIRS if (titles(one) in superseded(proposals([one]))) != one["replaced"]]
    assert len(PAIRS) == 60
    assert len(wrong) <= 6, wrong


def test_nine_of_ten_are_told_right_among_all_the_others() -> None:
    found = superseded(proposals(PAIRS))
    expected = {titles(one) for one in PAIRS if one["replaced"]}
    wrong = expected ^ found
    assert len(wrong) <= 6, wrong


OPPOSITES = [
    # a negation, in the languages that the tables know
    ("Force pushes are allowed", "Force pushes are not allowed"),
    ("Use Redis for sessions", "Do not use Redis for sessions, it evicts under load"),
    ("Commit directly to main", "Never commit directly to main"),
    ("Migrations are run on start-up", "Migrations are no longer run on start-up"),
    ("Enable the cache of the parser", "Disable the cache of the parser"),
    ("Der Cache ist aktiviert für Leser", "Der Cache ist deaktiviert für Leser"),
    ("Die Warteschlange darf blockieren", "Die Warteschlange darf nicht blockieren"),
    ("Il faut activer le cache du serveur", "Il ne faut pas activer le cache du serveur"),
    ("Toujours vider la file avant", "Ne jamais vider la file avant"),
    ("Se permite usar el caché compartido", "No se permite usar el caché compartido"),
    ("Usare sempre il blocco globale", "Non usare mai il blocco globale"),
    ("Use o cache compartilhado nos testes", "Não use o cache compartilhado nos testes"),
    ("Gebruik de gedeelde cache in tests", "Gebruik de gedeelde cache niet in tests"),
    ("Zawsze używaj wspólnej pamięci podręcznej", "Nigdy nie używaj wspólnej pamięci podręcznej"),
    ("Используйте общий кэш в тестах", "Не используйте общий кэш в тестах"),
    ("测试中使用共享缓存", "测试中不使用共享缓存"),
    ("允许直接推送到主分支", "禁止直接推送到主分支"),
    ("テストでは共有キャッシュを使用する", "テストでは共有キャッシュを使用しない"),
    ("테스트에서 공유 캐시를 사용한다", "테스트에서 공유 캐시를 사용하지 않는다"),
    # two sides of one thing
    ("Use tabs for indentation", "Use spaces for indentation"),
    ("Migrations run automatically on deploy", "Migrations run manually on deploy"),
    ("Flush the queue before a deploy", "Flush the queue after a deploy"),
    # a number, a sign, an operator, a name
    ("Wait 30 seconds for the lock", "Wait 60 seconds for the lock"),
    ("API requests time out after 30 seconds", "Timeout for API requests is now 60 seconds"),
    ("Set the offset to -5", "Set the offset to 5"),
    ("Retry when the count is > 3", "Retry when the count is < 3"),
    ("Keep at least 5 backups", "Keep at most 5 backups"),
    ("Use `pnpm` for installs", "Use `npm` for installs"),
    ("Store the settings in `a.toml`", "Store the settings in `b.toml`"),
]


@pytest.mark.parametrize(("one", "other"), OPPOSITES)
def test_opposites_contradict_each_other_either_way_round(one: str, other: str) -> None:
    assert contradiction(one, other) is not None
    assert contradiction(one, other) is contradiction(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The read timeout is 30 seconds", "The write timeout is 60 seconds"),
        ("The cache for users lives 10 minutes in Redis", "The cache for orders lives 20 minutes in Redis"),
        ("Never commit secrets", "Always commit lock files"),
        ("Do not cache user responses in Redis", "Cache session responses in Redis"),
        ("Use HTTPS not HTTP for probes", "Probes use HTTPS, never HTTP"),
        ("Run the linter before a commit", "Always run the linter before commits"),
        ("Not only the parser is slow", "The parser is slow"),
        ("Do not push on Fridays", "Never push on Fridays"),
        ("The cache is not enabled in tests", "The cache is disabled in tests"),
        ("The queue is drained by one worker", "The queue is not durable across restarts"),
        ("Phase 1 reads the files", "Phase 2 reads the files"),
        ("Workers cache pages", "Workers never cache mail bodies"),
        ("Cache pages", "Never cache pages of users that asked for printed bills with a stamp today"),
        ("Plugins: the shell, not anchored to the project root", "Placement: .context or project root"),
    ],
)
def test_what_is_about_two_things_or_says_the_same_is_no_contradiction(one: str, other: str) -> None:
    assert contradiction(one, other) is None
    assert contradiction(other, one) is None


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        ("Pushes are allowed on main", "Pushes are forbidden on main", Difference.NEGATION),
        ("Wait 30 seconds for the lock", "Wait 60 seconds for the lock", Difference.NUMBER),
        ("Set the offset to -5 here", "Set the offset to 5 here", Difference.SIGN),
        ("Retry when count >= 3 holds", "Retry when count < 3 holds", Difference.OPERATOR),
        ("Read the settings from `a.toml`", "Read the settings from `b.toml`", Difference.IDENTIFIER),
    ],
)
def test_it_is_told_what_differs(one: str, other: str, difference: Difference) -> None:
    assert contradiction(one, other) is difference


def test_in_a_language_that_no_table_knows_one_word_keeps_two_statements_apart() -> None:
    assert is_minimal_pair("Käytä jaettua välimuistia testeissä", "Älä käytä jaettua välimuistia testeissä")
    assert is_minimal_pair(
        "Testlerde her zaman paylaşılan önbelleği kullan", "Testlerde her zaman paylaşılan önbelleği kullanma"
    )
    assert not is_minimal_pair("The same words are the same", "The same words are the same")
    assert not is_minimal_pair("Queue of uploads", "Queue of downloads")
    assert not is_minimal_pair("Fonts are cut", "Invoices round half to even")


def test_a_contradiction_anywhere_in_what_holds_keeps_entries_apart() -> None:
    same = "Fonts are cut at build. A new letter needs a build."
    texts = (f"{same} Caches may hold private pages.", f"{same} Caches must never hold private pages.")
    text = "".join(f"## [2026-01-0{n}] Fonts {n}\n\n**Lesson**: {one}\n\n" for n, one in enumerate(texts, 1))
    one, other = read(text)
    assert not may_share_an_entry(one, other)
    assert may_share_an_entry(one, one._replace(title="Fonts again"))
    aside = one._replace(body=one.body.replace("**Lesson**", "**Context**"))
    assert may_share_an_entry(aside, other)  # what was so before is no claim


CONTEXT = " ".join(["seen on every runner of the pool while the others were away"] * 4)


@pytest.mark.parametrize(("one", "other"), OPPOSITES)
def test_opposites_are_never_merged_however_alike_they_are(one: str, other: str) -> None:
    """Each with a shared context and lesson that would make any two entries a group."""
    text = "# Learnings\n\n" + "".join(
        f"## [2026-05-0{day}-100000] {title}\n\n**Context**: {CONTEXT}.\n\n"
        f"**Lesson**: {title}. The pool of runners is shared.\n\n---\n\n"
        for day, title in ((1, one), (1, "Runners of the pool are shared"), (2, other))
    )
    groups = propose_merges(MemoryReader({".context/LEARNINGS.md": text}), everything=True)
    for group in groups:
        if group.proposal is not Proposal.SUPERSEDE:
            assert not {one, other} <= {member.title for member in group.members}
