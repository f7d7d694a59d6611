"""Retrieval, packing and consolidation measured through the library calls that users make.

    python benchmarks/evaluate.py DIR

DIR holds `retrieval_eval.py`, `packing_eval.py`, `locomo_eval.py` and `consolidation_eval.py` with their
data; what is missing is left out. Every context is written to a temporary folder as plain Markdown and
opened with `ctx.open`, so that what is measured is what is shipped.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import ctx

Entry = Mapping[str, Any]
FILES = {"learnings": "LEARNINGS.md", "decisions": "DECISIONS.md"}


class Folder:
    """A context made of some entries, and the way back from what is found to their ids."""

    def __init__(self, entries: Iterable[Entry], config: str = "") -> None:
        self._kept = tempfile.TemporaryDirectory()
        root = Path(self._kept.name)
        (root / ".context").mkdir()
        (root / ".contextrc").write_text(config, "utf-8")
        self.ids: dict[tuple[str, int], str] = {}
        by_file: dict[str, list[Entry]] = {}
        for entry in entries:
            by_file.setdefault(FILES[entry["kind"]], []).append(entry)
        for name, members in by_file.items():
            self._write(root / ".context" / name, members)
        self.context = ctx.open(root)

    def _write(self, path: Path, members: Iterable[Entry]) -> None:
        lines = [f"# {path.stem}", ""]
        for entry in members:
            self.ids[f".context/{path.name}", len(lines) + 1] = entry["id"]
            stamp = entry.get("ts") or entry.get("date")
            heading = f"## [{stamp}] {entry['title']}" if stamp else f"## {entry['title']}"
            lines += [heading, "", *entry["body"].split("\n"), "", "---", ""]
        path.write_text("\n".join(lines), "utf-8")

    def id_of(self, found: Any) -> str:
        """The id of a hit or receipt."""
        return self.ids.get((found.path, found.line), "")


def folders(config: str = "") -> Callable[[Sequence[Entry]], Folder]:
    """A function that makes the folder of some entries once."""
    made: dict[tuple[str, ...], Folder] = {}

    def folder_of(entries: Sequence[Entry]) -> Folder:
        key = tuple(entry["id"] for entry in entries)
        if key not in made:
            made[key] = Folder(sorted(entries, key=lambda entry: str(entry.get("ts"))), config)
        return made[key]

    return folder_of


def retrieval(evaluation: Any) -> None:
    """Rank real entries for real tasks, citing passages and commit messages."""
    folder_of = folders()

    def rank(query: str, entries: Sequence[Entry], _now: str) -> list[float]:
        folder = folder_of(entries)
        hits = folder.context.search(query, limit=len(entries))
        scores = {folder.id_of(hit): -float(place) for place, hit in enumerate(hits)}
        return [scores.get(entry["id"], -1e9) for entry in entries]

    for signal in ("judged", "cite", "birth"):
        told = evaluation.evaluate(rank, signal)
        figures = "  ".join(f"{name} {told[name]:.3f}" for name in ("ndcg10", "r5", "r10", "mrr"))
        print(f"{signal:8} {figures}  n {told['n']}")


def packing(evaluation: Any) -> None:
    """Pack tasks into budgets; what is in whole counts, and the whole packet has to fit the budget."""
    folder_of = folders('tokenizer = "chars"\n')

    def pack(tasks: Sequence[str], entries: Sequence[Entry], now: str, budget: int) -> list[str]:
        folder = folder_of(entries)
        packet = folder.context.packet(budget=budget, tasks=tasks, now=now)
        return [folder.id_of(one) for one in packet.entries if one.form == "full"]

    for tasks, budget in ((1, 1500), (5, 3000), (20, 6000), (60, 6000)):
        many = min(tasks, len(evaluation.JQ))
        told = evaluation.evaluate(pack, many, budget)
        print(f"packing  m {many:2} budget {budget}  served {told['cover']:.3f}  pairs {told['pair']:.3f}")


def locomo(evaluation: Any) -> None:
    """Find the turns of long dialogues that answer a question: turns under sessions, and whole sessions."""
    made: dict[str, tuple[Any, dict[tuple[str, int], str]]] = {}
    kept = []

    def open_dialogue(conversation: Mapping[str, Any]) -> tuple[Any, dict[tuple[str, int], str]]:
        if conversation["id"] not in made:
            folder = tempfile.TemporaryDirectory()
            kept.append(folder)
            lines, ids, session = ["# Learnings", ""], {}, None
            for turn in conversation["turns"]:
                if turn["session"] != session:
                    session = turn["session"]
                    lines += [f"## Session {session}: {turn['date']}", ""]
                ids[".context/LEARNINGS.md", len(lines) + 1] = turn["id"]
                text = " ".join(f"{turn['text']} {turn['caption']}".split())
                lines += [f"### {turn['speaker']}", "", text, ""]
            path = Path(folder.name) / ".context" / "LEARNINGS.md"
            path.parent.mkdir()
            path.write_text("\n".join(lines), "utf-8")
            made[conversation["id"]] = (ctx.open(folder.name), ids)
        return made[conversation["id"]]

    def rank(question: str, conversation: Mapping[str, Any]) -> list[float]:
        context, ids = open_dialogue(conversation)
        hits = context.search(question, limit=200)
        scores = {ids.get((hit.path, hit.line), ""): -float(place) for place, hit in enumerate(hits)}
        return [scores.get(turn["id"], -1e9) for turn in conversation["turns"]]

    print("turns   ", evaluation.fmt(evaluation.evaluate(rank)))
    print(f"sessions R@5={_sessions(evaluation):.3f}")


def _sessions(evaluation: Any) -> float:
    """R@5 of whole sessions as entries."""
    recalls = []
    for conversation in evaluation.CONV:
        sessions: dict[int, list[Mapping[str, Any]]] = {}
        for turn in conversation["turns"]:
            sessions.setdefault(turn["session"], []).append(turn)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / ".context" / "LEARNINGS.md"
            path.parent.mkdir()
            lines, ids = ["# Learnings", ""], {}
            for number, turns in sessions.items():
                ids[len(lines) + 1] = number
                said = [
                    f"{t['speaker']}: {' '.join((t['text'] + ' ' + t['caption']).split())}" for t in turns
                ]
                lines += [f"## Session {number}: {turns[0]['date']}", "", *said, ""]
            path.write_text("\n".join(lines), "utf-8")
            context = ctx.open(folder)
            where = {turn["id"]: turn["session"] for turn in conversation["turns"]}
            for question in conversation["qa"]:
                if question["cat"] in (1, 2, 3, 4):
                    wanted = {where[turn] for turn in question["ev"]}
                    found = {ids.get(hit.line) for hit in context.search(question["q"], limit=5)}
                    recalls.append(len(wanted & found) / len(wanted))
    return sum(recalls) / len(recalls)


def consolidation(evaluation: Any) -> None:
    """Find the groups that people merged, among all entries (open) and among those merged (closed)."""
    kinds = {entry["id"]: _kind_of(state) for state in evaluation.D for entry in state["before_entries"]}

    def propose(entries: Sequence[Entry]) -> list[list[str]]:
        folder = Folder({**entry, "kind": kinds[entry["id"]]} for entry in entries)
        return [[folder.id_of(one) for one in group.members] for group in folder.context.proposals()]

    for mode in ("open", "closed"):
        told = evaluation.evaluate(propose, mode)
        figures = "  ".join(f"{name} {told[key]:.3f}" for name, key in (("F1", "F1"), ("B-cubed", "B3F")))
        print(f"pairs {mode:6}  {figures}  proposals {told['nprop']}")
    useful = [one for state in evaluation.D for one in _useful(propose(state["before_entries"]), state)[:3]]
    print(f"first three   useful {sum(useful) / len(useful):.3f}  n {len(useful)}")


def _kind_of(state: Mapping[str, Any]) -> str:
    return next(kind for kind, name in FILES.items() if state["file"].endswith(name))


def _useful(groups: Sequence[Sequence[str]], state: Mapping[str, Any]) -> list[bool]:
    """Of each proposal with two labelled members, whether people merged at least half of its pairs."""
    merged = {one: number for number, group in enumerate(state["groups"]) for one in group}
    found = []
    for group in groups:
        labelled = [one for one in group if one not in state["unlabelled"]]
        pairs = list(combinations(labelled, 2))
        if pairs:
            found.append(sum(merged.get(a, a) == merged.get(b, b) for a, b in pairs) * 2 >= len(pairs))
    return found


def main() -> None:
    """Evaluate on the folder named on the command line."""
    folder = Path(sys.argv[1]).resolve()
    only = sys.argv[2:]
    sys.path.insert(0, str(folder))
    for name, measure in (
        ("retrieval", retrieval),
        ("packing", packing),
        ("locomo", locomo),
        ("consolidation", consolidation),
    ):
        if (folder / f"{name}_eval.py").is_file() and (not only or name in only):
            measure(importlib.import_module(f"{name}_eval"))


if __name__ == "__main__":
    main()
