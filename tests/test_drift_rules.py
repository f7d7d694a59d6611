"""Each rule of drift: what it finds, and what it must not find."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctx.drift.check import check
from ctx.drift.facts import Unreadable
from ctx.drift.finding import SEVERITIES
from ctx.drift.rules import RULES
from ctx.drift.similar import find_pairs
from ctx.kinds import CORE_FILES
from tests import contexts
from tests.drift_facts import facts, findings, lines

NAMES = [rule.name for rule in RULES]
CORE = {name: f"# {name}\n" for name in CORE_FILES}
LONG = "the worker waits for the lock that another worker holds and then both of them time out together"


def entry(stamp: str, title: str, body: str = "") -> str:
    return f"## [{stamp}] {title}\n\n{body}\n\n"


def test_rules_are_complete_and_documented() -> None:
    page = (Path(__file__).parent.parent / "docs" / "drift.md").read_text("utf-8")
    assert len(set(NAMES)) == len(NAMES)
    for rule in RULES:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
        assert rule.severity in SEVERITIES
        assert len(inspect.getdoc(type(rule)) or "") > 80, f"{rule.name} does not say what it finds"
        assert f"### `{rule.name}` ({rule.severity})" in page


def test_every_module_of_a_rule_is_registered() -> None:
    folder = Path(inspect.getfile(type(RULES[0]))).parent
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert {type(rule).__module__.rpartition(".")[2] for rule in RULES} == modules


@given(contexts.contexts())
def test_rules_take_any_context_and_agree_with_themselves(files: dict[str, str]) -> None:
    named = {path.removeprefix(".context/"): text for path, text in files.items()}
    report = check(facts(named))
    assert report == check(facts(dict(reversed(named.items())))), "the order of files mattered"
    for finding in (*report.findings, *report.unverifiable):
        text = files.get(finding.path)
        assert (
            finding.line is None
            or text is None
            or 1 <= finding.line <= text.count("\n") + text.count("\r") + 1
        )


# soft-cap


def test_a_kind_over_its_cap_is_nudged_in_these_words() -> None:
    text = "".join(entry(f"2026-11-{n:02}", f"Lesson {n}") for n in range(1, 4))
    (found,) = findings("soft-cap", facts({"LEARNINGS.md": text}, "[caps]\nlearning = 2"))
    assert found.message == "LEARNINGS.md has 3 entries (recommended: ≤2)"
    assert found.hint == "Run `ctx consolidate` to review and merge related entries"
    assert (found.severity, found.line) == ("nudge", None)


@pytest.mark.parametrize("cap", [3, 0], ids=["as many as the cap", "switched off"])
def test_no_nudge_at_the_cap_or_without_one(cap: int) -> None:
    text = "".join(entry(f"2026-11-{n:02}", f"Lesson {n}") for n in range(1, 4))
    assert not lines("soft-cap", facts({"LEARNINGS.md": text}, f"[caps]\nlearning = {cap}"))


def test_retired_and_archived_entries_do_not_count_against_a_cap() -> None:
    files = {
        "LEARNINGS.md": entry("2026-11-01", "Live") + entry("2026-11-02", "Old", "**Status**: Superseded"),
        "archive/learnings-2026-Q1.md": entry("2026-01-01", "Archived"),
    }
    assert not lines("soft-cap", facts(files, "[caps]\nlearning = 1"))


# missing-core-file, unreadable-file, config-error


def test_each_missing_core_file_is_named_and_can_be_made() -> None:
    files = {name: text for name, text in CORE.items() if name != "TASKS.md"}
    (found,) = findings("missing-core-file", facts(files))
    assert (found.path, found.line, found.message) == (".context/TASKS.md", None, "TASKS.md is missing")
    assert found.fix is not None
    assert found.fix.seen is None


def test_empty_unreadable_and_paged_files_are_not_missing() -> None:
    files = {name: "" for name in CORE if name not in {"LEARNINGS.md", "TASKS.md"}}
    files["learnings/hooks.md"] = "# Hooks\n\nThey read JSON.\n"
    bad = [Unreadable(".context/TASKS.md", 3, "is not UTF-8: byte 0xff", "save the file as UTF-8")]
    given_ = facts(files, unreadable=bad)
    assert not lines("missing-core-file", given_)
    assert lines("unreadable-file", given_) == [("TASKS.md", 3)]


# trapped-entry, unclosed-block

INDEX = "# L\n\n<!-- INDEX:START -->\n| Date | Title |\n|---|---|\n\n{inside}<!-- INDEX:END -->\n\n{below}"


def test_an_entry_inside_the_index_is_trapped() -> None:
    text = INDEX.format(inside=entry("2026-11-01", "In"), below=entry("2026-11-02", "Out"))
    assert lines("trapped-entry", facts({"LEARNINGS.md": text})) == [("LEARNINGS.md", 7)]


def test_rows_of_an_index_are_not_trapped_and_an_index_in_code_is_none() -> None:
    code = "```\n<!-- INDEX:START -->\n```\n"
    text = INDEX.format(inside="- 2026-11-02 Out\n", below=entry("2026-11-02", "Out") + code)
    assert not lines("trapped-entry", facts({"LEARNINGS.md": text}))


def test_an_index_that_never_ends_is_named() -> None:
    text = "<!-- INDEX:START -->\n| a |\n\n" + entry("2026-11-02", "Out")
    assert lines("trapped-entry", facts({"LEARNINGS.md": text})) == [("LEARNINGS.md", 1)]


@pytest.mark.parametrize("opening", ["```", "~~~", "<!-- guidance"])
def test_what_is_never_closed_is_named_at_its_first_line(opening: str) -> None:
    text = entry("2026-11-01", "One", f"{opening}\nswallowed") + entry("2026-11-02", "Two")
    assert lines("unclosed-block", facts({"LEARNINGS.md": text})) == [("LEARNINGS.md", 3)]


@pytest.mark.parametrize(
    "body", ["```\nx\n```", "<!-- x -->", "- item\n\n  ```\n  x\n\nout", "`<!--` in code", "> ```\n\nout"]
)
def test_closed_blocks_and_those_that_end_with_their_container_are_fine(body: str) -> None:
    assert not lines("unclosed-block", facts({"LEARNINGS.md": entry("2026-11-01", "One", body)}))


# duplicate-stamp, duplicate-entry


def test_a_stamp_of_two_entries_is_found_once_at_the_second() -> None:
    text = "".join(entry("2026-11-01-101112", title) for title in ("One", "Two", "Three"))
    (found,) = findings("duplicate-stamp", facts({"LEARNINGS.md": text}))
    assert found.line == 5
    assert "and 1 more" in found.message


def test_dates_archived_originals_other_kinds_and_copies_may_share_a_stamp() -> None:
    same = entry("2026-11-01-101112", "One", "Same text.")
    files = {
        "LEARNINGS.md": entry("2026-11-01", "A")
        + entry("2026-11-01", "B")
        + same
        + same
        + entry("undated", "C"),
        "DECISIONS.md": entry("2026-11-01-101112", "A decision") + entry("undated", "D"),
        "archive/learnings-2026-Q4.md": entry("2026-11-01-101112", "An original of the merged entry"),
    }
    assert not lines("duplicate-stamp", facts(files))


def test_the_same_entry_twice_is_found_at_its_second_place() -> None:
    text = entry("2026-11-01", "Use UTC", "Always.") + entry("2026-11-02", "Use utc!", "always")
    (found,) = findings("duplicate-entry", facts({"LEARNINGS.md": text}))
    assert (found.line, found.severity) == (5, "warning")


def test_nearly_the_same_entry_is_a_nudge_that_says_how_near() -> None:
    text = entry("2026-11-01", "Locks", LONG) + entry("2026-11-02", "Locks", LONG.replace("both", "all"))
    (found,) = findings("duplicate-entry", facts({"LEARNINGS.md": text}))
    assert (found.line, found.severity) == (5, "nudge")
    assert re.search(r"9\d% alike", found.message)


def test_short_relatives_other_kinds_retired_and_related_entries_are_no_duplicates() -> None:
    other = "a lock is released by the operating system when the worker that holds it dies, so none waits"
    files = {
        "CONVENTIONS.md": "- **Use tabs**: in Go\n- **Use tables**: in Go\n",
        "LEARNINGS.md": entry("2026-11-01", "Locks", LONG) + entry("2026-11-02", "Locks", other),
        "DECISIONS.md": entry("2026-11-01", "Locks", LONG)
        + entry("2026-11-02", "Locks", f"{LONG}\n\n**Status**: Superseded"),
    }
    assert not lines("duplicate-entry", facts(files))


def test_an_entry_that_is_still_live_though_archived_is_named() -> None:
    both = entry("2026-11-01-101112", "Moved", "Halfway.")
    files = {"LEARNINGS.md": both, "archive/learnings-2026-Q4.md": both}
    (found,) = findings("duplicate-entry", facts(files))
    assert "in the archive too (.context/archive/learnings-2026-Q4.md:1)" in found.message


@given(st.lists(contexts.words, max_size=8), st.randoms())
def test_pairs_do_not_depend_on_anything_but_the_texts(texts: list[str], random: object) -> None:
    pairs = find_pairs(texts)
    assert pairs == find_pairs(list(texts))
    assert len({pair.second for pair in pairs}) == len(pairs)
    for pair in pairs:
        assert 0 <= pair.first < pair.second
        assert 0.9 <= pair.similarity <= 1
    doubled = {pair.second for pair in find_pairs(texts + texts)}
    assert set(range(len(texts), 2 * len(texts))) <= doubled, "an exact copy was missed"


def test_ten_thousand_texts_are_compared_with_few_others() -> None:
    texts = [
        f"entry {n} says {n * 7} about {n * 13} and {n * 17} in the {n * 19} part of {n * 23}"
        for n in range(10_000)
    ]
    texts.append(texts[77].replace("says", "said"))
    assert [(pair.first, pair.second) for pair in find_pairs(texts)] == [(77, 10_000)]


# dangling-link


@pytest.mark.parametrize(
    "body",
    [
        "See L-aaaaaa.",
        "See [2026-10-10-101010].",
        "**Superseded by**: `L-aaaaaa`",
        "after D-123abc.2",
        "**Supersedes**: L-482913",
        "**Status**: Superseded by D-000000",
    ],
)
def test_a_link_to_nothing_dangles(body: str) -> None:
    assert lines("dangling-link", facts({"LEARNINGS.md": entry("2026-11-01", "One", body)})) == [
        ("LEARNINGS.md", 3)
    ]


def test_retired_entries_and_open_tasks_are_read_for_links() -> None:
    files = {
        "DECISIONS.md": entry("2026-11-01", "Old", "**Status**: Superseded by D-aaaaaa"),
        "TASKS.md": "- [ ] follow L-aaaaaa\n- [x] done with L-aaaaaa\n",
    }
    assert lines("dangling-link", facts(files)) == [("DECISIONS.md", 3), ("TASKS.md", 1)]


def test_links_that_lead_somewhere_do_not_dangle() -> None:
    target = facts({"LEARNINGS.md": entry("2026-11-01-101112", "Target")}).memory.entries[0].id
    task = facts({"TASKS.md": "- [ ] a task\n"}).memory.tasks[0].id
    body = f"{target}, {target[:7]}, [2026-11-01-101112], [2026-01-01-000000], {task}, [2026-11-05-1000]"
    files = {
        "LEARNINGS.md": entry("2026-11-01-101112", "Target") + entry("2026-11-02", "One", body),
        "TASKS.md": "- [ ] a task\n",
        "sessions/2026-11-05-1000-build.md": "# Build\n",
        "archive/learnings-2026-Q1.md": entry("2026-01-01-000000", "Archived"),
    }
    assert not lines("dangling-link", facts(files))


@pytest.mark.parametrize(
    "body",
    [
        "such as `L-aaaaaa`",
        "```\nL-aaaaaa\n```",
        "<!-- L-aaaaaa -->",
        "on [2026-10-10]",
        "[2026-10-10-101010](sessions/x.md)",
        "AB-aaaaaa is no kind of ours",
        "AL-123456 and L-12345 and L-abcxyz0",
        "## [2026-11-03-101010] a heading",
        "Ticket T-123456",
        "It failed with E-400123 and D-20260101.",
        "* T-998877: the queue filled up",
    ],
)
def test_examples_and_look_alikes_do_not_dangle(body: str) -> None:
    assert not lines("dangling-link", facts({"LEARNINGS.md": entry("2026-11-01-101112", "One", body)}))


# stale-task, done-tasks


@pytest.mark.parametrize(
    ("task", "blamed", "stale"),
    [
        ("- [ ] x #in-progress #started:2026-10-01", None, True),
        ("- [ ] x #in-progress #started:2026-10-22", None, False),
        ("- [ ] x #in-progress #added:2026-10-01", None, True),
        ("- [ ] x #in-progress #added:2026-01-01 #started:2026-11-20", None, False),
        ("- [ ] x #in-progress", "2026-10-01", True),
        ("- [ ] x #in-progress", "2026-11-20", False),
        ("- [ ] x #in-progress", None, False),
        ("- [ ] x #in-progress #started:2026-13-99", None, False),
        ("- [ ] x #added:2026-01-01", None, False),
        ("- [x] x #in-progress #added:2026-01-01", None, False),
        ("- [ ] x #in-progress #blocked #added:2026-01-01", None, False),
    ],
)
def test_how_long_a_task_is_in_progress(task: str, blamed: str | None, stale: bool) -> None:
    known = {(".context/TASKS.md", 1): blamed} if blamed else {}
    assert bool(lines("stale-task", facts({"TASKS.md": f"{task}\n"}, blamed=known))) is stale


def test_the_line_of_the_label_is_the_one_that_is_asked_about() -> None:
    text = "# Tasks\n\n- [ ] a task that\n  wraps #in-progress\n  and on\n"
    assert lines("stale-task", facts({"TASKS.md": text}, blamed={(".context/TASKS.md", 4): "2026-01-01"}))
    assert not lines("stale-task", facts({"TASKS.md": text}, blamed={(".context/TASKS.md", 3): "2026-01-01"}))


def test_finished_tasks_are_counted_where_they_can_be_archived() -> None:
    done = "".join(f"- [x] task {n}\n" for n in range(20))
    steps = "- [x] whole\n  - [x] step one\n  - [x] step two\n"
    holding = "- [x] not whole\n  - [ ] still open\n"
    assert not lines("done-tasks", facts({"TASKS.md": done + holding}))
    (found,) = findings("done-tasks", facts({"TASKS.md": done + steps}))
    assert found.message == "TASKS.md has 21 finished tasks (recommended: ≤20)"


# oversized-entry, large-constitution, harmful-entry


def test_an_entry_over_the_limit_is_counted_with_the_given_counter() -> None:
    text = entry("2026-11-01", "Long", "word " * 30) + entry("2026-11-02", "Short", "word")
    config = "[drift]\noversized_tokens = 20"
    given_ = facts({"LEARNINGS.md": text}, config, count=lambda body: len(body.split()))
    (found,) = findings("oversized-entry", given_)
    assert found.line == 1
    assert "has 31 tokens (recommended: ≤20)" in found.message


def test_comments_references_and_retired_entries_are_not_oversized() -> None:
    files = {
        "LEARNINGS.md": entry("2026-11-01", "Hidden", f"<!-- {'word ' * 300} -->\nshort")
        + entry("2026-11-02", "Old", f"**Status**: Deprecated\n{'word ' * 300}"),
        "ARCHITECTURE.md": f"# A\n\n## Long\n\n{'word ' * 300}\n",
    }
    given_ = facts(files, "[drift]\noversized_tokens = 20", count=lambda body: len(body.split()))
    assert not lines("oversized-entry", given_)


def test_a_constitution_over_its_share_is_found_and_one_at_it_is_not() -> None:
    rules = {"CONSTITUTION.md": "# Constitution\n\n" + "x" * 51 + "\n"}
    (found,) = findings("large-constitution", facts(rules, "budget = 100"))
    assert found.message == "CONSTITUTION.md takes 52 of 100 tokens (recommended: ≤50)"
    assert not lines("large-constitution", facts(rules, "budget = 104"))
    assert not lines(
        "large-constitution", facts({"CONSTITUTION.md": "# C\n\n<!-- xxxxxxxx -->\n"}, "budget = 0")
    )


@pytest.mark.parametrize(("marks", "found"), [("+1 -2", 1), ("-1", 1), ("+2 -2", 0), ("+3 -1", 0), ("", 0)])
def test_more_harmful_than_helpful(marks: str, found: int) -> None:
    text = entry("2026-11-01", "One", f"**Marks**: {marks}")
    assert len(lines("harmful-entry", facts({"LEARNINGS.md": text}))) == found


# secret, invisible-character

TOKEN = "ghp_" + "Ab1" * 12


def test_a_secret_is_an_error_and_its_value_is_never_shown() -> None:
    (found,) = findings("secret", facts({"NOTES.md": f"# N\n\ntoken {TOKEN}\n"}))
    assert (found.path, found.line, found.severity) == (".context/NOTES.md", 3, "error")
    assert TOKEN not in repr(found)


def test_prose_about_secrets_is_no_secret() -> None:
    assert not lines(
        "secret", facts({"LEARNINGS.md": "The password is in the vault; tokens begin with ghp_.\n"})
    )


def test_characters_that_nobody_sees_are_errors() -> None:
    text = "# L\n\nplain\nrun \u202ethis\u202c\nzero\u200bwidth\n"
    given_ = facts({"archive/learnings-2026-Q1.md": text})
    assert {line for _, line in lines("invisible-character", given_)} == {4, 5}
    assert {found.severity for found in findings("invisible-character", given_)} == {"error"}


def test_a_byte_order_mark_accents_and_emoji_are_seen() -> None:
    assert not lines("invisible-character", facts({"LEARNINGS.md": "\ufeff# Café 漢字 👩\u200d💻\ttab\r\n"}))


# ignores

MARKED = entry("2026-11-01", "Bad", "**Marks**: -1\n\n{ignore}") + entry(
    "2026-11-02", "Bad too", "**Marks**: -1"
)


def drifted(ignore: str, top: str = "") -> list[tuple[str, int | None]]:
    report = check(facts({**CORE, "LEARNINGS.md": top + MARKED.format(ignore=ignore)}))
    return [(finding.rule, finding.line) for finding in report.findings]


def test_an_ignore_silences_its_rule_in_its_entry_alone() -> None:
    assert drifted("") == [("harmful-entry", 1), ("harmful-entry", 7)]
    assert drifted("<!-- ctx: ignore harmful-entry kept as a warning -->") == [("harmful-entry", 7)]
    assert drifted("<!-- ctx: ignore soft-cap kept as a warning -->") == drifted("")


def test_an_ignore_at_the_top_silences_its_rule_in_the_whole_file() -> None:
    top = "# L\n\n<!-- ctx: ignore harmful-entry this file lists what went wrong -->\n\n"
    assert drifted("", top) == []


def test_an_ignore_without_a_reason_ignores_nothing_and_is_named() -> None:
    assert drifted("<!-- ctx: ignore harmful-entry -->") == [
        ("harmful-entry", 1),
        ("bad-ignore", 5),
        ("harmful-entry", 7),
    ]


def test_an_ignore_of_no_rule_is_named_with_the_nearest_one() -> None:
    text = entry("2026-11-01", "One", "<!-- ctx: ignore harmful-entri because -->")
    (found,) = findings("bad-ignore", facts({"LEARNINGS.md": text}))
    assert found.hint == "did you mean 'harmful-entry'?"


@pytest.mark.parametrize("body", ["`<!-- ctx: ignore RULE reason -->`", "```\n<!-- ctx: ignore x -->\n```"])
def test_an_ignore_in_code_is_text(body: str) -> None:
    assert not lines("bad-ignore", facts({"LEARNINGS.md": entry("2026-11-01", "One", body)}))


def test_a_rule_switched_off_is_not_run_and_an_unknown_one_is_named_with_its_line() -> None:
    text = {**CORE, "LEARNINGS.md": MARKED.format(ignore="")}
    report = check(facts(text, 'budget = 9\n[drift]\nignore = ["harmful-entry", "softcap"]\n'))
    (found,) = report.findings
    assert (found.rule, found.path, found.line) == ("bad-ignore", ".contextrc", 3)
    assert found.hint == "did you mean 'soft-cap'?"


# malformed-task


@pytest.mark.parametrize(
    ("line", "mend"),
    [
        ("-[ ] a", "- [ ] a"),
        ("- [] b", "- [ ] b"),
        ("- [x ] c", "- [x] c"),
        ("- [ x] c", "- [x] c"),
        ("- [  ] two blanks", "- [ ] two blanks"),
        ("- [ ]d", "- [ ] d"),
        ("-[x]d", "- [x] d"),
        ("[ ] no marker", "- [ ] no marker"),
        ("*[] star", "* [ ] star"),
        ("1.[x] numbered", "1. [x] numbered"),
        ("  -[ ] nested", "- [ ] nested"),
    ],
)
def test_a_line_meant_as_a_task_is_named_with_its_mend(line: str, mend: str) -> None:
    (found,) = findings("malformed-task", facts({"TASKS.md": f"# Tasks\n\n- [ ] good\n\n{line}\n"}))
    assert (found.line, found.hint) == (5, f"write `{mend}`")


@pytest.mark.parametrize(
    "line",
    [
        "- [x](https://a.org) a link",
        "- [a] plan is in the wiki",
        "- [1]: https://a.org",
        "[x]: https://a.org",
        "- [ ] a task",
        "- [-] skipped",
        "- [/] under way",
        "- [ ]",
        "-[y] some set",
        "```\n-[ ] code\n```",
        "<!-- -[ ] a comment -->",
        "    -[ ] indented code",
        "see [] in the list",
        "- `-[ ]` in a span",
    ],
)
def test_lines_that_are_tasks_or_were_not_meant_so(line: str) -> None:
    found = findings("malformed-task", facts({"TASKS.md": f"# Tasks\n\n{line}\n"}))
    assert [one for one in found if one.severity == "warning"] == []


def test_a_mark_that_says_nothing_is_a_nudge() -> None:
    (found,) = findings(
        "malformed-task", facts({"TASKS.md": "- [?] who owns it\n- [~] under way\n- [>] later\n"})
    )
    assert (found.severity, found.line) == ("nudge", 1)


# unknown-label


@pytest.mark.parametrize(
    ("label", "mend"),
    [
        ("#in-porgress", "#in-progress"),
        ("#inprogress", "#in-progress"),
        ("#in_progress", "#in-progress"),
        ("#in-progres", "#in-progress"),
        ("#bloked", "#blocked"),
        ("#blockd", "#blocked"),
        ("#priorty:high", "#priority:high"),
        ("#priority:hihg", "#priority:high"),
        ("#priority:critcal", "#priority:critical"),
        ("#priority:1", "critical, high, medium, low"),
        ("#strated:2026-11-01", "#started:2026-11-01"),
        ("#added:soon", "#added:2026-11-21"),
    ],
)
def test_a_misspelt_label_is_named(label: str, mend: str) -> None:
    (found,) = findings("unknown-label", facts({"TASKS.md": f"- [ ] one {label}\n"}))
    assert mend in found.hint


@pytest.mark.parametrize(
    "label",
    [
        "#backend",
        "#blocker",
        "#due:2026-12-01",
        "#priority:HIGH",
        "#priority:urgent",
        "#added:2026-11-21",
        "#add",
        "#progress",
        "#block",
        "#prior-art",
        "#start",
        "#red",
        "PR #60",
        "`#bloked`",
    ],
)
def test_tags_are_no_labels(label: str) -> None:
    assert not findings("unknown-label", facts({"TASKS.md": f"- [ ] one {label}\n"}))


# similar-tags


@pytest.mark.parametrize(
    ("rare", "usual"),
    [
        ("db", "database"),
        ("hooks", "hook"),
        ("ci-cd", "cicd"),
        ("policies", "policy"),
        ("pg", "postgres"),
        ("lru", "cache"),
    ],
)
def test_tags_that_mean_the_same_are_named_once(rare: str, usual: str) -> None:
    text = (
        entry("2026-11-01-101010", "One", f"**Tags**: {usual}")
        + entry("2026-11-02-101010", "Two", f"**Tags**: {usual}, other")
        + entry("2026-11-03-101010", "Three", f"**Tags**: {rare}")
        + entry("2026-11-04-101010", "Four", f"**Tags**: {rare}")
        + entry("2026-11-05-101010", "Five", f"**Tags**: {usual}")
    )
    (found,) = findings("similar-tags", facts({"LEARNINGS.md": text}, config='[synonyms]\ncache = ["lru"]\n'))
    assert f"`{rare}` (2) and `{usual}` (3)" in found.message


@pytest.mark.parametrize(
    ("one", "other"),
    [("api", "apis-x"), ("css", "cs"), ("status", "statu"), ("go", "golang-x"), ("c", "c++")],
)
def test_tags_that_only_look_alike(one: str, other: str) -> None:
    text = entry("2026-11-01-101010", "One", f"**Tags**: {one}") + entry(
        "2026-11-02-101010", "Two", f"**Tags**: {other}"
    )
    assert not findings("similar-tags", facts({"LEARNINGS.md": text}))


def test_a_comment_that_an_entry_ends_is_told_as_such() -> None:
    text = "<!-- FORMATS\n\n## [2026-02-15-225807] Real one\n\nKept.\n\n-->\n"
    (found,) = findings("unclosed-block", facts({"DECISIONS.md": text}))
    assert (found.severity, found.line) == ("nudge", 1)
    assert "is read as an entry" in found.message
