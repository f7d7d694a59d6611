"""Edits as spans and replacements: every byte outside the spans stays."""

from collections.abc import Iterable
from typing import NamedTuple


class Edit(NamedTuple):
    """Replace `text[start:end]`; an insertion where the two are equal."""

    start: int
    end: int
    replacement: str


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Carry out all edits at once, each span meant in the text as given.

    Insertions at one point keep their order. ValueError: a span outside the text, or two that overlap.
    """
    parts: list[str] = []
    position = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        start, end, replacement = edit
        if not 0 <= start <= end <= len(text):
            raise ValueError(f"edit {start}..{end} is outside the text of length {len(text)}")
        if start < position:
            raise ValueError(f"edit {start}..{end} overlaps the one that ends at {position}")
        parts += (text[position:start], replacement)
        position = end
    return "".join(parts) + text[position:]
