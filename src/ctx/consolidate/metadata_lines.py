"""The lines of a merged entry that are about it: tags, marks, whether it is pinned, what it applies to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ctx.consolidate.metadata import SUPERSEDES
from ctx.kinds import Kind
from ctx.model.entry import Entry

_STATUS = "Status"
_DATED_BY = ("Discovered", "Date")


def leading_status(members: Sequence[Entry], kind: Kind) -> str:
    """The status of the newest member that has one, for kinds that begin with it."""
    return _status(members) if _STATUS in kind.fields else ""


def footer(members: Sequence[Entry], kind: Kind) -> str:
    """One line for each that there is something to say of."""
    newest = members[-1]
    lines = [] if _STATUS in kind.fields else [_status(members)]
    if newest.stamp is None:
        lines += [_line(name, newest.fields[name]) for name in _DATED_BY if name in newest.fields][:1]
    lines.append(_line("Tags", ", ".join(_union(entry.tags for entry in members))))
    for name in ("Source", "By"):
        lines.append(_line(name, ", ".join(_union([_flat(entry.fields.get(name, ""))] for entry in members))))
    lines.append(_line("Pinned", "yes" if any(entry.pinned for entry in members) else ""))
    if all(entry.applies_to for entry in members):
        lines.append(_line("Applies to", ", ".join(_union(entry.applies_to for entry in members))))
    lines.append(
        _line(SUPERSEDES, ", ".join(_union([_flat(entry.fields.get(SUPERSEDES, ""))] for entry in members)))
    )
    helpful, harmful = (sum(counts) for counts in zip(*(entry.marks for entry in members), strict=True))
    marks = [f"+{helpful}"] * bool(helpful) + [f"-{harmful}"] * bool(harmful)
    lines.append(_line("Marks", " ".join(marks)))
    return "\n".join(line for line in lines if line)


def scope_note(entry: Entry, members: Sequence[Entry]) -> str:
    """What a member is limited to, said in its text where others are not limited at all."""
    if not entry.applies_to or all(other.applies_to for other in members):
        return ""
    return f"(For {', '.join(f'`{pattern}`' for pattern in entry.applies_to)}:)"


def _status(members: Sequence[Entry]) -> str:
    said = [_flat(entry.fields[_STATUS]) for entry in members if entry.fields.get(_STATUS)]
    return _line(_STATUS, said[-1] if said else "")


def _line(name: str, text: str) -> str:
    return f"**{name}**: {_flat(text)}" if text.strip() else ""


def _flat(text: str) -> str:
    return " ".join(text.split())


def _union(lists: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(item for items in lists for item in items if item))
