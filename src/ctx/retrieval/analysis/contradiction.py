"""Whether two statements contradict each other: the same words, but for what turns their meaning.

A statement is cut into clauses. Two clauses contradict each other where they agree in their subject, that is
in most of their words, and differ in a negation, a number, a sign, an operator or one identifier. Where one
plain word stands in the place of another ("reads", "writes") they are about two things and do not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from ctx.retrieval.analysis.polarity import (
    CJK_ASSERTION,
    CJK_NEGATION,
    COMPARISONS,
    CONTRAST,
    DENYING,
    FILLER,
    NEGATIONS,
    NO_DENIAL,
    NO_LONGER,
    NUMBERED,
    OPPOSITES,
)
from ctx.retrieval.analysis.stems import stem

_HALF = 0.5  # of the words of the longer clause that both must hold
_FEWEST = 2  # words that two statements must share, and one more where a clause inside them is meant

_CLAUSE = re.compile(
    r"[,;:()\[\]—–、，。；！？\n]+|[.!?](?=\s|$)|\s-\s|"
    r"\b(?:because|since|so that|which|while|whereas|although|but|weil|denn|damit|aber|parce que|car|mais|"
    r"porque|pero|perché|poiché|porém|omdat|maar|потому что|так как|но|ponieważ|ale|eftersom|men)\b",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"(?P<code>`[^`\n]+`)"
    r"|(?P<number>(?<![\w.])[-+−]?\d+(?:[.,]\d+)*(?=%|\b|[^\W\d_]{1,3}\b))"
    r"|(?P<word>(?:--?(?=[^\W\d_]))?[^\W_]+(?:[._/:-]+[^\W_]+)*)"
    r"|(?P<operator>[=!<>]=?=?|[≠≤≥]|&&|\|\||->|=>|→|(?<=\s)[+*/](?=\s))"
)
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_HANGUL = re.compile("[\uac00-\ud7af]")
_HIRAGANA = re.compile("[\u3040-\u309f]+")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])['’](?=t\b)")
_SIGNS = {"≠": "!=", "≤": "<=", "≥": ">=", "==": "=", "===": "=", "!==": "!=", "=>": "->", "→": "->"}


class Difference(Enum):
    """What two statements that contradict each other differ in."""

    NEGATION = "one denies what the other says"
    NUMBER = "they give different numbers"
    SIGN = "a number has another sign"
    OPERATOR = "they compare the other way round"
    IDENTIFIER = "they name different things in the same place"


class Clause(NamedTuple):
    """A clause: its words in order without filler, and what turns its meaning.

    `names` are those of the words that are written as code: paths, flags, identifiers.
    """

    words: tuple[str, ...]
    negative: bool
    numbers: tuple[str, ...]
    operators: tuple[str, ...]
    names: frozenset[str]


def contradiction(one: str, other: str) -> Difference | None:
    """What two statements contradict each other in, or None where they do not."""
    theirs = clauses(other)
    for place, mine in enumerate(clauses(one)):
        for position, clause in enumerate(theirs):
            inside = place > 0 or position > 0
            if found := _difference(mine, clause, _FEWEST + inside):
                return found
    return None


def is_minimal_pair(one: str, other: str) -> bool:
    """Whether two statements are the same but for one place: one may well be the opposite of the other.

    This needs no knowledge of the language. At least four words must be the same, and three times as many as
    are not: two short titles may well share all but a word and be about two things.
    """
    mine, theirs = _all_tokens(one), _all_tokens(other)
    changed = [step for step in _steps(mine, theirs) if step[0] != "equal"]
    if len(changed) != 1:
        return False
    _, start, end, first, last = changed[0]
    size = max(end - start, last - first)
    return max(len(mine), len(theirs)) - size >= max(4, 3 * size)


@lru_cache(maxsize=8192)
def clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a statement, and the whole of it where it has several and none is denied."""
    plain = unicodedata.normalize("NFKC", text).replace("**", "").replace("~~", "")
    plain = CONTRAST.sub(", not", plain)
    pieces = [piece for piece in _split(plain) if piece.strip()]
    found = [_clause(piece) for piece in pieces]
    # Taken together, a clause that is denied would deny the others too.
    whole = [_clause(plain)] if len(pieces) > 1 and not any(clause.negative for clause in found) else []
    return tuple(clause for clause in (*found, *whole) if len(clause.words) >= _FEWEST)


def _split(text: str) -> list[str]:
    """The text cut at its clauses, never within code."""
    pieces, start = [], 0
    code = [match.span() for match in re.finditer(r"`[^`\n]+`", text)]
    for match in _CLAUSE.finditer(text):
        if not any(first <= match.start() < last for first, last in code):
            pieces.append(text[start : match.start()])
            start = match.end()
    return [*pieces, text[start:]]


def _clause(text: str) -> Clause:
    plain = NO_LONGER.sub(" not ", NO_DENIAL.sub(" ", _APOSTROPHE.sub("", text)))
    negative = False
    operators: list[str] = []
    for pattern, sign in COMPARISONS:
        plain, count = pattern.subn(" ", plain)
        operators += [sign] * count
    if _CJK.search(plain) or _HANGUL.search(plain):
        plain, count = CJK_NEGATION.subn(" ", plain)
        plain = CJK_ASSERTION.sub(" ", plain)
        negative = count > 0
    words, numbers, names, denied, flips = _read(plain, operators)
    return Clause(
        tuple(words),
        (negative or denied) != flips,
        tuple(numbers),
        tuple(sorted(operators)),
        frozenset(names),
    )


def _read(text: str, operators: list[str]) -> tuple[list[str], list[str], list[str], bool, bool]:
    """The words, numbers and names of a clause, whether it is denied, and whether by opposites once more."""
    words: list[str] = []
    numbers: list[str] = []
    names: list[str] = []
    denied = flips = False
    word = ""
    found = list(_TOKEN.finditer(text))
    for place, match in enumerate(found):
        token = match[0]
        before, word = word, ""
        if match.lastgroup == "operator":
            operators.append(_SIGNS.get(token, token))
        elif match.lastgroup == "number":
            is_name = before in NUMBERED or (before and place + 1 == len(found))
            if is_name and token.isdecimal():
                words.append(token)  # "phase 2": a name, not a quantity
            else:
                numbers.append(token.replace("−", "-").removeprefix("+"))
        else:
            lower = token.strip("`").casefold()
            if lower in NEGATIONS:
                denied = True
            elif lower in OPPOSITES:
                flips = not flips
                words.append(_stemmed(OPPOSITES[lower]))
            elif lower not in FILLER and (len(lower) > 1 or not lower.isascii() or lower.isdigit()):
                pieces = _pieces(lower)
                words += pieces
                names += pieces if _is_name(token) else []
                word = lower
    return words, numbers, names, denied, flips


def _pieces(word: str) -> list[str]:
    """A word as it is compared: CJK without its endings, Korean without what follows a stem, else stemmed."""
    if _CJK.search(word):
        runs = _HIRAGANA.sub(" ", word).split()
        return [run[at : at + 2] for run in runs for at in range(max(1, len(run) - 1))]
    if _HANGUL.search(word):
        return [word[:2]]
    return [_stemmed(word)]


def _stemmed(word: str) -> str:
    return stem(word) if word.isascii() and word.isalpha() else word


def _is_name(token: str) -> bool:
    """Whether a token is written as code: in backticks, with signs or digits in it, or in camelCase."""
    return (
        token.startswith(("`", "-"))
        or any(char in "._/:" or char.isdigit() for char in token)
        or (token[1:] != token[1:].lower() and token != token.upper())
    )


def _difference(one: Clause, other: Clause, fewest: int) -> Difference | None:
    if one.words == other.words and len(one.words) >= fewest:
        return _of_same_words(one, other)
    mine, theirs = set(one.words), set(other.words)
    common = mine & theirs
    if len(common) < fewest or len(common) < _HALF * max(len(mine), len(theirs)):
        return None
    changed = [step for step in _steps(one.words, other.words) if step[0] != "equal"]
    replaced = [
        step for step in changed if step[0] == "replace" and step[2] - step[1] == step[4] - step[3] == 1
    ]
    if replaced:
        return _of_replaced(one, other, changed, replaced)
    found = _turned(one, other)
    # A number says by itself that two clauses are about one quantity; a denial may be about anything.
    is_about_one_thing = found is not Difference.NEGATION or mine <= theirs or theirs <= mine
    return found if is_about_one_thing else None


def _of_same_words(one: Clause, other: Clause) -> Difference | None:
    if one.operators != other.operators and one.negative == other.negative:
        return Difference.OPERATOR
    return _turned(one, other)


def _turned(one: Clause, other: Clause) -> Difference | None:
    """What differs in clauses that agree in their words."""
    if one.negative != other.negative:
        return Difference.NEGATION if _may_agree(one.numbers, other.numbers) else None
    if one.numbers and other.numbers and set(one.numbers).isdisjoint(other.numbers):
        same = [number.lstrip("-") for number in one.numbers] == [n.lstrip("-") for n in other.numbers]
        return Difference.SIGN if same else Difference.NUMBER
    return None


def _may_agree(one: Iterable[str], other: Iterable[str]) -> bool:
    mine, theirs = set(one), set(other)
    return not mine or not theirs or bool(mine & theirs)


def _of_replaced(
    one: Clause, other: Clause, changed: Sequence[Step], replaced: Sequence[Step]
) -> Difference | None:
    """What clauses in which one word stands in another's place contradict each other in."""
    _, start, _, place, _ = replaced[0]
    mine, theirs = one.words[start], other.words[place]
    if len(replaced) == 1 and _denies(mine, theirs) and one.negative == other.negative:
        return Difference.NEGATION
    # "step1" and "step2" are two of a series rather than one thing called differently.
    is_one_name = (
        len(changed) == 1
        and mine in one.names
        and theirs in other.names
        and mine.rstrip("0123456789") != theirs.rstrip("0123456789")
    )
    if is_one_name and (one.negative, one.numbers) == (other.negative, other.numbers):
        return Difference.IDENTIFIER
    return None


def _denies(one: str, other: str) -> bool:
    """Whether one word is the other with a prefix that denies it."""
    short, long = sorted((one, other), key=len)
    return len(short) > 2 and any(long == prefix + short or long == f"{prefix}-{short}" for prefix in DENYING)


Step = tuple[str, int, int, int, int]


def _steps(one: Sequence[str], other: Sequence[str]) -> list[Step]:
    """How one sequence becomes the other, in the terms of difflib."""
    return list(SequenceMatcher(None, one, other, autojunk=False).get_opcodes())


def _all_tokens(text: str) -> tuple[str, ...]:
    """Every token of a statement, signs and operators too; CJK a character each."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("**", "")
    return tuple(
        piece
        for token in re.findall(r"[^\W_]+(?:['’._/:-]+[^\W_]+)*|[=!<>&|+*/%-]+|[≠≤≥→]", plain)
        for piece in (token if _CJK.search(token) else [token])
    )
