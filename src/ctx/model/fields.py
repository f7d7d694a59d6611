"""Fields: the `**Name**: text` lines of a body, or `### Name` headings where a team writes them so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ctx.kinds import BUILTIN
from ctx.markdown.spans import is_inside

# `**Name**: text` is canonical; `**Name:** text` is as common by hand. A name is a few words, no markup.
_FIELD = re.compile(r"[ ]{0,3}\*\*(?P<name>[^\W\d_][^*:\r\n]{0,38}?)(?:\*\*[ \t]*:|:\*\*)[ \t]*")
_HEADING = re.compile(r"^[ ]{0,3}#{2,6}[ \t]++(?P<name>[^#\r\n]++)#*+[ \t]*+$", re.MULTILINE)
_FENCED = re.compile(
    r"^[ ]{0,3}(?P<mark>`{3,}|~{3,}).*?(?:^[ ]{0,3}(?P=mark)[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)

# Names that are parts of an entry wherever they stand as a heading, never entries of their own.
NAMES = frozenset(name.lower() for kind in BUILTIN for name in kind.fields) | {
    "alternatives considered",
    "consequences",
    "tags",
    "summary",
    "source",
    "by",
    "pinned",
    "applies to",
    "marks",
    "related",
    "date",
    "discovered",
}

# Names that are parts of an entry where they stand as headings below it, though never a field's.
_PART_NAMES = NAMES | frozenset(
    " ".join(name.split())
    for name in """
    root cause, cause, causes, fix, the fix, fixes, problem, the problem, solution, the solution,
    symptom, symptoms, impact, details, detail, background, example, examples, notes, note, lesson,
    lessons, lessons learned, lessons learnt, takeaway, takeaways, key takeaway, key takeaways,
    resolution, workaround, mitigation, prevention, timeline, summary, tl;dr, tldr, overview,
    description, discussion, analysis, diagnosis, investigation, findings, evidence, result, results,
    outcome, conclusion, rationale, reasoning, motivation, options, options considered,
    considered options, alternatives, trade-offs, tradeoffs, pros, cons, pros and cons, decision,
    decision outcome, decision drivers, consequences, positive, negative, risks, steps,
    steps to reproduce, reproduction, expected, actual, expected behavior, expected behaviour,
    actual behavior, actual behaviour, environment, action items, follow-up, follow-ups, next steps,
    todo, references, reference, links, see also, related, related links, further reading,
    implementation, implementation notes, verification, validation, testing, usage, how to apply,
    when to use, application, what happened, what went wrong, what went well, what we did,
    what we changed, what we learned, what we learnt, what i learned, what worked, what did not work,
    what didn't work, why, how, what, when, why it matters, why this matters, how it was fixed,
    how we fixed it, how to avoid, how to fix, how to prevent
    """.split(",")
)

# Fields that end with their paragraph: what follows a blank line is body, not a tag or a part of the summary.
ONE_PARAGRAPH = frozenset(
    {"tags", "summary", "status", "source", "by", "pinned", "applies to", "marks", "supersedes", "formerly"}
)
_PARAGRAPH_END = re.compile(r"\S[ \t]*(?P<gap>(?:\r\n|\n|\r(?!\n))[ \t]*(?:\r\n|\n|\r))")


class Field(NamedTuple):
    """A field as it stands: its name, its text, and the span in the body from its name to its end."""

    name: str
    text: str
    start: int
    end: int


def is_field_name(heading: str) -> bool:
    """Whether a heading names a part of an entry (`### Context`) rather than an entry."""
    return heading.strip().rstrip(":").strip("*").lower() in NAMES


def is_part_name(heading: str) -> bool:
    """Whether a heading below another one names a part of that entry (`### Root cause`), not an entry."""
    return heading.strip().rstrip(":").strip("*").lower() in _PART_NAMES


def find_fields(body: str) -> Iterator[Field]:
    """Each field of a body in order; its text runs to the next field, or to the end of its paragraph.

    So free text behind the last one counts to that: for who reads, it is said under its name.
    """
    return (field for field, _ in _found(body))


def own_fields(body: str) -> Iterator[Field]:
    """The same without free text: the last field ends with its paragraph, where its text begins on its line.

    Not so where that paragraph ends in a colon, which introduces what follows. What begins below the name is
    the field's whole text. This is what is read as `fields`, and what a change of a field replaces.
    """
    found = list(_found(body))
    for number, (field, at) in enumerate(found, 1):
        is_last = number == len(found) and field.name.lower() not in ONE_PARAGRAPH
        if is_last and body[at : at + 1].strip():
            end = _lead_end(body, at)
            yield field._replace(text=body[at:end].strip(), end=end)
        else:
            yield field


def _found(body: str) -> Iterator[tuple[Field, int]]:
    """Each field with the offset at which its text begins."""
    marks = list(_marks(body))
    ends = [start for _, start, _ in marks[1:]] + [len(body)]
    for (name, start, at), stop in zip(marks, ends, strict=False):
        gap = _PARAGRAPH_END.search(body, at, stop) if name.lower() in ONE_PARAGRAPH else None
        end = gap.start("gap") if gap else stop
        yield Field(name, body[at:end].strip(), start, end), at


def outside_spans(body: str) -> list[tuple[int, int]]:
    """The spans of a body that are in no field, without the blanks around them."""
    at, spans = 0, []
    for field in [*own_fields(body), Field("", "", len(body), len(body))]:
        text = body[at : field.start]
        if text.strip():
            spans.append((at + len(text) - len(text.lstrip()), at + len(text.rstrip())))
        at = field.end
    return spans


def outside(body: str) -> str:
    """What a body says in no field, its parts a blank line apart."""
    return "\n\n".join(body[start:end] for start, end in outside_spans(body))


def parts_of(body: str) -> tuple[list[tuple[str, str]], str]:
    """The names and texts of a body's fields, and what it says in none."""
    return [(found.name, found.text) for found in own_fields(body)], outside(body)


def _lead_end(body: str, at: int) -> int:
    """Where the paragraph that begins at an offset ends; the end of the body where it introduces the rest."""
    # A line break that begins with a carriage return is behind the fence, not in it.
    fenced = [(first, stop - (body[stop - 1] == "\r")) for first, stop in fenced_spans(with_line_feeds(body))]
    for gap in _PARAGRAPH_END.finditer(body, at):
        if not is_inside(fenced, gap.start("gap")):
            end = gap.start("gap")
            return len(body) if body[at:end].rstrip().endswith((":", "：")) else end
    return len(body)


def with_line_feeds(body: str) -> str:
    """The body with line breaks of every sort as LF, at the same offsets."""
    return body.replace("\r\n", " \n").replace("\r", "\n") if "\r" in body else body


def fenced_spans(body: str) -> list[tuple[int, int]]:
    """The spans of fenced code in a body whose lines end in LF."""
    return [match.span() for match in _FENCED.finditer(body)] if "```" in body or "~~~" in body else []


def read_fields(body: str) -> dict[str, str]:
    """Field texts by name; where a name stands twice the first counts."""
    if "**" not in body and "#" not in body:
        return {}
    fields: dict[str, str] = {}
    for found in own_fields(body):
        fields.setdefault(found.name, found.text)
    return fields


def _marks(body: str) -> Iterator[tuple[str, int, int]]:
    """(name, start of the line, start of the text) of each field outside fenced code."""
    body = with_line_feeds(body)  # `$` and `^` know no other line break
    found = [(match["name"].strip(), match.start(), match.end()) for match in _lines(body)]
    if "#" in body:
        found += [
            (_canonical(match["name"]), match.start(), match.end())
            for match in _HEADING.finditer(body)
            if is_field_name(match["name"])
        ]
        found.sort(key=lambda mark: mark[1])
    fenced = fenced_spans(body)
    yield from (mark for mark in found if not is_inside(fenced, mark[1]))


def _lines(body: str) -> Iterator[re.Match[str]]:
    """The lines with a field; most lines have none, and are skipped at the speed of memory."""
    at = body.find("**")
    while at >= 0:
        match = _FIELD.match(body, body.rfind("\n", 0, at) + 1)
        if match:
            yield match
        end = body.find("\n", at)
        at = body.find("**", end) if end >= 0 else -1


def _canonical(heading: str) -> str:
    name = heading.strip().removesuffix(":").rstrip().strip("*")
    return name[:1].upper() + name[1:]
