"""The packets in docs/packet.md, made again as they come out now.

    python benchmarks/packets.py [CORPUS]

In the page a line `<!-- packet: NAME -->` stands before each block of code that is one. The small contexts
are made up here; those whose names begin with `corpus` are made of CORPUS, a folder that holds `.context/`,
and are left as they are without it. Their constitution is left out, and where the name ends in `short`, all
but the first line of each entry.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ctx

PAGE = Path(__file__).parent.parent / "docs" / "packet.md"
NOW = "2026-11-21"
_BLOCK = re.compile(r"(?P<mark><!-- packet: (?P<name>[^\n]+) -->\n)````markdown\n.*?````\n", re.DOTALL)
# An entry of one paragraph.
_ITEM = re.compile(r"- .*\([A-Z]{1,3}-[0-9a-f]{6}\)")

RULES = "# Constitution\n\n- The ferry sails when the sea allows, not when the timetable does.\n"
ENTRIES = {
    "CONVENTIONS.md": [
        "- **Times are local**: the timetable, the log and the buoys all show harbour time.\n",
        "- **Knots**: a bowline where a rope is loaded, a clove hitch where it is not.\n",
        "- Whoever moors last checks the fenders on both sides.\n",
    ],
    "DECISIONS.md": [
        f"## [2026-09-0{n}] {title}\n\n**Status**: Accepted\n\n**Context**: {why}\n\n"
        f"**Decision**: {title}\n\n**Consequence**: {so}\n\n"
        for n, (title, why, so) in enumerate(
            [
                (
                    "The pump runs on the emergency circuit",
                    "In January the mains failed while the bilge was full.",
                    "The circuit carries 2 kW less for everything else.",
                ),
                (
                    "Tickets are checked on the quay",
                    "On board nobody could turn back without delaying the ferry.",
                    "Two people on the quay in summer.",
                ),
                (
                    "Radar before radio",
                    "Voices on the radio were taken for positions twice.",
                    "The watch reports bearings from the screen.",
                ),
            ],
            1,
        )
    ],
    "LEARNINGS.md": [
        f"## [2026-10-{n:02}] {title}\n\n**Lesson**: {lesson}\n\n**Application**: {use}\n\n"
        for n, (title, lesson, use) in enumerate(
            [
                (
                    "The bilge pump sucks air below ten litres",
                    "Run dry, its seal is gone within a minute.",
                    "Stop the pump at twelve litres; the float switch sticks when it is cold.",
                ),
                (
                    "A wet float switch reads full",
                    "Salt bridges the contacts.",
                    "Rinse the float switch with fresh water before it is trusted.",
                ),
                (
                    "Fog comes up the estuary first",
                    "It reaches the second buoy half an hour before the harbour.",
                    "Look at the second buoy before casting off.",
                ),
                (
                    "Children lean on the gate",
                    "The latch gives way from above.",
                    "Bolt the gate, do not latch it.",
                ),
                (
                    "Diesel bought in August is bad in March",
                    "Water settles out of it.",
                    "Drain the filter after every month at rest.",
                ),
            ],
            1,
        )
    ],
}
BILGE = "- [ ] Replace the bilge pump before winter. The seal weeps, and the float switch is from 1998."


def _tasks(rows: str) -> dict[str, str]:
    return {"CONSTITUTION.md": RULES, "TASKS.md": f"# Tasks\n\n{rows}"} | {
        name: f"# {name}\n\n{''.join(entries)}" for name, entries in ENTRIES.items()
    }


SMALL: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "no tasks": (_tasks(""), {"budget": 300}),
    "one task": (_tasks(f"{BILGE} #priority:high\n"), {"budget": 300}),
    "one task, in progress": (_tasks(f"{BILGE} #in-progress\n"), {"budget": 300}),
    "300 tasks": (
        _tasks(
            "## Deck\n\n"
            + "".join(f"- [ ] Caulk plank number {n} of the deck\n" for n in range(299))
            + f"\n## Engine room\n\n{BILGE}\n"
        ),
        {"budget": 600},
    ),
    "all in progress": (
        _tasks(
            f"{BILGE} #in-progress\n- [ ] Bolt the gate on the upper deck #in-progress\n"
            "- [ ] Write the fog rules down for the night watch #in-progress #priority:high\n"
        ),
        {"budget": 400},
    ),
    "all done": (_tasks(f"{BILGE.replace('[ ]', '[x]')}\n- [x] Paint the funnel\n"), {"budget": 300}),
    "only blocked": (
        _tasks(f"{BILGE} #blocked\n- [ ] Order diesel #blocked #priority:high\n"),
        {"budget": 300},
    ),
    "only TASKS.md": ({"TASKS.md": f"{BILGE} #priority:high\n- [ ] Paint the funnel\n"}, {"budget": 300}),
    "asked for": (
        _tasks(f"- [ ] Paint the funnel\n- [ ] Order diesel #priority:high\n{BILGE}\n"),
        {"budget": 300, "tasks": ["stop the pump before it runs dry"]},
    ),
}


def small(name: str) -> str:
    """The packet of one of the small contexts."""
    files, asked = SMALL[name]
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            (Path(folder) / ".context").mkdir(exist_ok=True)
            (Path(folder) / ".context" / path).write_text(text, "utf-8")
        return ctx.open(folder).packet(now=NOW, **asked).text


def of_corpus(corpus: Path) -> Callable[[str], str]:
    """What makes a packet of the corpus: `corpus BUDGET`, then `in-progress` or `task`, then `short`."""

    def make(name: str) -> str:
        _, budget, *how = name.split()
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(corpus / ".context", Path(folder) / ".context", copy_function=shutil.copyfile)
            (Path(folder) / ".context").chmod(0o755)
            first = next(task for task in ctx.open(folder).packet(now=NOW).tasks).id
            if "in-progress" in how:
                command = [sys.executable, "-m", "ctx", "task", "start", first, "--root", folder]
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            asked: dict[str, Any] = {"tasks": [first]} if "task" in how else {}
            packet = ctx.open(folder).packet(budget=int(budget), now=NOW, **asked)
        rest = packet.text[packet.text.index("\n## ", packet.text.index("## Constitution")) :]
        text = f"# Project context\n\n## Constitution\n…\n{rest}"
        return "".join(_shortened(text)) if "short" in how else text

    return make


def _shortened(text: str) -> Iterator[str]:
    """The text without all but the first line of each entry that stands under a heading."""
    inside = False
    for line in text.splitlines(keepends=True):
        if line.startswith("### "):
            inside = True
            yield f"{line}…\n"
        elif inside and (line.startswith("## ") or _ITEM.match(line)):
            inside = False
            yield f"\n{line}" if line.startswith("## ") else line
        elif not inside:
            yield line


def refreshed(page: str, corpus: Path | None) -> str:
    """The page with its packets as they come out now."""

    def again(match: re.Match[str]) -> str:
        name = match["name"]
        if not name.startswith("corpus"):
            text = small(name)
        elif corpus:
            text = of_corpus(corpus)(name)
        else:
            return match[0]
        return f"{match['mark']}````markdown\n{text}````\n"

    return _BLOCK.sub(again, page)


def main() -> None:
    """Write the page again."""
    corpus = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
    PAGE.write_text(refreshed(PAGE.read_text("utf-8"), corpus), "utf-8")


if __name__ == "__main__":
    main()
