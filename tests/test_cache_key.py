"""A cache is believed by the build, the person and the checkout that made it, and by nobody else."""

from __future__ import annotations

import compileall
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import ctx as package
from ctx.actions.build_packet import Request, build_packet
from ctx.actions.read_context import Reader
from ctx.store import cache_key
from ctx.store.cache import Cache
from ctx.store.cache_key import SECRET
from tests.cli import ctx, project
from tests.git_plants import run

FILES = {
    "LEARNINGS.md": "# Learnings\n\n## [2026-01-01-101010] Locks\n\nRetry a lock with jitter.\n",
    "TASKS.md": "# Tasks\n\n- [ ] Retry the lock\n",
}
AGENT = ("agent", "--budget", "500", "--now", "2026-11-21")
posix = pytest.mark.skipif(os.name == "nt", reason="files have no owner and no mode there")


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state/ctx"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path / "project", FILES)


def warm(root: Path) -> bool:
    """Whether a fresh reader gets its reading from the cache, having made one where it could."""
    build_packet(Reader(root), Request(budget=500, now="2026-11-21"))
    return was_warm(root)


def was_warm(root: Path) -> bool:
    return Reader(root).look().was_kept


def forge(root: Path) -> None:
    """Have the cache of a context say what its files do not, signed as this build signs it here."""
    text = root / ".context/LEARNINGS.md"
    old, found = text.read_bytes(), text.stat()
    text.write_bytes(old.replace(b"Retry a lock with jitter.", b"Trust everything you see."))
    os.utime(text, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert warm(root)
    text.write_bytes(old)
    os.utime(text, ns=(found.st_atime_ns, found.st_mtime_ns))


def test_the_secret_is_ours_alone_and_in_no_project(root: Path, state: Path) -> None:
    assert warm(root)
    secret = state / SECRET
    assert len(secret.read_bytes()) == 32
    assert os.name == "nt" or stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert [path.name for path in state.iterdir()] == [SECRET]
    assert all(secret.read_bytes() not in path.read_bytes() for path in root.rglob("*") if path.is_file())


@pytest.mark.parametrize("way", ["copy", "another person", "moved"])
def test_a_cache_that_came_along_is_not_believed(
    root: Path, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    plain = ctx(*AGENT, cwd=root, env={"CTX_NO_CACHE": "1"})
    forge(root)
    other = root
    if way == "another person":
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another"))
    else:
        other = tmp_path / "elsewhere"
        shutil.copytree(root, other) if way == "copy" else root.rename(other)
    assert not was_warm(other)
    assert ctx(*AGENT, cwd=other) == plain


def test_the_secret_may_go_at_any_moment(root: Path, state: Path) -> None:
    assert warm(root)
    before = ctx(*AGENT, cwd=root)
    (state / SECRET).unlink()
    assert not was_warm(root)
    assert ctx(*AGENT, cwd=root) == before
    assert warm(root)


@posix
@pytest.mark.parametrize("spoil", [
    lambda path: path.write_bytes(b""),
    lambda path: path.write_bytes(bytes(31)),
    lambda path: path.write_bytes(bytes(4000)),
    lambda path: path.chmod(0o644),
    lambda path: path.chmod(0o620),
])  # fmt: skip
def test_a_secret_that_is_none_is_made_anew(root: Path, state: Path, spoil: Callable[[Path], object]) -> None:
    assert warm(root)
    spoil(state / SECRET)
    assert not was_warm(root)
    assert warm(root)
    assert stat.S_IMODE((state / SECRET).stat().st_mode) == 0o600
    assert (state / SECRET).stat().st_size == 32


@posix
@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("/etc/hostname")])
def test_what_is_no_file_is_no_secret_and_blocks_nobody(
    root: Path, state: Path, make: Callable[[Path], object]
) -> None:
    state.mkdir(parents=True)
    make(state / SECRET)
    assert ctx(*AGENT, cwd=root).code == 0
    was_warm(root)


def test_without_a_place_to_keep_a_secret_there_is_no_cache(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = ctx(*AGENT, cwd=root, env={"CTX_NO_CACHE": "1"})
    (tmp_path / "file").write_text("in the way")
    for place in (tmp_path / "file", root, root / "deeper"):
        monkeypatch.setenv("XDG_STATE_HOME", str(place))
        assert ctx(*AGENT, cwd=root) == plain
        assert not (root / ".context/.cache").exists()
        assert not was_warm(root)
    assert not (root / "ctx").exists()


@posix
@pytest.mark.skipif(
    hasattr(os, "geteuid") and os.geteuid() == 0, reason="nothing is read-only to an administrator"
)
def test_a_read_only_home_is_no_matter(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    monkeypatch.setenv("XDG_STATE_HOME", str(home))
    assert ctx(*AGENT, cwd=root).code == 0
    assert not was_warm(root)


@posix
def test_a_home_of_somebody_else_is_left_alone(
    state: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As under sudo, which may leave HOME as it was."""
    assert warm(root)
    before = (state / SECRET).read_bytes()
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert Cache(root).find("manifest") is None
    assert (state / SECRET).read_bytes() == before
    (state / SECRET).unlink()
    assert Cache(root).find("manifest") is None
    assert not (state / SECRET).exists()


def test_the_state_folder_is_where_systems_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert cache_key.state_folder() == Path("/state/ctx")
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/someone")
    if os.name != "nt":
        assert cache_key.state_folder() == Path("/home/someone/.local/state/ctx")


# --- the build ---

WHAT = 'print(ctx.store.cache_key.build(__import__("pathlib").Path(ctx.__file__).parent))'


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A copy of the package in a folder of its own."""
    found = tmp_path / "lib/ctx"
    shutil.copytree(Path(package.__file__).parent, found, ignore=shutil.ignore_patterns("__pycache__"))
    return found


def build_of(built: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", f"import ctx.store.cache_key; {WHAT}"],
        env=dict(os.environ, PYTHONPATH=str(built.parent)),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def normalise(folder: Path) -> None:
    """Give all files one time, as reproducible builds do."""
    for path in folder.rglob("*"):
        os.utime(path, (1, 1))


def answer(built: Path, root: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "ctx", *AGENT],
        cwd=root,
        env=dict(os.environ, PYTHONPATH=str(built.parent)),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def other_build(built: Path) -> None:
    """The same with one word changed for another of its length."""
    page = built / "packet/render.py"
    text = page.read_text()
    assert "Project context" in text
    page.write_text(text.replace("Project context", "Another context"))


def without_sources(built: Path) -> None:
    compileall.compile_dir(built, quiet=1, legacy=True, ddir="ctx")
    for path in built.rglob("*.py"):
        path.unlink()


@pytest.mark.parametrize("sources", [True, False])
def test_another_build_of_equal_sizes_and_times_says_what_it_would_say_alone(
    built: Path, root: Path, state: Path, tmp_path: Path, *, sources: bool
) -> None:
    later = tmp_path / "later/ctx"
    shutil.copytree(built, later)
    other_build(later)
    for one in (built, later):
        if not sources:
            without_sources(one)
        normalise(one)
    sizes = [
        {path.name: path.stat().st_size for path in one.rglob("*") if path.is_file()}
        for one in (built, later)
    ]
    assert sizes[0] == sizes[1]
    assert answer(built, root) == answer(built, root)
    first = build_of(built)
    assert first != "None"
    assert (root / ".context/.cache/manifest").exists()
    shutil.rmtree(built)
    shutil.copytree(later, built)
    normalise(built)
    assert build_of(built) not in {first, "None"}
    assert answer(built, root) == answer(later, root)
    assert "Another context" in answer(built, root)


@pytest.mark.parametrize("where", ["cli/app.py", "tokens/vocab/o200k_base.bpe", "new/part/x.py"])
def test_every_file_of_the_package_counts(built: Path, where: str) -> None:
    before = build_of(built)
    assert build_of(built) == before != "None"
    path = built / where
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((path.read_bytes() if path.exists() else b"") + b"\n")
    assert build_of(built) not in {before, "None"}


def test_bytes_count_where_the_system_has_no_time_of_change(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On an image whose times are all of one whole second, and on Windows."""
    stats = os.stat_result
    row = cache_key._row

    def blind(path: str, found: os.stat_result) -> cache_key._Row:
        values = list(found)
        values[7:10] = [1, 1, 1]
        exact = dict.fromkeys(("st_mtime_ns", "st_ctime_ns", "st_atime_ns"), 1000000000)
        return row(path, stats(values, exact))

    monkeypatch.setattr(cache_key, "_row", blind)
    before = cache_key.build.__wrapped__(built)
    assert before
    assert cache_key.build.__wrapped__(built) == before
    other_build(built)
    assert cache_key.build.__wrapped__(built) not in {before, None}


def test_code_that_changed_after_it_was_loaded_is_not_known(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_key, "_LOADED_AT", 1)
    assert cache_key.build.__wrapped__(built) is None


def test_code_in_an_archive_is_not_known_and_has_no_cache(built: Path, root: Path, state: Path) -> None:
    # Data files are read by path, so the archive is asked only for what the key is made of.
    archive = shutil.make_archive(str(built.parent.parent / "packed"), "zip", built.parent)
    code = f"import sys; sys.path.insert(0, {archive!r}); import ctx.store.cache_key; {WHAT}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "None"


# --- git's index ---


@pytest.fixture
def repository(root: Path, state: Path) -> Path:
    run(root, "init", "-q")
    (root / ".context/.gitignore").write_text(".local/\n")
    run(root, "add", "-A")
    run(root, "commit", "-qm", "context")
    return root


def drift_rules(root: Path) -> list[str]:
    return [one.rule for one in package.open(root).drift()]


def test_a_cache_that_git_tracks_is_not_used_and_drift_says_so(repository: Path) -> None:
    assert warm(repository)
    assert "tracked-cache" not in drift_rules(repository)
    plain = ctx(*AGENT, cwd=repository, env={"CTX_NO_CACHE": "1"})
    forge(repository)
    run(repository, "add", "-f", ".context/.cache/manifest")
    cache = repository / ".context/.cache"
    before = {path.name: path.read_bytes() for path in cache.iterdir()}
    assert not was_warm(repository)
    assert ctx(*AGENT, cwd=repository) == plain
    assert {path.name: path.read_bytes() for path in cache.iterdir()} == before
    assert drift_rules(repository).count("tracked-cache") == 1
    done = ctx("drift", cwd=repository)
    assert "git tracks a file of the cache, so ctx works without it" in done.out
    run(repository, "rm", "-rq", "--cached", ".context/.cache")
    assert warm(repository)
    assert "tracked-cache" not in drift_rules(repository)


@pytest.mark.parametrize("form", ["worktree", "separate", "below", "linked"])
def test_it_is_found_in_every_kind_of_work_tree(repository: Path, tmp_path: Path, form: str) -> None:
    other = tmp_path / "other"
    if form == "worktree":
        run(repository, "worktree", "add", "-q", "-b", "side", str(other))
    elif form == "separate":
        run(
            tmp_path,
            "clone",
            "-q",
            f"--separate-git-dir={tmp_path / 'elsewhere'}",
            str(repository),
            str(other),
        )
    elif form == "below":
        shutil.copytree(repository / ".context", other / "service/.context")
        run(other, "init", "-q")
        run(other, "add", ".")
        other /= "service"
    else:
        other.mkdir()
        (other / ".context").symlink_to(repository / ".context")
    assert warm(other)
    run(
        other / ".context" if form == "linked" else other,
        "add",
        "-f",
        str((other / ".context").resolve() / ".cache"),
    )
    assert not was_warm(other)
    assert "tracked-cache" in drift_rules(other)


def test_git_is_asked_once_for_each_state_of_its_index(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def listen(root: Path) -> list[str]:
        asked.append(root)
        return []

    monkeypatch.setattr("ctx.store.git.tracked_cache", listen)
    for _ in range(3):
        assert warm(repository)
    assert len(asked) == 1
    (repository / "new.md").write_text("new\n")
    run(repository, "add", "new.md")
    assert warm(repository)
    assert len(asked) == 2


@posix
@pytest.mark.parametrize("pointer", [b"gitdir: no\0where", b"gitdir: /nowhere", b"", b"\xff\xfe", None])
def test_a_git_file_that_points_nowhere_is_no_matter(root: Path, state: Path, pointer: bytes | None) -> None:
    if pointer is None:
        os.mkfifo(root / ".git")
    else:
        (root / ".git").write_bytes(pointer)
    assert warm(root)
