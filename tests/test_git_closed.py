"""Whatever a repository names, ctx runs nothing but git, and git runs nothing at all."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ctx.cli.app import MODULES, call
from ctx.cli.errors import run as run_command
from ctx.errors import CtxError
from ctx.store import git, git_call
from ctx.store.git_call import GitError, NoGitError
from tests.git_plants import ATTRIBUTES, SETTINGS, VARIABLES, Plants, commit_twice, context, run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the program that leaves a mark is a shell script")

LOCKS, RETRIES = "L-9cb592", "L-deebfc"
VERSIONS = ("base.md", "ours.md", "theirs.md")
# Every command of ctx, in each of the forms in which it may ask git.
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("status",),
    ("drift",),
    ("agent",),
    ("agent", "--json", "--explain"),
    ("agent", "--at", "HEAD"),
    ("agent", "--at", "main~1", "--task", "locks"),
    ("agent", "--at", "HEAD^{/Rename}"),
    ("why", "L-000000"),
    ("why", LOCKS),
    ("list",),
    ("list", "--unreviewed", "1d"),
    ("show", LOCKS),
    ("search", "lock"),
    ("learn", "A title", "--lesson", "text"),
    ("decide", "A choice", "--body", "text"),
    ("add", "convention", "Say why", "--body", "text"),
    ("mark", LOCKS, "helpful"),
    ("edit", LOCKS, "--body", "Other text"),
    ("supersede", LOCKS, RETRIES),
    ("deprecate", RETRIES, "--why", "No more"),
    ("remove", RETRIES),
    ("restore", RETRIES),
    ("tags",),
    ("task", "add", "Another"),
    ("task", "done", "T-9fdb3f"),
    ("task", "list"),
    ("session", "start", "Fix locks"),
    ("session", "update", "text", "--issue", "one", "--solution", "two"),
    ("frame", "push", "Part"),
    ("frame", "pop", "--status", "failed"),
    ("session", "end", "--lesson", "A lesson about the locks"),
    ("inbox",),
    ("artifact", "add", ".context/TASKS.md", "--summary", "tasks"),
    ("export", "--docs-index"),
    ("drift", "--verbose", "--json"),
    ("drift", "--fix"),
    ("drift", "--staged"),
    ("consolidate",),
    ("bench",),
    ("config", "show"),
    ("install", "git", "--dry-run"),
    ("install", "git"),
    ("install", "git", "--remove"),
    ("merge-driver", *VERSIONS, ".context/LEARNINGS.md"),
    ("merge-driver", *VERSIONS, ".context/NOTES.txt"),
    ("tags",),
    ("drift", "--staged"),
    ("restore", "2026-01-02"),
    ("init",),
)


def call_everything(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Call every command in a folder; none may meet a bug, and most have to work."""
    failed = []
    monkeypatch.chdir(root)
    for name in VERSIONS:
        (root / name).write_text(f"# L\n\n## [2026-01-01-101010] {name}\n\nText.\n")
    for command in COMMANDS:
        code = run_command(lambda command=command: call(command))  # type: ignore[misc]
        assert code in {0, 1, 2}, command
        failed += [command] if code else []
    assert not {command[0] for command in failed} - {
        "agent",
        "why",
        "drift",
        "bench",
        "install",
        "merge-driver",
        "restore",
    }, failed


def ordinary(plants: Plants, root: Path, *, promise: bool = False) -> Path:
    """A clone of its own, planted after everything was committed."""
    run(context(root), "init", "-q")
    (root / ".gitattributes").write_text(ATTRIBUTES)
    commit_twice(root)
    plants.plant(root / ".git", promise=promise)
    return root


def partial(plants: Plants, root: Path) -> Path:
    """One that lacks what it could fetch: a renamed file's bytes and those of a file of the context."""
    ordinary(plants, root, promise=True)
    for path in ("HEAD:.context/LEARNINGS.md", "HEAD~1:src/old.py", "HEAD~1:src/gone.py"):
        id_ = (
            subprocess.run(
                ["git", "-c", "core.fsmonitor=false", "rev-parse", path],
                cwd=root,
                capture_output=True,
                check=True,
            )
            .stdout.decode()
            .strip()
        )
        (root / ".git/objects" / id_[:2] / id_[2:]).unlink()
    return root


def hidden(plants: Plants, root: Path) -> Path:
    """A clean clone with a bare repository among its files, as a clone can bring it, and a context inside."""
    outer = root.with_name("outer")
    outer.mkdir()
    run(outer, "init", "-q")
    seed = ordinary(plants, root.with_name("seed"))
    inner = outer / "docs/tool"
    shutil.copytree(seed / ".git", inner)
    plants.configure(inner / "config", {"core.worktree": "."})
    context(inner)
    return inner


def worktree(plants: Plants, root: Path) -> Path:
    """A linked work tree whose own configuration is planted too."""
    main = ordinary(plants, root.with_name("main-tree"))
    quiet = (
        "-c",
        "core.hooksPath=/dev/null",
        "-c",
        "core.fsmonitor=false",
        "-c",
        "filter.mark.required=false",
    )
    off = [part for key in ("clean", "smudge", "process") for part in ("-c", f"filter.mark.{key}=")]
    run(main, *quiet, *off, "worktree", "add", "-q", "-b", "side", str(root))
    plants.configure(main / ".git/config", {"extensions.worktreeConfig": "true"})
    plants.configure(main / ".git/worktrees" / root.name / "config.worktree", SETTINGS)
    plants.mark.unlink(missing_ok=True)
    return root


def submodule(plants: Plants, root: Path) -> Path:
    """A planted submodule of a planted repository, which holds the context."""
    part = root.with_name("part")
    part.mkdir()
    run(part, "init", "-q")
    (part / "f.py").write_text("f = 1\n")
    run(part, "add", ".")
    run(part, "commit", "-qm", "part")
    run(context(root), "init", "-q")
    run(root, "submodule", "--quiet", "add", "--name", "mark", str(part), "lib")
    commit_twice(root)
    plants.plant(root / ".git", promise=False)
    plants.plant(root / ".git/modules/mark", promise=False)
    (root / "lib/f.py").write_text("f = 2\n")
    return root


def inside_submodule(plants: Plants, root: Path) -> Path:
    """A planted submodule with a context of its own."""
    inner = submodule(plants, root) / "lib"
    shutil.copytree(root / ".context", inner / ".context")
    return inner


LAYOUTS = (ordinary, partial, hidden, worktree, submodule, inside_submodule)


@pytest.fixture
def plants(tmp_path: Path) -> Iterator[Plants]:
    git_call._version.cache_clear()
    yield Plants(tmp_path / "plants")
    git_call._version.cache_clear()


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_what_a_repository_names_is_never_run(
    plants: Plants, tmp_path: Path, layout: Callable[[Plants, Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = layout(plants, tmp_path / "repository")
    assert plants.marks == ""
    call_everything(root, monkeypatch)
    assert plants.marks == ""


def test_what_variables_and_a_person_s_own_settings_name_is_never_run(
    plants: Plants, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = ordinary(plants, tmp_path / "repository")
    evil = ordinary(plants, tmp_path / "other")
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(plants.included, home / ".gitconfig")
    traces = {name: str(tmp_path / name) for name in ("GIT_TRACE", "GIT_TRACE2_EVENT", "GIT_TRACE_SETUP")}
    elsewhere = {"GIT_DIR": evil / ".git", "GIT_COMMON_DIR": evil / ".git", "GIT_CONFIG": plants.included}
    tools = {"GIT_EXEC_PATH": plants.hooks, "GIT_TEMPLATE_DIR": plants.hooks, "HOME": home}
    settings = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor"}
    settings |= {"GIT_CONFIG_VALUE_0": str(plants.program), "GIT_CONFIG_GLOBAL": str(plants.included)}
    settings |= {"GIT_CONFIG_PARAMETERS": f"'core.fsmonitor'='{plants.program}'", "GIT_CONFIG_NOSYSTEM": ""}
    settings |= {"GIT_ALLOW_PROTOCOL": "ext:file:ssh", "GIT_NO_LAZY_FETCH": "0", "GIT_ATTR_SOURCE": "HEAD"}
    for key, value in {**VARIABLES, **traces, **elsewhere, **tools, **settings}.items():
        monkeypatch.setenv(key, plants.value(str(value)))
    call_everything(root, monkeypatch)
    assert plants.marks == ""
    assert not [path for path in map(Path, traces.values()) if path.exists()]


def test_one_module_runs_git_and_one_each_the_editors() -> None:
    source = Path(git_call.__file__).parents[1]
    running = re.compile(r"\b(subprocess|pty|multiprocessing)\b|os\.(system|popen|exec|spawn|posix_spawn)")
    found = {path.name for path in source.rglob("*.py") if running.search(path.read_text("utf-8"))}
    assert found == {"git_call.py", "editor.py"}
    assert [
        line for line in Path(git_call.__file__).read_text().splitlines() if "subprocess.run(" in line
    ] == ["        done = subprocess.run(  # noqa: S603 - arguments are a list, never a shell's text"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="giving files away needs root")
def test_a_repository_of_somebody_else_is_asked_where_a_person_trusts_it(
    plants: Plants, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = ordinary(plants, tmp_path / "repository")
    for path in (root, root / ".git"):
        os.chown(path, 12345, 12345)
    with pytest.raises(GitError, match="dubious ownership"):
        git.prefix(root)
    assert git.head(root) is None
    settings = tmp_path / "gitconfig"
    settings.write_text(f"[safe]\n\tdirectory = {root}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    assert git.head(root)


def test_every_command_is_called() -> None:
    assert {command[0] for command in COMMANDS} == {name for names in MODULES.values() for name in names}


@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("-c", "core.fsmonitor=false", "diff"),
        ("-c", "core.fsmonitor=false", "log", "-p", "--ext-diff"),
        ("-c", "core.fsmonitor=false", "blame", ".context/TASKS.md"),
        ("-c", "core.fsmonitor=false", "update-index", "--really-refresh"),
    ],
    ids=lambda command: command[-1],
)
def test_plain_git_would_run_it(plants: Plants, tmp_path: Path, command: tuple[str, ...]) -> None:
    """The plants are live, so that the tests above can fail."""
    root = ordinary(plants, tmp_path / "repository")
    os.utime(root / ".context/LEARNINGS.md")
    subprocess.run(["git", *command], cwd=root, capture_output=True, check=False)
    assert plants.marks


def test_what_is_missing_would_be_fetched_by_plain_git(plants: Plants, tmp_path: Path) -> None:
    root = partial(plants, tmp_path / "repository")
    subprocess.run(["git", "show", "HEAD:.context/LEARNINGS.md"], cwd=root, capture_output=True, check=False)
    assert plants.marks


def test_a_hidden_bare_repository_is_refused_in_one_line(
    plants: Plants, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(hidden(plants, tmp_path / "repository"))
    assert run_command(lambda: call(["agent", "--at", "HEAD"])) == 1
    error, hint = capsys.readouterr().err.splitlines()
    assert error.startswith("error: git: cannot use bare repository ")
    assert hint.startswith("hint: ")
    assert run_command(lambda: call(["drift"])) in {0, 1}
    assert run_command(lambda: call(["install", "git"])) == 1


def fake_git(folder: Path, script: str) -> Path:
    """A program called git, and what it was called with, a call a line."""
    folder.mkdir()
    (folder / "git").write_text(f'#!/bin/sh\necho "$*" >> "{folder}/calls"\n{script}\n')
    (folder / "git").chmod(0o755)
    return folder / "calls"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo git version 2.30.2", "git 2.30.2 cannot be kept from running what a repository names"),
        ("echo git version 1.8.3.1", "git 1.8.3 cannot be kept from running what a repository names"),
        ("echo hello", "does not say its version"),
        ("exit 0", "does not say its version"),
        ("echo 'unknown option: -c' >&2; exit 129", "git: unknown option: -c"),
        ("echo 'error: unknown option' >&2; echo usage >&2; exit 129", "git: unknown option"),
    ],
)
def test_a_git_that_cannot_be_closed_is_asked_for_its_version_and_nothing_else(
    plants: Plants, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    root = ordinary(plants, tmp_path / "repository")
    calls = fake_git(tmp_path / "bin", script)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.chdir(root)
    assert run_command(lambda: call(["agent", "--at", "HEAD"])) == 1
    assert said in capsys.readouterr().err.splitlines()[0]
    for command in (["agent"], ["drift"], ["learn", "New", "--lesson", "x"], ["status"]):
        assert run_command(lambda command=command: call(command)) in {0, 1}  # type: ignore[misc]
    assert {line.rpartition(" ")[2] for line in calls.read_text().splitlines()} == {"version"}


@pytest.mark.parametrize(
    ("version", "may"),
    [
        ("2.38.5", False),
        ("2.39.3", False),
        ("2.39.4", True),
        ("2.43.0", False),
        ("2.43.4", True),
        ("2.45", True),
    ],
)
def test_a_git_that_would_fetch_is_not_asked_in_a_partial_clone(
    plants: Plants, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, *, may: bool
) -> None:
    whole = ordinary(plants, tmp_path / "whole")
    part = ordinary(plants, tmp_path / "part", promise=True)
    real = shutil.which("git")
    last = 'for last; do :; done; if [ "$last" = version ]; then echo git version '
    fake_git(tmp_path / "bin", f'{last}{version}; else exec {real} "$@"; fi')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    assert git.prefix(whole) == ""
    if may:
        assert git.prefix(part) == ""
    else:
        with pytest.raises(GitError, match="cannot be kept from fetching what this partial clone lacks"):
            git.prefix(part)


@pytest.mark.parametrize("path", [".", "", "bin", "./bin"])
def test_a_program_called_git_in_the_clone_is_not_git(
    plants: Plants, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    root = ordinary(plants, tmp_path / "repository")
    for folder in (root, root / "bin"):
        folder.mkdir(exist_ok=True)
        shutil.copy(plants.program, folder / "git")
    place = str(Path(git_call.find_program()).parent)
    monkeypatch.chdir(root)
    monkeypatch.setenv("PATH", path)
    with pytest.raises(NoGitError):
        git_call.find_program()
    assert git.head(root) is None
    monkeypatch.setenv("PATH", os.pathsep.join([path, place]))
    assert git.head(root)
    assert plants.marks == ""


def test_git_that_cannot_be_run_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "git").write_text("no program\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="git cannot be run: "):
        git.prefix(tmp_path)
    monkeypatch.undo()
    for revision in ("a\0b", "\ud800"):
        with pytest.raises(CtxError):
            git.resolve(tmp_path, revision)
