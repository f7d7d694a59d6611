"""`ctx drift --fix`: what is provably safe and deletes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from ctx.actions.changes import Staging, change
from ctx.actions.check_drift import check_drift
from ctx.actions.read_context import Reader
from ctx.drift.finding import Fix, Report
from ctx.markdown.diff import unified_diff
from ctx.markdown.edits import apply
from ctx.writing.starting_text import starting_text


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
    done = _carry_out(reader, fixes)
    return Mended(tuple(done), "", check_drift(reader, now))


def _carry_out(reader: Reader, fixes: list[Fix]) -> list[str]:
    def act(changes: Staging) -> list[str]:
        done: list[str] = []
        for path, those in _by_path(fixes).items():
            if changes.read(path) == those[0].seen:
                changes.write(path, _text_after(path, those))
                done += [fix.done for fix in those]
        return done

    return change(reader, act)


def _text_after(path: str, fixes: list[Fix]) -> str:
    before = fixes[0].seen
    if before is None:
        return starting_text(PurePosixPath(path).name)
    return apply(before, [edit for fix in fixes for edit in fix.edits])


def _by_path(fixes: Iterable[Fix]) -> dict[str, list[Fix]]:
    grouped: dict[str, list[Fix]] = {}
    for fix in fixes:
        grouped.setdefault(fix.path, []).append(fix)
    return grouped


def _diff(fixes: Iterable[Fix]) -> str:
    """A unified diff of what the fixes would change."""
    parts: list[str] = []
    for path, those in _by_path(fixes).items():
        parts.append(unified_diff(path, those[0].seen, _text_after(path, those)))
    return "".join(parts)
