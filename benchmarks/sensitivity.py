"""How much the figures of packing depend on its constants: each is moved up and down by a fifth.

    python benchmarks/sensitivity.py DIR [NAME…]

DIR holds `reader_eval.py` with its data. For each constant, or those NAMEd, the figure is printed that moves
most and by how much. Nothing is written.
"""

from __future__ import annotations

import ast
import io
import runpy
import sys
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path

from ctx.config.options import declared

CONSTANTS = {
    "chance of the best": ("coverage", "_SURE"),
    "worth of a line": ("coverage", "_LINE"),
    "least relevance": ("coverage", "_NEVER"),
    "exponent, loose": ("coverage", "_LOOSE"),
    "exponent, tight": ("coverage", "_TIGHT"),
    "room for a query": ("coverage", "_ROOM"),
    "lines at least": ("pack", "_LINES"),
    "lines from": ("pack", "_LINES_FROM"),
    "hardly longer": ("entry_claims", "_LITTLE_MORE"),
    "line of a task": ("task_text", "_LINE"),
}
OPTIONS = (
    *("tasks_share", "in_progress_share", "lines_share", "conventions_floor", "decisions_floor"),
    *("rest_floor", "threshold", "in_progress_attention", "high_attention", "medium_attention"),
)
FIGURES = ("score", "soft", "ip")


def figures(folder: Path) -> dict[str, float]:
    """The figures of `reader_eval.py`, by setting and name."""
    told = io.StringIO()
    sys.argv = ["reader_eval.py", str(folder)]
    with redirect_stdout(told):
        runpy.run_path(str(folder / "reader_eval.py"))
    rows = (line.split(" ", 1) for line in told.getvalue().splitlines())
    read = {setting: ast.literal_eval(row) for setting, row in rows}
    return {f"{setting} {name}": row[name] for setting, row in read.items() for name in FIGURES}


def moved(folder: Path, owner: object, name: str, factor: float) -> dict[str, float]:
    """The figures with one constant moved."""
    value = getattr(owner, name)
    setattr(owner, name, type(value)(round(value * factor) if isinstance(value, int) else value * factor))
    try:
        return figures(folder)
    finally:
        setattr(owner, name, value)


class Default:
    """The default of an option, as a constant to be moved."""

    def __init__(self, name: str) -> None:
        self._option, self._name = declared()[name], name

    @property
    def value(self) -> object:
        """The default in force."""
        return self._option.default

    @value.setter
    def value(self, value: object) -> None:
        from ctx.config.options import Config

        setattr(Config, self._name, self._option._replace(default=value))


def main() -> None:
    """Measure with each constant moved."""
    folder = Path(sys.argv[1]).resolve()
    only = sys.argv[2:]
    owners: dict[str, tuple[object, str]] = {
        label: (import_module(f"ctx.packet.{module}"), name) for label, (module, name) in CONSTANTS.items()
    }
    owners |= {name: (Default(name), "value") for name in OPTIONS}
    before = figures(folder)
    for label, (owner, name) in owners.items():
        if only and label not in only:
            continue
        for factor in (0.8, 1.2):
            after = moved(folder, owner, name, factor)
            most = max(before, key=lambda key: abs(after[key] - before[key]))
            change = f"{before[most]:.3f} → {after[most]:.3f} ({after[most] - before[most]:+.3f})"
            print(f"{label:24} × {factor}  {most:20} {change}", flush=True)


if __name__ == "__main__":
    main()
