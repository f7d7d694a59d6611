"""`ctx consolidate` as people and agents run it: printed, planned, applied, reviewed on a real terminal."""

from __future__ import annotations

import json
import os
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
    write(folder, sample())
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
    assert "3 × learning" in done.stdout
    assert "  | ## " in done.stdout
    assert done.stderr == ""
    assert files_of(root) == sample()


def test_json_has_the_documented_keys(root: Path) -> None:
    groups = json.loads(run(root, "--json").stdout)["groups"]
    assert [len(group["members"]) for group in groups] == [3, 3]
    for group in groups:
        assert set(group) == {"id", "kind", "cohesion", "members", "draft", "tokens_before", "tokens_after"}
        assert set(group["draft"]) == {"title", "body"}
        for member in group["members"]:
            assert set(member) == {"id", "title", "date", "path", "line", "digest"}
    assert [group["cohesion"] for group in groups] == sorted((g["cohesion"] for g in groups), reverse=True)


def test_the_library_gives_what_the_command_prints(root: Path) -> None:
    printed = json.loads(run(root, "--json").stdout)["groups"]
    assert [group.to_json() for group in ctx.open(root).proposals("learning")] == printed
    assert ctx.open(root).proposals("decision") == []


def test_a_plan_is_readable_approves_nothing_and_is_never_overwritten(root: Path, tmp_path: Path) -> None:
    path = plan_of(root, tmp_path)
    raw = tomllib.loads(path.read_text("utf-8"))
    assert [group["approve"] for group in raw["groups"]] == [False, False]
    printed = json.loads(run(root, "--json").stdout)["groups"]
    assert [group["draft"]["body"].strip("\n") for group in raw["groups"]] == [
        g["draft"]["body"] for g in printed
    ]
    assert "body = '''\n**Lesson**:\n" in path.read_text("utf-8")
    again = run(root, "--plan", str(path))
    assert (again.returncode, again.stderr.splitlines()[0]) == (
        1,
        f"error: {path}: exists already; it is as it was",
    )
    nothing = run(root, "--apply", str(path), "--approved-by", "Ada")
    assert nothing.returncode == 1
    assert "approves no group" in nothing.stderr


def test_an_approved_group_is_merged_and_the_other_stays(root: Path, tmp_path: Path) -> None:
    path = plan_of(root, tmp_path, approve=1)
    refused = run(root, "--apply", str(path))
    assert refused.returncode == 2
    assert "--approved-by NAME" in refused.stderr
    assert files_of(root) == sample()
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
    assert "already merged" in run(root, "--apply", str(path), "--approved-by", "Ada Lovelace").stdout
    assert run(root, "--undo").stdout.startswith("restored .context/")
    assert files_of(root) == sample()
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
    assert files_of(root) == sample()


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
        assert run(root, *mode, "--kind", "learning").returncode == 2


def test_the_prompt_holds_rules_members_and_plan(root: Path) -> None:
    text = run(root, "--prompt").stdout
    assert "Keep every distinct fact" in text
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


pexpect: Any = pytest.importorskip("pexpect") if os.name == "posix" else None
on_terminals = pytest.mark.skipif(os.name != "posix", reason="needs a terminal")
ASKED = "approve, edit, drop .*q\\] "


def spawn(root: Path, **environment: str) -> Any:
    return pexpect.spawn(
        sys.executable,
        ["-m", "ctx", "consolidate"],
        cwd=str(root),
        env={**ENVIRONMENT, **environment},
        encoding="utf-8",
        timeout=120,
        dimensions=(50, 200),
    )


def titles(root: Path) -> list[str]:
    return [entry.title for entry in ctx.open(root).entries("learning")]


@on_terminals
def test_approve_and_skip(root: Path) -> None:
    child = spawn(root)
    child.expect("1 of 2")
    child.expect(ASKED)
    child.sendline("a")
    child.expect("merged: L-")
    child.expect("2 of 2")
    child.expect(ASKED)
    child.sendline("s")
    child.expect("1 of 2 groups merged")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert sum(title.endswith("(consolidated)") for title in titles(root)) == 1
    assert run(root, "--undo").returncode == 0
    assert files_of(root) == sample()


@on_terminals
def test_edit_in_the_editor(root: Path, tmp_path: Path) -> None:
    editor = tmp_path / "editor.py"
    editor.write_text(
        "import sys\n"
        "text = '# Better title (consolidated)\\n\\n**Lesson**: Shorter.\\n'\n"
        "open(sys.argv[1], 'w').write(text)\n"
    )
    child = spawn(root, EDITOR=f"{sys.executable} {editor}")
    child.expect(ASKED)
    child.sendline("e")
    child.expect("Better title")
    child.expect(ASKED)
    child.sendline("a")
    child.expect("merged: L-")
    child.expect(ASKED)
    child.sendline("q")
    child.expect(pexpect.EOF)
    [entry] = [entry for entry in ctx.open(root).entries() if entry.title.startswith("Better")]
    assert entry.title == "Better title (consolidated)"
    assert entry.fields["Lesson"] == "Shorter."


@on_terminals
def test_an_editor_that_fails_changes_nothing(root: Path) -> None:
    child = spawn(root, EDITOR="false")
    child.expect(ASKED)
    child.sendline("e")
    child.expect("the editor .* ended with 1")
    child.expect(ASKED)
    child.sendline("q")
    child.expect("0 of 2 groups merged")
    child.expect(pexpect.EOF)
    assert files_of(root) == sample()


@on_terminals
def test_drop_a_member(root: Path) -> None:
    child = spawn(root)
    child.expect(ASKED)
    child.sendline("d")
    child.expect("which one")
    child.sendline("2")
    child.expect("2 × learning")
    child.expect(ASKED)
    child.sendline("a")
    child.expect("merged: L-")
    child.expect(ASKED)
    child.sendline("q")
    child.expect(pexpect.EOF)
    assert len(titles(root)) == 5


@on_terminals
def test_what_was_approved_before_the_terminal_closed_is_done_whole(root: Path) -> None:
    child = spawn(root)
    child.expect(ASKED)
    child.sendline("a")
    child.expect("2 of 2")
    child.expect(ASKED)
    child.close(force=False)
    assert sum(title.endswith("(consolidated)") for title in titles(root)) == 1
    assert run(root, "--undo").returncode == 0
    assert files_of(root) == sample()


@on_terminals
def test_a_hangup_while_a_group_is_merged_does_not_cut_it_short(root: Path) -> None:
    child = spawn(root)
    child.expect(ASKED)
    child.sendline("a")
    child.kill(signal.SIGHUP)
    child.expect("merged: L-")
    child.expect(ASKED)
    child.sendeof()
    child.expect("1 of 2 groups merged")
    child.expect(pexpect.EOF)
    assert sum(title.endswith("(consolidated)") for title in titles(root)) == 1
