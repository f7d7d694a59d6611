"""After a change only what changed is read again: what comes of it is what the whole reading says."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from ctx.actions.build_packet import Request, build_packet
from ctx.actions.read_context import Reader, Reading, read_context
from ctx.cache import answers as cached_answers
from ctx.cache import indexing, manifest
from ctx.cache.lazy_memory import LazyMemory
from ctx.cache.manifest import entry_key
from ctx.kinds import Kinds
from ctx.markdown.document import Document
from ctx.model.entry import Entry
from ctx.model.file_roles import Holds, Role
from ctx.reading.chunks import KnownChunk, ReadChunk, read_chunks, split_document
from ctx.reading.read_entries import entries_of
from ctx.retrieval.index.document import Document as Analysed
from ctx.retrieval.index.document import document_of
from ctx.retrieval.ranking import ask
from ctx.retrieval.ranking.searcher import Searcher
from ctx.store.workspace import Worktree
from tests.contexts import WORDS, breaks, contexts, words
from tests.test_cache import answers, edit, edits, write

FILE = ".context/LEARNINGS.md"
TASKS = "# Tasks\n\n- [ ] Retry the lock with jitter #db\n- [ ] Cache the parser\n"
# What makes a part of a file mean something else than it would by itself.
HOSTILE = (
    "```",
    "~~~",
    "````py",
    "<!--",
    "-->",
    "<!-- INDEX:START -->",
    "<!-- INDEX:END -->",
    "<!-- note -->",
    "<!-- ``` -->",
    "<div>",
    "<script>",
    "</script>",
    "# Part",
    "## Group",
    "## Lesson",
    "### Deeper",
    "### [2026-01-02] Inner",
    "## [2026-01-03] Again",
    "# [2026-01-03] First level",
    "  ## [2026-01-04] Indented",
    "    ## [2026-01-04] Code",
    "Title\n===",
    "Title\n---",
    "---",
    "- item",
    "- item\n\n  ```\n  code",
    "- ## [2026-01-05] In a list",
    "> ## [2026-01-05] In a quote",
    "[ref]: <x",
    "\ttab",
    "**Tags**: a, b",
    "**Pinned**: yes",
    "**Status**: Superseded",
    "**Applies to**: src/",
    "**Marks**: +2 -1",
    "naïve größe 漢字 \U0001f600",
)
plain = words.map(lambda text: f"**Context**: {text}")
lines = st.one_of(words, plain, plain, plain, st.sampled_from(HOSTILE))
stamps = st.sampled_from(["[2026-11-21-043412] ", "[2026-11-20] ", "[2026-10-01-a] ", "[undated] "])
sections = st.builds(
    lambda stamp, title, body: f"## {stamp}{title}\n\n" + "\n".join(body) + "\n\n",
    st.one_of(stamps, stamps, stamps, st.just("")),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join),
    st.lists(lines, max_size=4),
)
tame = st.builds(
    lambda stamp, title, body: f"## {stamp}{title}\n\n{body}\n\n",
    stamps,
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join),
    plain,
)
heads = st.sampled_from(
    ["# L\n\n", "# L\n\n<!-- INDEX:START -->\n| a |\n<!-- INDEX:END -->\n\n", "", "\ufeff# L\n"]
)
moves = st.tuples(
    st.sampled_from("insert insert delete replace move swap line cut noise tasks".split()),
    st.integers(0, 1 << 16),
    st.integers(0, 1 << 16),
    st.one_of(tame, sections),
    st.sampled_from(HOSTILE),
)


def moved(parts: list[str], move: tuple[str, int, int, str, str]) -> list[str]:
    """The parts of a file after an edit."""
    what, one, other, section, line = move
    at, to = (one % len(parts), other % len(parts)) if parts else (0, 0)
    kept = list(parts)
    if what == "insert" or not parts:
        kept.insert(one % (len(parts) + 1), section)
    elif what == "delete":
        del kept[at]
    elif what == "replace":
        kept[at] = section
    elif what == "move":
        kept.insert(to, kept.pop(at))
    elif what == "swap":
        kept[at], kept[to] = kept[to], kept[at]
    elif what == "line":
        first, _, rest = kept[at].partition("\n\n")
        kept[at] = f"{first}\n\n{line}\n{rest}"
    elif what == "cut":
        kept[at] = kept[at][: other % (len(kept[at]) + 1)]
    elif what == "noise":
        place = other % (len(kept[at]) + 1)
        kept[at] = kept[at][:place] + line + kept[at][place:]
    return kept


def same(reader: Reader, *, archive: bool = False) -> Reading:
    """What a reader looks at, which is what reading everything says."""
    seen, whole = reader.look(archive=archive), read_context(Worktree(reader.root), archive=archive)
    assert list(seen.memory.entries) == whole.memory.entries
    assert list(seen.live) == whole.live
    assert list(seen.searchable) == whole.searchable
    assert seen.memory.tasks == whole.memory.tasks
    assert seen.sessions.frames == whole.sessions.frames
    assert seen.memory.constitution == whole.memory.constitution
    assert seen.digest == whole.digest
    for name in ("kinds", "dates", "marks", "pinned", "limited"):
        assert getattr(seen.entry_columns, name) == getattr(whole.entry_columns, name), name
    assert {
        number: tuple(tags) for number, tags in seen.entry_columns.tags.items()
    } == whole.entry_columns.tags
    if seen.kept:
        check_keys(seen.kept, whole, archive=archive)
    return seen


def check_keys(kept: LazyMemory, whole: Reading, *, archive: bool) -> None:
    """Each entry stands in the manifest under the key of what it says now."""
    found = list(map(entry_key, whole.memory.entries))
    assert kept.list_keys("live") == [entry_key(entry) for entry in whole.live]
    assert kept.list_keys("whole" if archive else "searchable") == found
    assert kept.keys[: len(found)] == found


@contextmanager
def counted() -> Iterator[list[int]]:
    """For each file that is read again, how many of its entries are parsed."""
    found: list[int] = []

    def spy(
        text: str, role: Role, path: str, known: Mapping[bytes, KnownChunk]
    ) -> list[KnownChunk | ReadChunk]:
        chunks = read_chunks(text, role, path, known)
        found.append(sum(len(one.entries) for one in chunks if isinstance(one, ReadChunk)))
        return chunks

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest, "read_chunks", spy)
        yield found


def delta(reading: Reading) -> int | None:
    """How many entries are not among those of the base; None where the base was just made."""
    if not reading.was_kept or reading.kept is None:
        return None
    return sum(row >= len(reading.kept.base) for row in reading.kept.rows)


@settings(max_examples=130)
@given(
    heads,
    st.lists(st.one_of(tame, tame, tame, sections), min_size=1, max_size=9),
    st.lists(moves, min_size=1, max_size=6),
    breaks,
)
def test_every_reading_after_edits_is_the_whole_reading(
    head: str, parts: list[str], changes: list[tuple[str, int, int, str, str]], newline: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, tasks = Path(folder), TASKS
        other = "# Decisions\n\n## [2026-01-01] Use UTC\n\nAlways.\n"
        write(root, {FILE: text_of(head, parts, newline), ".context/DECISIONS.md": other})
        same(Reader(root))
        for change in changes:
            if change[0] == "tasks":
                tasks += f"- [ ] {change[3].split()[-1]}\n"
                write(root, {".context/TASKS.md": tasks})
            else:
                parts = moved(parts, change)
                write(root, {FILE: text_of(head, parts, newline)})
            with counted() as found:
                fresh = delta(same(Reader(root)))
            event(f"delta: {fresh}, parsed: {found}")


def text_of(head: str, parts: list[str], newline: str) -> str:
    return (head + "".join(parts)).replace("\n", newline)


@settings(max_examples=25)
@given(contexts(), edits, st.booleans())
def test_every_reading_of_any_context_after_edits_is_the_whole_reading(
    files: dict[str, str], changes: list[tuple[str, object]], archive: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write(root, files)
        for number, (what, value) in enumerate(changes):
            # What was kept with the archive is there for those who ask without it.
            same(Reader(root), archive=archive ^ bool(number % 2))
            edit(root, what, value)
        same(Reader(root), archive=archive)


@settings(max_examples=20)
@given(st.lists(tame, min_size=1, max_size=9), st.lists(moves, min_size=1, max_size=4), words)
def test_every_answer_after_edits_is_the_one_without_a_cache(
    parts: list[str], changes: list[tuple[str, int, int, str, str]], query: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write(root, {FILE: text_of("# L\n\n", parts, "\n"), ".context/TASKS.md": TASKS})
        for number, change in enumerate(changes):
            told = answers(root, cached=True, budget=300 + number, query=query)
            assert told == answers(root, cached=False, budget=300 + number, query=query)
            parts = moved(parts, change)
            write(root, {FILE: text_of("# L\n\n", parts, "\n")})
        assert answers(root, cached=True, query=query) == answers(root, cached=False, query=query)


ROLE = Role(Holds.ENTRIES, Kinds()["learning"])


@settings(max_examples=200)
@given(heads, st.lists(st.one_of(tame, sections), min_size=1, max_size=9), moves, breaks)
def test_chunks_read_by_themselves_are_the_file(
    head: str, parts: list[str], change: tuple[str, int, int, str, str], newline: str
) -> None:
    old, new = text_of(head, parts, newline), text_of(head, moved(parts, change), newline)
    known = known_chunks(old)
    for chunks in (read_chunks(new, ROLE, FILE, {}), read_chunks(new, ROLE, FILE, known)):
        assert joined(chunks, old) == list(entries_of(Document.parse(new), ROLE, FILE))


def known_chunks(text: str) -> dict[bytes, KnownChunk]:
    """The chunks of a text that was read as a whole, those that may stand elsewhere."""
    document = Document.parse(text)
    entries = list(entries_of(document, ROLE, FILE))
    known, line, start, position = {}, 0, 0, 0
    chunks = split_document(document, entries, ROLE, FILE)
    assert sum(chunk.chars for chunk in chunks) == len(text)
    assert sum(chunk.entries for chunk in chunks) == len(entries)
    for chunk in chunks:
        if chunk.after is not None:
            known[chunk.key] = KnownChunk(chunk, position, line, start, position)
        line, start, position = line + chunk.lines, start + chunk.chars, position + chunk.entries
    return known


def joined(chunks: list[KnownChunk | ReadChunk], old: str) -> list[Entry]:
    """The entries of a file by its chunks; those that are known stand in the old text."""
    before, found = list(entries_of(Document.parse(old), ROLE, FILE)), list[Entry]()
    line = start = position = 0
    for one in chunks:
        if isinstance(one, ReadChunk):
            entries, at = one.entries, (0, 0, 0)
        else:
            entries = before[one.first : one.first + one.chunk.entries]
            at = (one.line, one.start, one.position)
        for entry in entries:
            lines, chars, positions = line - at[0], start - at[1], position - at[2]
            found.append(
                entry._replace(
                    line=entry.line + lines,
                    start=entry.start + chars,
                    end=entry.end + chars,
                    position=entry.position + positions,
                )
            )
        line, start, position = line + one.chunk.lines, start + one.chunk.chars, position + one.chunk.entries
    return found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "L-2"),
        ("kind", "decision"),
        ("title", "Another"),
        ("stamp", "2026-01-02"),
        ("path", ".context/learnings/a.md"),
        ("body", "Other words"),
        ("category", "A group"),
        ("level", 3),
        ("archived", True),
        ("bullet", True),
    ],
)
def test_a_key_tells_apart_what_is_told_apart(name: str, value: Any) -> None:
    """Whatever is rendered or indexed of an entry is kept under its key, and never under that of another."""
    text = "# L\n\n## [2026-01-01] Title\n\nBody\n"
    entry = next(iter(entries_of(Document.parse(text), ROLE, FILE))).named("L-1")
    assert entry_key(entry._replace(**{name: value})) != entry_key(entry)
    # Where it stands is not of it.
    assert entry_key(entry._replace(line=9, start=9, end=99, position=3)) == entry_key(entry)


INDEX = "# Learnings\n\n<!-- INDEX:START -->\n| a | b |\n<!-- INDEX:END -->\n\n"
SECTIONS = [
    f"## [2026-01-{n:02}] Lock {n}\n\n**Context**: größe {n} and `retry`\n\n"
    f"```sh\nmake {n}\n```\n\n<!-- note {n} -->\n\n"
    for n in range(1, 25)
]
NEW = "## [2026-11-21-043412] New\n\n**Lesson**: jitter\n\n"
CHANGES: dict[str, Callable[[list[str]], list[str]]] = {
    "a body": lambda parts: [*parts[:12], parts[12].replace("retry", "jitter"), *parts[13:]],
    "a title": lambda parts: [*parts[:12], parts[12].replace("Lock", "Key"), *parts[13:]],
    "a status": lambda parts: [*parts[:12], parts[12] + "**Status**: Superseded\n\n", *parts[13:]],
    "a mark": lambda parts: [*parts[:12], parts[12] + "**Marks**: +1\n\n", *parts[13:]],
    "appended": lambda parts: [*parts, NEW],
    "on top": lambda parts: [NEW, *parts],
    "in the middle": lambda parts: [*parts[:12], NEW, *parts[12:]],
    "the same again": lambda parts: [*parts[:12], parts[12], *parts[12:]],
    "deleted": lambda parts: [*parts[:12], *parts[13:]],
    "the first deleted": lambda parts: parts[1:],
    "the last deleted": lambda parts: parts[:-1],
    "two swapped": lambda parts: [*parts[:12], parts[13], parts[12], *parts[14:]],
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("head", ["# Learnings\n\n", INDEX], ids=["plain", "index"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_one_change_is_read_in_part(
    tmp_path: Path, change: Callable[[list[str]], list[str]], head: str, newline: str
) -> None:
    write(tmp_path, {FILE: text_of(head, SECTIONS, newline), ".context/TASKS.md": TASKS})
    same(Reader(tmp_path))
    write(tmp_path, {FILE: text_of(head, change(SECTIONS), newline)})
    with counted() as found:
        reading = same(Reader(tmp_path))
    assert len(found) == 1
    assert found[0] < len(SECTIONS)
    assert (delta(reading) or 0) <= 1
    told = answers(tmp_path, cached=True)
    assert told == answers(tmp_path, cached=False)


UNSURE = {
    "an open fence": ("````\n", 13),
    "an open comment": ("<!-- never ended\n", 13),
    "a part": ("# Part\n\n", 24),
    "an index": ("<!-- INDEX:START -->\n", 13),
}


@pytest.mark.parametrize(("text", "parsed"), UNSURE.values(), ids=UNSURE)
def test_what_may_mean_more_than_it_says_is_read_with_what_follows(
    tmp_path: Path, text: str, parsed: int
) -> None:
    """An index that is never ended reaches to the next heading, and what follows is read."""
    write(tmp_path, {FILE: text_of("# L\n\n", SECTIONS, "\n"), ".context/TASKS.md": TASKS})
    same(Reader(tmp_path))
    write(tmp_path, {FILE: text_of("# L\n\n", [*SECTIONS[:12], text, *SECTIONS[12:]], "\n")})
    whole = Document.parse(text_of("# L\n\n", [*SECTIONS[:12], text, *SECTIONS[12:]], "\n"))
    chunks = read_chunks(whole.text, ROLE, FILE, known_chunks(text_of("# L\n\n", SECTIONS, "\n")))
    read = [one.chunk for one in chunks if isinstance(one, ReadChunk)]
    assert sum(one.chars for one in read) >= len("".join(SECTIONS)) * (parsed - 1) // 24
    same(Reader(tmp_path))
    write(tmp_path, {FILE: text_of("# L\n\n", [*SECTIONS[:12], text, *SECTIONS[12:], NEW], "\n")})
    same(Reader(tmp_path))


def test_a_new_task_is_the_only_one_that_is_asked_about(tmp_path: Path) -> None:
    """As long as the entries are the same, what the other tasks found is known."""
    write(tmp_path, {FILE: text_of("# L\n\n", SECTIONS, "\n"), ".context/TASKS.md": TASKS})
    build_packet(Reader(tmp_path), Request())
    write(tmp_path, {".context/TASKS.md": TASKS + "- [ ] Retry once more\n"})
    with asked_about() as asked:
        build_packet(Reader(tmp_path), Request())
    assert asked == ["Retry once more"]


def test_entries_that_apply_elsewhere_leave_the_answers_known(tmp_path: Path) -> None:
    """Whatever a packet is asked for, tasks are asked about all entries, and those that apply are chosen."""
    limited = [f"{text}**Applies to**: src/{n}\n\n" for n, text in enumerate(SECTIONS[:4])]
    write(tmp_path, {FILE: text_of("# L\n\n", [*limited, *SECTIONS[4:]], "\n"), ".context/TASKS.md": TASKS})
    build_packet(Reader(tmp_path), Request())
    for path in ("", "src/1", "src/3/deep", "elsewhere"):
        with asked_about() as asked:
            told = build_packet(Reader(tmp_path), Request(path=path, now="2026-11-21")).text
        assert asked == []
        reader = Reader(tmp_path)
        reader.cache.on = False
        assert build_packet(reader, Request(path=path, now="2026-11-21")).text == told


def test_what_tasks_find_is_kept_of_exactly_these_entries(tmp_path: Path) -> None:
    write(tmp_path, {FILE: text_of("# L\n\n", SECTIONS, "\n"), ".context/TASKS.md": TASKS})
    build_packet(Reader(tmp_path), Request())
    write(tmp_path, {FILE: text_of("# L\n\n", CHANGES["a body"](SECTIONS), "\n")})
    with asked_about() as asked:
        build_packet(Reader(tmp_path), Request())
    assert len(asked) == 2
    with asked_about() as asked:
        build_packet(Reader(tmp_path), Request())
    assert asked == []
    (tmp_path / ".contextrc").write_text('[synonyms]\nlock = ["jitter"]\n')
    with asked_about() as asked:
        build_packet(Reader(tmp_path), Request())
    assert len(asked) == 2
    assert answers(tmp_path, cached=True) == answers(tmp_path, cached=False)


def test_what_the_last_delta_held_is_not_analysed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {FILE: text_of("# L\n\n", SECTIONS, "\n"), ".context/TASKS.md": TASKS})
    build_packet(Reader(tmp_path), Request())
    analysed: list[str] = []

    def listen(entry: Entry) -> Analysed:
        analysed.append(entry.title)
        return document_of(entry)

    monkeypatch.setattr(indexing, "document_of", listen)
    sections = list(SECTIONS)
    for at in (3, 12, 20):
        sections[at] = sections[at].replace("Lock", "Key")
        write(tmp_path, {FILE: text_of("# L\n\n", sections, "\n")})
        told = build_packet(Reader(tmp_path), Request(now="2026-11-21")).text
        assert len(analysed) == 1
        analysed.clear()
    shutil.rmtree(tmp_path / ".context" / ".cache")
    assert build_packet(Reader(tmp_path), Request(now="2026-11-21")).text == told


def test_a_change_under_a_category_leaves_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The entries of its category are laid out anew, and nothing else."""
    subjects = ["a lock", "a timeout", "the parser", "a backup"]
    parts = [
        f"## On {subject}, part {part}\n\n"
        + "".join(f"### Note {part} {n}\n\nSay q{chr(97 + n)} when {subject} waits.\n\n" for n in range(4))
        for part in range(6)
        for subject in subjects
    ]
    tasks = "# Tasks\n\n" + "".join(f"- [ ] Look after {subject}\n" for subject in subjects)
    write(tmp_path, {FILE: text_of("# L\n\n", parts, "\n"), ".context/TASKS.md": tasks})
    build_packet(Reader(tmp_path), Request())
    made: list[str] = []
    monkeypatch.setattr(indexing.Indexing, "_made", lambda *_: made.append("made"))
    parts[5] = parts[5].replace("qb when", "grammar when")
    write(tmp_path, {FILE: text_of("# L\n\n", parts, "\n")})
    told = build_packet(Reader(tmp_path), Request(now="2026-11-21")).text
    assert made == []
    monkeypatch.undo()
    shutil.rmtree(tmp_path / ".context" / ".cache")
    assert build_packet(Reader(tmp_path), Request(now="2026-11-21")).text == told
    assert answers(tmp_path, cached=True) == answers(tmp_path, cached=False)


@contextmanager
def asked_about() -> Iterator[list[str]]:
    """The texts that entries are ranked for."""
    asked: list[str] = []

    def listen(searcher: Searcher, text: str, limited: AbstractSet[int]) -> ask.Best:
        asked.append(text)
        return ask.find_best(searcher, text, limited)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cached_answers, "find_best", listen)
        yield asked


def test_files_without_entries_that_change_leave_the_entries_alone(tmp_path: Path) -> None:
    session = ".context/sessions/2026-01-05-1200-work.md"
    write(tmp_path, {FILE: text_of("# L\n\n", SECTIONS, "\n"), ".context/TASKS.md": TASKS})
    same(Reader(tmp_path))
    for files in (
        {".context/TASKS.md": TASKS + "- [ ] One more\n"},
        {session: "# Work\n\n**Status**: completed\n"},
        {session: "# Work\n\n**Status**: failed\n", ".context/CONSTITUTION.md": "# C\n\n- Never guess.\n"},
    ):
        write(tmp_path, files)
        with counted() as found:
            reading = same(Reader(tmp_path))
        assert found == []
        assert delta(reading) == 0
    (tmp_path / session).unlink()
    assert delta(same(Reader(tmp_path))) == 0


def test_when_too_much_is_new_the_base_is_made_again(tmp_path: Path) -> None:
    parts = list(SECTIONS)
    write(tmp_path, {FILE: text_of("# L\n\n", parts, "\n")})
    same(Reader(tmp_path))
    found = []
    for number in range(12):
        parts.insert(2 * number, NEW.replace("New", f"New {number}"))
        write(tmp_path, {FILE: text_of("# L\n\n", parts, "\n")})
        found.append(delta(same(Reader(tmp_path))))
    assert found.count(None) == 1
    assert found[-1]
