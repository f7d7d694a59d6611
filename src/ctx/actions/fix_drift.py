"""`ctx drift --fix`: what is provably safe and deletes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ctx.actions.check_drift import check_drift
from ctx.actions.init_context import starting_text
from ctx.actions.read_context import Reader
from ctx.drift.finding import Fix, Report
from ctx.markdown.diff import unified_diff
from ctx.markdown.edits import apply
from ctx.store.write import Transaction, Writer


@dataclass(frozen=True, slots=True)
class Mended:
    """What was done, or would be (`diff`, unified, when it was only asked), and what is left to report."""

    done: tuple[str, ...]
    diff: str
    report: Report


def fix_drift(reader: Reader, now: str | None = None, *, dry_run: bool = False) -> Mended:
    """Rewrite references that a git rename moved and make core files that are missing.

    A file that changed since it was checked is left alone. With `dry_run` nothing is written and the report
    is that of the files as they are.
    """
    report = check_drift(reader, now)
    fixes = [finding.fix for finding in report.findings if finding.fix]
    if dry_run:
        return Mended(tuple(fix.done for fix in fixes), _diff(fixes), report)
    if not fixes:
        return Mended((), "", report)
    done = _carry_out(reader.root, fixes)
    return Mended(tuple(done), "", check_drift(reader, now))


def _carry_out(root: Path, fixes: list[Fix]) -> list[str]:
    done: list[str] = []
    with Writer(root).transaction() as changes:
        for path, those in _by_path(fixes).items():
            if changes.read(path) == those[0].seen:
                _stage(changes, path, those)
                done += [fix.done for fix in those]
    return done


def _stage(changes: Transaction, path: str, fixes: list[Fix]) -> None:
    if fixes[0].seen is None:
        changes.create(path, _new_text(path))
    else:
        changes.edit(path, [edit for fix in fixes for edit in fix.edits])


def _by_path(fixes: Iterable[Fix]) -> dict[str, list[Fix]]:
    grouped: dict[str, list[Fix]] = {}
    for fix in fixes:
        grouped.setdefault(fix.path, []).append(fix)
    return grouped


def _new_text(path: str) -> str:
    return starting_text(PurePosixPath(path).name)


def _diff(fixes: Iterable[Fix]) -> str:
    """A unified diff of what the fixes would change."""
    parts: list[str] = []
    for path, those in _by_path(fixes).items():
        before = those[0].seen
        after = _new_text(path) if before is None else apply(before, [e for fix in those for e in fix.edits])
        parts.append(unified_diff(path, before, after))
    return "".join(parts)
