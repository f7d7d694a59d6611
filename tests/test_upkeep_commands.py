"""Commands that keep a context in order: restore, tags, task edit and remove, config set, lists."""

from __future__ import annotations

import json
import shlex
import tomllib
from pathlib import Path

import pytest

from ctx.cli.examples import _EXAMPLES, examples_of
from ctx.cli.rendered import render
from ctx.config.edit_text import set_option
from ctx.errors import CtxError
from tests import cli
from tests.cli import project
from tests.test_drift_git import Repository
from tests.test_quick import COMMANDS, _by_typer
from tests.test_writing import added, ctx, here, text_of, tree

__all__ = ["here"]
TASKS = """# Tasks

## Phase 1

- [ ] Alpha one
  wrapped #priority:high #db
  - [ ] nested #x
    more
- [x] Beta #database #db

## Phase 2
1. [ ] Gamma #in-progress"""


@pytest.fixture
def planned(here: Path) -> Path:
    (here / ".context/TASKS.md").write_text(TASKS)
    return here


def handle(root: Path, *only: str) -> str:
    return added(ctx("task", "list", "-a", "--ids", *only, cwd=root)).split()[0]


def test_links_follow_what_is_restored(here: Path) -> None:
    one = added(ctx("learn", "One", "--lesson", "a", cwd=here))
    added(ctx("add", "fact", "See", "--body", f"As {one} says.", cwd=here))
    before = tree(here)
    gone = added(ctx("remove", one, cwd=here)).split()[0]
    assert f"As {gone} says." in text_of(here, "FACTS.md")
    dry = ctx("restore", gone, "--dry-run", cwd=here)
    assert dry.code == 0
    assert "+## [" in dry.out
    told = json.loads(ctx("restore", gone, "--json", cwd=here).out)
    assert told == {"id": one, "path": ".context/LEARNINGS.md", "line": 5, "status": "changed"}
    assert tree(here) == before
    again = ctx("restore", one, cwd=here)
    assert (again.code, again.out) == (1, "")
    assert "is not archived" in again.err


def test_what_is_archived_names_the_way_back_and_what_is_there_is_not_doubled(here: Path) -> None:
    one = added(ctx("learn", "One", "--lesson", "a", cwd=here))
    gone = added(ctx("remove", one, cwd=here)).split()[0]
    refused = ctx("edit", gone, "--title", "Two", cwd=here)
    assert refused.code == 1
    assert f"hint: `ctx restore {gone}` brings it back" in refused.err
    added(ctx("learn", "One", "--lesson", "a", cwd=here))
    before = tree(here)
    twice = ctx("restore", gone, cwd=here)
    assert twice.code == 1
    assert "says the same already" in twice.err
    assert tree(here) == before
    assert ctx("restore", "L-000000", cwd=here).code == 1


@pytest.mark.parametrize(
    "only", [("-s", "phase 2"), ("-l", "priority:high"), ("--state", "done"), ("-l", "x")]
)
def test_a_task_that_is_removed_comes_back_with_all_that_is_in_it(
    planned: Path, only: tuple[str, ...]
) -> None:
    name = handle(planned, *only)
    before = json.loads(ctx("task", "list", "-a", "--json", cwd=planned).out)
    said = added(ctx("task", "remove", name, "--now", "2026-11-21", cwd=planned))
    assert said == f"{name} is in .context/archive/tasks-2026-Q4.md"
    left = json.loads(ctx("task", "list", "-a", "--json", cwd=planned).out)
    assert name not in [one["id"] for one in left]
    assert added(ctx("restore", name, cwd=planned)) == name
    after = json.loads(ctx("task", "list", "-a", "--json", cwd=planned).out)
    told = [(one["id"], one["section"], one["text"], one["labels"]) for one in after]
    wanted = [(one["id"], one["section"], one["text"], one["labels"]) for one in before]
    if only != ("-l", "x"):  # it comes back beside the task that it was a part of
        assert sorted(told) == sorted(wanted)
    assert not (planned / ".context/archive/tasks-2026-Q4.md").exists()


def test_a_task_gets_other_words_and_keeps_the_rest(planned: Path) -> None:
    name = handle(planned, "-p", "high")
    added(ctx("add", "fact", "See", "--body", f"For {name}.", cwd=planned))
    now = added(ctx("task", "edit", name, "New words\nand more", cwd=planned))
    text = TASKS.replace("Alpha one\n  wrapped #priority", "New words\n  and more #priority")
    assert text_of(planned, "TASKS.md") == text
    assert f"For {now}." in text_of(planned, "FACTS.md")
    added(ctx("task", "edit", now, "-p", "low", "-l", "a,b", "--drop-label", "db", cwd=planned))
    text = text.replace("#priority:high #db", "#a #b #priority:low")
    assert text_of(planned, "TASKS.md") == text
    added(ctx("task", "edit", handle(planned, "-l", "x"), "-", cwd=planned, stdin="inner\nlines"))
    assert text_of(planned, "TASKS.md") == text.replace("nested #x\n    more", "inner\n    lines #x")
    for wrong, code in (
        ((now,), 2),
        ((now, "- [ ] a\n- [ ] b"), 2),
        ((now, "-p", "odd"), 2),
        (("T-0", "x"), 1),
    ):
        before = text_of(planned, "TASKS.md")
        assert ctx("task", "edit", *wrong, cwd=planned).code == code
        assert text_of(planned, "TASKS.md") == before
    same = ctx("task", "edit", now, "-p", "low", "--json", cwd=planned)
    assert json.loads(same.out)["status"] == "unchanged"


def test_a_list_of_tasks_has_a_line_each_and_can_be_narrowed(planned: Path) -> None:
    with (planned / ".context/TASKS.md").open("a") as file:
        file.write("\n2. [ ] " + "very long " * 40)
    done = ctx("task", "list", "--all", cwd=planned)
    assert len(done.out.splitlines()) == 5
    assert max(map(len, done.out.splitlines())) < 160

    def titles(*only: str) -> list[str]:
        return [one["title"][:5] for one in json.loads(ctx("task", "list", *only, "--json", cwd=planned).out)]

    assert titles("--priority", "critical,high") == ["Alpha"]
    assert titles("--priority", "medium", "-n", "1") == ["neste"]
    assert titles("--label", "database,db", "-a") == ["Beta"]
    assert titles("--section", "phase 2") == ["Gamma", "very "]
    assert titles("--section", "Phase", "--state", "done") == ["Beta"]
    assert ctx("task", "list", "--label", "none", cwd=planned) == (0, "", "no open tasks (#none)\n")
    assert ctx("task", "list", "--priority", "odd", cwd=planned).code == 2
    piped = ctx("task", "remove", "-", cwd=planned, stdin=ctx("task", "list", "--ids", cwd=planned).out)
    assert piped.code == 0
    assert titles("-a") == ["Beta"]


def test_a_tag_is_merged_everywhere_in_one_write(planned: Path) -> None:
    added(ctx("learn", "One", "--lesson", "a", "-t", "db,cache", cwd=planned))
    added(ctx("learn", "Two", "--lesson", "b", "-t", "database,db", cwd=planned))
    (planned / ".context/CONVENTIONS.md").write_text("# C\n\n- **A**: x\n\n  **Tags**: `cache`, DB\n")
    rows = json.loads(ctx("tags", "--json", cwd=planned).out)
    assert rows[0] == {"tag": "db", "entries": 3, "tasks": 2}
    assert ctx("tags", cwd=planned).out.startswith("5  db")
    before = tree(planned)
    dry = ctx("tags", "--rename", "db", "database", "--dry-run", cwd=planned)
    assert (dry.code, tree(planned)) == (0, before)
    told = json.loads(ctx("tags", "--rename", "db", "database", "--json", cwd=planned).out)
    assert len(told) == 5
    assert {tuple(one) for one in told} == {("id", "path", "line", "status")}
    assert text_of(planned, "TASKS.md") == TASKS.replace("high #db", "high #database").replace(
        "#database #db", "#database"
    )
    assert text_of(planned, "CONVENTIONS.md") == "# C\n\n- **A**: x\n\n  **Tags**: `cache`, database\n"
    text = before[".context/LEARNINGS.md"].decode()
    assert text_of(planned) == text.replace("database, db", "database").replace(
        "db, cache", "database, cache"
    )
    assert ctx("tags", "--rename", "databse", "x", cwd=planned).err.endswith(
        "hint: did you mean 'database'?\n"
    )
    for wrong in (("--rename", "a"), ("a", "b"), ("a",), ("--rename", "database", "###")):
        assert ctx("tags", *wrong, cwd=planned).code == 2


CONFIG = """# ours
budget = 4000   # tokens

# how much of each
[caps]  # soft
learning = 30

[synonyms]
db = [
  "postgres",  # main
]
"""


@pytest.mark.parametrize(
    ("text", "key", "value", "after"),
    [
        (CONFIG, "budget", "8000", CONFIG.replace("4000", "8000")),
        (CONFIG, "caps.learning", "0", CONFIG.replace("= 30", "= 0")),
        (CONFIG, "caps.decision", "9", CONFIG.replace("= 30\n", "= 30\ndecision = 9\n")),
        (CONFIG, "tokenizer", "chars", CONFIG.replace("tokens\n", 'tokens\ntokenizer = "chars"\n')),
        (CONFIG, "synonyms.db", "a,b", CONFIG[: CONFIG.index("[\n")] + '["a", "b"]\n'),
        (CONFIG, "recency.half_life_sessions", "5", CONFIG + "\n[recency]\nhalf_life_sessions = 5\n"),
        (
            "caps = { learning = 3 } # x\n",
            "caps.decision",
            "4",
            "caps = { learning = 3, decision = 4 } # x\n",
        ),
        ("caps.learning = 3\n", "caps.decision", "4", "caps.learning = 3\ncaps.decision = 4\n"),
        ("", "budget", "1", "budget = 1\n"),
        ("# only\n# this", "budget", "1", "# only\n# this\nbudget = 1\n"),
        ("# why\n[caps]\nfact = 1", "budget", "1", "budget = 1\n\n# why\n[caps]\nfact = 1"),
        ("budget = 1\r\n", "threshold", "0.2", "budget = 1\r\nthreshold = 0.2\r\n"),
        ("x = 1\n", "budget", "1", None),
        ("", "bugdet", "1", None),
        ("", "budget", "many", None),
        ("", "caps", "1", None),
    ],
)
def test_an_option_is_set_where_it_stands(text: str, key: str, value: str, after: str | None) -> None:
    if after is None:
        with pytest.raises(CtxError):
            set_option(text, key, value, ".contextrc")
        return
    assert set_option(text, key, value, ".contextrc") == after
    assert tomllib.loads(after)
    assert set_option(after, key, value, ".contextrc") == after


def test_config_set_says_what_it_did(here: Path) -> None:
    assert added(ctx("config", "set", "budget", "8000", cwd=here)) == ".contextrc:1: budget = 8000"
    again = ctx("config", "set", "budget", "8000", cwd=here)
    assert again == (0, ".contextrc:1: budget = 8000\n", "budget was so already\n")
    wrong = ctx("config", "set", "bugdet", "1", cwd=here)
    assert wrong == (2, "", "error: unknown key 'bugdet'\nhint: did you mean 'budget'?\n")
    assert (here / ".contextrc").read_text() == "budget = 8000\n"
    dry = ctx("config", "set", "threshold", "0.5", "--dry-run", cwd=here)
    assert "+threshold = 0.5" in dry.out


def test_what_nobody_touched_for_long_is_listed(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    text = "# L\n\n## [2025-01-01] Old\n\nText.\n\n## Undated\n\nText.\n\n## [2025-02-01] Changed\n\nText.\n"
    project(tmp_path, {"LEARNINGS.md": text})
    repository.commit_all()  # on 2026-01-01

    def titles(*span: str) -> list[str]:
        done = ctx("list", *span, "--json", cwd=tmp_path)
        assert done.code == 0, done
        return [entry["title"] for entry in json.loads(done.out)]

    assert titles("--unreviewed", "1d") == ["Old", "Undated", "Changed"]
    assert titles("--unreviewed", "900y") == []
    names = ctx("list", "--ids", cwd=tmp_path).out.split()
    assert ctx("mark", names[0], "helpful", cwd=tmp_path).code == 0
    (tmp_path / ".context/LEARNINGS.md").write_text(
        text_of(tmp_path).replace("Changed\n\nText", "Changed\n\nNew")
    )
    assert titles("--unreviewed", "1d") == ["Undated"]
    assert ctx("list", "--unreviewed", "soon", cwd=tmp_path).code == 2


def test_without_git_the_own_date_counts(tmp_path: Path) -> None:
    project(tmp_path, {"LEARNINGS.md": "# L\n\n## [2025-01-01] Old\n\nx\n\n## [2999-01-01] New\n\nx\n"})
    environment = {"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    done = cli.ctx("list", "--unreviewed", "12w", cwd=tmp_path, env=environment)
    assert [line.split()[-1] for line in done.out.splitlines()] == ["Old"]


def test_search_tells_the_kind_and_hands_on_handles(here: Path) -> None:
    one = added(ctx("learn", "Locks die", "--lesson", "flock", cwd=here))
    two = added(ctx("add", "fact", "Locks", "--body", "are files", cwd=here))
    lines = ctx("search", "locks", cwd=here).out.splitlines()
    assert {tuple(line.split()[:2]) for line in lines[::2]} == {(one, "learning"), (two, "fact")}
    assert set(ctx("search", "locks", "--ids", cwd=here).out.split()) == {one, two}
    assert ctx("search", "nowhere", "--ids", cwd=here) == (0, "", "")


PAGE = """intro *a* **b** `c` ~~d~~ [here](http://x) and words that are wrapped at the width

- one
  - [x] two

1. three

> quoted

```py
code  as it is
```

| a | bb |
|---|----|
| 1 | 漢  |
"""


def test_an_entry_is_shown_as_a_page(here: Path) -> None:
    plain = render(PAGE, width=40, colour=False)
    assert plain.split("\n")[:4] == [
        "intro a b `c` d here (http://x) and",
        "words that are wrapped at the width",
        "",
        "• one",
    ]
    for line in ("  ☑ two", "1. three", "│ quoted", "    code  as it is", "a  bb", "1  漢"):
        assert line in plain.split("\n")
    assert "\x1b[1mb\x1b[0m" in render(PAGE, width=40, colour=True)
    name = added(ctx("add", "fact", "T", "--body", "**bold** text", cwd=here))
    assert ctx("show", name, "--rendered", cwd=here).out.endswith("\n\nbold text\n")
    (here / ".context/FACTS.md").write_text("# Facts\n\n## T\n\n**bold** \x1b[31mred\n")
    shown = ctx("show", "F", "--rendered", cwd=here).out
    assert "\x1b" not in shown
    assert "bold \\x1b[31mred" in shown


@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("ctx show ", {"L-", "T-"}),
        ("ctx list -k le", {"learning"}),
        ("ctx list -t db,ca", {"db,cache"}),
        ("ctx task list --state ", {"open", "in-progress", "blocked", "done", "skipped"}),
        ("ctx task add x --priority ", {"critical", "high", "medium", "low"}),
        ("ctx task done ", {"T-"}),
        ("ctx mark L-1 ", {"helpful", "harmful"}),
        ("ctx config set caps.le", {"caps.learning"}),
        ("ctx show --root /nowhere L", set()),
    ],
)
def test_a_shell_is_told_how_a_line_goes_on(here: Path, line: str, some: set[str]) -> None:
    added(ctx("learn", "T", "--lesson", "l", "-t", "cache,db", cwd=here))
    added(ctx("task", "add", "Do it", cwd=here))
    environment = {
        "_CTX_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split(" ")) - 1),
    }
    done = cli.ctx(cwd=here, env=environment)
    assert (done.code, done.err) == (0, "")
    offered = {word[:2] if word[1:2] == "-" else word for word in done.out.split()}
    assert offered == some


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "merge-driver"])
def test_every_command_has_examples_that_can_be_typed(name: str) -> None:
    found = examples_of(name)
    assert found
    for example in found:
        for part in example.split(" > ")[0].split(" | "):
            words = shlex.split(part)
            assert words[0] == "ctx"
            called = " ".join(words[1:3]) if " ".join(words[1:3]) in COMMANDS else words[1]
            assert _by_typer(called, words[1 + len(called.split()) :]) is not None, part


def test_no_example_is_of_a_command_that_is_not() -> None:
    assert {line.split(": ")[0] for line in _EXAMPLES.strip().splitlines()} <= set(COMMANDS)


def test_the_help_shows_the_examples_as_they_are_typed(tmp_path: Path) -> None:
    done = cli.ctx("tags", "--help", cwd=tmp_path, env={"COLUMNS": "80"})
    assert "Examples:\n    ctx tags\n    ctx tags --rename db database\n" in done.out
