"""Labels where they stand in a task's source: where a new one goes, and what goes with an old one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from ctx.errors import UsageError
from ctx.markdown.edits import Edit
from ctx.markdown.lines import split_lines
from ctx.model.task import LABEL

PRIORITIES = ("critical", "high", "medium", "low")
_FENCE = ("```", "~~~")
# A line that is more than wrapped words: behind it, a label would belong to something else.
_NOT_PLAIN = re.compile(r"[ \t]*(?:[#>|<=]|(?:-[ \t]*)+$|(?:[*_][ \t]*){3,}$|[-+*][ \t]|\d+[.)][ \t])")


def lead_end(text: str, start: int, stop: int) -> int:
    """Where the first paragraph of an item's own words ends, with its line break."""
    return max((end for _, end in _lead_lines(text, start, stop)), default=start)


def label_place(text: str, start: int, stop: int) -> int:
    """Where a label is appended: behind the last word of the plain lines from `start`, behind the box."""
    place = start
    for number, (first, end) in enumerate(_lead_lines(text, start, stop)):
        line = text[first:end].rstrip()
        if number and _NOT_PLAIN.match(line):
            break
        place = first + len(line)
    return place


def append_labels(text: str, start: int, stop: int, labels: Sequence[str]) -> list[Edit]:
    """One insertion of these labels, `#` left out, at the end of the own words between two offsets."""
    place = label_place(text, start, stop)
    return [Edit(place, place, "".join(f" #{label}" for label in labels))] if labels else []


def drop_labels(text: str, start: int, stop: int, names: Collection[str]) -> list[Edit]:
    """Take out the labels of these names with the blanks before them, or a line that holds nothing else."""
    edits: list[Edit] = []
    for number, (first, end) in enumerate(_lead_lines(text, start, stop)):
        found = [m for m in LABEL.finditer(text, first, end) if m["name"].lower() in names]
        cuts = [first, *(at for match in found for at in match.span()), end]
        left = (text[at:stop] for at, stop in zip(cuts[::2], cuts[1::2], strict=True))
        if found and number and not any(part.strip() for part in left):
            edits.append(Edit(first, end, ""))
            continue
        edits += [Edit(_blanks_before(text, m.start(), first), m.end(), "") for m in found]
    return edits


def check_label(label: str) -> str:
    """A label as it is written, `#` left out. Raises UsageError for one that could not be read again."""
    bare = label.strip().removeprefix("#")
    match = LABEL.fullmatch(f"#{bare}")
    if match is None:
        raise UsageError(
            f"{label!r} is no label",
            hint="a word, or a word and a value without blanks: backend, source:review",
        )
    return bare


def check_priority(priority: str) -> str:
    """A priority as it is written. Raises UsageError."""
    if priority.lower() not in {*PRIORITIES, "urgent"}:
        raise UsageError(f"unknown priority {priority!r}", hint=f"choose one of {', '.join(PRIORITIES)}")
    return f"priority:{priority.lower()}"


def _lead_lines(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """The spans of the lines that are an item's first paragraph; the first counts even when it is empty."""
    at = start
    for number, line in enumerate(split_lines(text[start:stop])):
        if number and (not line.strip() or line.lstrip().startswith(_FENCE)):
            return
        yield at, at + len(line)
        at += len(line)


def _blanks_before(text: str, at: int, limit: int) -> int:
    while at > limit and text[at - 1] in " \t":
        at -= 1
    return at
