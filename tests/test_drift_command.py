"""`ctx drift`: transcripts, formats, exit codes, fixes, and the hook for pre-commit."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ctx.cli.output import safe
from ctx.drift import formats
from ctx.drift.finding import Finding, Report
from tests.cli import Done, ctx, project
from tests.test_drift_git import Repository, code, mentioning

REPOSITORY = Path(__file__).parent.parent
CORE: dict[str, str | bytes] = {
    "CONSTITUTION.md": "# Constitution\n",
    "TASKS.md": "# Tasks\n",
    "CONVENTIONS.md": "# Conventions\n",
    "DECISIONS.md": "# Decisions\n",
    "LEARNINGS.md": "# Learnings\n",
}
LEARNINGS = "# Learnings\n\n" + "".join(
    f"## [2026-10-{n:02}] Lesson number {n}\n\nText.\n\n" for n in range(1, 4)
)
SECRET = "ghp_" + "Ab1" * 12


def drift(root: Path, *args: str) -> Done:
    return ctx("drift", "--now", "2026-11-21", *args, cwd=root)


def test_a_fresh_context_is_healthy(tmp_path: Path) -> None:
    assert ctx("init", cwd=tmp_path).code == 0
    assert drift(tmp_path, "--strict") == Done(0, "", "no drift found\n")
    shown = json.loads(drift(tmp_path, "--json").out)
    assert shown == {"findings": [], "counts": {"nudge": 0, "warning": 0, "error": 0}}


def test_the_cap_nudge_reads_exactly(tmp_path: Path) -> None:
    lessons = "".join(f"## [2026-10-01] Lesson {n} of many\n\nText {n}.\n\n" for n in range(47))
    project(tmp_path, {**CORE, "LEARNINGS.md": f"# Learnings\n\n{lessons}"})
    expected = (
        "⚠ LEARNINGS.md has 47 entries (recommended: ≤30)\n"
        "  Run `ctx consolidate` to review and merge related entries\n"
    )
    assert drift(tmp_path) == Done(0, expected, "1 nudge (soft-cap)\n")
    assert drift(tmp_path, "--strict").code == 1


def test_a_transcript_with_everything(tmp_path: Path) -> None:
    files = {
        **CORE,
        "LEARNINGS.md": LEARNINGS + "See L-aaaaaa.\n",
        "TASKS.md": "# Tasks\n\n- [ ] Old one #in-progress #started:2026-01-01\n",
        "DECISIONS.md": b"# Decisions\n\n## [2026-10-01] \xff\n",
        "NOTES.md": f"# Notes\n\n{SECRET}\n",
    }
    del files["CONVENTIONS.md"]
    project(tmp_path, files)
    (tmp_path / ".contextrc").write_text("budgett = 3\n[caps]\nlearning = true\n", encoding="utf-8")
    done = drift(tmp_path)
    assert done.code == 1
    assert done.out == (
        "⚠ CONVENTIONS.md is missing\n"
        "  run `ctx init`, or `ctx drift --fix`\n"
        "✖ .context/DECISIONS.md:3: is not UTF-8: byte 0xff\n"
        "  save the file as UTF-8\n"
        "⚠ .context/LEARNINGS.md:15: L-aaaaaa names no entry, live or archived\n"
        "  `ctx search WORDS` finds what it meant\n"
        "✖ .context/NOTES.md:3: holds a secret: GitHub Token\n"
        "  revoke it first, then take it out of the file and of git's history\n"
        "⚠ .context/TASKS.md:3: T-0b5795 has been in progress for 324 days, since 2026-01-01 "
        "(expected: ≤30)\n"
        "  finish it, block it, or split it\n"
        "✖ .contextrc:1: unknown key 'budgett'\n"
        "  did you mean 'budget'?\n"
        "✖ .contextrc:3: caps.learning: expected a whole number of entries ≥ 0, found true\n"
    )
    assert done.err == (
        "4 errors, 2 warnings, 1 nudge "
        "(config-error, dangling-link, missing-core-file, secret, stale-task, unreadable-file)\n"
    )
    shown = drift(tmp_path, "--json")
    assert shown.code == 1
    assert json.loads(shown.out)["counts"] == {"nudge": 1, "warning": 2, "error": 4}
    assert SECRET not in shown.out + done.out


def test_what_cannot_be_read_is_a_finding_each(tmp_path: Path) -> None:
    project(tmp_path, {**CORE, "FACTS.md": b"# F\n\nnul \0 byte\n", "LEARNINGS.md": LEARNINGS})
    (tmp_path / ".context/ERRORS.md").symlink_to(tmp_path / "nowhere.md")
    (tmp_path / ".context/learnings").mkdir()
    (tmp_path / ".context/learnings/a.md").mkdir()
    (tmp_path / ".contextrc").write_bytes(b"budget = 1\n# \xff\n")
    done = drift(tmp_path, "--json")
    found = [(one["path"], one["line"]) for one in json.loads(done.out)["findings"]]
    assert found == [
        (".context/ERRORS.md", 1),
        (".context/FACTS.md", 3),
        (".context/learnings/a.md", 1),
        (".contextrc", 2),
    ]
    assert done.code == 1


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is closed to an administrator"
)
def test_a_folder_without_access_is_a_finding_and_the_rest_is_checked(tmp_path: Path) -> None:
    project(tmp_path, {**CORE, "learnings/a.md": "# A\n", "NOTES.md": SECRET})
    folder = tmp_path / ".context/learnings"
    folder.chmod(0)
    try:
        found = json.loads(drift(tmp_path, "--json").out)["findings"]
    finally:
        folder.chmod(0o700)
    assert {(one["rule"], one["path"]) for one in found} >= {
        ("unreadable-file", ".context/learnings"),
        ("secret", ".context/NOTES.md"),
    }


def test_annotations_for_github(tmp_path: Path) -> None:
    project(tmp_path, {**CORE, "LEARNINGS.md": LEARNINGS + "See L-aaaaaa.\n"})
    assert drift(tmp_path, "--format", "github").out == (
        "::warning file=.context/LEARNINGS.md,line=15,title=ctx drift%3A dangling-link::"
        "L-aaaaaa names no entry, live or archived%0A`ctx search WORDS` finds what it meant\n"
    )


def test_an_annotation_cannot_be_broken_out_of() -> None:
    evil = Finding("rule", "error", "a,b:c%.md", 3, "50% of\r\n::error::forged", "hint")
    (line,) = formats.as_github(Report((evil,))).splitlines()
    assert line == (
        "::error file=a%2Cb%3Ac%25.md,line=3,title=ctx drift%3A rule::50%25 of%0D%0A::error::forged%0Ahint"
    )


def test_a_finding_stays_on_its_lines_and_steers_no_terminal() -> None:
    evil = Finding("rule", "error", "a.md", 3, "one\ntwo \x1b[2J", "three\r\nfour")
    assert formats.as_text(Report((evil,))).count("\n") == 2
    assert "\x1b" not in safe(formats.as_text(Report((evil,))))


def test_verbose_shows_what_cannot_be_verified_and_does_not_count_it(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    project(tmp_path, {**CORE, "LEARNINGS.md": mentioning("src/never.py")})
    repository.commit_all()
    assert drift(tmp_path, "--strict").out == ""
    done = drift(tmp_path, "--strict", "--verbose")
    assert done.code == 0
    assert done.out == "? .context/LEARNINGS.md:5: src/never.py cannot be verified: git never saw it\n"
    shown = json.loads(drift(tmp_path, "--json", "--verbose").out)
    assert (len(shown["findings"]), len(shown["unverifiable"])) == (0, 1)


@pytest.mark.parametrize(
    ("args", "message"),
    [(("--dry-run",), "--dry-run goes with --fix"), (("--now", "soon"), "--now 'soon' is not a date")],
)
def test_misuse_is_refused(tmp_path: Path, args: tuple[str, ...], message: str) -> None:
    project(tmp_path, CORE)
    done = ctx("drift", *args, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def fixable(root: Path) -> Repository:
    repository = Repository(root)
    text = mentioning("src/a.py:3", "src/a.py", "src/b.py").replace("\n", "\r\n")
    files = {**CORE, "LEARNINGS.md": f"\ufeff{text}no final newline"}
    del files["TASKS.md"]
    project(root, files)
    repository.commit(src__a_py=code("a"), src__b_py=code("b"))
    repository("mv", "src/a.py", "src/a2.py")
    repository.commit(src__b_py=None)
    return repository


def test_a_fix_mends_what_is_safe_and_says_so(tmp_path: Path) -> None:
    fixable(tmp_path)
    before = (tmp_path / ".context/LEARNINGS.md").read_bytes()
    done = drift(tmp_path, "--fix")
    assert (tmp_path / ".context/LEARNINGS.md").read_bytes() == before.replace(b"src/a.py", b"src/a2.py")
    assert (tmp_path / ".context/TASKS.md").read_text("utf-8").startswith("# Tasks\n")
    assert done.err.splitlines() == [
        "fixed: .context/LEARNINGS.md:5: src/a.py → src/a2.py",
        "fixed: .context/LEARNINGS.md:6: src/a.py → src/a2.py",
        "fixed: created .context/TASKS.md",
        "1 warning (dead-reference)",
    ]
    assert "src/b.py is gone" in done.out
    again = drift(tmp_path, "--fix", "--json")
    assert json.loads(again.out)["fixed"] == [], "the second time there is nothing left to do"


def test_a_dry_run_prints_a_diff_that_git_can_apply(tmp_path: Path) -> None:
    repository = fixable(tmp_path)
    before = {path: path.read_bytes() for path in (tmp_path / ".context").glob("*.md")}
    diff = json.loads(drift(tmp_path, "--fix", "--dry-run", "--json").out)["diff"]
    assert {path: path.read_bytes() for path in (tmp_path / ".context").glob("*.md")} == before
    (tmp_path / "fix.diff").write_bytes(diff.encode())
    repository("apply", "fix.diff")
    applied = {path.name: path.read_bytes() for path in (tmp_path / ".context").glob("*.md")}
    repository("checkout", "-q", ".")
    (tmp_path / ".context/TASKS.md").unlink()
    drift(tmp_path, "--fix")
    assert {path.name: path.read_bytes() for path in (tmp_path / ".context").glob("*.md")} == applied


def test_the_hook_nudges_and_stops_a_commit_in_the_real_pre_commit(tmp_path: Path) -> None:
    """The manifest's own fields, in a `repo: local` of the language `system`.

    With `repo: URL` pre-commit would build an environment and install ctx's dependencies from an index, which
    a test must not need; what differs from that is only where the `ctx` on the path comes from.
    """
    manifest = (REPOSITORY / ".pre-commit-hooks.yaml").read_text("utf-8")
    command = f"{sys.executable} -m ctx drift"
    hook = manifest.replace("language: python", "language: system").replace(
        "entry: ctx drift", f"entry: {command}"
    )
    assert command in hook
    assert "language: system" in hook
    repository = Repository(tmp_path / "repository")
    project(repository.root, {**CORE, "LEARNINGS.md": LEARNINGS})
    repository.write(".contextrc", "[caps]\nlearning = 2\n")
    config = "repos:\n- repo: local\n  hooks:\n" + re.sub(r"(?m)^(?=.)", "  ", hook)
    repository.write(".pre-commit-config.yaml", config)
    repository.commit_all()
    _pre_commit(tmp_path, "validate-manifest", str(REPOSITORY / ".pre-commit-hooks.yaml"))

    run = _pre_commit(tmp_path, "run", "--all-files")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "⚠ LEARNINGS.md has 3 entries (recommended: ≤2)" in run.stdout, "a nudge nobody sees is none"

    _pre_commit(tmp_path, "install")
    repository.write("src/a.py", code("a"))
    repository.commit_all()
    repository.write(".context/NOTES.md", SECRET)
    with pytest.raises(subprocess.CalledProcessError) as refused:
        repository.commit_all()
    assert "holds a secret: GitHub Token" in refused.value.stderr + refused.value.stdout


def test_a_source_file_that_is_removed_alone_wakes_the_hook(tmp_path: Path) -> None:
    manifest = (REPOSITORY / ".pre-commit-hooks.yaml").read_text("utf-8")
    hook = manifest.replace("language: python", "language: system").replace(
        "entry: ctx drift", f"entry: {sys.executable} -m ctx drift"
    )
    repository = Repository(tmp_path / "repository")
    project(repository.root, {**CORE, "LEARNINGS.md": "## [2026-11-01] One\n\nThe loop is in `src/a.py`.\n"})
    repository.write(
        ".pre-commit-config.yaml", "repos:\n- repo: local\n  hooks:\n" + re.sub(r"(?m)^(?=.)", "  ", hook)
    )
    repository.write("src/a.py", code("a"))
    repository.commit_all()
    repository("rm", "-q", "src/a.py")
    run = _pre_commit(tmp_path, "run")
    assert "src/a.py is gone" in run.stdout


def _pre_commit(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    environment = dict(
        os.environ, PRE_COMMIT_HOME=str(folder / "home"), PYTHONUTF8="1", PYTHONIOENCODING="utf-8"
    )
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", *args],
        cwd=folder / "repository",
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_annotations_name_paths_in_the_repository(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.write("part/.context/LEARNINGS.md", "# Learnings\n\n```\nopen\n")
    repository.commit_all()
    assert "file=part/.context/LEARNINGS.md,line=3," in drift(tmp_path / "part", "--format", "github").out
