"""How much each thing counts that entries are chosen for, by the configuration."""

from __future__ import annotations

from ctx.actions.asking import Goal, find_asked, queries_of
from ctx.actions.build_packet import Request, build_packet
from ctx.model.task import open_tasks
from tests.contexts import MemoryReader

TASKS = """\
- [ ] Plain work
- [ ] Idle work #priority:low
- [ ] Important work #priority:high
- [ ] Burning work #priority:critical
- [ ] Present work #in-progress #priority:low
- [ ] Waiting work #blocked #priority:critical
"""


def _attention(config: str, tasks: list[str] | None = None, query: str = "") -> dict[str, float]:
    reading = MemoryReader({".context/TASKS.md": TASKS, ".contextrc": config}).read()
    todo, _ = open_tasks(reading.memory.tasks)
    queries = queries_of(reading.config, find_asked(reading, tasks, query), todo)
    return {query.question.text.split()[0]: query.attention for query in queries}


def test_urgency_is_weight_and_order() -> None:
    assert [*_attention("", query="asked").items()] == [
        ("asked", 16.0),
        ("Present", 8.0),
        ("Burning", 5.0),
        ("Important", 3.0),
        ("Plain", 1.0),
        ("Idle", 0.5),
    ]


def test_tasks_that_are_asked_for_stand_alone_and_equal() -> None:
    assert _attention("", tasks=["one", "two"]) == {"one": 16.0, "two": 16.0}


def test_each_weight_is_configurable() -> None:
    names = ("low", "medium", "high", "critical", "in_progress", "asked")
    config = "[attention]\n" + "".join(f"{name} = {n}\n" for n, name in enumerate(names, 20))
    assert [*_attention(config, query="asked").values()] == [25, 24, 23, 22, 21, 20]


def test_a_task_in_progress_counts_no_less_than_its_priority() -> None:
    config = "[attention]\nin_progress = 2\nlow = 7\n"
    assert _attention(config)["Present"] == 7


def test_goals_of_frames_count_and_bring_entries_in() -> None:
    files = {
        ".context/LEARNINGS.md": "".join(
            f"## [2026-01-01] {title}\n\n{'It matters a great deal to all of us here. ' * 6}\n\n"
            for title in ("Masts", "Keels", "Rudders")
        ),
        ".contextrc": "[attention]\nframe = 6\nancestor = 2\n",
    }
    goals = (Goal("refit/keel", "Paint the keels"), Goal("refit", "Rudders and all", is_ancestor=True))
    packet = build_packet(MemoryReader(files), Request(budget=135, goals=goals, now="2026-11-21"))
    keels = next(entry for entry in packet.entries if entry.form == "full")
    assert (keels.title, [*keels.score.tasks]) == ("Keels", ["refit/keel"])
    config = MemoryReader(files).read().config
    asked = find_asked(MemoryReader(files).read(), None, None)
    assert [query.attention for query in queries_of(config, asked, [], goals)] == [6, 2]
