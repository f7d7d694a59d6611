"""A command that writes leaves alone every byte that it was not asked to change, in files of every shape."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ctx.actions.add_entry import NewEntry, add_entry
from ctx.actions.edit_entry import EntryChange, edit_entry
from ctx.actions.mark_entry import mark_entry
from ctx.actions.read_context import Reader
from ctx.actions.remove_entry import remove_entries
from ctx.actions.restore_entry import restore
from ctx.actions.supersede_entry import deprecate_entry
from ctx.errors import CtxError
from ctx.model.entry import RETIRED, Entry
from tests.cli import FIXTURES, project
from tests.contexts import contexts
from tests.test_writing import ctx

# Where the stamp alone tells where an entry stood.
TOLD_BY_STAMP = {"canonical", "windows line ends", "carriage returns", "newest first", "dates", "an index"}
NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
Act = Callable[[Reader, Entry], object]

CANONICAL = """# Learnings

<!-- What was learnt. -->

## [2026-05-01-120000] First

**Context**: why

**Lesson**: what

Free text.

---

## [2026-05-02-120000] Second

**Lesson**: other

**Tags**: a, b

---
"""
HEADED = (
    "# Learnings\n\n## {} One\n\nText one.\n\n## {} Two\n\nText two.\n\n- a list\n\n## {} Three\n\nLast.\n"
)
# The file of the kind that is looked at, by the name of its shape.
SHAPES: dict[str, tuple[str, str]] = {
    "canonical": ("LEARNINGS.md", CANONICAL),
    "windows line ends": ("LEARNINGS.md", CANONICAL.replace("\n", "\r\n")),
    "carriage returns": ("LEARNINGS.md", CANONICAL.replace("\n", "\r")),
    "byte order mark, no end": ("LEARNINGS.md", "\ufeff" + CANONICAL.removesuffix("\n\n---\n")),
    "newest first": ("LEARNINGS.md", HEADED.format("[2026-05-03]", "[2026-05-02]", "[2026-05-01]")),
    "dates": ("LEARNINGS.md", HEADED.format("2026-05-01:", "2026-05-02:", "2026-05-03:")),
    "no stamps": ("LEARNINGS.md", HEADED.format("A", "B", "C")),
    "dates behind titles": (
        "LEARNINGS.md",
        re.sub(r"## {} (\w+)", r"## \1 (2026-05-01)", HEADED).replace("Two (2026-05-01)", "Two (2026-05-02)"),
    ),
    "categories": (
        "DECISIONS.md",
        """# D

## Storage

### Use SQL

Known.

### Use a cache

Fast.

## Wire

### Use HTTP

Old.
""",
    ),
    "statuses in lists": (
        "DECISIONS.md",
        """# D

## 2026-05-01 Use SQL

- **Status:** Accepted
- **Date:** 2026-05-01

Known.

## 2026-05-02 Use HTTP

Status: proposed

Old.
""",
    ),
    "headings for fields": (
        "DECISIONS.md",
        """# D

## [2026-05-01] Use SQL

### Context

Much.

### Decision

Use it.

## [2026-05-02] Use HTTP

### Context

More.
""",
    ),
    "bullets": (
        "CONVENTIONS.md",
        "# Conventions\n\n- **UTC**: stored in UTC\n- **Names**: short\n  and long\n- **Last**: end\n",
    ),
    "loose bullets in categories": (
        "CONVENTIONS.md",
        "# C\n\n## Time\n\n* **UTC**: stored\n\n* **Zones**: shown\n\n## Names\n\n* **Short**: yes\n",
    ),
    "fences and comments": (
        "LEARNINGS.md",
        """# L

## [2026-05-01] One

```md
## [2026-01-01] Not one
- [ ] box
```

<!-- a note -->

## [2026-05-02] Two

~~~
**Lesson**: none
~~~

**Lesson**: real
""",
    ),
    "an index": (
        "LEARNINGS.md",
        """# L

<!-- INDEX:START -->
| Date | Learning |
|---|---|
| 2026-05-01 | One |
<!-- INDEX:END -->

## [2026-05-01] One

Text.

## [2026-05-02] Two

Text.
""",
    ),
}


def is_inserted(old: str, new: str) -> bool:
    """Whether one insertion makes the new text of the old one."""
    head = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(old))
    return len(new) >= len(old) and new.endswith(old[head:])


def files(root: Path) -> dict[str, str]:
    found = (root / ".context").rglob("*.md")
    return {path.relative_to(root).as_posix(): path.read_bytes().decode() for path in found}


def changes_only_within(before: str, after: str, start: int, end: int) -> None:
    """The text in front of a span is as it was, and so is the one behind it."""
    assert len(after) >= start + len(before) - end
    assert after.startswith(before[:start])
    assert after.endswith(before[end:])


def edit_field(reader: Reader, entry: Entry) -> object:
    return edit_entry(reader, entry.id, EntryChange(fields={"Source": "a person"}), NOW)


def edit_body(reader: Reader, entry: Entry) -> object:
    return edit_entry(reader, entry.id, EntryChange(body="Other words."), NOW)


def edit_tags(reader: Reader, entry: Entry) -> object:
    return edit_entry(reader, entry.id, EntryChange(tags=["x", "y"]), NOW)


def edit_as_it_is(reader: Reader, entry: Entry) -> object:
    return edit_entry(reader, entry.id, EntryChange(body=entry.body), NOW)


def mark(reader: Reader, entry: Entry) -> object:
    return mark_entry(reader, entry.id, "helpful")


def deprecate(reader: Reader, entry: Entry) -> object:
    return deprecate_entry(reader, entry.id, "no more", NOW.date())


ACTS: tuple[Act, ...] = (edit_field, edit_body, edit_tags, edit_as_it_is, mark, deprecate)


def shape(root: Path, name: str) -> Reader:
    file, text = SHAPES[name]
    return Reader(project(root, {file: text, "FACTS.md": "# Facts\n\n## Apart\n\nAs it is.  \n"}))


def chosen(reader: Reader) -> list[Entry]:
    return [entry for entry in reader.read().memory.entries if entry.kind != "fact"]


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_a_change_stays_within_its_entry(tmp_path: Path, name: str, act: Act) -> None:
    count = len(chosen(shape(tmp_path / "0", name)))
    assert count >= 2
    for number in range(count):
        reader = shape(tmp_path / str(number), name)
        entry = chosen(reader)[number]
        before = files(reader.root)
        act(reader, entry)
        after = files(reader.root)
        text = before[entry.path]
        changes_only_within(text, after[entry.path], entry.start, entry.end)
        assert (after == before) == (act is edit_as_it_is)
        assert {path for path in after if after[path] != before.get(path)} <= {entry.path}
        now = chosen(Reader(reader.root))
        assert [one.title for one in now] == [one.title for one in chosen(shape(tmp_path / "again", name))]
        assert now[number].status in RETIRED or act is not deprecate


@pytest.mark.parametrize("name", SHAPES)
def test_a_new_entry_is_one_insertion(tmp_path: Path, name: str) -> None:
    reader = shape(tmp_path, name)
    entry = chosen(reader)[0]
    before = files(reader.root)
    add_entry(reader, NewEntry(entry.kind, "A new one", body="Its words."), NOW)
    after = files(reader.root)
    assert is_inserted(before[entry.path], after[entry.path])
    assert {path for path in after if after[path] != before.get(path)} == {entry.path}
    assert len(chosen(Reader(reader.root))) == len(chosen(shape(tmp_path / "again", name))) + 1


@pytest.mark.parametrize("name", SHAPES)
def test_what_is_removed_can_be_restored_byte_for_byte(tmp_path: Path, name: str) -> None:
    for number in range(len(chosen(shape(tmp_path / "0", name)))):
        reader = shape(tmp_path / str(number), name)
        entry = chosen(reader)[number]
        before = files(reader.root)
        source = before[entry.path][entry.start : entry.end].rstrip()
        (removed,) = remove_entries(reader, [entry.id], date(2026, 11, 21)).entries
        without = files(reader.root)
        assert is_inserted(without[entry.path], before[entry.path])
        assert source in without[removed.path]
        back = restore(Reader(reader.root), removed.id)
        after = files(reader.root)
        assert is_inserted(without[entry.path], after[entry.path])
        assert source in after[entry.path]
        assert removed.path not in after
        now = [one for one in chosen(Reader(reader.root)) if one.id == back.id]
        assert [(one.digest, one.body, one.category) for one in now] == [
            (entry.digest, entry.body, entry.category)
        ]
        if name in TOLD_BY_STAMP:
            assert after == before


@pytest.mark.parametrize("name", [name for name, (file, _) in SHAPES.items() if file == "LEARNINGS.md"])
def test_undo_gives_every_byte_back(tmp_path: Path, name: str) -> None:
    root = shape(tmp_path, name).root
    (root / ".contextrc").write_text("caps.learning = 1\n")
    for title in ("The pool is too small for a burst", "The pool was too small for the burst"):
        words = "A burst of requests empties the pool of connections and the queue waits for a minute."
        assert ctx("learn", title, "--lesson", words, cwd=root).code == 0
    before = files(root)
    assert ctx("consolidate", "--plan", "plan.toml", cwd=root).code == 0
    plan = root / "plan.toml"
    assert "approve = false" in plan.read_text()
    plan.write_text(plan.read_text().replace("approve = false", "approve = true"))
    assert ctx("consolidate", "--apply", "plan.toml", "--approved-by", "A", cwd=root).code == 0
    assert files(root) != before
    assert ctx("consolidate", "--undo", cwd=root).code == 0
    assert files(root) == before


@contextmanager
def a_folder(texts: dict[str, str]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / ".context").mkdir()
        for path, text in texts.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(text.encode())
        yield root


def shown(folder: Path) -> dict[str, str]:
    """A folder of the reading fixtures as the files of a context."""
    found = [path for path in folder.rglob("*.md") if path.name != "README.md"]
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in found}


EXAMPLES = [texts for folder in sorted((FIXTURES / "reading").iterdir()) if (texts := shown(folder))]


@settings(max_examples=60, deadline=None)
@given(contexts() | st.sampled_from(EXAMPLES), st.sampled_from(ACTS), st.data())
def test_any_context_keeps_what_it_was_not_asked_to_change(
    texts: dict[str, str], act: Act, data: st.DataObject
) -> None:
    with a_folder(texts) as root:
        reader = Reader(root)
        entries = [e for e in reader.read().memory.entries if not e.archived and e.kind != "reference"]
        assume(entries)
        entry = data.draw(st.sampled_from(entries))
        before = files(root)
        try:
            act(reader, entry)
        except CtxError:
            assert files(root) == before
            return
        after = files(root)
        changes_only_within(before[entry.path], after[entry.path], entry.start, entry.end)
        assert {path for path in after if after[path] != before.get(path)} <= {entry.path}


def test_the_fixtures_are_there() -> None:
    assert len(EXAMPLES) >= 12
