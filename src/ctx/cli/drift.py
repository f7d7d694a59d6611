"""`ctx drift`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from ctx.cli.declare import Commands, Option
from ctx.cli.options import Json, Root, open_reader
from ctx.cli.output import print_err, print_out, write_json
from ctx.errors import UsageError

if TYPE_CHECKING:
    from ctx.actions.fix_drift import Mended
    from ctx.drift.finding import Report


class Format(StrEnum):
    """How findings are printed."""

    text = "text"
    json = "json"
    github = "github"


def drift(
    strict: Annotated[bool, Option("--strict", help="Fail on any finding, not on errors alone.")] = False,
    form: Annotated[
        Format, Option("--format", help="Text, JSON, or annotations of GitHub Actions.")
    ] = Format.text,
    as_json: Json = False,
    staged: Annotated[
        bool, Option("--staged", help="Check what is staged in git, as a commit made now would hold it.")
    ] = False,
    fix: Annotated[
        bool, Option("--fix", help="Rewrite references that git renamed and add missing core files.")
    ] = False,
    dry_run: Annotated[bool, Option("--dry-run", help="With --fix: print the diff, write nothing.")] = False,
    verbose: Annotated[
        bool, Option("--verbose -v", help="Also show what could not be verified, and why.")
    ] = False,
    now: Annotated[str | None, Option("--now", metavar="DATE", help="Today's date, 2026-11-21.")] = None,
    root: Root = None,
) -> int:
    """Check whether the context is still healthy.

    Looked at are caps, duplicates, dead references, stale tasks, secrets and more.

    Exit code 1 on errors, with --strict on anything. `drift.ignore` in .contextrc switches rules off;
    `<!-- ctx: ignore RULE reason -->` silences one in an entry, or at the top of a file in all of it.
    """
    from ctx.actions.check_drift import check_drift
    from ctx.actions.fix_drift import fix_drift

    if dry_run and not fix:
        raise UsageError("--dry-run goes with --fix", hint="`ctx drift` alone never writes anything")
    if staged and fix:
        raise UsageError("--staged and --fix exclude each other", hint="mend the files, then `git add` them")
    reader = open_reader(root)
    mended = fix_drift(reader, _date(now), dry_run=dry_run) if fix else None
    report = mended.report if mended else check_drift(reader, _date(now), staged=staged)
    form = Format.json if as_json else form
    _print(form, report, mended, verbose=verbose)
    return int(report.fails(strict=strict))


def _print(form: Format, report: Report, mended: Mended | None, *, verbose: bool) -> None:
    from ctx.drift import formats

    if form is Format.json:
        shown = formats.as_json(report, verbose=verbose)
        if mended:
            shown |= {"fixed": list(mended.done), "diff": mended.diff}
        write_json(shown)
        return
    if mended and mended.diff:
        print_out(mended.diff.removesuffix("\n"))
    elif mended:
        for done in mended.done:
            print_err(f"fixed: {done}")
    text = formats.as_github(report) if form is Format.github else formats.as_text(report, verbose=verbose)
    if text:
        print_out(text.removesuffix("\n"))
    print_err(formats.summary(report))


def _date(now: str | None) -> str | None:
    from ctx.model.stamp import find_date

    if now is not None and find_date(now) != now:
        raise UsageError(f"--now {now!r} is not a date", hint="write it as 2026-11-21")
    return now


COMMANDS: Commands = {"drift": drift}
