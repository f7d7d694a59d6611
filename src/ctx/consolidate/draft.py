"""The merged entry: every distinct statement of its members, field by field, each said once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from ctx.consolidate.footer import footer, leading_status, scope_note
from ctx.consolidate.metadata import META
from ctx.consolidate.similar import moment
from ctx.consolidate.statements import Form, Part, Said, Vocabulary, parts, sentences
from ctx.kinds import Kind
from ctx.markdown.headings import close_open
from ctx.markdown.inline import strip_comments
from ctx.memory.entry import Entry
from ctx.memory.fields import find_fields

_MAIN = (
    "Lesson",
    "Decision",
    "Solution",
    "",
)  # where the title of a member is kept if only it says something
_SUMMARY = "Summary"
_INTERRUPTING = ("```", "~~~", "1. ", "1) ", "> ")  # blocks that need no blank line before them


@dataclass
class _Piece:
    """What one member says in one field."""

    member: int
    parts: list[Part] = field(default_factory=list)


def in_order(members: Iterable[Entry]) -> list[Entry]:
    """Oldest first, those without a date before them, else as they stand."""
    return sorted(members, key=lambda entry: (moment(entry) or 0.0, entry.path, entry.position))


def merge_bodies(members: Sequence[Entry], kind: Kind) -> str:
    """The body of the merged entry, members given in order; it ends without a line break."""
    said = Said()
    fields: dict[str, list[_Piece]] = {}
    for number, entry in enumerate(members):
        for name, piece in _distinct(number, entry, kind, scope_note(entry, members), said):
            fields.setdefault(name, []).append(piece)
    order = {name: place for place, name in enumerate(("", *kind.fields))}
    names = sorted(fields, key=lambda name: order.get(name, len(order)))
    blocks = [
        leading_status(members, kind),
        *(_field(name, fields[name]) for name in names),
        footer(members, kind),
    ]
    return "\n\n".join(block for block in blocks if block)


def _distinct(number: int, entry: Entry, kind: Kind, note: str, said: Said) -> list[tuple[str, _Piece]]:
    """What a member says that was not said before, by field."""
    texts = _texts(entry, kind)
    leads = _unsaid(entry, list(texts.values()))
    texts.pop(_SUMMARY, None)
    main = next((name for name in _MAIN if name in texts), next(iter(texts), ""))
    texts.setdefault(main, "")
    found = []
    for name, text in texts.items():
        own = [Part(Form.PROSE, lead) for lead in leads] if name == main else []
        kept = [new for part in (*own, *parts(text)) if (new := _new(part, said))]
        if kept:
            found.append((name, _Piece(number, _joined(note, kept))))
    return found


def _texts(entry: Entry, kind: Kind) -> dict[str, str]:
    """An entry's own words by field, under "" what stands before any."""
    body = close_open(strip_comments(entry.body.replace("\r\n", "\n").replace("\r", "\n")))
    found = list(find_fields(body))
    texts = {"": body[: found[0].start] if found else body}
    for one in found:
        if one.name.lower() not in META:
            name = _canonical(one.name, kind)
            texts[name] = f"{texts[name]}\n\n{one.text}" if name in texts else one.text
    return {name: text for name, text in texts.items() if text.strip()}


def _canonical(name: str, kind: Kind) -> str:
    """A field's name as its kind spells it, whatever its case and number."""
    wanted = name.lower().rstrip("s")
    return next((known for known in kind.fields if known.lower().rstrip("s") == wanted), name)


def _unsaid(entry: Entry, texts: list[str]) -> list[str]:
    """The title, and the summary, where they say something that the text does not."""
    others = [text for text in texts if text != entry.fields.get(_SUMMARY)]
    vocabulary = Vocabulary(others)
    found: list[str] = []
    for text in (entry.title, " ".join(entry.fields.get(_SUMMARY, "").split())):
        new = "".join(sentence for sentence in sentences(text) if not vocabulary.covers(sentence)).strip()
        if new:
            found.append(_sentence(new))
            vocabulary.add(found[-1])
    return found


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":", "…", "。")) else f"{text}."


def _new(part: Part, said: Said) -> Part | None:
    """What of a part was not said before."""
    if part.form is Form.BLOCK:
        return part if said.add_block(part.text) else None
    if "\n" in part.text:
        return part if said.add(part.text) else None
    text = said.add_sentences(part.text)
    return Part(part.form, text) if text else None


def _joined(note: str, kept: list[Part]) -> list[Part]:
    """Paragraphs at the start as one, which is led by the note."""
    first = [part.text for part in takewhile(_is_line_of_prose, kept)]
    lead = [note, *first] if note else first
    return [Part(Form.PROSE, " ".join(lead)), *kept[len(first) :]] if lead else kept


def _is_line_of_prose(part: Part) -> bool:
    return part.form is Form.PROSE and "\n" not in part.text


def _field(name: str, pieces: list[_Piece]) -> str:
    """A field as it is written: one member's words as they were, several as a list."""
    mark = f"**{name}**:" if name else ""
    if len(pieces) == 1:
        text = _plain(pieces[0].parts)
        inline = pieces[0].parts[0].form is Form.PROSE
        return mark + (" " if inline else "\n") + text if mark else text
    rows = [row for piece in pieces for row in _rows(piece.parts)]
    return "\n".join([mark, *rows] if mark else rows)


def _plain(found: list[Part]) -> str:
    text = ""
    for number, part in enumerate(found):
        is_item = part.form is Form.ITEM
        gap = "" if number == 0 else "\n" if is_item else "\n\n"
        text += gap + (_item(part.text) if is_item else part.text)
    return text


def _rows(found: list[Part]) -> list[str]:
    """A member's words as list items: under its first paragraph where it begins with one."""
    if found[0].form is not Form.PROSE:
        return [_item(part.text) for part in found]
    rows = [_item(found[0].text)]
    for part in found[1:]:
        text = _item(part.text) if part.form is Form.ITEM else part.text
        gap = "" if part.form is Form.ITEM or text.startswith(_INTERRUPTING) else "\n"
        rows.append(gap + _indented(text, first="  "))
    return rows


def _item(text: str) -> str:
    return "- " + _indented(text, first="")


def _indented(text: str, first: str) -> str:
    """A text two columns further in; its first line as told."""
    head, *rest = text.split("\n")
    return "\n".join([first + head, *("  " + line if line.strip() else "" for line in rest)])
