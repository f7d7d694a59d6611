"""Whole-process times as medians and as ratios to an empty typer command, measured in turn.

    python benchmarks/bench.py [CORPUS] [--entries N] [--runs N]

CORPUS is a project folder that holds `.context/`, measured as it is, or with as many entries as asked for,
made of its own sentences; then the same commands, warm, on the corpus as it is are a second measure. Without
one a context is made up of random words. Every command is run in turn with those that it is measured by,
round after round, so that a machine that slows down slows all of them.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

_EMPTY_TYPER = """
import typer
app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
@app.command()
def main(number: int = 0) -> None:
    pass
app()
"""
# What people do between a command and the next packet takes longer.
_PAUSE = 3.0
_EMPTY, _AS_IT_IS = "an empty typer command", "as it is"
_CTX = [sys.executable, "-m", "ctx"]
_AGENT = [*_CTX, "agent", "--budget", "{n}"]
_SEARCH = [*_CTX, "search", "lock", "timeout{n}"]
_WORDS = (
    "lock retry timeout budget hook parser cache index session token merge branch fence heading stamp queue "
    "worker config schema request response handler socket buffer stream cursor commit rebase archive review "
    "policy secret vault cluster replica shard quorum latency throughput backoff jitter circuit breaker"
).split()


def make_corpus(root: Path, entries: int, seed: int = 7) -> Path:
    """A context with so many entries of about 125 words, twenty tasks and a constitution."""
    dice = random.Random(seed)
    rare = [f"{dice.choice(_WORDS)}{dice.choice(_WORDS).title()}{n}" for n in range(entries)]
    folder = root / ".context"
    folder.mkdir(parents=True)
    (folder / "CONSTITUTION.md").write_text("# Constitution\n\n- Never guess.\n- Keep the tests green.\n")
    for name, share in (("DECISIONS", 0.4), ("LEARNINGS", 0.6)):
        lines = [f"# {name.title()}\n"]
        for n in range(int(entries * share)):
            title = " ".join(dice.choices(_WORDS, k=6)) + f" {rare[n]}"
            body = " ".join(dice.choices(_WORDS, k=60) + dice.choices(rare, k=55) + [f"`{rare[n]}()`"] * 2)
            lines.append(f"## [{_stamp(n)}] {title}\n\n**Context**: {body}\n\n---\n")
        (folder / f"{name}.md").write_text("\n".join(lines))
    tasks = [f"- [ ] {' '.join(dice.choices(_WORDS, k=12))} {dice.choice(rare)}" for _ in range(20)]
    (folder / "TASKS.md").write_text("# Tasks\n\n" + "\n".join(tasks) + "\n")
    return root


def grow_corpus(root: Path, entries: int, seed: int = 7) -> None:
    """Put so many entries of about 125 words in place of the decisions and learnings of a context.

    They are made of sentences, and their titles of words, that stand in those that were there.
    """
    import ctx

    found = [entry for entry in ctx.open(root).entries() if entry.kind in {"decision", "learning"}]
    bodies = (re.split(r"(?<=[.!?])\s+|\n+", entry.body) for entry in found)
    sentences = [sentence for body in bodies for sentence in body if len(sentence.split()) > 3]
    words = [word for entry in found for word in entry.title.split()]
    dice = random.Random(seed)
    for name, share in (("DECISIONS", 0.4), ("LEARNINGS", 0.6)):
        lines = [f"# {name.title()}\n"]
        for n in range(int(entries * share)):
            body: list[str] = []
            while sum(len(sentence.split()) for sentence in body) < 125:
                body.append(dice.choice(sentences))
            title = " ".join(dice.choices(words, k=8))
            half = len(body) // 2
            lines.append(f"## [{_stamp(n)}] {title} {n}\n\n**Context**: {' '.join(body[:half])}\n")
            lines.append(f"**Lesson**: {' '.join(body[half:])}\n\n---\n")
        (root / ".context" / f"{name}.md").write_text("\n".join(lines), "utf-8")


def _stamp(number: int) -> str:
    """A stamp of 2025, another one for each number below 86,400."""
    month, day, second = number // 28 % 12 + 1, number % 28 + 1, number % 86_400
    return f"2025-{month:02}-{day:02}-{second // 3600:02}{second // 60 % 60:02}{second % 60:02}"


def timed(command: list[str], cwd: Path) -> float:
    """The seconds one run takes."""
    start = time.perf_counter()
    subprocess.run(command, cwd=cwd, stdout=subprocess.DEVNULL, env=environment(), check=True)
    return time.perf_counter() - start


def environment() -> dict[str, str]:
    """The environment of a user: compiled modules are kept."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


class Case(NamedTuple):
    """A command in a folder, and what happens before each of its runs; `{n}` in it becomes a new number."""

    command: list[str]
    cwd: Path
    before: Callable[[Path], None] = lambda _: None


def forget(root: Path) -> None:
    """Remove the index."""
    shutil.rmtree(root / ".context" / ".cache", ignore_errors=True)


def change_one(root: Path) -> None:
    """Change one entry in the middle of the file of learnings."""
    path = root / ".context" / "LEARNINGS.md"
    text = path.read_text("utf-8")
    at = text.index("\n## ", len(text) // 2)
    end = text.index("\n", at + 1)
    path.write_text(f"{text[:end]} {random.randrange(10**6)}{text[end:]}", "utf-8")


def limit_one(root: Path) -> None:
    """Let the entry in the middle of the file of learnings apply to paths that nobody works on."""
    path = root / ".context" / "LEARNINGS.md"
    text = path.read_text("utf-8")
    end = text.index("\n", text.index("\n## ", len(text) // 2) + 1)
    path.write_text(f"{text[:end]}\n\n**Applies to**: no/such/path\n{text[end:]}", "utf-8")


def learn_one(root: Path) -> None:
    """Add an entry by a command, and wait until what it left behind is done."""
    command = [*_CTX, "learn", f"The lock {random.randrange(10**6)} was held", "--body", "Renew it in time."]
    subprocess.run(command, cwd=root, capture_output=True, check=True)
    time.sleep(_PAUSE)


def compare(cases: dict[str, Case], runs: int) -> dict[str, float]:
    """The median seconds of each case over so many rounds, after one that does not count."""
    times: dict[str, list[float]] = {name: [] for name in cases}
    for run in range(runs + 1):
        for name, (command, cwd, before) in cases.items():
            before(cwd)
            # A budget, a task or a word that was never asked for before.
            asked = [part.replace("{n}", str(7000 + run)) for part in command]
            spent = timed(asked, cwd)
            if run:
                times[name].append(spent)
    return {name: statistics.median(spent) for name, spent in times.items()}


def peak(command: list[str], cwd: Path) -> float:
    """The largest resident size of a run in MiB."""
    code = (
        "import resource, subprocess as s, sys; s.run(sys.argv[1:], stdout=s.DEVNULL, check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command], cwd=cwd, env=environment(), capture_output=True, check=True
    )
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return int(done.stdout) / unit


def size_of_cache(root: Path) -> float:
    """The bytes of the cache as a multiple of those of the context."""
    subprocess.run([*_CTX, "search", "lock"], cwd=root, stdout=subprocess.DEVNULL, check=True)
    cached = [path.stat().st_size for path in (root / ".context" / ".cache").iterdir()]
    every = [path.stat().st_size for path in (root / ".context").rglob("*") if path.is_file()]
    return sum(cached) / (sum(every) - sum(cached))


def report(medians: dict[str, float], own: dict[str, float]) -> None:
    """Print the medians, as ratios to an empty typer command and to a warm one on the corpus as it is too."""
    for name, seconds in medians.items():
        line = f"{name:42} {seconds * 1000:8.1f} ms  {seconds / own[_EMPTY]:6.2f} x"
        as_it_is = own.get(f"{name.partition(',')[0]}, {_AS_IT_IS}")
        print(line + (f"  {seconds / as_it_is:6.2f} x {_AS_IT_IS}" if as_it_is else ""))


def measures(root: Path) -> dict[str, Case]:
    """What the others are measured by, in the corpus as it is where that is another one."""
    found = {_EMPTY: Case([sys.executable, "-c", _EMPTY_TYPER], root)}
    if root.name == _AS_IT_IS:
        found |= {f"agent, {_AS_IT_IS}": Case(_AGENT, root), f"search, {_AS_IT_IS}": Case(_SEARCH, root)}
    return found


def cases(root: Path) -> dict[str, Case]:
    """What is measured in one context whose index is up to date."""
    task = [*_CTX, "agent", "--task", "queue worker {n} retries with jitter"]
    return {
        "python -c pass": Case([sys.executable, "-c", "pass"], root),
        "ctx --help": Case([*_CTX, "--help"], root),
        "agent, a new budget": Case(_AGENT, root),
        "agent, a new task": Case(task, root),
        "search, new words": Case(_SEARCH, root),
    }


def changed_cases(root: Path) -> dict[str, Case]:
    """What is measured right after one entry was changed."""
    return {
        "agent, one entry changed": Case(_AGENT, root, change_one),
        "agent, one entry learned, a pause": Case(_AGENT, root, learn_one),
        "search, one entry changed": Case(_SEARCH, root, change_one),
    }


def cold_cases(root: Path) -> dict[str, Case]:
    """What is measured without an index: it takes long enough to be run less often."""
    return {
        "agent, from nothing": Case(_AGENT, root, forget),
        "search, from nothing": Case(_SEARCH, root, forget),
    }


def library(root: Path) -> None:
    """One process that asks again and again, with words and tasks that are new each time."""
    import ctx

    context = ctx.open(root)
    words = [word for entry in context.entries()[:200] for word in entry.title.split() if word.isalpha()]
    context.search("lock", limit=1)
    context.packet(budget=8000, now="2026-11-21")
    dice, spent = random.Random(3), {"search": [0.0], "packet for ten tasks": [0.0]}
    for _ in range(25):
        start = time.perf_counter()
        context.search(" ".join(dice.choices(words, k=3)))
        spent["search"].append(time.perf_counter() - start)
        tasks = [" ".join(dice.choices(words, k=10)) for _ in range(10)]
        start = time.perf_counter()
        context.packet(budget=8000, tasks=tasks, now="2026-11-21")
        spent["packet for ten tasks"].append(time.perf_counter() - start)
    for name, seconds in spent.items():
        print(f"in one process: {name:26} {statistics.median(seconds[1:]) * 1000:8.1f} ms")


def main() -> None:
    """Measure on the corpus named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("corpus", nargs="?", type=Path)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--entries", type=int, help="how many entries the context is to have")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        root = own = Path(scratch) / "project"
        if options.corpus:
            copy(options.corpus, root)
            if options.entries:
                own = copy(options.corpus, Path(scratch) / _AS_IT_IS)
                grow_corpus(root, options.entries)
            forget(root)
        else:
            make_corpus(root, options.entries or 260)
        limited = copy(root, Path(scratch) / "limited")
        limit_one(limited)
        by, shown = measures(own), set[str]()
        warm = cases(root) | {"agent, one entry applies elsewhere": Case(_AGENT, limited)}
        for found, runs in ((warm, 1), (changed_cases(root), 2), (cold_cases(root), 4)):
            medians = compare(by | found, max(1, options.runs // runs))
            report({name: spent for name, spent in medians.items() if name not in shown}, medians)
            shown |= by.keys()
        again = [*_CTX, "agent", "--budget", "6000"]
        timed(again, root)
        memory = peak(again, root)
        print(f"peak memory of a warm agent {memory:17.0f} MiB")
        print(f"the cache for each byte of the context {size_of_cache(root):6.2f}")
        library(root)


def copy(corpus: Path, root: Path) -> Path:
    """A copy of a project that may be changed, without its index."""
    shutil.copytree(corpus, root)
    for path in root.rglob("*"):
        path.chmod(path.stat().st_mode | 0o200)
    forget(root)
    return root


if __name__ == "__main__":
    main()
