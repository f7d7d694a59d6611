"""`ctx drift --staged`: the index decides, as it decides what a commit holds."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli import ctx, project
from tests.test_drift_command import CORE, SECRET, drift
from tests.test_drift_git import Repository, code

CLEAN = "# Learnings\n\n## [2026-10-01] One\n\nText.\n"
LEAKING = CLEAN + f"\n## [2026-10-02] Two\n\nThe token is {SECRET}.\n"
FILE = ".context/LEARNINGS.md"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    found = Repository(project(tmp_path, CORE | {"LEARNINGS.md": CLEAN}))
    found.commit_all()
    return found


def test_a_secret_that_is_staged_and_gone_from_the_disk_is_an_error(repository: Repository) -> None:
    repository.write(FILE, LEAKING)
    repository("add", FILE)
    repository.write(FILE, CLEAN)
    assert drift(repository.root) == (0, "", "no drift found\n")
    staged = drift(repository.root, "--staged")
    assert staged.code == 1
    assert f"{FILE}:9: holds a secret" in staged.out
    assert SECRET not in staged.out


def test_a_secret_that_is_only_on_the_disk_is_no_matter_of_the_commit(repository: Repository) -> None:
    repository.write(FILE, LEAKING)
    repository.write(".context/FACTS.md", f"# Facts\n\n## Key\n\n{SECRET}\n")
    assert drift(repository.root).code == 1
    assert drift(repository.root, "--staged", "--strict") == (0, "", "no drift found\n")


def test_a_file_taken_out_of_the_index_alone_is_gone(repository: Repository) -> None:
    repository.commit(src__x_py=code("x"), **{FILE: CLEAN + "\nSee `src/x.py`.\n"})
    assert drift(repository.root, "--staged", "--strict").code == 0
    repository("rm", "-q", "--cached", "src/x.py")
    assert (repository.root / "src/x.py").exists()
    assert "src/x.py" in drift(repository.root, "--staged", "--strict").out


def test_the_configuration_that_is_staged_is_in_force(repository: Repository) -> None:
    repository.write(FILE, LEAKING)
    repository.write(".contextrc", 'drift.ignore = ["secret"]\n')
    repository("add", FILE)
    assert drift(repository.root, "--staged").code == 1
    repository("add", ".contextrc")
    assert drift(repository.root, "--staged").code == 0


def test_a_context_below_the_root_of_its_repository(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    inner = project(tmp_path / "apps" / "one", CORE | {"LEARNINGS.md": LEAKING})
    repository("add", "-A")
    (inner / FILE).write_text(CLEAN)
    found = drift(inner, "--staged")
    assert (found.code, f"{FILE}:9:" in found.out) == (1, True)


def test_without_git_and_with_fix_it_is_refused(tmp_path: Path) -> None:
    project(tmp_path, CORE)
    outside = ctx("drift", "--staged", cwd=tmp_path, env={"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)})
    assert (outside.code, outside.out) == (1, "")
    assert "is in no git repository\nhint: leave out --staged\n" in outside.err
    assert drift(tmp_path, "--staged", "--fix").code == 2


@pytest.mark.parametrize("flags", [(), ("-a",), ("--only", FILE)])
def test_a_hook_stops_the_commit_of_a_secret(repository: Repository, flags: tuple[str, ...]) -> None:
    """With -a and with paths git makes an index for the commit, and tells the hook of it."""
    hook = repository.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nexec {shlex.quote(sys.executable)} -m ctx drift --staged\n")
    hook.chmod(0o755)
    repository.write(FILE, LEAKING)
    if not flags:
        repository("add", FILE)
        repository.write(FILE, CLEAN)
    with pytest.raises(subprocess.CalledProcessError) as stopped:
        repository("commit", "-q", "-m", "leak", *flags)
    assert "holds a secret" in stopped.value.stdout + stopped.value.stderr
    repository.write(FILE, CLEAN + "\nMore text.\n")
    repository("add", FILE)
    repository("commit", "-q", "-m", "clean", *flags)


def test_a_target_is_named_once_a_line(repository: Repository) -> None:
    text = CLEAN + f"\nSee `src/x.py`, `src/x.py:3` and\nagain `src/x.py`; {SECRET} is not {SECRET}.\n"
    repository.commit(src__x_py=code("x"), **{FILE: text})
    repository.commit(src__x_py=None)
    found = [line for line in drift(repository.root).out.splitlines() if FILE in line]
    assert [line.split(":")[1] for line in found if "src/x.py" in line] == ["7", "8"]
    assert [line.split(":")[1] for line in found if "holds a secret" in line] == ["8"]
