"""Packets under attack: hostile contexts at random budgets, judged by those who owe nothing to ctx.

`python -m tests.soak_packets [PACKETS] [SEED]` asks the library for that many packets and prints figures.
Of each one tiktoken counts the tokens, Python the characters, and markdown-it-py and our own scanner read the
structure. A refusal has to name a need that is real. Exit code 1 where anything was wrong; the context of
each wrong packet is kept in a folder that is named.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from ctx.actions.build_packet import Request, build_packet
from ctx.errors import BudgetError
from ctx.packet import render
from ctx.packet.escape_structure import escape_block
from ctx.packet.packet import Packet
from ctx.tokens.counting import TOKENIZERS
from ctx.tokens.encoder import Encoder
from tests import hostile
from tests.contexts import WORDS, MemoryReader
from tests.oracle import count
from tests.structure_oracle import faults

# Each context is packed so many times.
_EACH = 40
_FRAME = '<frame id="2026-01-03-0101-a"'
# Pieces whose joint encoding is longer than that of each, ends that take fewer tokens before two line breaks,
# and characters of all classes for long runs.
_PIECES = (
    *("positidzwa", "ucketshein", "astwaukee", "warzrip", "!?", ",.", "^^", "%.", " ;)", "\u00d7", "a,"),
    *(
        "\u4e00",
        "e\u0301",
        "\U0001f44d\u200d",
        "\u01c5",
        "\u0663",
        "=-",
        "\t",
        "\u00a0",
        "\u3000",
        "\U000323b0",
        "/",
    ),
)


def _run(choose: random.Random) -> str:
    """One piece over and over, seldom beyond ten thousand."""
    most = choose.choices([20, 1_500, 12_000], [60, 4, 1])[0]
    return choose.choice(_PIECES) * choose.randint(1, most)


def _mark(choose: random.Random) -> str:
    return choose.choice(hostile.PREFIXES) + choose.choice(hostile.TAGS + hostile.MARKS)


def _noise(choose: random.Random) -> str:
    return "".join(
        chr(choose.choice([choose.randint(32, 0x2FF), choose.randint(1, 0xD7FF)])) for _ in range(12)
    )


def _words(choose: random.Random) -> str:
    return " ".join(choose.choices(WORDS, k=8))


_SORTS: tuple[Callable[[random.Random], str], ...] = (_mark, _mark, _mark, _words, _run, _noise)


def _text(choose: random.Random) -> str:
    parts = (
        choose.choice(_SORTS)(choose) + choose.choice(hostile.BREAKS) for _ in range(choose.randint(0, 10))
    )
    return "".join(parts).replace("\0", "")


def _files(choose: random.Random) -> dict[str, str]:
    """A hostile context; in some the same text stands in many entries."""
    files = hostile.context([_text(choose) for _ in range(10)])
    more = "".join(
        f"## [2026-02-{day:02}-000000] {_words(choose)}\n\n{_text(choose)}\n\n"
        for day in range(1, choose.randint(1, 9))
    )
    files[".context/DECISIONS.md"] = f"# Decisions\n\n{more}"
    if choose.random() < 0.3:
        files[".context/CONSTITUTION.md"] = ""
    return files


def _request(choose: random.Random, need: int) -> Request:
    """A budget near nothing, near what the rules need, or anywhere, in each vocabulary."""
    budget = choose.choice(
        [
            choose.randint(0, 50),
            need + choose.randint(-3, 12),
            choose.randint(0, 4_000),
            need + choose.randint(0, 60_000),
        ]
    )
    return Request(
        budget=max(0, budget),
        max_chars=choose.choice([None, None, choose.randint(0, 200), choose.randint(0, 20_000)]),
        tokenizer=choose.choice(TOKENIZERS),
        tasks=choose.choice([None, [_words(choose), _text(choose)]]),
        now="2026-11-21",
    )


def _wrong(packet: Packet, request: Request) -> list[str]:
    """What is wrong with a packet."""
    assert request.budget is not None
    counted = count(packet.text, packet.tokenizer)
    wrong = faults(packet, packet.text.count(_FRAME))
    if counted > request.budget:
        wrong.append(f"over budget: {counted} > {request.budget}")
    if counted != packet.tokens:
        wrong.append(f"miscounted: {counted}, said {packet.tokens}")
    if request.max_chars is not None and len(packet.text) > request.max_chars:
        wrong.append(f"too many characters: {len(packet.text)} > {request.max_chars}")
    return wrong


def _attack(files: dict[str, str], choose: random.Random, figures: Counter[str]) -> list[str]:
    """Pack one context again and again; returns what was wrong."""
    reader, wrong, needs = MemoryReader(files), [], dict.fromkeys(TOKENIZERS, 0)
    for _ in range(_EACH):
        request = _request(choose, needs[choose.choice(TOKENIZERS)])
        figures["packets"] += 1
        try:
            packet = build_packet(reader, request)
        except BudgetError as error:
            figures["refused"] += 1
            needs[request.tokenizer or TOKENIZERS[0]] = error.need
            wrong += _false_need(reader, request, error.need)
            continue
        figures["whole entries"] += sum(receipt.form == "full" for receipt in packet.entries)
        figures["tokens"] += packet.tokens
        wrong += [f"{fault} ({request})" for fault in _wrong(packet, request)]
    return wrong


def _false_need(reader: MemoryReader, request: Request, need: int) -> list[str]:
    """Whether what a refusal says is needed is enough, and nothing less is."""
    exact = request._replace(budget=need, max_chars=None)
    try:
        packet = build_packet(reader, exact)
    except BudgetError:
        return [f"refused at the need it named ({exact})"]
    return [f"{fault} ({exact})" for fault in _wrong(packet, exact)]


def _remember() -> None:
    """Escape and count each text once, as the cache of a context on the disk would have it."""
    vars(render).update(escape_block=lru_cache(4_096)(escape_block))
    Encoder.count = lru_cache(16_384)(Encoder.count)  # type: ignore[method-assign]


def soak(packets: int, seed: int, kept: Path) -> tuple[Counter[str], list[str]]:
    """Attack until so many packets were asked for; returns figures and what was wrong."""
    figures: Counter[str] = Counter()
    wrong: list[str] = []
    while figures["packets"] < packets:
        number = figures["contexts"]
        figures["contexts"] += 1
        files = _files(random.Random(f"{seed} {number}"))
        found = _attack(files, random.Random(f"{seed} {number} asked"), figures)
        if found:
            (kept / f"{seed}-{number}.json").write_text(
                json.dumps({"files": files, "wrong": found}, indent=1)
            )
        wrong += found
        if figures["contexts"] % 25 == 0:
            print(dict(figures), f"{len(wrong)} wrong so far", file=sys.stderr, flush=True)
    return figures, wrong


def main(arguments: list[str]) -> int:
    """Attack, and print what came of it."""
    packets, seed = (*(int(argument) for argument in arguments), *(20_000, 1)[len(arguments) :])
    kept, started = Path(tempfile.mkdtemp(prefix="ctx-packets-")), time.monotonic()
    _remember()
    figures, wrong = soak(packets, seed, kept)
    print(dict(figures), f"{time.monotonic() - started:.0f} s", f"{len(wrong)} wrong", sep=", ")
    for fault in wrong[:20]:
        print(fault[:400])
    if wrong:
        print(f"the contexts are kept in {kept}")
    else:
        kept.rmdir()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
