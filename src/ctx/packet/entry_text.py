"""What an entry looks like in a packet, whole and as a line: nothing twice, and nothing for nobody."""

from __future__ import annotations

import hashlib
import re

from ctx.model.entry import Entry
from ctx.model.fields import Field, find_fields
from ctx.packet.escape_structure import escape_block
from ctx.packet.inert import IN_ITEMS, block, clean, clipped_line, one_line, unbroken, without_comments

# How an entry came about and is kept; `ctx show` has it.
_BOOKKEEPING = frozenset(
    {
        "marks",
        "pinned",
        "approved by",
        "consolidated from",
        "by",
        "source",
        "frame",
        "task",
        "retry of",
        "formerly",
    }
)
# What an entry is anyway, as a field, a list item or a plain line.
_ACCEPTED = re.compile(
    r"^[ ]{0,3}(?:[-*+>][ \t]+)?(?:\*\*|__)?status(?:\*\*|__)?[ \t]*:(?:\*\*|__)?[ \t]*accepted\.?[ \t]*"
    r"(?:\n|\Z)",
    re.MULTILINE | re.IGNORECASE,
)
# What a field says that goes without saying, or is said behind the handle.
_TOLD = {"status": (["accepted"],), "outcome": (["success"], ["failure"])}
_PARAGRAPH_END = re.compile(r"\n[ \t]*\n")
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")
_WORD = re.compile(r"\w+")
_MARKUP = 40  # characters of markup and signs that a short text may have beside its words
# What begins a block of its own, or a line that has to stay one.
_BLOCK = re.compile(r"[ ]{4}|\t|\s*(?:[-*+](?:\s|$)|[>|#<]|\d+[.)]|```|~~~|[-=*_ ]+$)")
_FIELD_LINE = re.compile(r"\s*\*\*[^*\n]+(?:\*\*[ \t]*:|:\*\*)")
_HARD_BREAK = re.compile(r"(?:(?<![ ])[ ]{2,}+|\\)\n")
_DATE = re.compile(r"\A### \d{4}-\d{2}-\d{2} ")
_HANDLE = re.compile(r"\([A-Z]{1,3}-[0-9a-f]{6,64}(?:\.\d+)?\)")


def entry_whole(entry: Entry) -> str:
    """A whole entry: one paragraph as a list item, more under a heading with its date."""
    title, body = unbroken(entry.title), _body(entry)
    if entry.bullet and (not body or _begins_with(body, title)):
        return _nameless(body or title, entry.id)
    if not body or _is_paragraph(body):
        text = f": {_joined(body)}" if body else ""
        head = f"- **{title.replace('**', '')}** ({entry.id}){_warning(entry)}"
        return escape_block(f"{head}{text}\n", IN_ITEMS)
    date = f"{entry.date} " if entry.date else ""
    return f"### {date}{one_line(title)} ({entry.id}){_warning(entry)}\n{block(body, IN_ITEMS)}\n\n"


def entry_line(entry: Entry) -> str:
    """An entry's one line."""
    return f"- {entry.id}{_warning(entry)} {clipped_line(entry.summary)}\n"


def _warning(entry: Entry) -> str:
    """What stands behind the handle of what was tried and failed."""
    return " [failed: do not repeat]" if entry.has_failed else ""


def wording(whole: str) -> int:
    """A digest of the words of a whole entry, date and handle apart: equal ones say the same."""
    said = " ".join(_words(_HANDLE.sub(" ", _DATE.sub("", whole), count=1)))
    return int.from_bytes(hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def _nameless(body: str, handle: str) -> str:
    """A list item without a name; its handle stands behind its first paragraph."""
    first, gap, rest = body.partition("\n\n")
    if _is_paragraph(body):
        return escape_block(f"- {_joined(body)} ({handle})\n", IN_ITEMS)
    lines = first.split("\n")
    if _BLOCK.match(lines[0].lstrip()):
        lines.insert(0, "")  # the handle is not of the code, quote or list that begins there
    at = next((n for n, line in enumerate(lines) if n and _BLOCK.match(line)), len(lines))
    own = lines[at - 1].rstrip()
    lines[at - 1] = f"{own} ({handle})" if own else f"({handle})"
    text = ("\n".join(lines) + gap + rest).strip("\n")
    return escape_block("- " + text.replace("\n", "\n  ") + "\n", IN_ITEMS)


def _body(entry: Entry) -> str:
    """What an entry says besides its title, without comments and bookkeeping."""
    body = without_comments(clean(entry.body)).strip("\n")
    if "**" in body or "#" in body:
        for found in reversed([*find_fields(body)]):
            if end := _needless(found, body, entry.title):
                body = body[: found.start] + body[end:]
    if "ccepted" in body.lower() and "```" not in body and "~~~" not in body:
        body = _ACCEPTED.sub("", body)
    body = _BLANK_LINES.sub("\n\n", body).strip("\n")
    first, _, rest = body.partition("\n\n")
    if not entry.bullet and _says_only(first, entry.title):
        return rest.strip("\n")
    return body


def _needless(field: Field, body: str, title: str) -> int:
    """The end of what a field says in vain, 0 where it says something."""
    name = field.name.lower()
    end = found.start() if (found := _PARAGRAPH_END.search(body, field.start, field.end)) else field.end
    if name in _BOOKKEEPING or _words(field.text) in _TOLD.get(name, ()):
        return end
    return field.end if _says_only(field.text, title) and _words(title) else 0


def _says_only(text: str, title: str) -> bool:
    """Whether a text has the words of a title and no others; most are too long for that."""
    return len(text) <= 2 * len(title) + _MARKUP and _words(text) == _words(title)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _begins_with(body: str, title: str) -> bool:
    """Whether a title was taken from the beginning of the body."""
    words = _words(title)
    return bool(words) and _words(body)[: len(words)] == words


def _is_paragraph(body: str) -> bool:
    """Whether it can stand on one line: no block begins in it, nor a second field."""
    first, *rest = body.split("\n")
    return not _BLOCK.match(first) and not any(
        not line.strip() or _BLOCK.match(line) or _FIELD_LINE.match(line) for line in rest
    )


def _joined(paragraph: str) -> str:
    """A paragraph on one line."""
    return unbroken(_HARD_BREAK.sub("\n", paragraph))
