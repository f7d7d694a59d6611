"""`ctx bench`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

from ctx.cli.declare import Commands, Option
from ctx.cli.options import Json, Root, open_reader
from ctx.cli.output import print_err, print_out, table, write_json

if TYPE_CHECKING:
    from ctx.actions.measure_retrieval import Measured
    from ctx.evaluation.measure import Signal, Topic

_HEAD = ("signal", "queries", "ranked by", "nDCG@10", "recall@5", "recall@10", "MRR")


def bench(
    limit: Annotated[
        int | None, Option("--limit -n", min=1, help="At most so many queries of each signal.")
    ] = None,
    verbose: Annotated[
        bool, Option("--verbose -v", help="Also list the queries and what each should find.")
    ] = False,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Measure retrieval on this project's own history.

    Beside it stand plain BM25 and newest first.

    birth: messages of commits that introduced an entry should find it. cite: passages in Markdown files,
    tasks and commit messages that name an entry should find it once its name is cut out of them.
    """
    from ctx.actions.measure_retrieval import measure_retrieval

    progress = _progress if sys.stderr.isatty() else None
    measured = measure_retrieval(open_reader(root), limit=limit, progress=progress)
    if as_json:
        write_json(_as_json(measured, verbose=verbose))
    else:
        print_out(table([_HEAD, *(row for signal in measured.signals for row in _rows(signal))]))
        if verbose:
            for signal in measured.signals:
                for topic in signal.topics:
                    wanted = " ".join(_wanted(topic, measured))
                    print_out(f"\n{signal.name}  {topic.source}  {wanted}\n    {topic.text}")
    for line in _remarks(measured):
        print_err(line)


def _rows(signal: Signal) -> list[tuple[str, ...]]:
    if not signal.topics:
        return [(signal.name, "0", *("-" for _ in _HEAD[2:]))]
    rows = [(way, *(f"{value:.3f}" for value in figures)) for way, figures in signal.figures.items()]
    return [
        (signal.name if not at else "", str(len(signal.topics)) if not at else "", *row)
        for at, row in enumerate(rows)
    ]


def _wanted(topic: Topic, measured: Measured) -> list[str]:
    return [measured.entries[n].id for n in sorted(topic.relevant)]


def _as_json(measured: Measured, *, verbose: bool) -> dict[str, Any]:
    signals = []
    for signal in measured.signals:
        row: dict[str, Any] = {"signal": signal.name, "queries": len(signal.topics), "enough": signal.enough}
        row["figures"] = {
            way: {name: round(value, 6) for name, value in figures._asdict().items()}
            for way, figures in signal.figures.items()
        }
        if verbose:
            row["topics"] = [
                {"source": topic.source, "text": topic.text, "relevant": _wanted(topic, measured)}
                for topic in signal.topics
            ]
        signals.append(row)
    return {
        "entries": len(measured.entries),
        "commits": measured.commits,
        "shallow": measured.shallow,
        "unread": measured.unread,
        "signals": signals,
    }


def _remarks(measured: Measured) -> list[str]:
    from ctx.evaluation.measure import ENOUGH

    lines = []
    for signal in measured.signals:
        count = len(signal.topics)
        if not count:
            lines.append(f"{signal.name}: no queries found, so nothing was measured")
        elif not signal.enough:
            lines.append(
                f"{signal.name}: too few queries to mean anything ({count}, at least {ENOUGH} are wanted): "
                f"one query moves a figure by up to {1 / count:.2f}"
            )
    if measured.shallow:
        lines.append("this clone lacks a part of its history: births before it cannot be told")
    lines += [f"{path} could not be read and was not searched for citations" for path in measured.unread]
    return lines


def _progress(done: int, total: int) -> None:
    """One line on the terminal that is written over and in the end wiped."""
    end = "\r\033[K" if done == total else ""
    sys.stderr.write(f"\rranking: {done} of {total} queries{end}")
    sys.stderr.flush()


COMMANDS: Commands = {"bench": bench}
