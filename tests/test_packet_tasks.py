"""Tasks in a packet: whole, as a line or counted; what was asked for and what is in progress comes first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctx.actions.build_packet import Request, build_packet
from ctx.errors import BudgetError, UsageError
from ctx.model.task import open_tasks
from ctx.packet.packet import Packet
from tests.cli import ctx, project
from tests.contexts import MemoryReader, contexts, words

RULES = "# Constitution\n\n" + "- Never trade safety for speed.\n" * 30
FILLER = "Nobody knows why the blue kettle whistles in the attic on Sundays. " * 4


def _packet(files: dict[str, str], budget: int = 4000, **asked: object) -> Packet:
    request = Request(budget=budget, now="2026-11-21", **asked)  # type: ignore[arg-type] # passed on as given
    return build_packet(MemoryReader({f".context/{name}": text for name, text in files.items()}), request)


def _tasks(packet: Packet) -> str:
    return packet.text.partition("## Tasks\n")[2].partition("\n## ")[0]


def _counted(packet: Packet) -> tuple[int, int]:
    """How many tasks the last line of the section counts as open and as blocked."""
    last = _tasks(packet).rstrip("\n").rpartition("\n")[2]
    if last.startswith("- ["):
        return 0, 0
    open_, blocked = (re.search(rf"(\d+)(?: more)? {what}", last) for what in ("open", "blocked"))
    return int(open_[1]) if open_ else 0, int(blocked[1]) if blocked else 0


def _entries(count: int, words: str) -> str:
    return "".join(f"## [2026-01-{1 + n % 28:02}] {words} {n}\n\n{FILLER}\n\n" for n in range(count))


@settings(max_examples=60, deadline=None)
@given(contexts(), st.integers(0, 500))
def test_every_task_is_printed_or_counted_or_said_to_be_missing(files: dict[str, str], budget: int) -> None:
    reader = MemoryReader(files)
    todo, blocked = open_tasks(reader.read().memory.tasks)
    try:
        packet = build_packet(reader, Request(budget=budget, now="2026-11-21"))
    except BudgetError:
        return
    forms = {task.id: task.form for task in packet.tasks}
    assert forms.keys() == {task.id for task in [*todo, *blocked]}
    shown = [task for task in todo if forms[task.id] != "omitted"]
    if todo or blocked:
        counted = (len(todo) - len(shown), len(blocked))
        assert _counted(packet) == counted or (not shown and len(packet.remarks) == 1)
    for task in shown:
        assert f"({task.id})" in packet.text
    brief = len(f"- {len(todo)} open, {len(blocked)} blocked\n## Tasks\n\n")
    if budget - packet.tokens > brief:
        assert not packet.remarks


@pytest.mark.parametrize("budget", [*range(250, 700, 50)])
def test_beside_a_large_constitution_tasks_are_counted_at_least(budget: int) -> None:
    files = {
        "CONSTITUTION.md": RULES,
        "TASKS.md": "".join(f"- [ ] Mend the pump of hall {n} #priority:high\n" for n in range(90)),
        "LEARNINGS.md": _entries(30, "Pump of hall"),
    }
    packet = _packet(files, budget)
    shown = _tasks(packet).count("- [ ] Mend the pump")
    assert _counted(packet) == (90 - shown, 0)
    assert "`ctx task list` prints them" in packet.text or "- 90 open\n" in packet.text


def test_what_is_counted_is_counted_by_priority_with_the_blocked() -> None:
    labels = ["#priority:critical"] * 4 + ["#priority:high"] * 9 + [""] * 20 + ["#blocked"] * 3
    files = {
        "TASKS.md": "".join(
            f"- [ ] Paint wall number {n} in green {label}\n" for n, label in enumerate(labels)
        ),
        "LEARNINGS.md": _entries(40, "Paint wall"),
    }
    packet = _packet(files, 300)
    shown = _tasks(packet).count("- [ ] Paint wall")
    assert 1 <= shown <= 4
    critical = f"{4 - shown} critical, " if shown < 4 else ""
    assert (
        f"- {33 - shown} more open ({critical}9 high), 3 blocked; `ctx task list` prints them.\n"
        in packet.text
    )


def test_blocked_tasks_alone_are_counted() -> None:
    files = {"TASKS.md": "- [ ] Wait for the parts #blocked\n- [ ] Wait for the boat #blocked\n- [x] Done\n"}
    assert _tasks(_packet(files)) == "- 2 blocked; `ctx task list` prints them.\n"


def test_without_room_for_the_count_stderr_says_so(tmp_path: Path) -> None:
    rules = "# Constitution\n\n- Be kind to the parser, for it was not kind to you.\n"
    root = project(tmp_path, {"CONSTITUTION.md": rules, "TASKS.md": "- [ ] Sweep\n- [ ] Mop #blocked\n"})
    needed = re.search(r"needs (\d+) tokens", ctx("agent", "-b", "1", cwd=root).err)
    assert needed is not None
    done = ctx("agent", "-b", needed[1], cwd=root)
    assert "Tasks" not in done.out
    assert "2 open and blocked tasks have no room in this packet" in done.err
    assert done.code == 0


def test_what_is_in_progress_stands_whole_and_first() -> None:
    long_one = "Replace the whisk driver. It stalls under load.\n  Measure it first."
    files = {
        "TASKS.md": "".join(f"- [ ] Polish spoon {n}. {FILLER}#priority:high\n" for n in range(60))
        + f"- [ ] {long_one} #in-progress\n",
        "LEARNINGS.md": _entries(40, "Spoon"),
    }
    rows = _tasks(_packet(files, 700))
    assert rows.startswith(
        "- [ ] Replace the whisk driver. It stalls under load.\n  Measure it first. #in-progress (T-"
    )
    assert re.search(r"- \[ \] Polish spoon 0\. #priority:high \(T-[0-9a-f]+\)\n", rows)
    assert "kettle" not in rows


def test_tasks_in_progress_leave_half_to_the_rest() -> None:
    files = {
        "TASKS.md": "".join(f"- [ ] Tune string {n} of the harp. {FILLER}#in-progress\n" for n in range(40)),
        "LEARNINGS.md": _entries(40, "Tune the harp"),
    }
    packet = _packet(files, 2000)
    tokens = next(section.tokens for section in packet.sections if section.name == "tasks")
    forms = [task.form for task in packet.tasks]
    assert forms.count("full") >= 8
    assert forms.count("summary") >= 8
    assert tokens < 2000 * (0.5 + 0.25 + 0.02)


def test_other_tasks_have_a_tenth_where_something_is_asked_for() -> None:
    files = {
        "TASKS.md": "".join(f"- [ ] Water plant {n} in the east wing\n" for n in range(90)),
        "LEARNINGS.md": _entries(40, "Plant in the east wing"),
    }
    for asked in ({"query": "east wing"}, {"tasks": ["Water the orchid in the east wing"]}):
        packet = _packet(files, 2000, **asked)
        others = _tasks(packet).replace("- [ ] Water the orchid in the east wing (task 1)\n", "")
        assert 100 <= sum(task.form != "omitted" for task in packet.tasks) * 14 <= 200 + 14
        assert others.count("Water plant") == sum(task.form != "omitted" for task in packet.tasks[-90:])


def test_a_handle_names_a_task() -> None:
    files = {
        "TASKS.md": "- [ ] Oil the hinges of the vault door\n- [ ] Feed the parrot\n"
        "- [ ] Sort bolts #blocked\n",
        "LEARNINGS.md": "## [2026-01-01] Vault hinges\n\nUse graphite.\n\n" + _entries(30, "Parrot feed"),
    }
    names = {
        task.lead: task.id
        for task in MemoryReader({".context/TASKS.md": files["TASKS.md"]}).read().memory.tasks
    }
    vault = names["Oil the hinges of the vault door"]
    for reference in (vault, vault.lower(), vault[:-1]):
        packet = _packet(files, 300, tasks=[reference])
        assert packet.tasks[0] == (vault, "full", "asked for")
        assert _tasks(packet).startswith("- [ ] Oil the hinges of the vault door (T-")
        assert packet.text.count("Oil the hinges") == 1
        first = next(entry for entry in packet.entries if entry.title == "Vault hinges")
        assert (first.form, first.reason) == ("full", f"the best entry for {vault}")
    assert _packet(files, tasks=[names["Sort bolts"]]).tasks[0].reason == "asked for"


def test_a_handle_that_names_no_task_is_a_usage_error_with_candidates(tmp_path: Path) -> None:
    root = project(tmp_path, {"TASKS.md": "- [ ] Feed the parrot\n"})
    done = ctx("agent", "--task", "T-000bad", cwd=root)
    assert done.code == 2
    assert done.out == ""
    assert "there is no task 'T-000bad'" in done.err
    assert "'Feed the parrot'" in done.err
    with pytest.raises(UsageError, match="could be any of"):
        _packet({"TASKS.md": "".join(f"- [ ] Task {n}\n" for n in range(40))}, tasks=["T-"[:2] + "a"])


def test_what_was_asked_for_and_finds_nothing_is_said(tmp_path: Path) -> None:
    root = project(tmp_path, {"LEARNINGS.md": "## [2026-01-01] Parrots talk\n\nAt night.\n"})
    done = ctx("agent", "-q", "zyxgar", "-T", "parrots", "-T", "quomble", cwd=root)
    assert done.code == 0
    assert "no entry has a word of 'zyxgar'" in done.err
    assert "no entry has a word of 'quomble'" in done.err
    assert "parrots" not in done.err


def test_a_task_that_says_little_stands_with_its_heading() -> None:
    files = {
        "TASKS.md": "# Tasks\n\n## Rewrite the tide clock\n\n- [ ] Implementation tasks for the chosen "
        "shape.\n- [ ] Tide clock\n- [ ] Measure the drift of the quartz against the harbour signal\n"
        "## Next\n\n- [ ] Fix it\n",
        "LEARNINGS.md": "## [2026-01-01] Quartz\n\nThe tide clock runs fast.\n",
    }
    packet = _packet(files)
    rows = _tasks(packet)
    assert "- [ ] Rewrite the tide clock: Implementation tasks for the chosen shape. (T-" in rows
    assert "- [ ] Rewrite the tide clock: Tide clock (T-" in rows
    assert "- [ ] Measure the drift of the quartz against the harbour signal (T-" in rows
    assert "- [ ] Fix it (T-" in rows
    asked = next(task.id for task in packet.tasks if f"shape. ({task.id})" in rows)
    assert asked in packet.entries[0].score.tasks


def test_many_tasks_of_one_priority_ask_for_every_section() -> None:
    many = "".join(f"- [ ] Count sheep number {n}\n" for n in range(200))
    files = {
        "TASKS.md": f"## Sheep\n\n{many}\n## Goats\n\n- [ ] Shear the angora goats\n",
        "LEARNINGS.md": f"## [2026-01-01] Angora\n\nShear them in spring.\n\n{_entries(30, 'Count sheep')}",
    }
    angora = next(entry for entry in _packet(files, 2000).entries if entry.title == "Angora")
    assert angora.form == "full"
    assert len(angora.score.tasks) == 1


def test_a_line_is_the_first_sentence_cut_where_it_is_long() -> None:
    tasks = [
        "Upgrade to v1.2 e.g. in May. " + FILLER,
        "Say no. " + FILLER,
        "A sentence that goes on and on " * 9,
    ]
    files = {
        "TASKS.md": "".join(f"- [ ] {text}\n" for text in tasks),
        "LEARNINGS.md": _entries(60, "Nothing"),
    }
    rows = _tasks(_packet(files, 440)).splitlines()
    assert rows[0].startswith("- [ ] Upgrade to v1.2 e.g. in May. (T-")
    assert rows[1].startswith("- [ ] Say no. (T-")
    assert re.fullmatch(r"- \[ \] (?:A sentence that goes on and on )+.* … \(T-\w+\)", rows[2])
    assert len(rows[2]) < 110


@settings(max_examples=25, deadline=None)
@given(contexts(), words, st.integers(100, 900))
def test_tasks_stand_behind_all_entries(files: dict[str, str], text: str, budget: int) -> None:
    """What is added to TASKS.md and changes no choice leaves the bytes before the tasks as they were."""
    try:
        before = build_packet(MemoryReader(files), Request(budget=budget, now="2026-11-21"))
        changed = files | {".context/TASKS.md": files.get(".context/TASKS.md", "") + f"\n- [ ] {text}\n"}
        after = build_packet(MemoryReader(changed), Request(budget=budget, now="2026-11-21"))
    except BudgetError:
        return
    same = [entry.form for entry in before.entries] == [entry.form for entry in after.entries]
    # A task may also take the room of the line that counts the entries left out.
    counted = ("finds them." in packet.text.partition("## Also known")[2] for packet in (before, after))
    if same and len(set(counted)) == 1:
        one, other = (
            packet.text.partition("## Tasks\n")[0].partition("## Now\n")[0] for packet in (before, after)
        )
        assert one.rstrip("\n") == other.rstrip("\n")
