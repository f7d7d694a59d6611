"""A text cut into statements: sentences, list items, code blocks, tables; and when two say the same.

Two statements are taken for the same only where nothing but filler words, inflection, case, punctuation or a
slip of the pen in a long word tells them apart. A statement that stands twice costs some tokens; one that is
dropped is lost.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from ctx.consolidate.similar import words
from ctx.markdown.blocks import Blocks, scan
from ctx.retrieval.analysis.stems import stem

_FEWEST = 4  # words from which a sentence may be left out because another says the same
_MOST = 0.6  # of the words of a title that a text must hold to say the same
_LONG_WORD, _SLIP = 8, 90  # letters from which a slip of the pen is looked for, and how alike words then are

_END = re.compile(r"(?<=[.!?])[\"'”’)]*[ \t\n]+(?=[^a-z\s])")
_HEADING = re.compile(r"^[ ]{0,3}#{1,6}[ \t]+(?P<text>.*)$")
_GAP = re.compile(r"\n[ \t]*\n|\n(?=[ ]{0,3}#{1,6}[ \t])")
_RULE = re.compile(r"^[ ]{0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_UNDERLINE = re.compile(r"^[ ]{0,3}(=+|-+)[ \t]*$|^[ ]{0,3}\|?[ \t]*:?-+:?[ \t]*\|")
_HARD_BREAK = re.compile(r"(?:(?<! ) {2,}|\\)\n")
_JOIN = re.compile(r"(?<![ \t])[ \t]*\n[ \t]*")
# Never a negation, a condition, a quantity or a direction: these change what is said.
_FILLER = frozenset(
    """a an the is are was were be been being am it its this that these those you your we our they their i my
    he she his her of to in on at for with by and so then also just very really will would should shall
    please there here""".split()
)
_TURNING = frozenset(
    """not no never none nor only always all every each must without before after until unless except instead
    cannot can't don't doesn't isn't aren't won't wasn't didn't""".split()
)
# Whichever of these a title denies with, a text may deny with another.
_DENYING = frozenset(
    """not no never none nor without cannot can't don't doesn't isn't aren't won't wasn't didn't""".split()
)
_PLAIN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_EMPHASIS = re.compile(r"(\*\*|__|(?<![\w*])\*(?![\s*]))(.+?)\1")
# What a word's ends may lose without naming something else: not the dot of `.env`, not the `!` of `!=`.
_BEFORE, _BEHIND = "([\"'“‘`", ")].,;:!?\"'”’`…。，、"
_DASHES = frozenset("-–—")


class Form(Enum):
    """How a part of a text is written."""

    PROSE = "prose"
    ITEM = "item"
    BLOCK = "block"


class Part(NamedTuple):
    """A paragraph, a list item, or a block that stays as it is (code, a table, a quote, numbered steps)."""

    form: Form
    text: str


def parts(text: str) -> list[Part]:
    """The parts of a text in order."""
    blocks = scan(text)
    contents = {item.first: item.content for item in blocks.items if item.depth == 0}
    found: list[Part] = []
    covered = 0
    for first, last, form in _structures(blocks):
        found += _paragraphs("".join(blocks.lines[covered:first]))
        source = "".join(blocks.lines[first:last]).rstrip()
        if form is Form.ITEM:
            source = _outdent(text[contents[first] : blocks.offsets[last]])
        if source.strip():
            found.append(Part(form, source))
        covered = last
    return found + _paragraphs("".join(blocks.lines[covered:]))


def _structures(blocks: Blocks) -> list[tuple[int, int, Form]]:
    """Lists and fences by their lines; numbered steps depend on their order, so they stay together."""
    spans = [(fence.first, fence.last, Form.BLOCK) for fence in blocks.fences if fence.top]
    spans += [
        (item.first, item.last, Form.ITEM if item.marker[:1] in "-*+" else Form.BLOCK)
        for item in blocks.items
        if item.depth == 0
    ]
    found: list[tuple[int, int, Form]] = []
    for first, last, form in sorted(spans, key=lambda span: span[:2]):
        previous = found[-1] if found else None
        if previous and first < previous[1]:
            continue
        steps = (
            previous
            and form is previous[2] is Form.BLOCK
            and not "".join(blocks.lines[previous[1] : first]).strip()
        )
        if previous and steps:
            found[-1] = (previous[0], last, form)
        else:
            found.append((first, last, form))
    return found


def _outdent(text: str) -> str:
    """An item's content without the indentation its marker gave it."""
    first, *rest = text.rstrip().split("\n")
    margin = min((len(line) - len(line.lstrip(" ")) for line in rest if line.strip()), default=0)
    return "\n".join([first, *(line[margin:] for line in rest)])


def _paragraphs(text: str) -> list[Part]:
    found = []
    for block in _GAP.split(text):
        source = block.strip("\n").rstrip()
        lines = source.split("\n")
        if not source.strip() or all(_RULE.match(line) for line in lines if line.strip()):
            continue
        if heading := _HEADING.match(lines[0]):
            text = heading["text"].rstrip(" \t").rstrip("#").rstrip(" \t")
            name = text.rstrip(": ").strip("* ")
            found += [Part(Form.PROSE, f"**{name}**")] if name else []
            found += _paragraphs("\n".join(lines[1:]))
        elif _stays(source, lines):
            found.append(Part(Form.BLOCK, source))
        else:
            found.append(Part(Form.PROSE, _unwrap(source)))
    return found


def _stays(source: str, lines: list[str]) -> bool:
    """Whether a block means something by its lines: code, a table, a quote, tags, a Setext heading."""
    first = source.lstrip()[0]
    return source.startswith(("    ", "\t")) or first in "|><" or any(_UNDERLINE.match(row) for row in lines)


def _unwrap(text: str) -> str:
    """A paragraph on one line, unless it breaks its lines on purpose."""
    return text.strip() if _HARD_BREAK.search(text) else _JOIN.sub(" ", text.strip())


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph with the white space behind each; they concatenate to the text.

    None ends inside code, brackets or emphasis.
    """
    pieces: list[str] = []
    start = 0
    seen = 0
    open_marks: Counter[str] = Counter()
    for match in _END.finditer(text):
        _count_open(open_marks, text[seen : match.end()])
        seen = match.end()
        if not any(open_marks.values()):
            pieces.append(text[start:seen])
            start = seen
    return [*pieces, text[start:]] if start < len(text) else pieces


def _count_open(open_marks: Counter[str], piece: str) -> None:
    """Count on, over one more piece, the brackets and marks that are open: none where all are 0."""
    for mark in ("`", "**"):
        open_marks[mark] = (open_marks[mark] + piece.count(mark)) % 2
    for left, right in ("()", "[]", "{}", "“”"):
        open_marks[left] += piece.count(left) - piece.count(right)


def normal(text: str) -> tuple[str, ...]:
    """What a statement says, word by word: stems without filler; what is no plain word as it is written."""
    found = []
    for raw in _EMPHASIS.sub(r"\2", text).split():
        token = raw.lstrip(_BEFORE).rstrip(_BEHIND)
        lower = token.lower().replace("’", "'")
        if not token or lower in _FILLER or set(token) <= _DASHES:
            continue
        plain = lower.replace("'", "").isalpha()
        stems = plain and lower.isascii() and lower not in _TURNING
        found.append(stem(lower) if stems else lower if plain else token)
    return tuple(found)


class SeenStatements:
    """The statements that stand already."""

    def __init__(self) -> None:
        self._exact: set[tuple[str, ...]] = set()
        self._by_rest: dict[int, list[tuple[str, ...]]] = {}

    def add(self, text: str) -> bool:
        """Take a statement in; False where one that says the same stands already."""
        form = normal(text)
        if not form:
            return True
        rests = list(_rests(form))
        near = (other for rest in rests for other in self._by_rest.get(rest, ()))
        if form in self._exact or any(_is_slip(form, other) for other in near):
            return False
        for rest in rests:
            self._by_rest.setdefault(rest, []).append(form)
        return self._take(form)

    def _take(self, form: tuple[str, ...]) -> bool:
        is_new = form not in self._exact
        self._exact.add(form)
        return is_new

    def add_block(self, text: str) -> bool:
        """Take a block in, which is the same as another only where every character is."""
        return self._take(("block", "\n".join(line.rstrip() for line in text.split("\n"))))

    def add_sentences(self, text: str) -> str:
        """The sentences of a paragraph that are new, as they stand; short ones stay with their neighbours."""
        pieces = sentences(text)
        kept = [
            piece for piece in pieces if self.add(piece) or (len(pieces) > 1 and len(normal(piece)) < _FEWEST)
        ]
        return "".join(kept).strip()


def _rests(form: Sequence[str]) -> Iterator[int]:
    """A number for each long word of a form: equal for forms of which all but that word is equal."""
    numbers = [hash((place, word)) for place, word in enumerate(form)]
    total = sum(numbers)
    for word, number in zip(form, numbers, strict=True):
        if len(word) >= _LONG_WORD and len(form) >= _FEWEST:
            yield hash((len(form), total - number, word[0]))


def _is_slip(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two forms of one length differ in a single long word, and there by a letter or so."""
    different = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    if len(different) != 1 or len(one) < _FEWEST:
        return False
    a, b = different[0]
    if min(len(a), len(b)) < _LONG_WORD or a[0] != b[0] or not (a.isalpha() and b.isalpha()):
        return False
    from rapidfuzz import fuzz

    return bool(fuzz.ratio(a, b) >= _SLIP)


def covers(said: Iterable[str], title: str) -> bool:
    """Whether texts say what a title does: most of its words, and all that could turn its meaning."""
    texts = list(said)
    held = {word for text in texts for word in normal(text)}
    pieces = {word for text in texts for word in words(text)}
    own = set(words(title))
    strict = {word for word in normal(title) if word in _TURNING or not _PLAIN.fullmatch(word)}
    return len(own & pieces) >= _MOST * len(own) and all(
        word in held
        or (word in _DENYING and held & _DENYING)
        or (not _has_digit(word) and pieces.issuperset(words(word) or [word]))
        for word in strict
    )


def _has_digit(word: str) -> bool:
    return any(char.isdigit() for char in word)


def short(statement: str, length: int = 120) -> str:
    """A statement in quotation marks on one line, cut where it is long."""
    text = " ".join(statement.split())
    return f"“{text if len(text) <= length else text[: length - 1].rstrip() + '…'}”"
