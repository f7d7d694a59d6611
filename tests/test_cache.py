"""The disposable index: with it, without it, damaged or shared, every output is the same."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import threading
from array import array
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctx.actions.build_packet import Request, build_packet
from ctx.actions.read_context import Reader
from ctx.actions.search import search
from ctx.cache import signature
from ctx.errors import CacheCorrupt, CtxError
from ctx.store.cache import Cache, CacheFile
from ctx.store.cache_key import build
from ctx.store.workspace import Worktree
from ctx.tokens.counting import Counts, counter
from tests.cli import Done, ctx, project
from tests.contexts import contexts, words

FILES = {
    "CONSTITUTION.md": "# Constitution\n\n- Never guess.\n",
    "TASKS.md": "# Tasks\n\n- [ ] Retry the lock with jitter #db\n- [ ] Cache the parser\n",
    "LEARNINGS.md": "# Learnings\n\n"
    + "".join(
        f"## [2026-01-{n:02}] Lock {n} and retry\n\n**Context**: the parser cache {n}\n**Tags**: db\n\n---\n"
        for n in range(1, 25)
    ),
    "GLOSSARY.md": "# Glossary\n\n- **Jitter**: a random delay.\n",
    "archive/learnings-2025-Q4.md": "## [2025-12-01] Old lock\n\nRetry at once.\n",
    "sessions/2026-01-05-1200-work.md": "# Lock work\n\n**Status**: completed\n\n## Summary\nDone.\n",
}
COMMANDS = (
    ("agent", "--budget", "700", "--now", "2026-11-21"),
    ("agent", "--budget", "500", "--now", "2026-11-21", "--task", "parser cache", "--json"),
    ("search", "retry", "jitter"),
)
NAMES = (
    "entries",
    "manifest",
    "index-live",
    "answers",
    "sizes-o200k_base",
    "sizes-o200k_base-rest",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path, FILES)


def outputs(root: Path, **environment: str) -> list[Done]:
    return [ctx(*command, cwd=root, env=environment) for command in COMMANDS]


def answers(root: Path, *, cached: bool, budget: int = 600, query: str = "lock") -> list[object]:
    """What a fresh reader says; two spellings of the same state must say the same."""
    reader = Reader(root)
    reader.cache.on = cached
    try:
        packet = build_packet(reader, Request(budget=budget, query=query, now="2026-11-21"))
        told: list[object] = [packet.text, packet.tokens, packet.manifest]
        told += [packet.to_json() if budget % 2 else [one.id for one in packet.entries]]
    except CtxError as error:
        told = [str(error)]
    return [*told, search(reader, query), search(reader, query, limit=2, archived=False)]


def cache_files(root: Path) -> list[Path]:
    return sorted(path for path in (root / ".context/.cache").iterdir() if path.suffix != ".gitignore")


def test_it_is_made_used_and_ignored_by_git(root: Path) -> None:
    plain = outputs(root, CTX_NO_CACHE="1")
    assert not (root / ".context/.cache").exists()
    assert outputs(root) == plain
    made = {path.name for path in cache_files(root)}
    assert set(NAMES) <= made
    assert (root / ".context/.cache/.gitignore").read_text() == "*\n"
    before = {path: path.stat().st_mtime_ns for path in cache_files(root)}
    assert outputs(root) == plain
    assert {path: path.stat().st_mtime_ns for path in before} == before


def damages() -> Iterator[tuple[str, Callable[[Path], object]]]:
    yield "deleted", Path.unlink
    yield "empty", lambda path: path.write_bytes(b"")
    yield "cut", lambda path: os.truncate(path, path.stat().st_size // 2)
    yield "cut by one", lambda path: os.truncate(path, path.stat().st_size - 1)
    yield "noise", lambda path: path.write_bytes(random.Random(1).randbytes(5000))
    yield "zeros", lambda path: path.write_bytes(bytes(path.stat().st_size))
    yield "other version", lambda path: path.write_bytes(b"ctx cache 1\n" + path.read_bytes()[12:])
    yield "a folder", lambda path: path.rename(path.with_suffix(".gone")).with_name(path.name).mkdir()


@pytest.mark.parametrize("damage", [one for _, one in damages()], ids=[name for name, _ in damages()])
def test_whatever_happens_to_the_files_changes_no_byte(root: Path, damage: Callable[[Path], object]) -> None:
    plain = answers(root, cached=False, budget=601)
    answers(root, cached=True)
    for path in cache_files(root):
        damage(path)
    assert answers(root, cached=True, budget=601) == plain
    assert answers(root, cached=True, budget=601) == plain


@pytest.mark.parametrize("look_again", [False, True])
def test_a_file_that_is_away_for_a_moment_is_not_left_out_later(
    root: Path, look_again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in the middle of a checkout: it was there when it was looked at, and is there again afterwards."""
    plain = answers(root, cached=False)
    if look_again:
        answers(root, cached=True)
        (root / ".context/TASKS.md").write_text("- [ ] Another task\n")
        plain = answers(root, cached=False)
    path, away = root / ".context/LEARNINGS.md", root / "away.md"
    signature_of = Worktree.signature

    def listen(self: Worktree, patterns: Sequence[str] = ()) -> tuple[tuple[str, int, int, int, int], ...]:
        found = signature_of(self, patterns)
        path.rename(away)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(Worktree, "signature", listen)
        build_packet(Reader(root), Request())
    away.rename(path)
    assert answers(root, cached=True) == plain
    assert answers(root, cached=True) == plain


@pytest.mark.parametrize("name", ["LEARNINGS.md", "TASKS.md", "CONSTITUTION.md", "GLOSSARY.md"])
@pytest.mark.parametrize("kept_before", [False, True])
def test_a_file_that_is_no_text_is_named_each_time_and_back_when_it_is_mended(
    root: Path, name: str, kept_before: bool
) -> None:
    request = Request(budget=600, now="2026-11-21")
    path = root / ".context" / name
    good, plain = path.read_bytes(), answers(root, cached=False)
    if kept_before:
        assert answers(root, cached=True) == plain
    path.write_bytes(good + b"\xff\n")
    cold = Reader(root)
    cold.cache.on = False
    without = build_packet(cold, request)
    assert any(name in print_err for print_err in without.remarks)
    for reader in (Reader(root), Reader(root)):
        for _ in range(2):
            packet = build_packet(reader, request)
            assert (packet.text, packet.remarks) == (without.text, without.remarks)
            assert packet.manifest == without.manifest
            with pytest.raises(CtxError, match="is not UTF-8"):
                build_packet(reader, request._replace(strict=True))
    path.write_bytes(good)
    assert answers(root, cached=True) == plain
    assert answers(root, cached=True) == plain


@pytest.mark.parametrize("damage", [None, *(one for _, one in damages())])
def test_files_that_only_look_new_are_read_once(
    root: Path, damage: Callable[[Path], object] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a checkout that puts back what was there: their bytes say so, and then their stats do."""
    monkeypatch.setattr(signature, "_ROUGH", 0)
    plain = answers(root, cached=True)
    read: list[str] = []
    read_bytes = Worktree.read_bytes

    def listen(self: Worktree, path: str) -> bytes | None:
        # The last sessions are opened each time: they are few, and no index is made of them.
        read.extend([path] if path.endswith(".md") and "/sessions/" not in path else [])
        return read_bytes(self, path)

    monkeypatch.setattr(Worktree, "read_bytes", listen)
    os.utime(root / ".context/LEARNINGS.md")
    assert answers(root, cached=True) == plain
    assert set(read) == {".context/LEARNINGS.md"}
    read.clear()
    if damage:
        damage(root / ".context/.cache/manifest-seen")
    assert answers(root, cached=True) == plain
    assert set(read) == ({".context/LEARNINGS.md"} if damage else set())
    edit(root, "append", "a new lock")
    assert answers(root, cached=True) == answers(root, cached=False) != plain


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(NAMES), st.integers(0, 1 << 24), st.integers(1, 255))
def test_a_flipped_byte_anywhere_is_noticed(root: Path, name: str, place: int, change: int) -> None:
    plain = answers(root, cached=False, budget=601)
    answers(root, cached=True)
    path = root / ".context/.cache" / name
    spoilt = bytearray(path.read_bytes())
    spoilt[place % len(spoilt)] ^= change
    path.write_bytes(spoilt)
    assert answers(root, cached=True, budget=601) == plain


def test_a_file_under_the_name_of_another_is_no_matter(root: Path) -> None:
    plain = outputs(root, CTX_NO_CACHE="1")
    assert outputs(root) == plain
    kept = {path: path.read_bytes() for path in cache_files(root)}
    for step in (1, 5):
        names = [*kept]
        for path, other in zip(names, [*names[step:], *names[:step]], strict=True):
            path.write_bytes(kept[other])
        assert outputs(root) == plain


def test_files_that_vanish_between_two_questions_to_one_reader_are_no_matter(root: Path) -> None:
    answers(root, cached=True)
    reader, plain = Reader(root), answers(root, cached=False, budget=601)
    packet = build_packet(reader, Request(budget=601, query="lock", now="2026-11-21"))
    for path in cache_files(root):
        os.truncate(path, 40)
    assert packet.to_json() == plain[3]
    assert search(reader, "lock") == plain[4]


def test_a_folder_that_cannot_be_written_is_no_matter(root: Path) -> None:
    plain = outputs(root, CTX_NO_CACHE="1")
    (root / ".context/.cache").write_text("in the way")
    assert outputs(root) == plain
    assert (root / ".context/.cache").read_text() == "in the way"


def test_a_folder_that_cannot_even_be_looked_at_is_no_matter(tmp_path: Path) -> None:
    cache = Cache(tmp_path / ("a" * 300))
    cache.put("name", "", {"part": b"x"})
    assert cache.find("name") is None


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind here")
def test_a_read_only_context_is_no_matter(root: Path) -> None:
    plain = outputs(root, CTX_NO_CACHE="1")
    (root / ".context").chmod(0o500)
    try:
        assert outputs(root) == plain
    finally:
        (root / ".context").chmod(0o700)


def test_a_full_disk_is_no_matter(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    plain = answers(root, cached=False)
    monkeypatch.setattr("ctx.store.cache._write", full)
    assert answers(root, cached=True) == plain
    assert [path.name for path in cache_files(root)] == [".gitignore"]


edits = st.lists(
    st.one_of(
        st.tuples(st.just("write"), contexts()),
        st.tuples(st.just("append"), words),
        st.tuples(st.just("swap"), words),
        st.tuples(st.just("touch"), st.just("")),
        st.tuples(
            st.just("config"), st.sampled_from(["", "threshold = 0.3\n", '[synonyms]\nlock = ["jitter"]\n'])
        ),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60)
@given(contexts(), edits, st.integers(0, 900), words)
def test_after_any_edits_a_warm_cache_says_what_no_cache_says(
    files: dict[str, str], changes: list[tuple[str, object]], budget: int, query: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write(root, files)
        for what, value in changes:
            for _ in range(2):
                told = answers(root, cached=True, budget=budget, query=query)
                assert told == answers(root, cached=False, budget=budget, query=query)
            edit(root, what, value)
        assert answers(root, cached=True, budget=budget, query=query) == answers(
            root, cached=False, budget=budget, query=query
        )


def write(root: Path, files: dict[str, str]) -> None:
    (root / ".context").mkdir(exist_ok=True)
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode())


def edit(root: Path, what: str, value: object) -> None:
    """Change a context as people do; `swap` keeps size and time, as a file system with rough clocks would."""
    found = sorted((root / ".context").glob("*.md"))
    if what == "write":
        assert isinstance(value, dict)
        write(root, value)
    elif what == "config":
        (root / ".contextrc").write_text(str(value))
    elif found and what == "append":
        found[0].write_bytes(found[0].read_bytes() + f"\n## [2026-11-21] {value}\n\ntext\n".encode())
    elif found and what == "swap":
        old, data = found[-1].stat(), found[-1].read_bytes()
        found[-1].write_bytes(data.replace(b"e", b"o"))
        os.utime(found[-1], ns=(old.st_atime_ns, old.st_mtime_ns))
    elif found:
        os.utime(found[0])


def test_readers_and_writers_at_once_all_say_the_same(root: Path) -> None:
    plain = answers(root, cached=False, budget=601)
    told: list[object] = []
    stop = threading.Event()

    def spoil() -> None:
        while not stop.is_set():
            shutil.rmtree(root / ".context/.cache", ignore_errors=True)

    def ask() -> None:
        told.extend(answers(root, cached=True, budget=601) == plain for _ in range(8))

    spoiler, readers = threading.Thread(target=spoil), [threading.Thread(target=ask) for _ in range(4)]
    for thread in (spoiler, *readers):
        thread.start()
    for thread in readers:
        thread.join()
    stop.set()
    spoiler.join()
    assert told == [True] * 32


@pytest.mark.parametrize("moment", range(1, 7))
@pytest.mark.parametrize("cached_before", [False, True])
def test_a_configuration_that_changes_while_files_are_read_is_no_matter(
    root: Path, monkeypatch: pytest.MonkeyPatch, moment: int, *, cached_before: bool
) -> None:
    (root / ".contextrc").write_text("threshold = 0.3\n")
    if cached_before:
        answers(root, cached=True)
        (root / ".context/GLOSSARY.md").unlink()
    (root / ".context/RUNBOOKS.md").write_text("# Runbooks\n\n## [2026-01-01] Free a lock\n\nRetry.\n")
    paths, asked = Worktree.paths, iter(range(1, 100))

    def late(self: Worktree, patterns: Sequence[str] = ()) -> list[str]:
        found = paths(self, patterns)
        if next(asked) == moment:
            (root / ".contextrc").write_text('[kinds.runbook]\nfile = "RUNBOOKS.md"\nprefix = "R"\n')
        return found

    with monkeypatch.context() as patched:
        patched.setattr(Worktree, "paths", late)
        answers(root, cached=True)
    assert answers(root, cached=True, budget=601) == answers(root, cached=False, budget=601)


def test_what_killed_processes_left_is_swept_away(root: Path) -> None:
    answers(root, cached=True)
    old, new = root / ".context/.cache/context.1.tmp", root / ".context/.cache/context.2.tmp"
    old.write_text("x")
    new.write_text("x")
    os.utime(old, (0, 0))
    Cache(root).put("other", "", {"part": b"x"})
    assert not old.exists()
    assert new.exists()


parts = st.dictionaries(
    st.sampled_from(["one", "two", "three"]),
    st.one_of(
        st.binary(max_size=40_000),
        st.lists(st.integers(0, 2**32 - 1), max_size=9000).map(lambda numbers: array("I", numbers)),
        st.lists(st.integers(0, 2**64 - 1), max_size=50).map(lambda numbers: array("Q", numbers)),
    ),
)


@settings(max_examples=60)
@given(parts, st.data())
def test_what_was_put_is_found(written: dict[str, bytes | array[int]], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / ".context").mkdir()
        cache = Cache(Path(folder))
        cache.put("name", "a stamp", written)
        found = cache.find("name")
        assert found is not None
        assert found.stamp == "a stamp"
        for name, part in written.items():
            start = data.draw(st.integers(0, len(part)))
            stop = data.draw(st.one_of(st.none(), st.integers(start, len(part))))
            if isinstance(part, bytes):
                assert found.data(name, start, stop) == part[start:stop]
            else:
                assert list(found.numbers(name, start, stop)) == list(part[start:stop])


def test_what_is_no_cache_file_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"ctx cache 2\n" + bytes(40))
    with pytest.raises(CacheCorrupt):
        CacheFile(tmp_path / "file", b"key")


@given(st.lists(words, max_size=20), st.lists(words, max_size=20))
def test_counts_are_found_again(first: list[str], second: list[str]) -> None:
    known = Counts()
    units = {text: counter("o200k_base", known).units(text + "\n") for text in first}
    known = Counts(*known.merged())
    units |= {text: counter("o200k_base", known).units(text + "\n") for text in second}
    last = Counts(*known.merged())
    assert {text: counter("o200k_base", last).units(text + "\n") for text in units} == units
    assert not last.added
    assert len(list(last)) == len(last) == len(set(units))


def test_what_one_stemmer_indexed_is_not_asked_with_another(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search(Reader(root), "lock")
    assert Cache(root).find("index-whole") is not None
    module = tmp_path / "other/snowballstemmer/english_stemmer.py"
    module.parent.mkdir(parents=True)
    module.write_text("# a later version")
    monkeypatch.syspath_prepend(str(tmp_path / "other"))
    build.cache_clear()
    try:
        assert Cache(root).find("index-whole") is None
    finally:
        build.cache_clear()
