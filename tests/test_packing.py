"""What goes into a packet and in which order."""

from __future__ import annotations

import pytest

from ctx.actions.build_packet import Request, build_packet
from ctx.errors import BudgetError, UsageError
from ctx.packet.packet import Packet
from tests.contexts import MemoryReader
from tests.oracle import count

LONG = "Many words about locks and retries fill this body. " * 12


def _packet(files: dict[str, str], budget: int = 4000, **asked: object) -> Packet:
    request = Request(budget=budget, now="2026-11-21", **asked)  # type: ignore[arg-type] # passed on as given
    return build_packet(MemoryReader(files), request)


def _forms(packet: Packet) -> dict[str, str]:
    return {one.title: one.form for one in packet.entries}


def test_sections_and_entries_stand_in_a_fixed_order() -> None:
    files = {
        ".context/SNIPPETS.md": "## [2026-01-09] Snippet\n",
        ".context/FACTS.md": "## [2026-01-08] Fact\n",
        ".context/LEARNINGS.md": "## [2026-01-01] Old\n\n## [2026-01-05] New\n",
        ".context/DECISIONS.md": "## [2026-01-02] Decision\n",
        ".context/CONVENTIONS.md": "- **Convention**: x\n",
        ".context/ARCHITECTURE.md": "# Architecture\n\nReference.\n",
    }
    text = _packet(files).text
    order = [text.index(word) for word in ("Convention", "Decision", "Old", "New", "Fact", "Snippet")]
    assert order == sorted(order)
    assert text.index("## References") > text.index("## Snippets")


def test_a_pinned_entry_goes_before_relevant_ones() -> None:
    files = {
        ".context/LEARNINGS.md": f"## [2026-01-01] Locks\n\n{LONG}\n\n## [2026-01-02] Pin\n\n"
        "**Pinned**: yes\n\nNothing in common.\n"
    }
    forms = _forms(_packet(files, 60, query="locks and retries"))
    assert forms == {"Locks": "omitted", "Pin": "full"}


def test_the_last_sessions_are_shown() -> None:
    files = {
        f".context/sessions/2026-01-0{n}-1200-work.md": f"# Work {n} <b>\n\n**Status**: {status}\n\n"
        f"## Summary\nDid {n} & more.\n\n## Log\nsecret log\n"
        for n, status in enumerate(["completed", "failed", "in_progress", "completed", "completed"], 1)
    }
    files[".context/sessions/2026-01-05-1200-work/child.md"] = "# Child\n\n**Status**: completed\n"
    text = _packet(files).text
    assert "Work 1" not in text
    assert [n for n in range(2, 6) if f"Work {n} &lt;b&gt;" in text] == [2, 4, 5]
    assert "Did 5 &amp; more." in text
    assert "secret log" not in text
    assert "Child" not in text


def test_tasks_take_at_most_their_share_and_the_rest_is_counted() -> None:
    files = {
        ".context/TASKS.md": "".join(f"- [ ] Task number {n} has some words\n" for n in range(80)),
        ".context/LEARNINGS.md": "".join(f"## [2026-01-01] Lock {n}\n\n{LONG}\n\n" for n in range(40)),
    }
    packet = _packet(files, 1000)
    spent = next(section.tokens for section in packet.sections if section.name == "tasks")
    assert 200 <= spent <= 250
    shown = packet.text.count("- [ ] Task number")
    assert f"- {80 - shown} more open; `ctx task list` prints them.\n" in packet.text


def test_what_entries_leave_returns_to_tasks() -> None:
    files = {".context/TASKS.md": "".join(f"- [ ] Task number {n} has some words\n" for n in range(80))}
    assert _packet(files, 500).tokens > 480


def test_tasks_are_whole_with_what_is_nested_and_urgent_ones_first() -> None:
    item = "- [ ] Wrapped over\n  two lines #tag\n  - [x] nested\n\n    ```\n    - [ ] code\n    ```\n"
    files = {".context/TASKS.md": f"- [ ] Plain {'word ' * 60}\n{item}- [ ] Urgent #in-progress\n"}
    text = _packet(files, 400).text
    assert "- [ ] Wrapped over\n  two lines #tag (T-" in text
    assert "  - [x] nested\n\n    ```\n    - [ ] code\n    ```\n" in text
    assert text.index("Urgent #in-progress (T-") < text.index("Plain word") < text.index("Wrapped over")


def test_superseded_entries_stay_out() -> None:
    files = {
        ".context/DECISIONS.md": "## [2026-01-01] Gone\n\n**Status**: Superseded\n\n## [2026-01-02] Here\n"
    }
    assert _forms(_packet(files)) == {"Here": "full"}


def test_headings_of_a_body_are_demoted_and_open_fences_closed() -> None:
    body = "### Part\n\n```\n## code\n```\n\n```\nnever closed"
    files = {".context/LEARNINGS.md": f"## [2026-01-01] One\n\n{body}\n\n## [2026-01-02] Two\n"}
    text = _packet(files).text
    assert "\n##### Part\n" in text or "\n#### Part\n" in text
    assert "\n```\n## code\n```\n" in text
    assert "never closed\n```\n" in text
    assert text.index("- **Two** (L-") > text.index("never closed")


@pytest.mark.parametrize("ending", ["!?", ",.", "^^", "%.", " ;)", '"?', "\u00d7"])
@pytest.mark.parametrize("name", ["o200k_base", "cl100k_base"])
def test_the_last_line_break_is_left_where_taking_it_away_costs_a_token(ending: str, name: str) -> None:
    files = {".context/LEARNINGS.md": f"## [2026-01-01] One\n\nIs this so{ending}\n"}
    whole = count(build_packet(MemoryReader(files), Request(budget=10_000, tokenizer=name)).text, name)
    for budget in range(whole - 3, whole + 3):
        packet = build_packet(MemoryReader(files), Request(budget=budget, tokenizer=name))
        assert count(packet.text, name) == packet.tokens <= budget


def test_with_nothing_asked_kind_and_recency_decide() -> None:
    files = {
        ".context/LEARNINGS.md": f"## [2026-01-01] Old\n\n{LONG}\n\n## [2026-02-01] New\n\n{LONG}\n",
    }
    assert _forms(_packet(files, 200)) == {"Old": "summary", "New": "full"}


def test_summaries_use_their_field() -> None:
    files = {".context/LEARNINGS.md": f"## [2026-01-01] Title\n\n{LONG}\n\n**Summary**: In short,\nso.\n"}
    packet = _packet(files, 50)
    assert f"- {packet.entries[0].id} In short, so.\n" in packet.text


@pytest.mark.parametrize("budget", [1500, 4000, 8000, 32000])
def test_large_budgets_are_filled(budget: int) -> None:
    entries = "".join(
        f"## [2026-01-01-{n:06}] Learning {n}\n\n{'lock word text ' * (5 + n % 40)}\n\n" for n in range(400)
    )
    packet = _packet({".context/LEARNINGS.md": entries, ".context/TASKS.md": "- [ ] Fix the lock\n"}, budget)
    assert packet.tokens == count(packet.text, "o200k_base")
    assert budget * 0.97 <= packet.tokens <= budget


def test_a_budget_below_the_constitution_says_what_it_needs() -> None:
    files = {".context/CONSTITUTION.md": "# Constitution\n\n- One rule.\n- Another rule.\n"}
    with pytest.raises(BudgetError) as refused:
        _packet(files, 5)
    need = refused.value.need
    assert f"needs {need} tokens" in str(refused.value)
    assert _packet(files, need).tokens <= need
    with pytest.raises(BudgetError):
        _packet(files, need - 2)


def test_a_negative_budget_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        _packet({}, -1)


def test_manifest_follows_content_and_not_the_clock() -> None:
    files = {".context/LEARNINGS.md": "## [2026-01-01] One\n"}
    one = _packet(files)
    assert one.manifest == _packet(dict(files)).manifest
    assert one.manifest != _packet({".context/LEARNINGS.md": "## [2026-01-01] Two\n"}).manifest
    assert one.manifest != _packet(files, query="x").manifest
