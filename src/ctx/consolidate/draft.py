"""The merged entry: one bullet a member, each distinct statement said once.

What belongs together stays together: a member's lesson and its application, its decision and the rationale.
Contexts stay in the archive unless they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ctx.consolidate.metadata import META
from ctx.consolidate.metadata_lines import footer, leading_status, scope_note
from ctx.consolidate.similar import moment
from ctx.consolidate.statements import Form, Part, SeenStatements, covers, parts, sentences
from ctx.kinds import Kind
from ctx.markdown.headings import close_open
from ctx.markdown.inline import strip_comments
from ctx.model.entry import Entry
from ctx.model.fields import find_fields

CONTEXT_FIELD = "Context"
_SUMMARY = "Summary"
_PLAIN = frozenset({"", "Lesson", "Application", "Decision", "Rationale", "Summary"})  # these need no label
_INTERRUPTING = ("```", "~~~", "1. ", "1) ", "> ")  # blocks that need no blank line before them


def in_order(members: Iterable[Entry]) -> list[Entry]:
    """Oldest first, those without a date before them, else as they stand."""
    return sorted(members, key=lambda entry: (moment(entry) or 0.0, entry.path, entry.position))


def merge_bodies(members: Sequence[Entry], kind: Kind, *, keep_context: bool = False) -> str:
    """The body of the merged entry, members given in order; it ends without a line break."""
    said = SeenStatements()
    bullets = [
        bullet
        for entry in members
        if (bullet := _bullet(entry, kind, scope_note(entry, members), said, keep_context=keep_context))
    ]
    blocks = [leading_status(members, kind), "\n".join(bullets), footer(members, kind)]
    return "\n\n".join(block for block in blocks if block)


def texts_of(entry: Entry, kind: Kind, *, keep_context: bool) -> dict[str, str]:
    """An entry's own words by field, in the kind's order, under "" what stands before any.

    The context comes last where it is wanted, and is there too where the entry says nothing else.
    """
    texts = _texts(entry, kind)
    context = texts.pop(CONTEXT_FIELD, "")
    order = {name: place for place, name in enumerate(("", *kind.fields))}
    ordered = {name: texts[name] for name in sorted(texts, key=lambda name: order.get(name, len(order)))}
    summary = ordered.pop(_SUMMARY, "")
    if summary and not covers([entry.title, *ordered.values()], summary):
        ordered = {_SUMMARY: summary, **ordered}
    if context and (keep_context or not ordered):
        ordered[CONTEXT_FIELD] = context
    return ordered


def _bullet(entry: Entry, kind: Kind, note: str, said: SeenStatements, *, keep_context: bool) -> str:
    """What a member says that was not said before, as a list item; empty where that is nothing."""
    texts = texts_of(entry, kind, keep_context=keep_context)
    found: list[Part] = [Part(Form.PROSE, note)] if note else []
    says_it = next(iter(texts), "") in _PLAIN
    lead = _lead(entry, list(texts.values())) if says_it else entry.title.rstrip(".: ")
    if lead and said.add(lead):
        found.append(Part(Form.PROSE, f"**{lead}**:" if texts else _sentence(lead)))
    for name, text in texts.items():
        kept = [new for part in parts(text) if (new := _new(part, said))]
        if kept and name not in _PLAIN:
            first = kept[0]
            plain = first.form is Form.PROSE
            kept[:1] = (
                [Part(Form.PROSE, f"{name}: {first.text}")]
                if plain
                else [Part(Form.PROSE, f"{name}:"), first]
            )
        found += kept
    if len(found) == bool(note):
        return ""
    if found[0].form is not Form.PROSE:
        found.insert(0, Part(Form.PROSE, f"**{entry.title.rstrip('.:')}**:"))
    return "\n".join(_rows(list(_joined(found))))


def _texts(entry: Entry, kind: Kind) -> dict[str, str]:
    """An entry's own words by field."""
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


def _lead(entry: Entry, texts: Sequence[str]) -> str:
    """The title where it says something that the text does not."""
    new = [sentence for sentence in sentences(entry.title) if not covers(texts, sentence)]
    return "".join(new).strip().rstrip(".:") if new else ""


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":", ":)", "…", "。")) else f"{text}."


def _new(part: Part, said: SeenStatements) -> Part | None:
    """What of a part was not said before."""
    if part.form is Form.BLOCK:
        return part if said.add_block(part.text) else None
    if "\n" in part.text:
        return part if said.add(part.text) else None
    text = said.add_sentences(part.text)
    return Part(part.form, text) if text else None


def _joined(found: Sequence[Part]) -> Iterator[Part]:
    """Paragraphs that follow each other as one; each but the last ends as a sentence does."""
    run: list[str] = []
    for part in found:
        if part.form is Form.PROSE and "\n" not in part.text:
            run.append(part.text)
            continue
        if run:
            yield Part(Form.PROSE, _paragraph(run))
            run = []
        yield part
    if run:
        yield Part(Form.PROSE, _paragraph(run))


def _paragraph(texts: Sequence[str]) -> str:
    return " ".join([*(_sentence(text) for text in texts[:-1]), texts[-1]])


def _rows(found: list[Part]) -> list[str]:
    """A member's words as one list item: what is no paragraph stands below its first one."""
    first, *rest = found
    rows = [_item(first.text)]
    for part in rest:
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
