"""`ctx consolidate`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

from ctx.cli.declare import Commands, Option
from ctx.cli.options import Json, Root, open_reader
from ctx.cli.output import print_err, print_out, write, write_json
from ctx.cli.proposals import describe, told
from ctx.errors import CtxError, UsageError

if TYPE_CHECKING:
    from ctx.actions.read_context import Reader
    from ctx.consolidate.proposal import Group


def consolidate(
    kind: Annotated[str | None, Option("--kind -k", help="Only entries of this kind.")] = None,
    everything: Annotated[bool, Option("--all", help="Kinds too that are not above their soft cap.")] = False,
    limit: Annotated[int | None, Option("--limit -n", min=1, help="At most so many proposals.")] = None,
    keep_context: Annotated[
        bool, Option("--keep-context", help="Bring the members' contexts into the drafts.")
    ] = False,
    plan: Annotated[
        Path | None,
        Option("--plan", metavar="FILE", help="Write the proposals as TOML to edit and apply."),
    ] = None,
    apply: Annotated[
        Path | None, Option("--apply", metavar="FILE", help="Carry out what this plan approves.")
    ] = None,
    approved_by: Annotated[
        str, Option("--approved-by", metavar="NAME", help="Who approved; kept in the merged entries.")
    ] = "",
    undo: Annotated[bool, Option("--undo", help="Take back the last apply.")] = False,
    prompt: Annotated[bool, Option("--prompt", help="Print a prompt to write the plan from.")] = False,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Propose what is superseded, said twice, or better said in one entry.

    What a person approves is carried out.

    On a terminal each proposal is shown and asked about; elsewhere they are only printed. Originals are
    moved to .context/archive/ word for word, and --undo takes the last apply back. Kinds that are not above
    their soft cap are left alone without --all.
    """
    if sum((plan is not None, apply is not None, undo, prompt)) > 1:
        raise UsageError("--plan, --apply, --undo and --prompt exclude each other", hint="give one of them")
    chooses = {
        "--kind": kind is not None,
        "--all": everything,
        "--limit": limit,
        "--keep-context": keep_context,
    }
    if (apply is not None or undo) and (given := [name for name, value in chooses.items() if value]):
        raise UsageError(f"{given[0]} chooses what is proposed", hint="an apply or undo is of all its groups")
    if approved_by and (undo or prompt or plan is not None):
        raise UsageError("--approved-by goes with --apply or a review", hint="leave it out")
    reader = open_reader(root)
    if apply is not None:
        _apply(reader, apply, approved_by, as_json=as_json)
    elif undo:
        _undo(reader, as_json=as_json)
    else:
        wanted = _Wanted(kind, limit, everything, keep_context)
        _propose(reader, wanted, plan, approved_by, prompt=prompt, as_json=as_json)


class _Wanted(NamedTuple):
    """Which proposals are asked for."""

    kind: str | None
    limit: int | None
    everything: bool
    keep_context: bool


def _on_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _propose(
    reader: Reader, wanted: _Wanted, plan: Path | None, approved_by: str, *, prompt: bool, as_json: bool
) -> None:
    from ctx.actions.propose_merges import propose_merges

    progress = _progress if sys.stderr.isatty() else None
    groups = propose_merges(
        reader, wanted.kind, progress, everything=wanted.everything, keep_context=wanted.keep_context
    )[: wanted.limit]
    if plan is not None:
        _write_plan(groups, plan, as_json=as_json)
    elif prompt:
        from ctx.consolidate.prompt import write_prompt

        text = write_prompt(groups)
        write_json({"prompt": text}) if as_json else write(text)
    elif as_json:
        write_json({"groups": [group.to_json() for group in groups]})
    elif not groups:
        _tell_nothing(reader, wanted)
    elif _on_terminal():
        from ctx.actions.keep_apart import reviewer
        from ctx.cli.review import review

        review(reader, groups, approved_by or reviewer(reader), keep_context=wanted.keep_context)
    else:
        for number, group in enumerate(groups, 1):
            print_out("\n".join(describe(group, f"{number} of {len(groups)}")))


def _tell_nothing(reader: Reader, wanted: _Wanted) -> None:
    """Why there is nothing to propose."""
    from ctx.actions.propose_merges import left_alone

    alone = [] if wanted.everything else left_alone(reader, wanted.kind)
    if not alone:
        print_err("nothing to merge: nothing is said twice, replaced, or shorter said in one entry")
        return
    counts = Counter(entry.kind for entry in reader.read().memory.live)
    files = ", ".join(
        f"{kind.file} has {counts[kind.name]} of {kind.cap or 'any number of'}" for kind in alone
    )
    print_err(f"nothing to merge above the recommended numbers of entries: {files}")
    print_err("next: `ctx consolidate --all` looks at these too")


def _progress(done: int, total: int) -> None:
    """One line on the terminal that is written over and in the end wiped."""
    if total >= 400:
        end = "\r\033[K" if done + 50 >= total else ""
        sys.stderr.write(f"\rcomparing entries: {done} of {total}{end}")
        sys.stderr.flush()


def _write_plan(groups: Sequence[Group], path: Path, *, as_json: bool) -> None:
    from ctx.consolidate.plan import write_plan
    from ctx.store.user_files import write_new_file

    if str(path) == "-":
        text = write_plan(groups)
        write_json({"plan": text}) if as_json else write(text)
        return
    write_new_file(path, write_plan(groups).encode())
    if as_json:
        write_json({"plan": str(path), "groups": [group.id for group in groups]})
        return
    print_out(f"{len(groups)} group{'' if len(groups) == 1 else 's'} in {path}")
    print_err(f"next: set approve = true where you agree, then `ctx consolidate --apply {path}`")


def _apply(reader: Reader, path: Path, approved_by: str, *, as_json: bool) -> None:
    from ctx.actions.apply_plan import apply_plan

    if not approved_by and _on_terminal():
        from ctx.actions.keep_apart import reviewer

        approved_by = reviewer(reader)
    if not approved_by:
        raise UsageError(
            "off a terminal --apply needs --approved-by NAME", hint="only a person retires knowledge"
        )
    outcomes = apply_plan(reader, path, approved_by=approved_by)
    if as_json:
        write_json({"groups": [one.to_json() for one in outcomes]})
    else:
        print_out("\n".join(told(one) for one in outcomes))
    refused = [one for one in outcomes if one.why]
    if refused:
        names = ", ".join(one.group for one in refused)
        raise CtxError(
            f"{len(refused)} of {len(outcomes)} groups refused: {names}",
            hint="see above why" + ("; the others are carried out" if len(refused) < len(outcomes) else ""),
        )


def _undo(reader: Reader, *, as_json: bool) -> None:
    from ctx.actions.undo_apply import undo_apply

    undone = undo_apply(reader)
    if as_json:
        write_json(undone._asdict())
    else:
        print_out("\n".join(f"{what} {path}" for what, paths in undone._asdict().items() for path in paths))


COMMANDS: Commands = {"consolidate": consolidate}
