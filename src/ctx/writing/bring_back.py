"""Where an archived entry goes when it comes back: to the place that its stamp or category gives it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ctx.errors import CtxError
from ctx.markdown.document import Document
from ctx.markdown.edits import Edit
from ctx.markdown.lines import newline_of
from ctx.model.entry import Entry
from ctx.reading.entry_file import EntryFile, fingerprint
from ctx.writing.compose import SEPARATOR, unix


def put_back(file: EntryFile, entry: Entry, piece: str) -> tuple[EntryFile, int]:
    """A file with a piece that was archived, byte for byte, and the position of its entry.

    Raises CtxError where there is no place for it that leaves the other entries as they are.
    """
    there = list(map(fingerprint, file.entries))
    possible = []
    for edit in _ways(file.document, file.entries, entry, piece):
        changed = file.apply([edit])
        stop = edit.start + len(edit.replacement)
        new = [one for one in changed.entries if edit.start <= one.start < stop]
        others = [fingerprint(one) for one in changed.entries if not edit.start <= one.start < stop]
        if [(one.digest, one.body) for one in new] == [(entry.digest, entry.body)] and others == there:
            possible.append((changed, new[0]))
    for changed, now in sorted(possible, key=lambda way: way[1].category != entry.category)[:1]:
        return changed, now.position
    raise CtxError(
        f"there is no place for {entry.id} that would leave the others as they are",
        path=file.path,
        hint="`ctx drift` names what is not closed there; or copy the entry by hand",
    )


def _ways(document: Document, there: Sequence[Entry], entry: Entry, piece: str) -> Iterator[Edit]:
    """The insertions to try, best first: beside its neighbours, at the end, under its category's heading."""
    text = document.text
    separated = bool(document.blocks.rules) or not there
    same = [other for other in there if other.category == entry.category]
    for part in _followers(there, same, entry):
        yield Edit(part.start, part.start, _before(text, piece, bullet=entry.bullet, separated=separated))
    # A bullet without a name is read only beside others, and in the archive it may have lost its category.
    beside = {other.category: other for other in there if other.bullet} if entry.bullet else {}
    for other in [*(same[-1:] if entry.bullet or entry.category else []), *beside.values()]:
        end = other.end
        yield Edit(end, end, _behind(text, end, piece, bullet=entry.bullet, separated=separated))
    at = len(text)
    for heading in ("", entry.category and f"{'#' * max(entry.level - 1, 1)} {entry.category}"):
        yield Edit(at, at, _at_end(text, piece, heading, ruled=separated and not entry.bullet))


def _followers(there: Sequence[Entry], same: Sequence[Entry], entry: Entry) -> Iterator[Entry]:
    """The entry before which it stood by the order of the stamps or dates, where they tell."""
    times = [_time(other) for other in there if _time(other)]
    rising = sum(a < b for a, b in pairwise(times))
    falling = sum(a > b for a, b in pairwise(times))
    mine = _time(entry)
    for other in same or there:
        time = _time(other)
        if mine and time and (time < mine if falling > rising else time > mine):
            yield other
            return


def _time(entry: Entry) -> str:
    return entry.stamp or entry.date or ""


def _before(text: str, piece: str, *, bullet: bool, separated: bool) -> str:
    newline = newline_of(text)
    if bullet:
        return piece if piece.endswith(("\n", "\r")) else piece + newline
    gap = f"{SEPARATOR}{newline * 2}" if separated else ""
    return f"{piece.rstrip()}{newline * 2}{gap}"


def _behind(text: str, at: int, piece: str, *, bullet: bool, separated: bool) -> str:
    """A piece behind the last entry of its category, as far from what follows as that was."""
    newline, above = newline_of(text), unix(text[:at])
    lead = "" if above.endswith("\n") else newline
    if not bullet:
        lead += "" if above.endswith("\n\n") else newline
        lead += f"{SEPARATOR}{newline * 2}" if separated else ""
    follows = text[at : at + 1]
    gap = newline if follows and follows not in "\r\n" else ""
    return f"{lead}{piece.rstrip()}{newline}{gap}"


def _at_end(text: str, piece: str, heading: str, *, ruled: bool) -> str:
    newline = newline_of(text)
    lead = "" if not text.strip("\ufeff") or text.endswith(("\n", "\r")) else newline
    tail = unix(text[-4:])
    if text.strip("\ufeff") and not tail.endswith("\n\n"):
        lead += newline
    above = f"{heading}{newline * 2}" if heading else ""
    behind = f"{newline}{SEPARATOR}{newline}" if ruled else ""
    return f"{lead}{above}{piece.rstrip()}{newline}{behind}"
