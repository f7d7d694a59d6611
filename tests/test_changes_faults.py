"""Base, manifest and deltas: damaged, gone, unwritable or in use, they change no output byte."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctx.actions.build_packet import Request, build_packet
from ctx.actions.read_context import Reader
from ctx.actions.search import search
from ctx.errors import CtxError
from tests.test_cache import answers, cache_files, damages, write
from tests.test_changes import CHANGES, FILE, NEW, SECTIONS, TASKS, same, text_of

NAMES = (
    "entries",
    "manifest",
    "index-live",
    "index-live-delta",
    "index-whole-delta",
    "sizes-o200k_base",
    "sizes-o200k_base-rest",
    "tokens-o200k_base-last",
)


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A context that was asked before and after a change."""
    write(tmp_path, {FILE: text_of("# L\n\n", SECTIONS, "\n"), ".context/TASKS.md": TASKS})
    answers(tmp_path, cached=True)
    write(tmp_path, {FILE: text_of("# L\n\n", CHANGES["a body"](SECTIONS), "\n")})
    answers(tmp_path, cached=True)
    assert {path.name for path in cache_files(tmp_path)} >= set(NAMES)
    return tmp_path


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("damage", [one for _, one in damages()], ids=[name for name, _ in damages()])
def test_damage_to_one_of_the_layers_changes_no_byte(
    changed: Path, damage: Callable[[Path], object], name: str
) -> None:
    plain = answers(changed, cached=False, budget=601)
    damage(changed / ".context/.cache" / name)
    assert answers(changed, cached=True, budget=601) == plain
    write(changed, {FILE: text_of("# L\n\n", [*SECTIONS[:3], *SECTIONS[4:]], "\n")})
    answers(changed, cached=True, budget=603)
    for path in cache_files(changed):
        if path.name == name and path.is_file():
            damage(path)
    assert answers(changed, cached=True, budget=601) == answers(changed, cached=False, budget=601)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(NAMES), st.integers(0, 1 << 24), st.integers(1, 255))
def test_a_flipped_byte_in_one_of_the_layers_is_noticed(
    changed: Path, name: str, place: int, change: int
) -> None:
    plain = answers(changed, cached=False, budget=601)
    path = changed / ".context/.cache" / name
    answers(changed, cached=True)
    if not path.exists():
        return
    spoilt = bytearray(path.read_bytes())
    spoilt[place % len(spoilt)] ^= change
    path.write_bytes(spoilt)
    assert answers(changed, cached=True, budget=601) == plain


LARGE = [
    f"## [2026-01-01-{n:06}] Lock {n}\n\n**Context**: retry {n % 17} of the parser cache\n" + "pad\n" * 40
    for n in range(700)
]


@pytest.mark.parametrize("name", ["entries", "manifest", "index-live", "sizes-o200k_base"])
def test_damage_to_any_page_of_a_base_is_mended(tmp_path: Path, name: str) -> None:
    """Pages are looked at when they are read, and most of them long after the file was opened."""
    write(tmp_path, {FILE: text_of("# L\n\n", LARGE, "\n"), ".context/TASKS.md": TASKS})
    request = Request(budget=601, query="lock", now="2026-11-21")
    build_packet(Reader(tmp_path), request)
    write(tmp_path, {FILE: text_of("# L\n\n", [NEW, *LARGE[:300], *LARGE[301:]], "\n")})
    plain = build_packet(Reader(tmp_path), request).to_json()
    kept = {path: path.read_bytes() for path in cache_files(tmp_path)}
    path = tmp_path / ".context/.cache" / name
    for place in range(len(kept[path]) - 1, 0, -(1 << 14)):
        for other, data in kept.items():
            other.write_bytes(data)
        spoilt = bytearray(kept[path])
        spoilt[place] ^= 1
        path.write_bytes(spoilt)
        assert build_packet(Reader(tmp_path), request).to_json() == plain, place


def test_damage_to_texts_and_to_the_index_of_them_is_mended(tmp_path: Path) -> None:
    """The index is made of the texts that are kept: where both are damaged, the files are read again."""
    write(tmp_path, {FILE: text_of("# L\n\n", LARGE, "\n"), ".context/TASKS.md": TASKS})
    answers(tmp_path, cached=True)
    write(tmp_path, {FILE: text_of("# L\n\n", [NEW, *LARGE[:300], *LARGE[301:]], "\n")})
    plain = answers(tmp_path, cached=False, budget=701, query="parser")
    answers(tmp_path, cached=True)
    kept = {path: path.read_bytes() for path in cache_files(tmp_path)}
    base = tmp_path / ".context/.cache/entries"
    index = base.with_name("index-live")
    texts = range(kept[base].index(b"pad\npad"), kept[base].rindex(b"pad\npad"), 1 << 14)
    for page in range(1 << 14, len(kept[index]), 1 << 14):
        for path, data in kept.items():
            spoilt = bytearray(data)
            for place in texts if path == base else [page] if path == index else []:
                spoilt[place] ^= 1
            path.write_bytes(spoilt)
        assert answers(tmp_path, cached=True, budget=701, query="parser") == plain, page


def test_layers_that_vanish_between_two_questions_to_one_reader_are_no_matter(changed: Path) -> None:
    reader, plain = Reader(changed), answers(changed, cached=False, budget=601)
    packet = build_packet(reader, Request(budget=601, query="lock", now="2026-11-21"))
    for path in cache_files(changed):
        os.truncate(path, 40)
    assert packet.to_json() == plain[3]
    assert search(reader, "lock") == plain[4]


def test_what_is_looked_up_after_the_files_changed_is_not_mixed_up(tmp_path: Path) -> None:
    """A packet that is looked at long after: the cache is damaged by then, and the files say otherwise."""
    write(tmp_path, {FILE: text_of("# L\n\n", LARGE, "\n"), ".context/TASKS.md": TASKS})
    request = Request(budget=601, query="lock", now="2026-11-21")
    build_packet(Reader(tmp_path), request)
    packet = build_packet(Reader(tmp_path), request)
    path = tmp_path / ".context/.cache/entries"
    path.write_bytes(bytes(path.stat().st_size))
    write(tmp_path, {FILE: text_of("# L\n\n", [NEW, *LARGE], "\n")})
    with pytest.raises(CtxError, match="changed since"):
        packet.to_json()


def test_a_disk_that_is_full_by_then_is_no_matter(changed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ctx.store.cache._write", full)
    for parts in (SECTIONS, SECTIONS[1:], [*SECTIONS, NEW]):
        write(changed, {FILE: text_of("# L\n\n", parts, "\n")})
        assert answers(changed, cached=True) == answers(changed, cached=False)


def test_readers_while_files_and_layers_change_all_say_what_is_there(changed: Path) -> None:
    states = {}
    for number, parts in enumerate((SECTIONS, SECTIONS[1:], [*SECTIONS, NEW])):
        write(changed, {FILE: text_of("# L\n\n", parts, "\n")})
        states[number] = Reader(changed).read().memory.entries
    told: list[bool] = []
    stop = threading.Event()

    def spoil() -> None:
        dice = random.Random(1)
        while not stop.is_set():
            (changed / ".context/.cache" / dice.choice(NAMES)).unlink(missing_ok=True)

    def ask() -> None:
        told.extend(list(Reader(changed).look().memory.entries) in states.values() for _ in range(30))

    def change() -> None:
        for number in range(20):
            parts = (SECTIONS, SECTIONS[1:], [*SECTIONS, NEW])[number % 3]
            fresh = changed / ".context/new.tmp"
            fresh.write_bytes(text_of("# L\n\n", parts, "\n").encode())
            fresh.replace(changed / FILE)

    threads = [threading.Thread(target=run) for run in (spoil, change, ask, ask, ask)]
    for thread in threads:
        thread.start()
    for thread in threads[1:]:
        thread.join()
    stop.set()
    threads[0].join()
    assert told == [True] * 90
    same(Reader(changed))
