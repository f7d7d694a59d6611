"""What a merged entry says: everything its members say, each thing once, in fewer tokens."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctx.actions.propose_merges import propose_merges
from ctx.consolidate.draft import in_order, merge_bodies
from ctx.consolidate.proposal import Group
from ctx.consolidate.propose import SearchedField
from ctx.consolidate.similar import Background, cosine, moment, nearness, profile_of, words
from ctx.consolidate.statements import SeenStatements, covers, normal, parts, sentences
from ctx.kinds import BUILTIN
from ctx.model.entry import Entry
from ctx.reading.read_entries import read_entries
from tests.contexts import MemoryReader

LEARNING = next(kind for kind in BUILTIN if kind.name == "learning")
DECISION = next(kind for kind in BUILTIN if kind.name == "decision")
PATH = ".context/LEARNINGS.md"

HOOKS = {
    "Hooks get their event on stdin": "The event arrives as JSON on stdin; HOOK_EVENT is never set.",
    "Hook output is cut": "A hook's output beyond 10,000 characters is dropped without a word.",
    "Hooks must be executable": "A hook without the execute bit is skipped; `chmod 0755` after every copy.",
    "Hook timeouts kill children": "After 60 seconds the hook and its children get SIGKILL, not SIGTERM.",
    "Hook exit code 2 blocks": "Exit code 2 blocks the tool call; any other failure is only logged.",
}
FILLER = {
    "Parser keeps byte spans": "The parser returns offsets so that edits leave other bytes alone.",
    "Fonts are subset at build": "The site's fonts are cut down to the letters it uses.",
    "Invoices round half to even": "Totals of invoices are rounded with the banker's rule.",
}


def learning(title: str, lesson: str, number: int) -> str:
    return (
        f"## [2026-11-2{number % 10}-0{number}0000] {title}\n\n"
        f"**Context**: Seen while wiring the hooks for release {number}, on a Tuesday, after two of us had "
        "looked at the logs of every runner and at each other for most of the morning without a trace.\n\n"
        f"**Lesson**: {lesson}\n\n**Application**: Check this before every release of the hooks.\n\n---\n\n"
    )


def read(text: str, name: str = "learning") -> list[Entry]:
    kind = LEARNING if name == "learning" else DECISION
    return [e.named(f"L-{n:06x}") for n, e in enumerate(read_entries(text, kind, f".context/{kind.file}"))]


def hooks_context() -> MemoryReader:
    text = "".join(learning(title, lesson, 1) for title, lesson in HOOKS.items())
    for number, (title, lesson) in enumerate(FILLER.items(), 3):
        text += f"## [2026-0{number}-01-000000] {title}\n\n{lesson}\n\n---\n\n"
    return MemoryReader({PATH: f"# Learnings\n\n{text}"})


def hooks_group() -> Group:
    [group] = propose_merges(hooks_context(), everything=True)
    return group


def test_five_entries_about_one_thing_are_one_group_and_the_others_are_in_none() -> None:
    assert [member.title for member in hooks_group().members] == list(HOOKS)


def test_every_planted_fact_is_in_the_draft_which_is_shorter() -> None:
    group = hooks_group()
    for lesson in HOOKS.values():
        assert lesson in group.draft.body
    assert group.tokens_after < group.tokens_before
    assert group.draft.body.count("Check this before every release of the hooks.") == 1
    assert group.saved >= 0.25 * group.tokens_before
    assert group.draft.title == "Hooks get their event on stdin (consolidated)"


def test_a_member_is_one_bullet_with_its_lesson_and_application_and_without_its_context() -> None:
    group = hooks_group()
    bullets = group.draft.body.split("\n- ")
    assert len(bullets) == len(HOOKS)
    for lesson in HOOKS.values():
        [bullet] = [bullet for bullet in bullets if lesson in bullet]
        assert sum(other in bullet for other in HOOKS.values()) == 1
    assert "Seen while wiring" not in group.draft.body
    assert bullets[0].endswith("Check this before every release of the hooks.")  # said once, by the first


def test_contexts_come_last_in_their_bullet_where_they_are_wanted() -> None:
    entries = read(learning("One hook", "Hooks run.", 1) + learning("Two hooks", "Hooks end.", 2))
    body = merge_bodies(in_order(entries), LEARNING, keep_context=True)
    first, second = body.split("\n- ")
    assert "Hooks run. Check this before every release of the hooks. Context: Seen while" in first
    assert "Hooks end. Context: Seen while wiring the hooks for release 2" in second


def test_an_entry_that_is_nothing_but_context_keeps_it() -> None:
    text = "## [2026-01-01-000000] Fire drill\n\n**Context**: The alarm rings on Mondays.\n\n"
    body = merge_bodies(read(text + learning("Hooks", "Hooks run.", 2)), LEARNING)
    assert "The alarm rings on Mondays." in body


def test_what_is_neither_lesson_nor_application_says_what_it_is() -> None:
    text = (
        "## [2026-01-01-000000] Queue\n\n**Decision**: One queue.\n\n**Rationale**: It is simpler.\n\n"
        "**Consequence**: Jobs wait.\n\n"
        "## [2026-01-02-000000] Pool\n\n**Decision**: One pool.\n\n**Alternatives**: Two pools.\n\n"
    )
    body = merge_bodies(read(text, "decision"), DECISION)
    assert "- **Queue**:" not in body
    assert "- One queue. It is simpler. Consequence: Jobs wait." in body
    assert "Alternatives: Two pools." in body


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Always run the linter before a commit.", "always run linter before commits"),
        ("**Never** share a lock, across processes!", "Never share a lock across processes."),
        ("The PostgreSQL pool owns every session", "The PostgrSQL pool owns every session"),
    ],
)
def test_statements_that_say_the_same_stand_once(one: str, other: str) -> None:
    said = SeenStatements()
    assert said.add(one)
    assert not said.add(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Run the tests in parallel always", "Do not run the tests in parallel always"),
        ("Wait 30 seconds for the lock file", "Wait 60 seconds for the lock file"),
        ("Set the mode to 0o750 for folders", "Set the mode to 0o755 for folders"),
        ("Retry the call on read errors", "Retry the call on write errors"),
        ("Enable the cache of the parser", "Disable the cache of the parser"),
        ("Compare with a != b in the loop", "Compare with a = b in the loop"),
        ("Use HTTP not HTTPS for probes", "Use HTTPS not HTTP for probes"),
        ("Keep secrets in `.env` files only", "Keep secrets in `env` files only"),
        ("Pass --force to the sync tool", "Pass -f to the sync tool"),
        ("The internal timeout is too short", "The interval timeout is too short"),
    ],
)
def test_statements_that_differ_in_one_word_both_stand(one: str, other: str) -> None:
    said = SeenStatements()
    assert said.add(one)
    assert said.add(other)


def test_a_title_is_kept_where_it_says_more_than_the_text() -> None:
    assert covers(["The hook reads its input from stdin"], "Hook input: stdin")
    assert not covers(["The hook reads its input from stdin"], "Hook input: never stdin")
    assert not covers(["The hook reads its input from stdin"], "Hook input: port 8080")
    entries = read(
        "## [2026-01-01-000000] Port 8080 is taken on CI\n\nPick another one.\n\n"
        "## [2026-01-02-000000] Pick ports at random\n\nAsk the system for port 0.\n"
    )
    body = merge_bodies(in_order(entries), LEARNING)
    assert "- **Port 8080 is taken on CI**: Pick another one." in body


def test_code_tables_and_steps_stay_as_they_are() -> None:
    code = "```sh\nfoo   --bar\n\n# not a heading\n```"
    table = "| a | b |\n|---|---|\n| 1 | 2 |"
    steps = "1. first\n2. then\n3. last"
    text = f"Intro.\n\n{code}\n\n{table}\n\n{steps}\n\n- one\n- two\n"
    assert [part.text for part in parts(text)] == ["Intro.", code, table, steps, "one", "two"]
    entries = read(f"## [2026-01-01-000000] A\n\n{text}\n## [2026-01-02-000000] B\n\n{code}\n\nMore.\n")
    body = merge_bodies(in_order(entries), LEARNING)
    assert body.count("foo   --bar") == 1
    for line in ("  | 1 | 2 |", "  2. then", "one", "two", "More."):
        assert line in body


def test_what_is_about_an_entry_is_united() -> None:
    first = (
        "## [2026-01-01-000000] Queue retries\n\n**Lesson**: Queues retry.\n\n**Tags**: queue, retry\n"
        "**Marks**: +2\n**Applies to**: src/queue/**\n\n"
    )
    second = (
        "## [2026-01-02-000000] Queue order\n\n**Lesson**: Queues keep order.\n\n**Tags**: order, queue\n"
        "**Marks**: +1 -1\n**Pinned**: yes\n"
    )
    body = merge_bodies(in_order(read(first + second)), LEARNING)
    assert "**Tags**: queue, retry, order" in body
    assert "**Marks**: +3 -1" in body
    assert "**Pinned**: yes" in body
    assert "- (For `src/queue/**`:) Queues retry." in body
    assert "**Applies to**" not in body


def test_the_newest_status_of_decisions_leads() -> None:
    text = "".join(
        f"## [2026-01-0{n}-000000] Take number {n}\n\n"
        f"**Status**: {status}\n\n**Decision**: Take number {n}.\n\n"
        for n, status in ((1, "Proposed"), (2, "Accepted"))
    )
    body = merge_bodies(in_order(read(text, "decision")), DECISION)
    assert body.startswith("**Status**: Accepted\n\n- Take number 1.\n- Take number 2.")


def test_retired_consolidated_and_paged_entries_take_no_part() -> None:
    base = {title: learning(title, lesson, 1) for title, lesson in HOOKS.items()}
    marks = ("[Superseded] {}", "~~{}~~", "{} (consolidated)", "[Deprecated] {}")
    text = "# Learnings\n\n" + "".join(
        source.replace(title, mark.format(title), 1)
        for (title, source), mark in zip(base.items(), marks, strict=False)
    )
    page = "# Hook exit code 2 blocks\n\n" + HOOKS["Hook exit code 2 blocks"]
    assert (
        propose_merges(MemoryReader({PATH: text, ".context/learnings/hooks.md": page}), everything=True) == []
    )


def test_shared_tags_are_evidence() -> None:
    def likeness(tags: str) -> float:
        texts = ("Pick the smaller heap.", "Turn the valve left.", "Count sheep.", "Ring a bell.")
        rows = [
            f"## [2026-0{n}-01-000000] {text}\n\n{text}\n\n{tags if n < 3 else ''}\n\n"
            for n, text in enumerate(texts, 1)
        ]
        profiles = [profile_of(entry) for entry in read("".join(rows))]
        return cosine(profiles[0], profiles[1], Background.of(profiles))

    assert likeness("") == 0
    assert likeness("**Tags**: rare-thing, other-thing") > 0.3


def test_a_word_of_the_title_counts_twice_and_repetition_less_than_in_full() -> None:
    [entry] = read("## [2026-01-01-000000] Fonts\n\nCut fonts, small fonts.\n")
    assert profile_of(entry)["font"] == 4
    background = Background.of([{"x": 1.0, "y": 1.0}] * 2 + [{"z": 1.0}])
    likeness = cosine({"x": 16.0, "y": 1.0}, {"x": 1.0, "y": 1.0}, background)
    assert likeness == pytest.approx((8 + 1) / math.sqrt(65 * 2))  # 16 ** 0.75 is 8


def test_words_of_any_script_count() -> None:
    assert words("Größe übergeben") == ["größe", "übergeben"]
    assert words("漢字検索") == ["漢字", "字検", "検索"]
    assert words("parseHTTPReply snake_case") == words("parse HTTP reply snake case")


@given(st.floats(0, 1000), st.floats(0, 1000), st.floats(0, 1000))
def test_entries_are_the_nearer_the_closer_in_time_and_never_nothing(a: float, b: float, c: float) -> None:
    assert nearness(a, a) == pytest.approx(2.5)
    assert 1 <= nearness(a, b) == nearness(b, a) <= 2.5
    assert nearness(None, a) == 1
    assert nearness(a, a + 30) == pytest.approx(1 + 0.5 / math.e)
    if abs(a - b) < abs(a - c):
        assert nearness(a, b) >= nearness(a, c)


@given(st.lists(st.one_of(st.none(), st.floats(0, 400)), min_size=2, max_size=12))
def test_the_mean_nearness_is_that_of_all_pairs(moments: list[float | None]) -> None:
    pairs = [nearness(a, b) for n, a in enumerate(moments) for b in moments[:n]]
    assert Background.of([], moments).nearness == pytest.approx(sum(pairs) / len(pairs))


def titled(
    titles: list[str], bodies: list[str] | None = None, category: str = "", others_category: str = ""
) -> str:
    """What a group of entries with these titles is called, among three others about fonts."""
    rows = zip(titles, bodies or ["x"] * len(titles), strict=True)
    text = "".join(f"## [2026-01-0{n}-000000] {t}\n\n{b}\n\n" for n, (t, b) in enumerate(rows, 1))
    entries = [one._replace(category=category) for one in read(text)]
    fonts = "".join(f"## [2025-01-0{n}-000000] Fonts {n}\n\nFonts of the site.\n\n" for n in (1, 2, 3))
    others = [one.named(f"L-fff{n}")._replace(category=others_category) for n, one in enumerate(read(fonts))]
    return SearchedField(LEARNING, [*entries, *others], []).title(entries).text


def test_a_title_is_the_category_where_the_group_is_half_of_it() -> None:
    assert titled(["One", "Two"], category="Locks") == "Locks"
    assert titled(["One", "Two"], category="2026-05-01") != "2026-05-01"
    assert titled(["One", "Two"], category="Locks", others_category="Locks") != "Locks"


def test_a_title_is_the_longest_phrase_that_half_of_the_titles_share_as_they_write_it() -> None:
    hooks = ["OpenCode plugin hooks mutate", "Only flat files of the OpenCode plugin load", "Shells"]
    assert titled(hooks) == "OpenCode plugin"
    assert titled(["the upload queue drops", "When the upload queue is full"]) == "Upload queue"
    assert titled([*hooks, "Pipes", "Sockets"]) != "OpenCode plugin"


def test_a_single_word_is_a_title_only_where_it_is_a_name() -> None:
    assert titled(["Why Redis drops keys", "Set a limit in Redis"]) == "Redis"
    assert titled(["Rename the flag", "Rename the command"]) not in {"Rename", "rename"}


def test_a_title_is_a_phrase_that_all_members_speak_of_before_it_is_that_of_a_member() -> None:
    titles = ["Runners share the build cache", "Paths are hashed"]
    said = ["It is cut nightly.", "A path is hashed before it goes into the build cache."]
    assert titled(titles, said) == "Build cache"
    assert titled(titles, ["It is cut nightly.", "A path is hashed."]) in titles


@given(st.text("ab. `*()?!\n\"'Xé", max_size=60))
def test_sentences_concatenate_to_the_text(text: str) -> None:
    assert "".join(sentences(text)) == text


def test_moments_are_read_from_every_form_of_stamp() -> None:
    forms = ["[2026-11-21-120000]", "[2026-11-21-1200]", "[2026-11-21]", "[2026-11-21-a]"]
    for form in forms:
        [entry] = read(f"## {form} x\n\ny\n")
        assert moment(entry) == pytest.approx(739941.5)
    [undated] = read("## x\n\ny\n")
    assert moment(undated) is None


def test_profiles_leave_out_what_is_about_the_entry() -> None:
    [entry] = read(
        "## [2026-01-01] Title\n\nBody.\n\n**By**: somebody\n**Source**: elsewhere\n**Tags**: one-tag\n"
    )
    assert set(profile_of(entry)) == {"titl", "bodi", "#one-tag"}


def test_normal_forms_forget_filler_and_inflection_only() -> None:
    assert normal("The tests are running.") == normal("tests run")
    assert normal("tests may run") != normal("tests run")


def test_titles_of_which_nobody_sees_anything_are_no_obstacle() -> None:
    text = "# Learnings\n\n## [2026-11-21-043412] lock\n\nlock\n\n## [2026-11-21-043413] \x1b\n\nlock\n"
    entries = read(text)
    assert SearchedField(LEARNING, entries, []).title(entries).text == "lock"
