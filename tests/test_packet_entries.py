"""Entries in a packet: what is served first, what goes in whole, what becomes a line, what is counted."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctx.actions.build_packet import Request, build_packet
from ctx.errors import BudgetError
from ctx.packet.entry_text import entry_line, entry_whole
from ctx.packet.packet import Packet
from tests.contexts import MemoryReader, contexts, words
from tests.oracle import count

RULES = "# Constitution\n\n- Measure twice.\n- Cut once.\n"
FILLER = "Nobody knows why the blue kettle whistles in the attic on Sundays. "


def _packet(files: dict[str, str], budget: int = 4000, **asked: object) -> Packet:
    request = Request(budget=budget, now="2026-11-21", **asked)  # type: ignore[arg-type] # passed on as given
    return build_packet(MemoryReader({f".context/{name}": text for name, text in files.items()}), request)


def _entry(title: str, body: str, number: int = 0) -> str:
    return f"## [2026-{1 + number // 28 % 12:02}-{1 + number % 28:02}] {title}\n\n{body}\n\n"


def _forms(packet: Packet) -> dict[str, str]:
    return {one.title: one.form for one in packet.entries}


def _lines(packet: Packet) -> list[str]:
    known = packet.text.partition("## Also known\n")[2].partition("\n## ")[0]
    return [line for line in known.splitlines() if re.match(r"- [A-Z]+-[0-9a-f]{6}", line)]


def _many(about: str, count: int, length: int = 4) -> str:
    return "".join(
        _entry(f"{about} {n}", f"{about} needs care number {n}. {FILLER * length}", n) for n in range(count)
    )


TIDE = {
    "CONSTITUTION.md": RULES,
    "LEARNINGS.md": _many("Harbour crane", 30)
    + _entry("Sluice gates jam at spring tide", f"Grease the sluice gates before the moon. {FILLER * 5}")
    + _many("Lighthouse lamp", 30),
    "DECISIONS.md": _many("Breakwater stone", 20),
    "TASKS.md": "".join(f"- [ ] Inspect the harbour crane and its lamp, part {n}\n" for n in range(30)),
}


@pytest.mark.parametrize("budget", [230, 250, 300, 450, 700, 1000, 1500, 2300, 4000])
def test_the_best_entry_for_what_is_asked_is_whole_at_every_budget_that_holds_it(budget: int) -> None:
    packet = _packet(TIDE, budget, query="sluice gates spring tide")
    sluice = next(one for one in packet.entries if one.title.startswith("Sluice"))
    assert (sluice.form, sluice.reason) == ("full", "the best entry for query")


@settings(max_examples=40, deadline=None)
@given(contexts(), words, st.sampled_from(["query", "tasks", "progress"]), st.integers(0, 300))
def test_more_budget_never_takes_out_the_best_entry(
    files: dict[str, str], text: str, way: str, budget: int
) -> None:
    asked: dict[str, object] = {}
    if way == "progress":
        files = files | {".context/TASKS.md": f"- [ ] {text} #in-progress\n- [ ] Something else\n"}
    else:
        asked[way] = text if way == "query" else [text]
    reader = MemoryReader(files)

    def best_at(tokens: int) -> str | None:
        request = Request(budget=tokens, now="2026-11-21", **asked)  # type: ignore[arg-type]
        try:
            entries = build_packet(reader, request).entries
        except BudgetError:
            return None
        found = (one for one in entries if one.reason.startswith("the best entry for "))
        return next((one.id for one in found), None)

    first = best_at(budget)
    for more in (1, 7, 40, 200):
        assert first is None or best_at(budget + more) == first


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 60), st.integers(1, 9), st.integers(0, 40))
def test_the_best_entry_is_whole_whenever_it_fits_behind_constitution_and_task(
    others: int, length: int, spare: int
) -> None:
    """No other task, no pinned entry and no session keeps out the best entry for what is in progress."""
    own = _entry("Oyster beds freeze", f"Cover the oyster beds with straw. {FILLER * length}")
    alone = {
        "CONSTITUTION.md": RULES,
        "LEARNINGS.md": own,
        "TASKS.md": "- [ ] Keep the oyster beds from frost #in-progress\n",
    }
    crowd = alone | {
        "LEARNINGS.md": own + _many("Boat", others),
        "TASKS.md": alone["TASKS.md"] + "".join(f"- [ ] Scrape the boat {n}\n" for n in range(others)),
        "FACTS.md": _entry("Pinned fact", f"**Pinned**: yes\n\n{FILLER * 20}"),
        "sessions/2026-01-01-1200-work.md": f"# Work\n\n**Status**: completed\n\n## Summary\n{FILLER * 9}\n",
    }
    need = _packet(alone).tokens + len(f"- {others} open\n") + len("## Learnings\n\n")
    assert _forms(_packet(crowd, need + spare))["Oyster beds freeze"] == "full"


def test_one_urgent_task_is_served_before_many_idle_ones() -> None:
    files = {
        "TASKS.md": "".join(f"- [ ] Whitewash pier number {n} with lime #priority:low\n" for n in range(30))
        + "- [ ] Stop the bilge pump from sucking air #priority:critical #in-progress\n",
        "LEARNINGS.md": "".join(
            _entry(f"Pier number {n}", f"Lime pier number {n}. {FILLER}") for n in range(30)
        )
        + _entry("Bilge pump", f"The bilge pump sucks air below ten litres. {FILLER * 3}"),
    }
    for budget in (250, 400, 600, 900):
        assert _forms(_packet(files, budget))["Bilge pump"] == "full"


def test_the_second_best_entry_for_what_is_in_progress_comes_before_others() -> None:
    files = {
        "TASKS.md": "- [ ] Splice the anchor rope and the anchor chain #in-progress\n"
        + "".join(f"- [ ] Whitewash pier number {n}\n" for n in range(12)),
        "LEARNINGS.md": _entry("Anchor rope", f"Splice the anchor rope with tar. {FILLER * 9}")
        + _entry("Anchor chain", f"The anchor chain is hardly ever to splice. {FILLER * 9}")
        + "".join(_entry(f"Pier number {n}", f"Whitewash pier number {n}. {FILLER}") for n in range(12)),
    }
    packet = _packet(files, 850)
    reasons = {one.title: one.reason for one in packet.entries if one.form == "full"}
    assert reasons["Anchor rope"].startswith("the best entry for T-")
    assert reasons["Anchor chain"].startswith("the second entry for T-")


def test_urgency_decides_where_there_is_room_for_one() -> None:
    def served(label: str) -> str:
        files = {
            "TASKS.md": f"- [ ] Trim the genoa sail\n- [ ] Caulk the wooden deck{label}\n",
            "LEARNINGS.md": _entry("Genoa sail", f"Trim it flat. {FILLER * 5}")
            + _entry("Wooden deck", f"Caulk it in autumn. {FILLER * 5}", 1),
        }
        packet = _packet(files, 190)
        return next(one.title for one in packet.entries if one.form == "full")

    assert served(" #priority:low") == "Genoa sail"
    for label in (" #priority:high", " #priority:critical", " #in-progress"):
        assert served(label) == "Wooden deck"


@pytest.mark.parametrize("budget", [1200, 1500, 2000, 3000, 4000])
def test_there_are_ten_lines_wherever_as_many_entries_are_left_out(budget: int) -> None:
    packet = _packet(TIDE, budget)
    assert len(_lines(packet)) >= 10
    assert "more; `ctx search WORDS` finds them." in packet.text
    assert packet.tokens >= 0.97 * budget


@settings(max_examples=40, deadline=None)
@given(st.integers(12, 50), st.integers(1, 12), st.integers(0, 30), st.integers(700, 3000))
def test_ten_lines_law(entries: int, length: int, tasks: int, budget: int) -> None:
    files = {
        "LEARNINGS.md": _many("Rope", entries, length),
        "CONVENTIONS.md": "".join(f"- **Knot {n}**: Tie knot {n} twice. {FILLER}\n" for n in range(entries)),
        "TASKS.md": "".join(f"- [ ] Tie rope {n} with knot {n}\n" for n in range(tasks)),
    }
    packet = _packet(files, budget)
    spent = sum(one.tokens for one in packet.sections if one.name == "tasks")
    left_out = sum(one.form != "full" for one in packet.entries)
    if left_out >= 10 and budget - spent - 10 >= 600:
        assert len(_lines(packet)) >= 10
    # Where each entry is a line at least, what is left may be too little for any whole one.
    omitted = any(one.form == "omitted" for one in packet.entries)
    assert packet.tokens >= 0.97 * budget or not omitted or budget < 1500


def test_lines_are_about_what_is_asked_for() -> None:
    packet = _packet(TIDE | {"TASKS.md": ""}, 900, query="breakwater")
    assert sum("Breakwater" in line for line in _lines(packet)) >= 8


def test_no_kind_crowds_out_another() -> None:
    """Of what reaches the threshold each tier has its floor, though the others would serve more."""
    files = {
        "CONVENTIONS.md": "".join(
            f"- **Winch {n}**: Grease winch drum {n}. {FILLER * 2}\n" for n in range(28)
        ),
        "DECISIONS.md": _many("Grease winch drum of brass", 8),
        "LEARNINGS.md": _many("Grease winch drum of iron", 8),
        "TASKS.md": "".join(f"- [ ] Grease winch drum {n}\n" for n in range(28)),
    }

    def whole(floor: float) -> list[int]:
        texts = {f".context/{name}": text for name, text in files.items()}
        shares = f"threshold = 0.001\n[shares]\nconventions = {floor}\ndecisions = {floor}\nrest = {floor}\n"
        packet = build_packet(
            MemoryReader(texts | {".contextrc": shares}), Request(budget=1500, now="2026-11-21")
        )
        full = [one.kind for one in packet.entries if one.form == "full"]
        return [full.count(kind) for kind in ("convention", "decision", "learning")]

    _, decisions, learnings = whole(0.25)
    assert decisions >= 2
    assert learnings >= 2
    assert sum(whole(0.0)[1:]) < decisions + learnings


def test_what_is_below_the_threshold_does_not_compete() -> None:
    files = {
        "LEARNINGS.md": _entry("Ballast tanks", f"Flush the ballast tanks with ozone. {FILLER * 3}")
        + _entry("Kettle", f"A kettle has no tanks. {FILLER * 8}"),
        "TASKS.md": "- [ ] Flush the ballast tanks of the ferry with ozone\n",
    }
    texts = {f".context/{name}": text for name, text in files.items()}
    reasons = {}
    for threshold in ("0.01", "0.9"):
        reader = MemoryReader({**texts, ".contextrc": f"threshold = {threshold}\n"})
        packet = build_packet(reader, Request(budget=150, now="2026-11-21"))
        reasons[threshold] = {one.title: one.reason for one in packet.entries}
    assert reasons["0.01"]["Kettle"].startswith("relevant to T-")
    assert reasons["0.9"]["Kettle"].startswith("not relevant enough to compete")
    assert reasons["0.9"]["Ballast tanks"].startswith("relevant to T-")


def test_a_large_pinned_entry_is_a_line_and_starves_nothing() -> None:
    files = TIDE | {"FACTS.md": _entry("Chart of the bay", f"**Pinned**: yes\n\n{FILLER * 60}")}
    packet = _packet(files, 1500)
    chart = next(one for one in packet.entries if one.title == "Chart of the bay")
    assert (chart.form, chart.reason) == (
        "summary",
        "pinned, but its whole is more than what pinned entries share",
    )
    assert any("Chart of the bay" in line for line in _lines(packet))
    assert sum(one.form == "full" for one in packet.entries) >= 4
    assert _forms(_packet(files, 9000))["Chart of the bay"] == "full"


def test_sessions_have_a_quarter_the_oldest_become_lines_first() -> None:
    def sessions(length: int) -> dict[str, str]:
        return {
            f"sessions/2026-02-0{n}-1200-work.md": f"# Work {n}\n\n**Status**: completed\n\n"
            f"## Summary\nDid part {n}. {FILLER * length}\n\n## Log\nsecret {length}\n"
            for n in range(1, 4)
        }

    packet = _packet(TIDE | sessions(8), 1500)
    now = packet.text.partition("## Now\n")[2]
    assert now.index("Work 1") < now.index("Work 2") < now.index("Work 3")
    assert [f"Did part {n}." in now for n in (1, 2, 3)] == [False, False, True]
    tokens = next(one.tokens for one in packet.sections if one.name == "now")
    assert tokens <= 1500 / 4
    assert "Did part 1" in _packet(TIDE | sessions(1), 1500).text


def test_a_change_to_a_log_changes_no_byte() -> None:
    session = "# Work\n\n**Status**: completed\n\n## Summary\nDone.\n\n## Log\n{}\n"
    one, other = (
        _packet(TIDE | {"sessions/2026-02-01-1200-work.md": session.format(log)}, 1500).text
        for log in ("first", "first\nsecond " * 30)
    )
    assert one == other


def test_two_entries_that_say_the_same_go_in_once() -> None:
    text = f"Do not moor at the north quay. {FILLER * 3}"
    files = {
        "LEARNINGS.md": _entry("North quay", text) + _entry("North  quay", text, 5) + _entry("South", text)
    }
    packet = _packet(files)
    forms = [(one.form, one.admitted_at) for one in packet.entries]
    assert forms == [("summary", None), ("full", 4000), ("full", 4000)]
    older, newer = packet.entries[:2]
    assert older.reason == f"says the same as {newer.id}"
    assert packet.text.count("Do not moor") == 2


def test_what_is_hardly_longer_than_its_line_goes_in_whole() -> None:
    titles = "".join(f"## Berth number {n} is shallow\n\n{'Ebb. ' * (n % 3 * 30)}\n\n" for n in range(150))
    reader = MemoryReader({".context/FACTS.md": titles, ".contextrc": "threshold = 1.0\n"})
    entries = reader.read().live
    short = {
        entry.id
        for entry in entries
        if count(entry_whole(entry), "o200k_base") <= 1.5 * count(entry_line(entry), "o200k_base")
    }
    assert len(short) == 50
    lines: set[str] = set()
    for budget in range(800, 830):
        packet = build_packet(reader, Request(budget=budget, query="shallow berth", now="2026-11-21"))
        lines |= {one.id for one in packet.entries if one.form == "summary"}
    assert lines
    assert not lines & short


@settings(max_examples=80, deadline=None)
@given(contexts(), st.integers(0, 3000), st.lists(words, max_size=2))
def test_the_limit_of_bytes_holds(files: dict[str, str], limit: int, tasks: list[str]) -> None:
    request = Request(budget=100_000, max_bytes=limit, tasks=tasks or None, now="2026-11-21")
    try:
        packet = build_packet(MemoryReader(files), request)
    except BudgetError as error:
        assert "bytes" in str(error)  # noqa: PT017 - or else it fits
        return
    assert len(packet.text.encode()) <= limit


def test_a_limit_of_bytes_is_filled() -> None:
    for limit in (2000, 6000, 10_000):
        size = len(_packet(TIDE, 100_000, max_bytes=limit).text.encode())
        assert 0.97 * limit <= size <= limit
    with pytest.raises(BudgetError, match="bytes"):
        _packet(TIDE, 100_000, max_bytes=20)


@pytest.mark.parametrize("budget", [1500, 2500, 4000])
@pytest.mark.parametrize("tokenizer", ["o200k_base", "chars"])
def test_a_budget_is_filled(budget: int, tokenizer: str) -> None:
    packet = _packet(TIDE, budget, tokenizer=tokenizer)
    assert count(packet.text, tokenizer) == packet.tokens
    assert 0.97 * budget <= packet.tokens <= budget
