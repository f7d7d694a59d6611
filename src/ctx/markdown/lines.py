"""Lines as CommonMark knows them: they end at CR LF, LF or CR and nowhere else."""

import re
from itertools import accumulate

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_STEP = 256  # characters looked at together from the end backwards
_ENDINGS = ("\n", "\r\n", "\r")


def split_lines(text: str) -> list[str]:
    """Split text into lines that keep their endings; they concatenate to the text."""
    if "\r" in text:
        return _LINE.findall(text)
    *full, rest = text.split("\n")
    lines = [line + "\n" for line in full]
    if rest:
        lines.append(rest)
    return lines


def line_offsets(lines: list[str]) -> list[int]:
    """Return where each line starts in the text, and after them the length of the text."""
    return list(accumulate(map(len, lines), initial=0))


def visible_end(text: str, start: int, end: int) -> int:
    """Return the offset behind the last character of a stretch that is no white space, else its start."""
    while end > start:
        begin = max(start, end - _STEP)
        if visible := len(text[begin:end].rstrip()):
            return begin + visible
        end = begin
    return start


def newline_of(text: str) -> str:
    """Return the line ending most lines have; the earlier of LF, CR LF, CR on a tie, LF if none."""
    pairs = text.count("\r\n")
    counts = (text.count("\n") - pairs, pairs, text.count("\r") - pairs)
    return _ENDINGS[counts.index(max(counts))]
