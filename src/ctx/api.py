"""The library's face: `ctx.open(path)` and what can be asked of a context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctx.actions.add_entry import Added
    from ctx.actions.search import Hit
    from ctx.consolidate.proposal import Group
    from ctx.drift.finding import Finding
    from ctx.model.entry import Entry
    from ctx.packet.packet import Packet


class Context:
    """A context folder. It is live: each call looks at the files' stats and reads what changed."""

    def __init__(self, path: str | Path) -> None:
        """Open the folder that holds `.context/`. Raises CtxError where there is none."""
        from ctx.actions.read_context import Reader
        from ctx.store.workspace import find_root

        self._reader = Reader(find_root(Path(path), Path(path)))

    @property
    def root(self) -> Path:
        """The folder that holds `.context/`."""
        return self._reader.root

    def packet(
        self,
        budget: int | None = None,
        tasks: Sequence[str] | None = None,
        query: str | None = None,
        now: str | None = None,
        at: str | None = None,
        *,
        path: str = "",
        tokenizer: str | None = None,
        max_chars: int | None = None,
        max_bytes: int | None = None,
        strict: bool = False,
    ) -> Packet:
        """The packet for a budget in tokens, and in characters and bytes of UTF-8 where given.

        `tasks`, texts or handles of tasks, replaces the tasks of TASKS.md as what entries are scored against,
        `query` adds to them; `now` is an ISO date, `at` a git revision, `path` what is worked on, relative to
        the root. With `strict` a file that is no text is an error, else `remarks` names it. Raises
        BudgetError where the constitution alone does not fit, UsageError for a handle that names no task.
        """
        from ctx.actions.build_packet import Request, build_packet

        request = Request(
            budget=budget,
            max_chars=max_chars,
            max_bytes=max_bytes,
            tasks=tasks,
            query=query,
            tokenizer=tokenizer,
            path=path,
            at=at,
            now=now,
            strict=strict,
        )
        return build_packet(self._reader, request)

    def search(
        self, words: str, limit: int = 10, kinds: Sequence[str] | None = None, archived: bool = True
    ) -> list[Hit]:
        """The entries most relevant to any of the words, best first."""
        from ctx.actions.find_entries import Filter
        from ctx.actions.search import search

        return search(self._reader, words, limit=limit, only=Filter(kinds=kinds or ()), archived=archived)

    def entries(self, kind: str | None = None) -> list[Entry]:
        """All entries outside the archive, retired ones too, in file order; of one kind when named."""
        from ctx.actions.find_entries import Filter, list_entries

        return list_entries(self._reader, Filter(kinds=(kind,) if kind else ()))

    def proposals(self, kind: str | None = None, all: bool = False) -> list[Group]:  # noqa: A002 - the flag is --all
        """What could be merged, retired or kept once, most useful first; of one kind when named.

        Kinds that are not above their soft cap are left alone unless `all` is true.
        """
        from ctx.actions.propose_merges import propose_merges

        return propose_merges(self._reader, kind, everything=all)

    def drift(self, now: str | None = None) -> list[Finding]:
        """What `ctx drift` finds, in order of path, line and rule; `now` is an ISO date, today when None."""
        from ctx.actions.check_drift import check_drift

        return list(check_drift(self._reader, now).findings)

    def add(
        self,
        kind: str,
        title: str,
        fields: Mapping[str, str] | None = None,
        tags: Sequence[str] = (),
        body: str = "",
    ) -> Added:
        """Add an entry unless the same is there already; `.id` is its handle either way."""
        from datetime import UTC, datetime

        from ctx.actions.add_entry import NewEntry, add_entry

        return add_entry(self._reader, NewEntry(kind, title, fields or {}, tags, body), datetime.now(UTC))


def open(path: str | Path = ".") -> Context:  # noqa: A001 - the name people call it by: ctx.open()
    """Open the context folder at `path`, the folder that holds `.context/`."""
    return Context(path)
