"""The text of a new entry: canonical, and unable to be taken for anything but one entry.

docs/formats.md, "Writing", says what is changed in a text on its way in.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ctx.errors import UsageError
from ctx.kinds import Kind
from ctx.markdown.blocks import Blocks, scan
from ctx.markdown.edits import Edit, apply
from ctx.markdown.inline import find_comments
from ctx.markdown.strays import find_strays
from ctx.markdown.underlined import underlined
from ctx.model.entry import clean_tag
from ctx.model.fields import ONE_PARAGRAPH, outside, own_fields, parts_of
from ctx.model.stamp import split_stamp

SEPARATOR = "---"
TRAILING = ("Tags", "Summary", "Source", "By", "Applies to", "Pinned", "Marks")
_FIELD_NAME = re.compile(r"[^\W\d_][^*:\r\n]{0,38}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_BREAK = re.compile(r"\r\n?")
_OPENS_BLOCK = re.compile(r"```|~~~|#|>|<|\||[-+*=_]|\d+[.)](?:\s|$)|    |\t|\[[^\]]*\]:")
_FENCE_LIKE = re.compile(r"^( {0,3})(?=```|~~~)", re.MULTILINE)
_LINE = re.compile(r"^(?=.)", re.MULTILINE)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_COMMENT = re.compile(r"(?<!\\)<!--")
_DEEPEST = 6
_PASSES = 8  # each removes what the one before uncovered; two do for all but made-up texts


@dataclass(frozen=True, slots=True)
class Draft:
    """What a new entry says."""

    kind: Kind
    title: str
    fields: Mapping[str, str] = field(default_factory=dict)
    tags: Sequence[str] = ()
    body: str = ""

    def content(self, level: int = 2, *, body_first: bool = False) -> str:
        """What stands under its heading of this level, lines broken by LF."""
        return compose_body(self.kind, self.fields, self.tags, self.body, level=level, body_first=body_first)


def compose(
    kind: Kind,
    stamp: str,
    title: str,
    fields: Mapping[str, str],
    tags: Sequence[str] = (),
    body: str = "",
    *,
    newline: str = "\n",
) -> str:
    """A whole new entry with its separator. Raises UsageError for an empty title or a bad field name."""
    content = compose_body(kind, fields, tags, body)
    parts = [heading(stamp, title), *([content] if content else []), SEPARATOR]
    return "\n\n".join(parts).replace("\n", newline) + newline


def heading(stamp: str, title: str, level: int = 2) -> str:
    """The heading line of an entry, without its line break."""
    text = one_line(title)
    if not text:
        raise UsageError("an entry needs a title", hint="give one line that says what it is")
    # A title that ends in number signs keeps them when others close the heading.
    closing = " #" if re.search(r"(?:^|\s)#+$", text) else ""
    return f"{'#' * level} [{stamp}] {text}{closing}"


def compose_body(
    kind: Kind,
    fields: Mapping[str, str],
    tags: Sequence[str] = (),
    body: str = "",
    *,
    level: int = 2,
    body_first: bool = False,
) -> str:
    """What stands under the heading: the fields in the kind's order, then `body`, lines broken by LF.

    Fields with nothing in them are left out. Raises UsageError for a field name that could not be read again.
    """
    named = {field_name(kind, name): text for name, text in fields.items() if text.strip()}
    if tags:
        named["Tags"] = ", ".join(dict.fromkeys(tag for raw in tags if (tag := clean_tag(raw))))
    written = [field_text(name, named[name], level=level) for name in _order(kind, named) if named[name]]
    rest = harmless(body, level=level)
    behind, before = (
        harmless("\n\n".join(filter(None, parts)), level=level)
        for parts in ([*written, rest], [rest, *written])
    )
    # Behind a field that goes on to the end the body would be read as a part of it.
    return before if body_first or not _keeps_apart(behind, written, rest) else behind


def _keeps_apart(whole: str, written: Sequence[str], rest: str) -> bool:
    """Whether fields with a text behind them are read as they were written, and so is the text."""
    parts = [pair for text in [*written, rest] for pair in parts_of(text)[0]]
    return parts_of(whole) == (parts, outside(rest))


def _order(kind: Kind, named: Mapping[str, str]) -> list[str]:
    first = [name for name in kind.fields if name in named]
    last = [name for name in TRAILING if name in named and name not in first]
    return [*first, *(name for name in named if name not in first and name not in last), *last]


def field_name(kind: Kind, name: str) -> str:
    """A field's name as it is written: `applies-to` is `Applies to`. Raises UsageError."""
    text = one_line(name)
    for known in (*kind.fields, *TRAILING, "Status"):
        if known.lower() == text.lower().replace("-", " ").replace("_", " "):
            return known
    if not _FIELD_NAME.fullmatch(text):
        raise UsageError(
            f"{name!r} cannot be a field's name",
            hint="a name begins with a letter, has no `*` or `:` and at most 39 characters",
        )
    return text[:1].upper() + text[1:]


def field_text(name: str, text: str, *, level: int = 2) -> str:
    """The `**Name**: text` of a field, of which every line will be read as part of it."""
    if name.lower() in ONE_PARAGRAPH:
        return f"**{name}**: {one_line(text)}"
    value = unix(text).strip()
    gap = "\n\n" if _OPENS_BLOCK.match(value) or _BLANK_LINE.search(value) else " "
    lead = f"**{name}**:{gap}"
    for attempt in (value, _FENCE_LIKE.sub(r"\1\\", value)):
        whole = _without_other_fields(harmless(lead + attempt, level=level))
        if _is_one_field(whole, level):
            return whole
    return f"**{name}**:\n\n{_LINE.sub('    ', value)}"


def _without_other_fields(text: str) -> str:
    others = list(own_fields(text))[1:]
    return apply(text, [Edit(at, at, "\\") for other in others for at in (_mark_of(text, other.start),)])


def _mark_of(text: str, start: int) -> int:
    """The offset of the first character on a line that is no blank."""
    return start + len(text[start:]) - len(text[start:].lstrip(" "))


def _is_one_field(text: str, level: int) -> bool:
    """Whether the text is one field, and one written behind it would be read as another."""
    read = [found.name for found in own_fields(f"{text}\n\n**Next**: x")]
    alone = [found.end for found in own_fields(text)] == [len(text)]
    return alone and len(read) == 2 and read[1] == "Next" and harmless(text, level=level) == text


def one_line(text: str) -> str:
    """A text on one line: line breaks, control characters and runs of blanks become one blank each."""
    return " ".join(_CONTROL.sub(" ", text).split())


def unix(text: str) -> str:
    """The text with its lines broken by LF."""
    return _BREAK.sub("\n", text)


def harmless(text: str, *, level: int = 2, comments: bool = False) -> str:
    """A text for the body of an entry at a heading level: none of it is read as another entry.

    Headings move below `level`. Escaped are a stamp in one, an underline that makes one, a line that seems to
    close a comment, and the start of a comment (unless `comments` are allowed; INDEX markers never are). What
    is left open is closed, and separators at the end go.
    """
    text = unix(text).strip("\n").rstrip()
    for _ in range(_PASSES):
        blocks = scan(text)
        edits = [*_heading_edits(text, blocks, level), *_comment_edits(text, keep=comments)]
        if edits:
            text = apply(text, edits)
        elif blocks.closer:
            text = f"{text}\n{blocks.closer}"
        else:
            return _without_rules(text, blocks)
    return _LINE.sub("    ", text)


def _heading_edits(text: str, blocks: Blocks, level: int) -> Iterator[Edit]:
    for found in blocks.headings:
        marks = text.index("#", found.start)
        if found.level <= level:
            yield Edit(marks, marks + found.level, "#" * min(level + 1, _DEEPEST))
        if split_stamp(found.text).stamp is not None:
            bracket = text.index("[", marks)
            yield Edit(bracket, bracket, "\\")
    for found in underlined(blocks, alone=False):
        line = blocks.offsets[found.line + 1]
        underline = line + len(text[line:]) - len(text[line:].lstrip(" "))
        yield Edit(underline, underline, "\\")
    for start, end in find_strays(text, blocks):
        mark = text.index("-", start, end)
        yield Edit(mark, mark, "\\")


def _comment_edits(text: str, *, keep: bool) -> Iterator[Edit]:
    for start, end in find_comments(text):
        if not keep or "INDEX:" in text[start:end]:
            # Those inside come to light with the one around them.
            for match in _COMMENT.finditer(text, start, end):
                yield Edit(match.start(), match.start(), "\\")


def _without_rules(text: str, blocks: Blocks) -> str:
    """Without the thematic breaks at the end, which would be taken for separators."""
    rules = set(blocks.rules)
    last = len(blocks.lines)
    while last and (last - 1 in rules or not blocks.lines[last - 1].strip()):
        last -= 1
    return text[: blocks.offsets[last]].rstrip()


def next_stamp(now: datetime, taken: Container[str]) -> str:
    """The stamp of a moment in UTC, or of the next second that is not taken: `2026-11-21-043412`."""
    moment = now.astimezone(UTC)
    while (stamp := f"{moment:%Y-%m-%d-%H%M%S}") in taken:
        moment += timedelta(seconds=1)
    return stamp
