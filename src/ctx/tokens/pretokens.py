"""Pre-tokenisation: the words that a vocabulary's tokens never cross, found without a library for Unicode.

What a pre-token is depends on the classes of its characters alone. So a text is first given its *shape*, in
which one character stands for each class, and the published pattern, rewritten for shapes, is left to `re`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# As published with tiktoken (tiktoken_ext/openai_public.py).
_LETTERS = r"[^\r\n\p{L}\p{N}]?"
_UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
_LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_SUFFIX = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
PATTERNS = {
    "o200k_base": (
        f"{_LETTERS}{_UPPER}*{_LOWER}+{_SUFFIX}|{_LETTERS}{_UPPER}+{_LOWER}*{_SUFFIX}"
        r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    ),
    "cl100k_base": (
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
        r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
    ),
}

# ASCII characters stand for themselves; these stand for the other ones. None of them is in a contraction
# ('s, 'll …), nor is the blank a blank, nor a line break one, because patterns name those.
_UNCASED, _MARK, _OTHER, _BLANK = "ª", "\u0300", "#", "\t"
_STAND_INS = {"Lu": "A", "Lt": "A", "Ll": "a", "Lm": _UNCASED, "Lo": _UNCASED} | {
    "Mn": _MARK, "Mc": _MARK, "Me": _MARK, "Nd": "0", "Nl": "0", "No": "0",
    "Zs": _BLANK, "Zl": _BLANK, "Zp": _BLANK,
}  # fmt: skip
# In order: what a pattern says of a text, and what it has to say of the text's shape. With re.ASCII, \s and
# \d are what they should be (else \s would have four control characters more); $ of `re` would match before a
# last line feed.
_REWRITTEN = (
    (r"\p{L}++", f"[A-Za-z{_UNCASED}]++"),
    (r"\p{L}", f"A-Za-z{_UNCASED}"),
    (r"\p{Lm}\p{Lo}", _UNCASED),
    (r"\p{Lu}\p{Lt}", "A-Z"),
    (r"\p{Ll}", "a-z"),
    (r"\p{M}", _MARK),
    (r"\p{N}", r"\d"),
    ("$", r"\Z"),
)


# What tiktoken can be asked about the class of a character, and what stands for those of that class; all that
# none of these matches are symbols, since white space is the same in every version of Unicode.
CLASSES = {
    r"[\p{Lu}\p{Lt}]": "A", r"\p{Ll}": "a", r"[\p{Lm}\p{Lo}]": _UNCASED, r"\p{M}": _MARK, r"\p{N}": "0",
}  # fmt: skip
SYMBOL = _OTHER


class Unsettled(Exception):  # noqa: N818 - no error, and no LookupError either: str.translate hides those
    """A text is left to tiktoken, as one with a character whose class depends on the version of Unicode."""


class _Shapes(dict[int, str]):
    """What stands for each character, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        if code < 128:
            shape = character
        elif code == 0x17F:
            shape = "s"  # ſ, the one character beyond ASCII that is in a contraction where case is ignored
        elif code == 0x85:
            shape = _BLANK
        elif category == "Cn" or (category[0] in "LMN" and _is_young(character)):
            raise Unsettled
        else:
            shape = _STAND_INS.get(category, _OTHER)
        self[code] = shape
        return shape


def _is_young(character: str) -> bool:
    """Whether Unicode 3.2 of 2002, the one version that every Python knows beside its own, lacks a character.

    Python and tiktoken come with versions of Unicode that differ, so that one of them may take for a letter
    what is unassigned to the other one. To symbols that makes no difference.
    """
    return unicodedata.ucd_3_2_0.category(character) == "Cn"


_SHAPES = _Shapes()


def unsettled(text: str) -> str:
    """The characters of a text whose class is not known here, each once."""
    return "".join(character for character in sorted(set(text)) if not _is_settled(character))


def _is_settled(character: str) -> bool:
    try:
        character.translate(_SHAPES)
    except Unsettled:
        return False
    return True


def settle(character: str, stand_in: str) -> None:
    """Give a character the class of its stand-in in all texts from now on."""
    _SHAPES[ord(character)] = stand_in


def pretokens(name: str, text: str) -> list[str]:
    """The words of a text under a vocabulary's pattern. Raises Unsettled."""
    words = _shape_pattern(name)
    if text.isascii():
        return words.findall(text)
    return [text[match.start() : match.end()] for match in words.finditer(text.translate(_SHAPES))]


@lru_cache(maxsize=len(PATTERNS))
def _shape_pattern(name: str) -> re.Pattern[str]:
    pattern = PATTERNS[name]
    for said, instead in _REWRITTEN:
        pattern = pattern.replace(said, instead)
    return re.compile(pattern, re.ASCII)
