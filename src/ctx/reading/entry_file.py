"""One file of entries: its text with what is read in it, and whether a change leaves the others alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from ctx.kinds import REFERENCE, Kind
from ctx.markdown.document import Document
from ctx.markdown.edits import Edit, apply
from ctx.model.entry import Entry
from ctx.model.file_roles import Holds, Role
from ctx.reading.read_entries import entries_of


@dataclass(frozen=True)
class EntryFile:
    """A file of entries as it is, or as it would be; its text is scanned once."""

    path: str
    role: Role
    text: str

    @classmethod
    def of(cls, kind: Kind, path: str, text: str, *, page: bool = False, archived: bool = False) -> EntryFile:
        """A file of a kind."""
        return cls(path, Role(Holds.ENTRIES, kind, archived, page), text)

    @property
    def kind(self) -> Kind:
        """The kind of its entries."""
        return self.role.kind or REFERENCE

    @cached_property
    def document(self) -> Document:
        """Its text, scanned."""
        return Document.parse(self.text)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Its entries in file order, without handles: those are given when all files are read."""
        return tuple(entries_of(self.document, self.role, self.path))

    def with_text(self, text: str) -> EntryFile:
        """The file with another text."""
        return replace(self, text=text)

    def apply(self, edits: Iterable[Edit]) -> EntryFile:
        """The file after some edits of its text."""
        return self.with_text(apply(self.text, list(edits)))

    def reads_alike(self, after: EntryFile, *, but: Collection[int] = ()) -> bool:
        """Whether a change leaves as many entries, which read the same but for those at some positions."""
        return len(self.entries) == len(after.entries) and all(
            old.position in but or fingerprint(old) == fingerprint(now)
            for old, now in zip(self.entries, after.entries, strict=True)
        )


def fingerprint(entry: Entry) -> tuple[str, str, str, str]:
    """What makes an entry read as it does: its identity, text, category and status."""
    return entry.digest, entry.body, entry.category, entry.status
