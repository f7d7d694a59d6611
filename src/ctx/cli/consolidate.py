"""`ctx consolidate`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ctx.cli.declare import Commands, Option
from ctx.cli.options import Json, Root, open_reader
from ctx.cli.output import remark, say, write, write_json
from ctx.cli.proposals import describe, told
from ctx.errors import CtxError, UsageError

if TYPE_CHECKING:
    from ctx.actions.read_context import Reader
    from ctx.consolidate.proposal import Group


def consolidate(
    kind: Annotated[str | None, Option("--kind -k", help="Only entries of this kind.")] = None,
    plan: Annotated[
        Path | None,
        Option("--plan", metavar="FILE", help="Write the proposals as TOML to edit and apply."),
    ] = None,
    apply: Annotated[
        Path | None, Option("--apply", metavar="FILE", help="Merge the groups that this plan approves.")
    ] = None,
    approved_by: Annotated[
        str, Option("--approved-by", metavar="NAME", help="Who approved; kept in the merged entries.")
    ] = "",
    undo: Annotated[bool, Option("--undo", help="Take back the last apply.")] = False,
    prompt: Annotated[bool, Option("--prompt", help="Print a prompt to write the plan from.")] = False,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Find related entries and propose one for each group.

    What a person approves is merged.

    On a terminal each group is shown and asked about; elsewhere the proposals are only printed. Originals are
    moved to .context/archive/ word for word, and --undo takes the last apply back.
    """
    if sum((plan is not None, apply is not None, undo, prompt)) > 1:
        raise UsageError("--plan, --apply, --undo and --prompt exclude each other", hint="give one of them")
    if kind is not None and (apply is not None or undo):
        raise UsageError("--kind chooses what is proposed", hint="an apply or undo is of all its groups")
    reader = open_reader(root)
    if apply is not None:
        _apply(reader, apply, approved_by, as_json=as_json)
    elif undo:
        _undo(reader, as_json=as_json)
    else:
        _propose(reader, kind, plan, approved_by, prompt=prompt, as_json=as_json)


def _on_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _propose(
    reader: Reader, kind: str | None, plan: Path | None, approved_by: str, *, prompt: bool, as_json: bool
) -> None:
    from ctx.actions.propose_merges import propose_merges

    groups = propose_merges(reader, kind, _progress if sys.stderr.isatty() else None)
    if plan is not None:
        _write_plan(groups, plan, as_json=as_json)
    elif prompt:
        from ctx.consolidate.prompt import write_prompt

        text = write_prompt(groups)
        write_json({"prompt": text}) if as_json else write(text)
    elif as_json:
        write_json({"groups": [group.to_json() for group in groups]})
    elif not groups:
        remark("nothing to merge: no entries are related closely enough")
    elif _on_terminal():
        from ctx.cli.review import review

        review(reader, groups, approved_by)
    else:
        say(
            "\n".join(describe(group, f"{number} of {len(groups)}") for number, group in enumerate(groups, 1))
        )


def _progress(done: int, total: int) -> None:
    """One line on the terminal that is written over and in the end wiped."""
    if total >= 400:
        end = "\r\033[K" if done + 50 >= total else ""
        sys.stderr.write(f"\rcomparing entries: {done} of {total}{end}")
        sys.stderr.flush()


def _write_plan(groups: Sequence[Group], path: Path, *, as_json: bool) -> None:
    from ctx.consolidate.plan import write_plan
    from ctx.store.outside import write_new_file

    if str(path) == "-":
        text = write_plan(groups)
        write_json({"plan": text}) if as_json else write(text)
        return
    write_new_file(path, write_plan(groups))
    if as_json:
        write_json({"plan": str(path), "groups": [group.id for group in groups]})
        return
    say(f"{len(groups)} group{'' if len(groups) == 1 else 's'} in {path}")
    remark(f"next: set approve = true where you agree, then `ctx consolidate --apply {path}`")


def _apply(reader: Reader, path: Path, approved_by: str, *, as_json: bool) -> None:
    from ctx.actions.apply_plan import apply_plan

    if not approved_by and not _on_terminal():
        raise UsageError(
            "off a terminal --apply needs --approved-by NAME", hint="only a person retires knowledge"
        )
    outcomes = apply_plan(reader, path, approved_by=approved_by)
    if as_json:
        write_json({"groups": [one.to_json() for one in outcomes]})
    else:
        say("\n".join(told(one) for one in outcomes))
    refused = [one for one in outcomes if one.why]
    if refused:
        names = ", ".join(one.group for one in refused)
        raise CtxError(
            f"{len(refused)} of {len(outcomes)} groups refused: {names}",
            hint="see above why" + ("; the others are merged" if len(refused) < len(outcomes) else ""),
        )


def _undo(reader: Reader, *, as_json: bool) -> None:
    from ctx.actions.undo_apply import undo_apply

    paths = undo_apply(reader)
    if as_json:
        write_json({"restored": paths})
    else:
        say("\n".join(f"restored {path}" for path in paths))


COMMANDS: Commands = {"consolidate": consolidate}
