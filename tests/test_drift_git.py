"""Drift in real repositories: renames, deletions, merges, clones that lack history, and no git at all."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

import ctx
from ctx.drift.finding import Finding
from ctx.store import git
from tests.cli import project

DAY = "2026-11-21"


class Repository:
    """A git repository of one test; every commit is a day after the one before."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.days = 0
        root.mkdir(parents=True, exist_ok=True)
        self("init", "-q", "-b", "main")
        self("config", "user.name", "A")
        self("config", "user.email", "a@example.org")
        self("config", "commit.gpgsign", "false")

    def __call__(self, *args: str) -> str:
        date = f"2026-01-{self.days + 1:02}T12:00:00Z"
        environment = dict(os.environ, GIT_AUTHOR_DATE=date, GIT_COMMITTER_DATE=date)
        command = ["git", "-c", "protocol.file.allow=always", *args]
        done = subprocess.run(
            command, cwd=self.root, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    def commit(self, **files: str | None) -> None:
        """Write the files (a path with `__` for `/` and `_py` for `.py`), or remove them, and commit all."""
        for name, text in files.items():
            self.write(name.replace("__", "/").replace("_py", ".py"), text)
        self.commit_all()

    def write(self, path: str, text: str | None) -> None:
        full = self.root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.unlink() if text is None else full.write_text(text, encoding="utf-8")

    def commit_all(self) -> None:
        self("add", "-A")
        self("commit", "-q", "--allow-empty", "-m", f"day {self.days}")
        self.days += 1


def code(name: str) -> str:
    """A file that is like no other, so that git knows it again."""
    return "".join(f"{name} line {n}\n" for n in range(30))


def mentioning(*paths: str) -> str:
    return "# L\n\n## [2026-11-01-101112] One\n\n" + "".join(f"See `{path}`.\n" for path in paths)


def dead(root: Path) -> list[str]:
    """What is said about references."""
    return [one.message for one in drift(root) if one.rule == "dead-reference"]


def drift(root: Path) -> list[Finding]:
    return ctx.open(root).drift(now=DAY)


def gone(path: str) -> str:
    return f"{path} is gone: it was in git's history and is no longer there"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def learnings(repository: Repository, *paths: str) -> None:
    project(repository.root, {"LEARNINGS.md": mentioning(*paths)})


def test_renamed_twice_deleted_and_never_seen(repository: Repository) -> None:
    learnings(repository, "src/a.py:3", "src/b.py", "src/never.py", "src/stays.py", "a.py")
    repository.commit(src__a_py=code("a"), src__b_py=code("b"), src__stays_py=code("c"))
    repository("mv", "src/a.py", "src/a2.py")
    repository.commit(src__b_py=None)
    repository("mv", "src/a2.py", "src/a3.py")
    repository.commit_all()
    assert dead(repository.root) == ["src/a.py was moved to src/a3.py", gone("src/b.py")]


def test_a_folder_that_was_moved_and_one_that_is_gone(repository: Repository) -> None:
    learnings(repository, "src/old/", "src/dead/", "src/old/x.py")
    repository.commit(src__old__x_py=code("x"), src__old__y_py=code("y"), src__dead__z_py=code("z"))
    repository("mv", "src/old", "src/new")
    repository("rm", "-q", "-r", "src/dead")
    repository.commit_all()
    assert dead(repository.root) == [
        "src/old/ was moved to src/new",
        gone("src/dead/"),
        "src/old/x.py was moved to src/new/x.py",
    ]


def test_what_is_staged_counts_and_what_is_not_yet_does_not(repository: Repository) -> None:
    learnings(repository, "src/a.py", "src/b.py", "src/c.py")
    repository.commit(src__a_py=code("a"), src__b_py=code("b"), src__c_py=code("c"))
    repository("mv", "src/a.py", "src/z.py")
    repository("rm", "-q", "src/b.py")
    repository.write("src/c.py", None)
    assert dead(repository.root) == ["src/a.py was moved to src/z.py", gone("src/b.py")]


def test_what_came_back_is_there(repository: Repository) -> None:
    learnings(repository, "src/a.py")
    repository.commit(src__a_py=code("a"))
    repository.commit(src__a_py=None)
    assert dead(repository.root) == [gone("src/a.py")]
    repository.commit(src__a_py=code("a"))
    assert dead(repository.root) == []


def test_history_that_head_does_not_reach_is_not_asked(repository: Repository) -> None:
    learnings(repository, "src/other.py")
    repository.commit(src__a_py=code("a"))
    repository("checkout", "-q", "-b", "side")
    repository.commit(src__other_py=code("o"))
    repository("checkout", "-q", "main")
    assert dead(repository.root) == []


def test_a_rename_on_a_merged_branch_and_one_within_the_merge(repository: Repository) -> None:
    learnings(repository, "src/a.py", "src/b.py")
    repository.commit(src__a_py=code("a"), src__b_py=code("b"))
    repository("checkout", "-q", "-b", "side")
    repository("mv", "src/a.py", "src/a2.py")
    repository.commit_all()
    repository("checkout", "-q", "main")
    repository.commit(src__c_py=code("c"))
    repository("merge", "-q", "--no-ff", "--no-commit", "side")
    repository("mv", "src/b.py", "src/b2.py")
    repository.commit_all()
    assert dead(repository.root) == ["src/a.py was moved to src/a2.py", "src/b.py was moved to src/b2.py"]


def test_names_with_blanks_quotes_and_letters_of_all_scripts_do_not_confuse_git(
    repository: Repository,
) -> None:
    learnings(repository, "src/größe.py", "src/a.py")
    repository.write('src/it "is" odd\t.py', code("odd"))
    repository.commit(src__größe_py=code("g"), src__a_py=code("a"))
    repository("mv", 'src/it "is" odd\t.py', "src/R100")
    repository("mv", "src/größe.py", "src/漢字.py")
    repository.commit_all()
    assert dead(repository.root) == ["src/größe.py was moved to src/漢字.py"]


def test_a_context_below_the_top_of_its_repository(repository: Repository) -> None:
    service = repository.root / "svc"
    project(service, {"LEARNINGS.md": mentioning("src/a.py", "svc/src/b.py", "src/out.py")})
    repository.commit(svc__src__a_py=code("a"), svc__src__b_py=code("b"), svc__src__out_py=code("o"))
    repository("mv", "svc/src/a.py", "svc/src/a2.py")
    (repository.root / "lib").mkdir()
    repository("mv", "svc/src/out.py", "lib/out.py")
    repository.commit(svc__src__b_py=None)
    assert dead(service) == [
        "src/a.py was moved to src/a2.py",
        gone("svc/src/b.py"),
        "src/out.py was moved to ../lib/out.py",
    ]


def test_a_shallow_clone_says_nothing(repository: Repository, tmp_path: Path) -> None:
    learnings(repository, "src/a.py", "src/b.py")
    repository.commit(src__a_py=code("a"), src__b_py=code("b"))
    repository.commit(src__a_py=None)
    repository.commit(src__b_py=None)
    for depth, said in (("1", 0), ("2", 0), ("99", 2)):
        clone = tmp_path / depth
        repository("clone", "-q", f"--depth={depth}", f"file://{repository.root}", str(clone))
        assert git.is_shallow(clone) is (depth != "99")
        assert len(dead(clone)) == said


def test_a_partial_clone_is_not_asked_to_fetch(repository: Repository, tmp_path: Path) -> None:
    repository("config", "uploadpack.allowFilter", "true")
    learnings(repository, "src/a.py")
    repository.commit(src__a_py=code("a"))
    repository.commit(src__a_py=None)
    clone = tmp_path / "partial"
    repository("clone", "-q", "--filter=blob:none", f"file://{repository.root}", str(clone))
    assert git.is_shallow(clone)
    assert dead(clone) == []


def test_a_sparse_checkout_lacks_files_that_are_there(repository: Repository) -> None:
    learnings(repository, "src/a.py", "lib/")
    repository.commit(src__a_py=code("a"), lib__b_py=code("b"))
    repository("sparse-checkout", "set", "--no-cone", "/.context/")
    assert not (repository.root / "src").exists()
    assert dead(repository.root) == []


def test_without_git_without_a_commit_and_in_a_broken_repository(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = project(tmp_path / "bare", {"LEARNINGS.md": mentioning("src/a.py")})
    learnings(repository, "src/a.py")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    assert dead(bare) == []
    assert dead(repository.root) == []
    (repository.root / ".git" / "HEAD").write_text("nonsense\n", encoding="utf-8")
    assert dead(repository.root) == []
    monkeypatch.setenv("PATH", str(tmp_path))
    assert dead(repository.root) == []


def test_a_context_whose_project_is_elsewhere_reports_nothing_gone(repository: Repository) -> None:
    """As when a context folder is copied into a repository of its own: its source was never there."""
    texts = {
        "LEARNINGS.md": mentioning(
            *(f"internal/pkg{n}/run.go" for n in range(50)), "go.mod", "docs/", "main.go"
        ),
        "TASKS.md": "- [ ] read `specs/plan.md` and [this](../docs/page.md)\n",
        "CONVENTIONS.md": "- **Errors**: in `err/<pkg>/<pkg>.go`, e.g. `foo.go`, never `os.Exit()`\n",
    }
    project(repository.root, texts)
    repository.commit_all()
    repository.write(".context/LEARNINGS.md", texts["LEARNINGS.md"] + "\nmore\n")
    repository.commit_all()
    assert dead(repository.root) == []


def test_the_age_of_a_task_comes_from_its_line_and_not_from_the_file(repository: Repository) -> None:
    task = "# Tasks\n\n- [ ] a task that wraps\n  over lines #in-progress\n"
    project(repository.root, {"TASKS.md": task})
    assert [one for one in drift(repository.root) if one.rule == "stale-task"] == [], "not committed: no age"
    repository.commit_all()
    repository.write(".context/TASKS.md", f"{task}- [ ] another\n")
    repository.commit_all()
    os.utime(repository.root / ".context/TASKS.md")
    (found,) = (one for one in drift(repository.root) if one.rule == "stale-task")
    assert "for 324 days, since 2026-01-01" in found.message
    repository.write(".context/TASKS.md", task.replace("over", "across"))
    assert not [one for one in drift(repository.root) if one.rule == "stale-task"], "changed just now"
