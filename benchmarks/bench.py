"""Whole-process times as medians and as ratios to an empty typer command, measured in turn.

    python benchmarks/bench.py [CORPUS] [--runs N]

CORPUS is a project folder that holds `.context/`; without one a context is made up by rule. Every command is
run in turn, round after round, so that a machine that slows down slows all of them.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_EMPTY_TYPER = """
import typer
app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
@app.command()
def main(number: int = 0) -> None:
    pass
app()
"""
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
            month, day, second = n // 28 % 12 + 1, n % 28 + 1, n % 86_400
            stamp = f"2025-{month:02}-{day:02}-{second // 3600:02}{second // 60 % 60:02}{second % 60:02}"
            title = " ".join(dice.choices(_WORDS, k=6)) + f" {rare[n]}"
            body = " ".join(dice.choices(_WORDS, k=60) + dice.choices(rare, k=55) + [f"`{rare[n]}()`"] * 2)
            lines.append(f"## [{stamp}] {title}\n\n**Context**: {body}\n\n---\n")
        (folder / f"{name}.md").write_text("\n".join(lines))
    tasks = [f"- [ ] {' '.join(dice.choices(_WORDS, k=12))} {dice.choice(rare)}" for _ in range(20)]
    (folder / "TASKS.md").write_text("# Tasks\n\n" + "\n".join(tasks) + "\n")
    return root


def timed(command: list[str], cwd: Path) -> float:
    """The seconds one run takes."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run(command, cwd=cwd, stdout=subprocess.DEVNULL, env=environment, check=True)
    return time.perf_counter() - start


def compare(commands: dict[str, tuple[list[str], Path]], runs: int) -> dict[str, float]:
    """The median seconds of each command over so many rounds, after one that does not count."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for run in range(runs + 1):
        for name, (command, cwd) in commands.items():
            spent = timed(command, cwd)
            if run:
                times[name].append(spent)
    return {name: statistics.median(spent) for name, spent in times.items()}


def report(medians: dict[str, float], unit: str) -> None:
    """Print the medians and their ratios to one of them."""
    for name, seconds in medians.items():
        print(f"{name:42} {seconds * 1000:8.1f} ms  {seconds / medians[unit]:6.2f} x")


def main() -> None:
    """Measure on the corpus named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("corpus", nargs="?", type=Path)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--entries", type=int, default=260, help="size of the context that is made up")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "project"
        if options.corpus:
            shutil.copytree(options.corpus, root)
            for path in root.rglob("*"):
                path.chmod(path.stat().st_mode | 0o200)
        else:
            make_corpus(root, options.entries)
        python = [sys.executable]
        ctx = [*python, "-m", "ctx"]
        report(
            compare(
                {
                    "python -c pass": ([*python, "-c", "pass"], root),
                    "an empty typer command": ([*python, "-c", _EMPTY_TYPER], root),
                    "ctx --help": ([*ctx, "--help"], root),
                    "ctx agent --budget 8000": ([*ctx, "agent", "--budget", "8000"], root),
                    "ctx search lock timeout": ([*ctx, "search", "lock", "timeout"], root),
                },
                options.runs,
            ),
            "an empty typer command",
        )


if __name__ == "__main__":
    main()
