"""`ctx consolidate` as people and agents run it: printed, planned, applied, reviewed on a real terminal."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import ctx
from ctx.consolidate.plan import PlanError, read_plan, write_plan
from tests.test_consolidate_laws import FILE, files_of, sample, write

ENVIRONMENT = {
    **{key: value for key, value in os.environ.items() if key not in {"VISUAL", "EDITOR", "CTX_ROOT"}},
    "PYTHONPATH": os.pathsep.join(sys.path),
    "TERM": "dumb",
}


def files() -> dict[str, bytes]:
    """A context with two groups of learnings, above its cap."""
    return {**sample(), ".contextrc": b"[caps]\nlearning = 3\n"}


def run(root: Path, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ctx", "consolidate", *args]
    return subprocess.run(
        command,
        cwd=root,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    write(folder, files())
    return folder


def plan_of(root: Path, tmp_path: Path, *, approve: int = 0) -> Path:
    path = tmp_path / "plan.toml"
    assert run(root, "--plan", str(path)).returncode == 0
    path.write_text(path.read_text("utf-8").replace("approve = false", "approve = true", approve), "utf-8")
    return path


def test_off_a_terminal_it_only_prints(root: Path) -> None:
    done = run(root)
    assert done.returncode == 0
    assert "1 of 2" in done.stdout
    assert "merge  3 × learning" in done.stdout
    assert "why: they share the words" in done.stdout
    assert "  | ## " in done.stdout
    assert done.stderr == ""
    assert files_of(root) == files()


def test_json_has_the_documented_keys(root: Path) -> None:
    groups = json.loads(run(root, "--json").stdout)["groups"]
    assert [len(group["members"]) for group in groups] == [3, 3]
    for group in groups:
        assert set(group) == {
            *("id", "proposal", "kind", "cohesion", "note", "keep", "members", "draft"),
            *("tokens_before", "tokens_after"),
        }
        assert group["proposal"] == "merge"
        assert group["tokens_after"] <= 0.75 * group["tokens_before"]
        assert set(group["draft"]) == {"title", "body"}
        for member in group["members"]:
            assert set(member) == {"id", "title", "date", "path", "line", "digest"}
    use = [(one["tokens_before"] - one["tokens_after"]) * one["cohesion"] for one in groups]
    assert use == sorted(use, reverse=True)


def test_the_library_gives_what_the_command_prints(root: Path) -> None:
    printed = json.loads(run(root, "--json").stdout)["groups"]
    assert [group.to_json() for group in ctx.open(root).proposals("learning")] == printed
    assert ctx.open(root).proposals("decision", all=True) == []


def test_kinds_that_are_not_above_their_cap_are_left_alone_unless_asked(root: Path) -> None:
    (root / ".contextrc").unlink()
    done = run(root)
    assert (done.returncode, done.stdout) == (0, "")
    assert "LEARNINGS.md has 6 of 30" in done.stderr
    assert "`ctx consolidate --all`" in done.stderr
    assert ctx.open(root).proposals() == []
    assert len(ctx.open(root).proposals(all=True)) == 2
    assert len(json.loads(run(root, "--all", "--json").stdout)["groups"]) == 2
    assert len(json.loads(run(root, "--all", "--limit", "1", "--json").stdout)["groups"]) == 1


def test_contexts_come_into_the_drafts_where_they_are_asked_for(root: Path) -> None:
    assert "Context: " not in run(root).stdout
    (root / ".contextrc").write_text("[caps]\nlearning = 3\n[drift]\noversized_tokens = 5000\n")
    assert run(root, "--keep-context", "--json").stdout.count("Context: ") == 0  # nothing is saved then


def test_a_plan_is_readable_approves_nothing_and_is_never_overwritten(root: Path, tmp_path: Path) -> None:
    path = plan_of(root, tmp_path)
    raw = tomllib.loads(path.read_text("utf-8"))
    assert [group["approve"] for group in raw["groups"]] == [False, False]
    printed = json.loads(run(root, "--json").stdout)["groups"]
    assert [group["draft"]["body"].strip("\n") for group in raw["groups"]] == [
        g["draft"]["body"] for g in printed
    ]
    assert "body = '''\n- " in path.read_text("utf-8")
    again = run(root, "--plan", str(path))
    assert (again.returncode, again.stderr.splitlines()[0]) == (
        1,
        f"error: {path}: exists already; it is as it was",
    )
    nothing = run(root, "--apply", str(path), "--approved-by", "Ada")
    assert nothing.returncode == 1
    assert "approves no group" in nothing.stderr


def test_an_undo_says_what_it_restored_and_what_it_removed(root: Path, tmp_path: Path) -> None:
    for archive in (root / ".context/archive").glob("*.md"):
        archive.unlink()
    path = plan_of(root, tmp_path, approve=1)
    assert run(root, "--apply", str(path), "--approved-by", "Ada").returncode == 0
    [made] = [one.name for one in (root / ".context/archive").glob("*.md")]
    undone = json.loads(run(root, "--undo", "--json").stdout)
    assert ".context/LEARNINGS.md" in undone["restored"]
    assert undone["removed"] == [f".context/archive/{made}"]
    assert not (root / ".context/archive" / made).exists()


def test_an_approved_group_is_merged_and_the_other_stays(root: Path, tmp_path: Path) -> None:
    path = plan_of(root, tmp_path, approve=1)
    refused = run(root, "--apply", str(path))
    assert refused.returncode == 2
    assert "--approved-by NAME" in refused.stderr
    assert files_of(root) == files()
    done = run(root, "--apply", str(path), "--approved-by", "Ada Lovelace", "--json")
    [outcome] = json.loads(done.stdout)["groups"]
    assert outcome["ending"] == "merged"
    shown = subprocess.run(
        [sys.executable, "-m", "ctx", "show", outcome["id"], "--json"],
        cwd=root,
        env=ENVIRONMENT,
        capture_output=True,
        check=True,
    )
    fields = json.loads(shown.stdout)["fields"]
    assert fields["Approved by"] == "Ada Lovelace"
    assert "(archive/learnings-20" in fields["Consolidated from"]
    assert len(json.loads(run(root, "--json").stdout)["groups"]) == 1
    assert "already done" in run(root, "--apply", str(path), "--approved-by", "Ada Lovelace").stdout
    assert run(root, "--undo").stdout.startswith("restored .context/")
    assert files_of(root) == files()
    assert run(root, "--undo").returncode == 1


def test_an_edited_member_is_refused_with_exit_1_and_the_rest_goes_through(
    root: Path, tmp_path: Path
) -> None:
    path = plan_of(root, tmp_path, approve=2)
    text = (root / FILE).read_text("utf-8")
    (root / FILE).write_text(text.replace("number2.", "number2, corrected."), "utf-8")
    done = run(root, "--apply", str(path), "--approved-by", "Ada")
    assert done.returncode == 1
    assert done.stdout.count(" merged: L-") == 1
    assert "is not as it was when the group was approved" in done.stdout
    assert "1 of 2 groups refused" in done.stderr


def test_everything_wrong_with_a_plan_is_told_at_once_with_its_line(root: Path, tmp_path: Path) -> None:
    path = plan_of(root, tmp_path, approve=2)
    text = path.read_text("utf-8")
    lines = text.splitlines()
    text = text.replace('kind = "learning"', 'kind = "lerning"', 1).replace("cohesion", "cohesin", 1)
    text = text.replace("\napprove = true", '\napprove = "yes"', 1)
    path.write_text(text, "utf-8")
    done = run(root, "--apply", str(path), "--approved-by", "Ada")
    assert done.returncode == 1
    approve, kind = (lines.index(key) + 1 for key in ("approve = true", 'kind = "learning"'))
    assert f'{path}:{approve}: groups[0].approve has to be true or false, not "yes"' in done.stderr
    assert f"{path}:{kind}: groups[0].kind: there is no kind" in done.stderr
    assert "did you mean 'learning'?" in done.stderr
    assert "unknown key" in done.stderr
    assert "did you mean 'cohesion'?" in done.stderr
    assert files_of(root) == files()


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("version = 2\ngroups = []\n", 1, "version 2 of plans is not known"),
        ("version = 1\n", 1, "groups is missing"),
        ("version = 1\ngroups = [1]\n", 2, "groups[0] has to be a table"),
        ("version = 1\n\n[[groups]]\napprove = true\n", 3, "groups[0].id is missing"),
        ("= 1", None, "not TOML"),
    ],
)
def test_what_is_missing_is_told_at_its_table(text: str, line: int | None, message: str) -> None:
    with pytest.raises(PlanError) as refused:
        read_plan(text, "plan.toml", ["learning"])
    assert any(message in problem.message and problem.line == line for problem in refused.value.problems)


def test_a_member_approved_twice_and_a_group_of_one_are_refused(root: Path) -> None:
    groups = ctx.open(root).proposals()
    text = write_plan([groups[0], groups[0]]).replace("approve = false", "approve = true")
    with pytest.raises(PlanError, match="is approved in groups") as refused:
        read_plan(text, "plan.toml", ["learning"])
    assert len(refused.value.problems) == 3
    cut = write_plan(groups[:1]).rpartition("[[groups.members]]")[0].rpartition("[[groups.members]]")[0]
    with pytest.raises(PlanError, match="fewer than two members"):
        read_plan(cut, "plan.toml", ["learning"])


def test_modes_exclude_each_other_and_kinds_are_checked(root: Path) -> None:
    assert run(root, "--undo", "--prompt").returncode == 2
    assert "did you mean 'decision'?" in run(root, "--kind", "decisio").stderr
    assert run(root, "--kind", "decision").stderr.startswith("nothing to merge")
    for mode in (("--undo",), ("--apply", "plan.toml", "--approved-by", "Ada")):
        for choice in (("--kind", "learning"), ("--all",), ("--limit", "1"), ("--keep-context",)):
            assert run(root, *mode, *choice).returncode == 2


def test_the_prompt_holds_rules_members_and_plan(root: Path) -> None:
    text = run(root, "--prompt").stdout
    assert "Keep every name, number, command" in text
    assert "Why: they share the words" in text
    for number in range(6):
        assert f"number{number}." in text.partition("```toml")[0]
    plan = text.partition("```toml\n")[2].removesuffix("```\n")
    assert read_plan(plan, "plan.toml", ["learning"]) == []
    assert json.loads(run(root, "--prompt", "--json").stdout) == {"prompt": text}
    assert json.loads(run(root, "--plan", "-", "--json").stdout)["plan"].startswith("# What")


def test_code_in_a_draft_does_not_end_the_plan_in_the_prompt(root: Path) -> None:
    file = root / FILE
    file.write_text(file.read_text("utf-8").replace("number0.", "number0.\n\n````\ncode\n````"), "utf-8")
    text = run(root, "--prompt").stdout
    plan = text.partition("\n`````toml\n")[2].removesuffix("`````\n")
    assert "````\n" in plan
    assert read_plan(plan, "plan.toml", ["learning"]) == []


def test_a_plan_that_drops_a_statement_is_refused_until_it_is_named(root: Path, tmp_path: Path) -> None:
    path = plan_of(root, tmp_path, approve=1)
    text = path.read_text("utf-8")
    group = tomllib.loads(text)["groups"][0]
    bullet = group["draft"]["body"].splitlines()[0]
    number = bullet.partition("number")[2][0]
    short = text.replace(bullet, "- Something else.", 1)
    path.write_text(short, "utf-8")
    done = run(root, "--apply", str(path), "--approved-by", "Ada")
    assert done.returncode == 1
    assert f"number{number}" in done.stdout
    assert "`left`" in done.stdout
    assert files_of(root) == files()
    lesson = next(one for one in ctx.open(root).entries() if f"number{number}" in one.body).fields["Lesson"]
    for begin, ends in ((lesson.split()[:2], 1), (lesson.split()[:4], 0)):
        named = [
            table.replace("left = []", f'left = ["{" ".join(begin)}"]', 1)
            if f'title = "{group_title(root, number)}"' in table
            else table
            for table in short.split("[[groups.members]]")
        ]
        path.write_text("[[groups.members]]".join(named), "utf-8")
        assert run(root, "--apply", str(path), "--approved-by", "Ada").returncode == ends
    assert run(root, "--undo").returncode == 0


def group_title(root: Path, number: str) -> str:
    return next(one.title for one in ctx.open(root).entries() if f"number{number}" in one.body)


OTHERS = """\
# Learnings

## [2026-01-05-100000] Force pushes to main are allowed

**Lesson**: Maintainers may force push to main.

---

## [2026-06-05-100000] Force pushes to main are not allowed

**Lesson**: A force push to main lost two commits.

---

## [2026-03-05-100000] Fonts are cut at build

**Lesson**: The fonts of the site are cut down to the letters it uses.

---

## [2026-03-06-100000] Fonts of the site

**Lesson**: The fonts of the site are cut down to the letters it uses. A new letter needs a build.
"""


@pytest.fixture
def others(tmp_path: Path) -> Path:
    """A context with an entry that is superseded and one that another one says too."""
    folder = tmp_path / "others"
    tasks = b"# Tasks\n\n- [ ] see [2026-03-05-100000] and [2026-01-05-100000]\n"
    write(folder, {FILE: OTHERS.encode(), ".context/TASKS.md": tasks})
    return folder


def test_what_is_superseded_is_marked_and_what_is_said_twice_is_archived(
    others: Path, tmp_path: Path
) -> None:
    before = files_of(others)
    groups = json.loads(run(others, "--all", "--json").stdout)["groups"]
    assert [group["proposal"] for group in groups] == ["supersede", "duplicate"]
    by_title = {one.title: one.id for one in ctx.open(others).entries()}
    assert [group["keep"] for group in groups] == [
        by_title["Force pushes to main are not allowed"],
        by_title["Fonts of the site"],
    ]
    path = tmp_path / "plan.toml"
    assert run(others, "--all", "--plan", str(path)).returncode == 0
    path.write_text(path.read_text("utf-8").replace("approve = false", "approve = true"), "utf-8")
    done = run(others, "--apply", str(path), "--approved-by", "Ada Lovelace")
    assert (done.returncode, done.stderr) == (0, "")
    after = {one.title: one for one in ctx.open(others).entries()}
    old, new = after["Force pushes to main are allowed"], after["Force pushes to main are not allowed"]
    assert (old.status, old.fields["Status"]) == (
        "superseded",
        f"Superseded by {new.id} (approved by Ada Lovelace)",
    )
    assert new.fields["Supersedes"] == old.id
    assert "Fonts are cut at build" not in after
    kept = after["Fonts of the site"]
    gone = by_title["Fonts are cut at build"]
    assert kept.fields["Same as"].startswith(f"{gone} (archive/learnings-20")
    assert (
        kept.id in (others / ".context/TASKS.md").read_text()
        or "[2026-03-06-100000]" in (others / ".context/TASKS.md").read_text()
    )
    assert "already done" in run(others, "--apply", str(path), "--approved-by", "Ada Lovelace").stdout
    assert ctx.open(others).proposals(all=True) == []
    shown = subprocess.run(
        [sys.executable, "-m", "ctx", "show", gone],
        cwd=others,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"merged into {kept.id}" in shown.stdout
    assert run(others, "--undo").returncode == 0
    assert files_of(others) == before


pexpect: Any = pytest.importorskip("pexpect") if os.name == "posix" else None
on_terminals = pytest.mark.skipif(os.name != "posix", reason="needs a terminal")
WIDTHS = pytest.mark.parametrize("columns", [80, 120])
ASKED = r"q\)uit \? > "
TITLE = "to keep it > "


class Terminal:
    """`ctx consolidate` on a terminal of some width, and all that it printed."""

    def __init__(
        self, root: Path, columns: int = 80, lines: int = 60, *args: str, **environment: str
    ) -> None:
        self.columns = columns
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "ctx", "consolidate", *args],
            cwd=str(root),
            env={**ENVIRONMENT, **environment},
            encoding="utf-8",
            timeout=60,
            dimensions=(lines, columns),
        )
        self.shown = ""

    def wait(self, pattern: str) -> str:
        """What is printed until a pattern comes."""
        self.child.expect(pattern)
        self.shown += self.child.before + (self.child.after if isinstance(self.child.after, str) else "")
        return str(self.child.before)

    def answer(self, text: str, pattern: str = ASKED) -> str:
        """Type a line and return what is printed until a pattern comes."""
        self.child.sendline(text)
        return self.wait(pattern)

    def end(self) -> str:
        """What is printed to the end; the command must have ended well, and no line is too wide."""
        self.child.expect(pexpect.EOF)
        self.shown += self.child.before
        self.child.close()
        assert self.child.exitstatus == 0
        plain = re.sub(r"\x1b\[[0-9;]*[A-Za-z]|[^\n]*\r(?!\n)", "", self.shown)
        assert max(map(len, plain.replace("\r\n", "\n").split("\n"))) <= self.columns
        return str(self.child.before)


def editor(tmp_path: Path, code: str) -> str:
    """An editor that does something to the text of its file."""
    path = tmp_path / "editor.py"
    path.write_text(
        "import sys\n"
        "path = sys.argv[1]\n"
        "text = open(path, encoding='utf-8').read()\n"
        f"{code}\n"
        "open(path, 'w', encoding='utf-8').write(text)\n"
    )
    return f"{sys.executable} {path}"


def merged(root: Path) -> list[Any]:
    return [one for one in ctx.open(root).entries("learning") if "Consolidated from" in one.fields]


@on_terminals
@WIDTHS
def test_approving_asks_for_a_title_and_writes_down_who(root: Path, columns: int) -> None:
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    subprocess.run(["git", "-C", str(root), "config", "user.name", "Grace Hopper"], check=True)
    terminal = Terminal(root, columns)
    first = terminal.wait(ASKED)
    assert "1 of 2" in first
    assert "merge" in first
    terminal.answer("a", TITLE)
    assert "merged: L-" in terminal.answer("Hooks and their events")
    assert (
        "1 of 2 proposals carried out"
        in terminal.answer("s", "take.? them\r?\n? ?back|them back") + terminal.shown
    )
    terminal.end()
    [entry] = merged(root)
    assert entry.title == "Hooks and their events"
    assert entry.fields["Approved by"] == "Grace Hopper"
    assert run(root, "--undo").returncode == 0
    left = {path: data for path, data in files_of(root).items() if not path.startswith(".git/")}
    assert left == files()


@on_terminals
@WIDTHS
def test_an_edited_draft_survives_every_other_key(root: Path, tmp_path: Path, columns: int) -> None:
    shell = editor(tmp_path, "text = text.replace('- ', '- My own words. ', 1)")
    terminal = Terminal(root, columns, EDITOR=shell)
    terminal.wait(ASKED)
    assert "My own words." in terminal.answer("e")
    assert "My own words." in terminal.answer("t", TITLE) + terminal.answer("Mine")
    assert "own text" in terminal.answer("c")
    terminal.answer("v", r"Enter for all\] ")
    assert "Context" in terminal.answer("1")
    assert "approve: carry it out now" in terminal.answer("?")
    assert "approve: carry it out now" in terminal.answer("nonsense")
    terminal.answer("d", r"which one\? \[1-3\] ")
    dropped = terminal.answer("2")
    assert "My own words." in dropped
    assert "2 × learning" in dropped
    assert "merged: L-" in terminal.answer("a")
    terminal.answer("q", "1 of 2 proposals")
    terminal.end()
    [entry] = merged(root)
    assert entry.title == "Mine"
    assert "My own words." in entry.body
    assert len(entry.fields["Consolidated from"].split(",")) == 2


@on_terminals
def test_a_given_title_stays_when_a_member_is_dropped_or_contexts_come_in(root: Path) -> None:
    terminal = Terminal(root)
    assert "Context: " not in terminal.wait(ASKED)
    terminal.answer("t", TITLE)
    terminal.answer("Mine")
    within = terminal.answer("c")
    assert "Context: " in within
    assert "## Mine" in within
    assert "Context: " not in terminal.answer("c")
    terminal.answer("d", r"which one\? \[1-3\] ")
    assert "none dropped" in terminal.answer("7")
    terminal.answer("d", r"which one\? \[1-3\] ")
    assert "## Mine" in terminal.answer("1")
    assert "two members" in terminal.answer("d")
    assert "merged: L-" in terminal.answer("a")
    terminal.answer("quit", "1 of 2 proposals")
    terminal.end()
    assert [entry.title for entry in merged(root)] == ["Mine"]


@on_terminals
@WIDTHS
def test_what_is_kept_apart_is_not_asked_again_and_what_is_skipped_is(root: Path, columns: int) -> None:
    terminal = Terminal(root, columns, 60, "--approved-by", "Ada")
    first = terminal.wait(ASKED)
    assert "kept-apart.md" in terminal.answer("k")
    terminal.answer("s", "0 of 2 proposals carried out")
    terminal.end()
    kept = (root / ".context/archive/kept-apart.md").read_text("utf-8")
    assert ", Ada · " in kept
    again = json.loads(run(root, "--json").stdout)["groups"]
    assert len(again) == 1
    assert not any(member["id"] in kept for member in again[0]["members"])
    assert re.search(r"g-[0-9a-f]{6}", first)[0] != again[0]["id"]  # type: ignore[index]
    assert run(root, "--undo").returncode == 1  # nothing was merged
    (root / ".context/archive/kept-apart.md").unlink()
    assert len(json.loads(run(root, "--json").stdout)["groups"]) == 2


@on_terminals
def test_an_editor_that_fails_or_takes_the_title_away_loses_nothing(root: Path, tmp_path: Path) -> None:
    terminal = Terminal(root, EDITOR="false")
    terminal.wait(ASKED)
    assert "ended with 1" in terminal.answer("e")
    terminal.answer("q", "0 of 2 proposals")
    terminal.end()
    assert files_of(root) == files()
    shell = editor(tmp_path, "text = '#\\n\\n- Short.\\n'")
    terminal = Terminal(root, EDITOR=shell)
    title = re.search(r"## (.*)\r", terminal.wait(ASKED))
    assert title
    edited = terminal.answer("e")
    assert f"## {title[1]}" in edited
    assert "not in your draft: L-" in edited.replace("\r\n", " ") + terminal.shown
    assert "merged: L-" in terminal.answer("a")
    terminal.answer("q", "1 of 2 proposals")
    terminal.end()
    assert [entry.title for entry in merged(root)] == [title[1]]


@on_terminals
def test_a_refused_draft_stays_on_the_desk(root: Path, tmp_path: Path) -> None:
    shell = editor(tmp_path, "text += '\\n\\u202e hidden\\n' if 'hidden' not in text else ''")
    terminal = Terminal(root, EDITOR=shell)
    terminal.wait(ASKED)
    terminal.answer("e")
    assert "refused" in terminal.answer("a")
    assert "hidden" in terminal.answer("t", TITLE) + terminal.answer("Again")
    terminal.answer("q", "0 of 2 proposals")
    terminal.end()
    assert files_of(root) == files()


@on_terminals
def test_a_long_proposal_is_paged_and_a_key_between_pages_counts(root: Path) -> None:
    terminal = Terminal(root, 80, 12)
    terminal.wait("Enter goes on, or a key -- ")
    terminal.answer("", r"Enter goes on, or a key -- |q\)uit \? > ")
    terminal.answer("q", "0 of 2 proposals")
    terminal.end()


@on_terminals
@WIDTHS
def test_of_two_that_contradict_each_other_a_person_says_which_stays(others: Path, columns: int) -> None:
    terminal = Terminal(others, columns, 60, "--all", "--approved-by", "Ada")
    first = terminal.wait(ASKED)
    assert "supersede" in first
    assert "e)dit" not in first + terminal.shown
    assert "you said" in terminal.answer("o")
    assert "superseded: L-" in terminal.answer("a")
    assert "duplicate archived: L-" in terminal.answer("a", "2 of 2 proposals")
    terminal.end()
    after = {one.title: one for one in ctx.open(others).entries()}
    assert after["Force pushes to main are not allowed"].status == "superseded"
    assert after["Force pushes to main are allowed"].live
    assert run(others, "--undo").returncode == 0


@on_terminals
def test_quitting_half_way_keeps_what_was_approved(root: Path) -> None:
    terminal = Terminal(root)
    terminal.wait(ASKED)
    terminal.answer("a", TITLE)
    terminal.answer("")
    terminal.answer("q", "1 of 2 proposals")
    terminal.end()
    assert len(merged(root)) == 1
    assert run(root, "--undo").returncode == 0
    assert files_of(root) == files()


@on_terminals
def test_what_was_approved_before_the_terminal_closed_is_done_whole(root: Path) -> None:
    terminal = Terminal(root)
    terminal.wait(ASKED)
    terminal.answer("a", TITLE)
    terminal.answer("")
    terminal.child.close(force=False)
    assert len(merged(root)) == 1
    assert run(root, "--undo").returncode == 0
    assert files_of(root) == files()


@on_terminals
def test_a_hangup_while_a_group_is_merged_does_not_cut_it_short(root: Path) -> None:
    terminal = Terminal(root)
    terminal.wait(ASKED)
    terminal.answer("a", TITLE)
    terminal.child.sendline("")
    terminal.child.kill(signal.SIGHUP)
    terminal.wait("merged: L-")
    terminal.wait(ASKED)
    terminal.child.sendeof()
    terminal.wait("1 of 2 proposals")
    terminal.child.expect(pexpect.EOF)
    assert len(merged(root)) == 1
