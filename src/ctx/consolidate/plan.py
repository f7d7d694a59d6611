"""The plan: proposals as TOML for a person or an agent to edit, and what was approved in it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ctx.config.problems import Problem, nearest
from ctx.config.toml_text import found
from ctx.consolidate.approved import Approved, MemberRef
from ctx.consolidate.plan_lines import key_lines
from ctx.consolidate.proposal import Draft, Group, Member, Proposal
from ctx.errors import CtxError

_VERSION = 1
_HEADER = """\
# What `ctx consolidate` proposes. Nothing happens until it is applied:
#   1. Read each group. Set approve = true for those to be carried out; the others stay as they are.
#   2. merge: better the draft, its title first: a subject. Every statement of a member has to be in it, in
#      other words if you like, or named by its first words in the member's `left` (the archive keeps it).
#      Contexts need not be named.
#   3. supersede and duplicate: `keep` names the member that stays. The others are marked as superseded, or
#      moved to the archive.
#   4. To leave a member out, remove its [[groups.members]] table and what only it says from the draft.
#   5. ctx consolidate --apply THIS-FILE
# A member that was edited since is told by its digest; its group is then refused, and only it.
"""
_KEYS: dict[str, dict[str, type]] = {
    "plan": {"version": int, "groups": list},
    "group": {
        "approve": bool,
        "id": str,
        "proposal": str,
        "kind": str,
        "note": str,
        "keep": str,
        "cohesion": float,
        "tokens_before": int,
        "tokens_after": int,
        "draft": dict,
        "members": list,
    },
    "draft": {"title": str, "body": str},
    "member": {"id": str, "title": str, "date": str, "path": str, "line": int, "digest": str, "left": list},
}
_REQUIRED = {
    "plan": ("version", "groups"),
    "group": ("approve", "id", "kind", "members"),
    "draft": ("title", "body"),
    "member": ("id", "digest"),
}
_UNQUOTABLE = re.compile(r"'''|[\x00-\x08\x0b-\x1f\x7f]")
_PLACE = re.compile(r'"\\u0000(\d+)"')
_LAST = re.compile(r"(?:(?:^|\.)[^.\[]*|\[\d+\])$")
_NAMES = {
    int: "a whole number",
    list: "a list",
    bool: "true or false",
    str: "a text",
    dict: "a table",
    float: "a number",
}
_HOW = "nothing was merged; mend the plan, or make a new one with `ctx consolidate --plan F`"


class PlanError(CtxError):
    """A plan that cannot be carried out, because of `problems`; `str()` has one line for each."""

    def __init__(self, problems: Sequence[Problem], source: str) -> None:
        self.problems = list(problems)
        self.source = source
        super().__init__(problems[0].message, hint=_HOW, path=source, line=problems[0].line)

    def __str__(self) -> str:
        """Every problem, one a line."""
        return "\n".join(problem.render(self.source) for problem in self.problems)


def write_plan(groups: Sequence[Group]) -> str:
    """The text of a plan in which nothing is approved."""
    import tomli_w

    tables = [_table(group) for group in groups]
    bodies: list[str] = []
    for table in tables:
        body = table.get("draft", {}).get("body", "")
        if body and not _UNQUOTABLE.search(body):  # then it can stand as it is, backslashes and quotes too
            table["draft"]["body"] = f"\x00{len(bodies)}"
            bodies.append(body)
    text = tomli_w.dumps({"version": _VERSION, "groups": tables}, multiline_strings=True)
    return _HEADER + "\n" + _PLACE.sub(lambda match: f"'''\n{bodies[int(match[1])]}'''", text)


def _table(group: Group) -> dict[str, Any]:
    is_merge = group.proposal is Proposal.MERGE
    draft = {"title": group.draft.title, "body": group.draft.body + "\n"}
    return {
        "approve": False,
        "id": group.id,
        "proposal": group.proposal.value,
        "kind": group.kind,
        "note": group.note,
        **({} if is_merge else {"keep": group.keep}),
        "cohesion": group.cohesion,
        "tokens_before": group.tokens_before,
        "tokens_after": group.tokens_after,
        **({"draft": draft} if is_merge else {}),
        "members": [_member_table(one, is_merge=is_merge) for one in group.members],
    }


def _member_table(one: Member, *, is_merge: bool) -> dict[str, Any]:
    table = {"id": one.id, "title": one.title, "path": one.path, "line": one.line, "digest": one.digest}
    return table | ({"left": []} if is_merge else {})


def read_plan(text: str, source: str, kinds: Sequence[str]) -> list[Approved]:
    """The approved groups of a plan. Raises PlanError with everything that is wrong with it, by line."""
    text = text.removeprefix("\ufeff")
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        said = str(error) if isinstance(error, ValueError) else "nested too deeply"
        raise PlanError([Problem(None, "", f"not TOML: {said}")], source) from None
    problems = list(_problems(raw, kinds))
    if problems:
        lines = key_lines(text)
        placed = [_placed(problem, lines) for problem in problems]
        raise PlanError(sorted(placed, key=lambda problem: problem.line or 0), source)
    return [_approved(group) for group in raw["groups"] if group["approve"]]


def _approved(group: Mapping[str, Any]) -> Approved:
    members = tuple(
        MemberRef(member["id"], member["digest"], tuple(member.get("left", ())))
        for member in group["members"]
    )
    draft = group.get("draft", {"title": "", "body": ""})
    proposal = Proposal(group.get("proposal", Proposal.MERGE.value))
    text = Draft(draft["title"], draft["body"].strip("\n"))
    return Approved(group["id"], group["kind"], members, text, proposal, group.get("keep", ""))


def _placed(problem: Problem, lines: Mapping[str, int]) -> Problem:
    """The problem with the line of its key, or of the table that lacks it."""
    key = problem.key
    while key and key not in lines:
        key = _LAST.sub("", key)
    return problem._replace(line=lines.get(key, 1))


def _problems(raw: Mapping[str, Any], kinds: Sequence[str]) -> Iterator[Problem]:
    yield from _shape(raw, "plan", "")
    if raw.get("version", _VERSION) != _VERSION:
        yield Problem(None, "version", f"version {found(raw['version'])} of plans is not known")
    groups = raw.get("groups")
    claimed: dict[str, str] = {}
    for number, group in enumerate(groups if isinstance(groups, list) else ()):
        yield from _group_problems(group, f"groups[{number}]", kinds, claimed)


def _group_problems(group: Any, at: str, kinds: Sequence[str], claimed: dict[str, str]) -> Iterator[Problem]:
    if not isinstance(group, dict):
        yield Problem(None, at, f"{at} has to be a table")
        return
    yield from _shape(group, "group", at)
    if isinstance(kind := group.get("kind"), str) and kind not in kinds:
        yield Problem(None, f"{at}.kind", f"{at}.kind: there is no kind {found(kind)}", _guess(kind, kinds))
    draft, members = group.get("draft"), group.get("members")
    yield from _proposal_problems(group, at)
    if isinstance(draft, dict):
        yield from _shape(draft, "draft", f"{at}.draft")
        if isinstance(title := draft.get("title"), str) and not title.strip():
            yield Problem(None, f"{at}.draft.title", f"{at}.draft.title is empty")
    if not isinstance(members, list):
        return
    if len(members) < 2:
        yield Problem(None, f"{at}.members", f"{at} has fewer than two members")
    for number, member in enumerate(members):
        where = f"{at}.members[{number}]"
        yield from _shape(member, "member", where) if isinstance(member, dict) else _no_table(where)
        name = member.get("id") if isinstance(member, dict) else None
        left = member.get("left", []) if isinstance(member, dict) else []
        if isinstance(left, list) and not all(isinstance(text, str) for text in left):
            yield Problem(None, f"{where}.left", f"{where}.left has to be a list of texts")
        if group.get("approve") is True and isinstance(name, str) and name != group.get("keep"):
            if name in claimed:
                yield Problem(None, f"{where}.id", f"{where}: {name} is approved in {claimed[name]} already")
            claimed.setdefault(name, at)


def _proposal_problems(group: Mapping[str, Any], at: str) -> Iterator[Problem]:
    """What a merge and the other proposals need beyond the rest."""
    proposal = group.get("proposal", Proposal.MERGE.value)
    known = [one.value for one in Proposal]
    if isinstance(proposal, str) and proposal not in known:
        said = f"{at}.proposal: there is no proposal {found(proposal)}"
        yield Problem(None, f"{at}.proposal", said, _guess(proposal, known))
    elif proposal == Proposal.MERGE.value:
        if "draft" not in group:
            yield Problem(None, f"{at}.draft", f"{at}.draft is missing")
    else:
        ids = [one.get("id") for one in group.get("members", ()) if isinstance(one, dict)]
        if group.get("keep") not in ids:
            yield Problem(None, f"{at}.keep", f"{at}.keep has to name the member that stays")


def _no_table(where: str) -> Iterator[Problem]:
    yield Problem(None, where, f"{where} has to be a table")


def _shape(table: Mapping[str, Any], what: str, at: str) -> Iterator[Problem]:
    """What is unknown, missing or of the wrong type in a table."""
    known = _KEYS[what]
    lead = f"{at}." if at else ""
    for key, value in table.items():
        if key not in known:
            yield Problem(None, lead + key, f"unknown key {found(lead + key)}", _guess(key, known))
        elif not _is(value, known[key]):
            expected = _NAMES[known[key]]
            yield Problem(None, lead + key, f"{lead}{key} has to be {expected}, not {found(value)}")
    for key in _REQUIRED[what]:
        if key not in table:
            yield Problem(None, lead + key, f"{lead}{key} is missing")


def _is(value: Any, wanted: type) -> bool:
    if wanted is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))


def _guess(word: str, known: Sequence[str] | Mapping[str, type]) -> str:
    meant = nearest(word, known)
    return f"did you mean {meant!r}?" if meant else ""
