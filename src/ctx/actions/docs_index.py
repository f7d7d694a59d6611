"""`ctx export --docs-index`: `docs/README.md` as a map of the pages there and of what the context holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from ctx.actions.read_context import Reader, read_config
from ctx.errors import CtxError
from ctx.kinds import CONSTITUTION, TASKS
from ctx.markdown.document import Document
from ctx.model.file_roles import CONTEXT, in_context
from ctx.store.write import Transaction, Writer
from ctx.writing.compose import one_line
from ctx.writing.managed_block import MARKDOWN, has_block, with_block

PATH = "docs/README.md"
_TITLE = 100


def write_docs_index(reader: Reader, *, only_where_it_is: bool = False) -> bool:
    """Bring the map up to date; whether that changed anything. All else in the file stays as it is.

    With `only_where_it_is` nothing is made where there is none. Raises CtxError for a block without an end.
    """

    def act(transaction: Transaction) -> bool:
        before = transaction.read(PATH)
        if only_where_it_is and not (before and has_block(before, MARKDOWN)):
            return False
        text = "# Documentation\n\n" if before is None else before
        try:
            after = with_block(text, list(_lines(reader, transaction)), MARKDOWN)
        except CtxError as error:
            raise CtxError(error.message, hint=error.hint, path=PATH, line=error.line) from error
        if after != before:
            transaction.replace(PATH, after)
        return after != before

    return Writer(reader.root).run(act)


def _lines(reader: Reader, transaction: Transaction) -> Iterator[str]:
    pages = [
        path for path in transaction.paths(["docs/**/*.md"]) if path.startswith("docs/") and path != PATH
    ]
    yield from (f"- [{_title(transaction, path)}]({path.removeprefix('docs/')})" for path in pages)
    if pages:
        yield ""
    yield "What the team and its agents know:"
    yield ""
    there = set(transaction.paths())
    kinds = read_config(reader.worktree).kinds.stored
    names = [(CONSTITUTION, "Constitution"), (TASKS, "Tasks"), *((kind.file, kind.heading) for kind in kinds)]
    for name, title in names:
        if in_context(name) in there:
            yield f"- [{title}](../{in_context(name)})"
    if reader.worktree.sessions():
        yield f"- [Sessions](../{CONTEXT}/sessions/)"


def _title(transaction: Transaction, path: str) -> str:
    """The first heading of a page, else its name."""
    try:
        text = transaction.read(path) or ""
    except CtxError:
        text = ""
    first = next((section.heading.text for section in Document.parse(text).sections), "")
    title = one_line(first)[:_TITLE].replace("[", "(").replace("]", ")")
    return title or PurePosixPath(path).stem
