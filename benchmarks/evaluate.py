"""Retrieval, packing and consolidation measured through the library calls that users make.

    python benchmarks/evaluate.py DIR [NAME…]

DIR holds `retrieval_eval.py`, `judged2_eval.py`, `packing_eval.py`, `locomo_eval.py` and
`consolidation_eval.py` with their data; what is missing is left out, and where a NAME (`retrieval`,
`packing` …) is given, so are the others. `layouts` needs no data.
Every context is written to a temporary folder as plain Markdown and opened with `ctx.open`, so that what is
measured is what is shipped.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import layouts

import ctx
from ctx.consolidate import propose as proposing

Entry = Mapping[str, Any]
FILES = {
    "learnings": "LEARNINGS.md",
    "decisions": "DECISIONS.md",
    "learning": "LEARNINGS.md",
    "decision": "DECISIONS.md",
    "convention": "CONVENTIONS.md",
}
# So many entries stand under a category where they are not laid flat.
PART = 8


class Folder:
    """A context made of some entries, flat or in categories, and the way back from a hit to its id."""

    def __init__(self, entries: Iterable[Entry], config: str = "", *, categories: bool = False) -> None:
        self._categories = categories
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
        level = "###" if self._categories else "##"
        for number, entry in enumerate(members):
            if self._categories and number % PART == 0:
                lines += [f"## Part {number // PART}", ""]
            self.ids[f".context/{path.name}", len(lines) + 1] = entry["id"]
            stamp = entry.get("ts") or entry.get("date")
            heading = f"{level} [{stamp}] {entry['title']}" if stamp else f"{level} {entry['title']}"
            lines += [heading, "", *entry["body"].split("\n"), "", "---", ""]
        path.write_text("\n".join(lines), "utf-8")

    def id_of(self, found: Any) -> str:
        """The id of a hit or receipt."""
        return self.ids.get((found.path, found.line), "")


def folders(config: str = "", *, categories: bool = False) -> Callable[[Sequence[Entry]], Folder]:
    """A function that makes the folder of some entries once."""
    made: dict[tuple[str, ...], Folder] = {}

    def folder_of(entries: Sequence[Entry]) -> Folder:
        key = tuple(entry["id"] for entry in entries)
        if key not in made:
            in_order = sorted(entries, key=lambda entry: str(entry.get("ts")))
            made[key] = Folder(in_order, config, categories=categories)
        return made[key]

    return folder_of


Rank = Callable[[str, Sequence[Entry], str], list[float]]


def ranker(folder_of: Callable[[Sequence[Entry]], Folder]) -> Rank:
    """Scores for entries by what `search` finds among them."""

    def rank(query: str, entries: Sequence[Entry], _now: str) -> list[float]:
        folder = folder_of(entries)
        hits = folder.context.search(query, limit=len(entries))
        scores = {folder.id_of(hit): -float(place) for place, hit in enumerate(hits)}
        return [scores.get(entry["id"], -1e9) for entry in entries]

    return rank


def retrieval(evaluation: Any) -> None:
    """Rank real entries for real tasks, citing passages and commit messages."""
    rank = ranker(folders())
    for signal in ("judged", "cite", "birth"):
        print(f"{signal:10} {_figures(evaluation.evaluate(rank, signal))}")
    told = evaluation.evaluate(ranker(folders(categories=True)), "judged")
    print(f"{'in parts':10} {_figures(told)}")


def judged2(evaluation: Any) -> None:
    """Rank the entries of another project for its tasks."""
    for name, categories in (("judged2", False), ("in parts", True)):
        make = folders(categories=categories)

        def folder_of(entries: Sequence[Entry], make: Callable[..., Folder] = make) -> Folder:
            return make([{**entry, "body": evaluation.flat(entry["body"])} for entry in entries])

        print(f"{name:10} {_figures(evaluation.evaluate(ranker(folder_of)))}")


def _figures(told: Mapping[str, float]) -> str:
    figures = "  ".join(f"{name} {told[name]:.3f}" for name in ("ndcg10", "r5", "r10", "mrr"))
    return f"{figures}  n {told['n']}"


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
    made: dict[str, Dialogue] = {}

    def rank(question: str, conversation: Mapping[str, Any]) -> list[float]:
        if conversation["id"] not in made:
            made[conversation["id"]] = dialogue_of_turns(conversation)
        found = made[conversation["id"]].search(question, limit=200)
        scores = {turn: -float(place) for place, turn in enumerate(found)}
        return [scores.get(turn["id"], -1e9) for turn in conversation["turns"]]

    print("turns   ", evaluation.fmt(evaluation.evaluate(rank)))
    recalls = [recall for conversation in evaluation.CONV for recall in _session_recalls(conversation)]
    print(f"sessions R@5={sum(recalls) / len(recalls):.3f}")


class Dialogue:
    """A context made of one file of learnings, and what stands at the lines on which its entries begin."""

    def __init__(self, lines: Iterable[str], begins: Mapping[int, Any]) -> None:
        self._kept = tempfile.TemporaryDirectory()
        path = Path(self._kept.name) / ".context" / "LEARNINGS.md"
        path.parent.mkdir()
        path.write_text("\n".join(lines), "utf-8")
        self._begins = begins
        self._context = ctx.open(self._kept.name)

    def search(self, question: str, limit: int) -> list[Any]:
        """What stands where the entries found begin, best first; None for a heading."""
        return [self._begins.get(hit.line) for hit in self._context.search(question, limit=limit)]


def dialogue_of_turns(conversation: Mapping[str, Any]) -> Dialogue:
    """Turns as entries under their sessions."""
    lines, begins = ["# Learnings", ""], {}
    for session, turns in _sessions_of(conversation).items():
        lines += [f"## Session {session}: {turns[0]['date']}", ""]
        for turn in turns:
            begins[len(lines) + 1] = turn["id"]
            lines += [f"### {turn['speaker']}", "", _said(turn), ""]
    return Dialogue(lines, begins)


def dialogue_of_sessions(conversation: Mapping[str, Any]) -> Dialogue:
    """Whole sessions as entries."""
    lines, begins = ["# Learnings", ""], {}
    for session, turns in _sessions_of(conversation).items():
        begins[len(lines) + 1] = session
        said = [f"{turn['speaker']}: {_said(turn)}" for turn in turns]
        lines += [f"## Session {session}: {turns[0]['date']}", "", *said, ""]
    return Dialogue(lines, begins)


def _sessions_of(conversation: Mapping[str, Any]) -> dict[int, list[Mapping[str, Any]]]:
    sessions: dict[int, list[Mapping[str, Any]]] = {}
    for turn in conversation["turns"]:
        sessions.setdefault(turn["session"], []).append(turn)
    return sessions


def _said(turn: Mapping[str, Any]) -> str:
    return " ".join(f"{turn['text']} {turn['caption']}".split())


def _session_recalls(conversation: Mapping[str, Any]) -> Iterator[float]:
    """R@5 of whole sessions as entries, for each question that has an answer."""
    dialogue = dialogue_of_sessions(conversation)
    where = {turn["id"]: turn["session"] for turn in conversation["turns"]}
    for question in conversation["qa"]:
        if question["cat"] in (1, 2, 3, 4):
            wanted = {where[turn] for turn in question["ev"]}
            yield len(wanted.intersection(dialogue.search(question["q"], limit=5))) / len(wanted)


def consolidation(evaluation: Any) -> None:
    """Find the groups that people merged, among all entries (open) and among those merged (closed).

    Of all groups, of those within the size of an entry, and of those that save enough to be proposed.
    """
    config = ""
    kinds = {entry["id"]: _kind_of(state) for state in evaluation.D for entry in state["before_entries"]}

    def propose(entries: Sequence[Entry]) -> list[list[str]]:
        folder = Folder(({**entry, "kind": kinds[entry["id"]]} for entry in entries), config)
        groups = folder.context.proposals(all=True)
        return [[folder.id_of(one) for one in group.members] for group in groups]

    kept = proposing.is_worth_it
    for name, bounds, test in (
        ("groups, before size and saving", "[drift]\noversized_tokens = 1000000\n", lambda *_: True),
        ("within the size, before the saving", "", lambda *_: True),
        ("as proposed", "", kept),
    ):
        print(name)
        config, proposing.is_worth_it = bounds, test
        for mode in ("open", "closed"):
            told = evaluation.evaluate(propose, mode)
            figures = "  ".join(f"{key} {told[one]:.3f}" for key, one in (("F1", "F1"), ("B-cubed", "B3F")))
            print(f"  pairs {mode:6}  {figures}  proposals {told['nprop']}")
        useful = [
            one for state in evaluation.D for one in _useful(propose(state["before_entries"]), state)[:3]
        ]
        print(f"  first three   useful {sum(useful) / len(useful):.3f}  n {len(useful)}")
    proposing.is_worth_it = kept


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
        ("judged2", judged2),
        ("packing", packing),
        ("locomo", locomo),
        ("consolidation", consolidation),
    ):
        if (folder / f"{name}_eval.py").is_file() and (not only or name in only):
            measure(importlib.import_module(f"{name}_eval"))
    if not only or "layouts" in only:
        layouts.main()


if __name__ == "__main__":
    main()
