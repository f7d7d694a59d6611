"""Laws of the packet: the budget holds, and the same input gives the same bytes."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctx.actions.build_packet import Request, build_packet
from ctx.errors import BudgetError
from ctx.packet.packet import Packet
from ctx.tokens.counting import TOKENIZERS
from tests.contexts import MemoryReader, contexts, words
from tests.oracle import count

budgets = st.one_of(st.integers(0, 60), st.integers(0, 400), st.integers(0, 4000))


def _packet(files: dict[str, str], request: Request) -> Packet | None:
    """The packet, or None where the constitution alone is larger than the budget."""
    try:
        return build_packet(MemoryReader(files), request)
    except BudgetError as error:
        refused = error
    assert request.budget is not None
    assert refused.need > request.budget or request.max_chars is not None
    return None


@settings(max_examples=300)
@given(contexts(), budgets, st.sampled_from(TOKENIZERS), st.lists(words, max_size=3))
def test_the_budget_holds_by_an_independent_count(
    files: dict[str, str], budget: int, tokenizer: str, tasks: list[str]
) -> None:
    request = Request(budget=budget, tokenizer=tokenizer, tasks=tasks or None, now="2026-11-21")
    packet = _packet(files, request)
    if packet is None:
        return
    assert count(packet.text, tokenizer) == packet.tokens
    assert packet.tokens <= budget


@settings(max_examples=150)
@given(contexts(), st.integers(0, 2000))
def test_the_limit_of_characters_holds(files: dict[str, str], limit: int) -> None:
    packet = _packet(files, Request(budget=100_000, max_chars=limit, now="2026-11-21"))
    if packet is not None:
        assert len(packet.text) <= limit


@settings(max_examples=100)
@given(contexts(), budgets, st.randoms(use_true_random=False))
def test_the_order_of_files_changes_no_byte(
    files: dict[str, str], budget: int, shuffle: random.Random
) -> None:
    request = Request(budget=budget, now="2026-11-21")
    paths = list(files)
    shuffle.shuffle(paths)
    one, other = _packet(files, request), _packet({path: files[path] for path in paths}, request)
    assert (one and one.text) == (other and other.text)
    assert (one and one.manifest) == (other and other.manifest)


@settings(max_examples=100)
@given(contexts())
def test_with_room_for_all_every_live_entry_is_whole(files: dict[str, str]) -> None:
    reader = MemoryReader(files)
    packet = build_packet(reader, Request(budget=1_000_000, now="2026-11-21"))
    receipts = {receipt.id: receipt for receipt in packet.entries}
    for entry in reader.read().live:
        if not entry.applies_to and not receipts[entry.id].reason.startswith("says the same as"):
            assert receipts[entry.id].form == "full"


@settings(max_examples=60)
@given(contexts(), st.integers(0, 1500))
def test_a_stated_budget_really_admits_the_entry(files: dict[str, str], budget: int) -> None:
    packet = _packet(files, Request(budget=budget, now="2026-11-21"))
    if packet is None:
        return
    for receipt in packet.entries[:6]:
        if receipt.admitted_at is None:
            largest = build_packet(MemoryReader(files), Request(budget=100_000, now="2026-11-21"))
            reasons = {one.id: one.reason for one in largest.entries}
            assert reasons[receipt.id].startswith("says the same as")
            continue
        larger = _packet(files, Request(budget=receipt.admitted_at, now="2026-11-21"))
        assert larger is not None
        assert {one.id: one.form for one in larger.entries}[receipt.id] == "full"


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_hash_seed_and_working_directory_change_no_byte(tmp_path: Path, seed: str) -> None:
    root = Path(__file__).parent.parent
    command = [sys.executable, "-m", "ctx", "agent", "--root", str(root), "--now", "2026-11-21", "-b", "3000"]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    here = subprocess.run(command, cwd=root, capture_output=True, env=environment, check=True).stdout
    there = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout
    assert here == there
