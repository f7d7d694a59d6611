"""`ctx install …`, and the merge driver it installs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from ctx.cli.declare import Argument, CommandGroup, Commands, Option
from ctx.cli.options import Json, Root, open_reader
from ctx.cli.output import print_err, print_out, write_json

DryRun = Annotated[bool, Option("--dry-run", help="Print what would change, and write nothing.")]
Remove = Annotated[bool, Option("--remove", help="Take out what was installed.")]


def git(remove: Remove = False, dry_run: DryRun = False, as_json: Json = False, root: Root = None) -> None:
    """Let branches that both added entries or tasks merge.

    .gitattributes gets a block that tells every clone to keep both sides' lines (merge=union). This clone
    also gets a merge driver that knows entries and tasks: no duplicates, and conflicts inside the one
    entry that both sides changed. Other lines of these files stay as they are.
    """
    from ctx.actions.install_git import install_git

    done = install_git(open_reader(root), remove=remove, dry_run=dry_run)
    if as_json:
        shown = {"files": done.files, "settings": done.settings, "dry_run": dry_run}
        write_json(shown | ({"diff": done.diff} if dry_run else {}))
        return
    files = [done.diff.rstrip("\n")] if done.diff and dry_run else [f"changed {path}" for path in done.files]
    for line in (*files, *done.settings):
        print_out(line)
    if not files and not done.settings:
        print_err("nothing to do")


def merge_driver(
    base: Annotated[Path, Argument(help="%O")],
    ours: Annotated[Path, Argument(help="%A, where the result goes")],
    theirs: Annotated[Path, Argument(help="%B")],
    path: Annotated[str, Argument(help="%P")],
) -> int:
    """Merge three versions of a file for git, which calls this; exit 1: conflicts are marked in it."""
    from ctx.actions.merge_files import merge_files

    return int(bool(merge_files(base, ours, theirs, path, Path.cwd())))


COMMANDS: Commands = {
    "install": CommandGroup("Install ctx into other programs.", {"git": git}),
    "merge-driver": merge_driver,
}
