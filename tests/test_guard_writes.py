"""Whatever option a text comes by, a secret or an invisible character is refused before it is written."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctx.actions.changes import Staging, change
from ctx.actions.guard_text import RefusedTextError
from ctx.actions.read_context import Reader
from ctx.markdown.inserted import inserted_lines
from ctx.writing.guard import find_secrets
from tests.test_writing import added, ctx, text_of, tree

TOKEN = "AKIA" + "Z7Q4" * 4  # in the form of a real one
OTHER_TOKEN = "AKIA" + "B3K9" * 4
UNSEEN = "a\u202eb"

# Every option that takes a text, as one command each; `{}` is where the text goes.
WAYS = (
    ("task", "add", "{}"),
    ("task", "add", "t", "--label", "k:{}"),
    ("task", "add", "t", "--label", "{}"),
    ("task", "add", "t", "--section", "{}"),
    ("task", "block", "TASK", "--why", "{}"),
    ("learn", "{}"),
    ("learn", "t", "--context", "{}"),
    ("learn", "t", "--lesson", "{}"),
    ("learn", "t", "--application", "{}"),
    ("learn", "t", "--status", "{}"),
    ("learn", "t", "--summary", "{}"),
    ("learn", "t", "--source", "{}"),
    ("learn", "t", "--by", "{}"),
    ("learn", "t", "--applies-to", "{}"),
    ("learn", "t", "--tag", "{}"),
    ("learn", "t", "--body", "{}"),
    ("learn", "t", "-f", "Note={}"),
    ("learn", "t", "-f", "{}=x"),
    ("learn", "t", "--allow-secret", "{}"),
    ("learn", "t", "--body", "x", "--allow-secret", "because {}"),
    ("decide", "t", "--rationale", "{}"),
    ("decide", "t", "--alternatives", "{}"),
    ("decide", "t", "--consequence", "{}"),
    ("add", "fact", "t", "--body", "{}"),
    ("edit", "ENTRY", "--title", "{}"),
    ("edit", "ENTRY", "--stamp", "{}"),
    ("edit", "ENTRY", "--stamp", "[{}]"),
    ("edit", "ENTRY", "--body", "{}"),
    ("edit", "ENTRY", "-f", "Lesson={}"),
    ("edit", "ENTRY", "--tag", "{}"),
    ("edit", "ENTRY", "--allow-secret", "{}", "-f", "Lesson=y"),
    ("deprecate", "ENTRY", "--why", "{}"),
)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    assert ctx("init", cwd=root).code == 0
    return root


@pytest.fixture(scope="module")
def names(here: Path) -> dict[str, str]:
    task = ctx("task", "add", "something to do", cwd=here)
    return {"ENTRY": added(ctx("learn", "One", "--lesson", "x", cwd=here)), "TASK": task.out.split()[0]}


@pytest.mark.parametrize("text", [TOKEN, UNSEEN], ids=["secret", "unseen"])
@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_no_option_lets_it_through(
    here: Path, names: dict[str, str], way: tuple[str, ...], text: str
) -> None:
    before = tree(here)
    done = ctx(*(names.get(part, part.replace("{}", text)) for part in way), cwd=here)
    assert done.code in {1, 2}, done
    assert done.err.startswith("error: "), done
    assert TOKEN not in done.out + done.err
    assert tree(here) == before


def test_the_guard_of_the_whole_stands_without_those_of_the_parts(
    here: Path,
) -> None:
    """A command that forgets to look at what it was given writes it none the less into no file."""
    before = tree(here)

    def act(view: Staging) -> None:
        path = ".context/LEARNINGS.md"
        view.write(path, f"{view.read(path)}\nmore\n{tried[-1]}\n")

    tried: list[str] = []
    for text in (TOKEN, UNSEEN, f"**Secret allowed**: {TOKEN}"):
        tried.append(text)
        with pytest.raises(RefusedTextError, match="nothing was written") as caught:
            change(Reader(here), act)
        assert TOKEN not in str(caught.value)
        assert caught.value.hint
        with pytest.raises(RefusedTextError):
            change(Reader(here), act, dry_run=True)
    with pytest.raises(RefusedTextError):  # the reason itself
        change(Reader(here), act, allow_secret="why")
    assert tree(here) == before


def test_what_is_there_already_may_be_moved_marked_renamed_and_retired(tmp_path: Path) -> None:
    assert ctx("init", cwd=tmp_path).code == 0
    path = tmp_path / ".context/LEARNINGS.md"
    path.write_text(
        f"# Learnings\n\n## [2026-01-01-000001] One\n\nkey {TOKEN} and {UNSEEN}\n\n---\n\n"
        f"## [2026-01-01-000002] Two\n\n**Status**: Open {UNSEEN} {TOKEN}\n\n---\n",
        "utf-8",
    )
    one, two = (entry.id for entry in Reader(tmp_path).read().memory.entries)
    for command in ("mark ONE helpful", "edit ONE -f Lesson=something", "edit ONE --kind fact"):
        done = ctx(*command.replace("ONE", one).split(), cwd=tmp_path)
        assert done.code == 0, done
        one = done.out.strip()
    for command in (f"remove {one}", f"deprecate {two} --why old", f"remove {two}"):
        done = ctx(*command.split(), cwd=tmp_path)
        assert done.code == 0, done
    (archive,) = tmp_path.glob(".context/archive/facts-*.md")
    assert TOKEN in archive.read_text("utf-8")
    (tmp_path / ".context/TASKS.md").write_text(f"# Tasks\n\n- [ ] ask {UNSEEN} for {TOKEN}\n", "utf-8")
    task = Reader(tmp_path).read().memory.tasks[0].id
    assert ctx("task", "start", task, cwd=tmp_path).code == 0
    assert ctx("task", "done", task, cwd=tmp_path).code == 0
    assert ctx("task", "archive", cwd=tmp_path).code == 0
    # but not another one in its place
    (tmp_path / ".context/TASKS.md").write_text(f"- [ ] ask for {TOKEN}\n", "utf-8")
    assert ctx("task", "add", f"ask for {OTHER_TOKEN}", cwd=tmp_path).code == 1


def test_a_byte_order_mark_at_the_top_is_the_files_own(tmp_path: Path) -> None:
    assert ctx("init", cwd=tmp_path).code == 0
    (tmp_path / ".context/TASKS.md").write_bytes("\ufeff- [ ] one\r\n".encode())
    assert ctx("task", "done", Reader(tmp_path).read().memory.tasks[0].id, cwd=tmp_path).code == 0
    assert text_of(tmp_path, "TASKS.md").startswith("\ufeff- [x] one")


lines = st.lists(st.sampled_from(["a", "b", "a b", "c\r", "", "## d", "x" * 9]), max_size=8)


@given(st.dictionaries(st.sampled_from("fgh"), st.tuples(lines, lines), max_size=3))
def test_every_new_line_is_told_and_no_other(files: dict[str, tuple[list[str], list[str]]]) -> None:
    texts = {path: ("\n".join(before), "\n".join(after)) for path, (before, after) in files.items()}
    told = list(inserted_lines(texts))
    for row in told:
        assert all(0 <= start < end <= len(row.text) for start, end in row.spans if row.text)
        assert row.text in _split(texts[row.path][1])
    there = Counter(line for before, _ in texts.values() for line in _split(before))
    come = Counter(line for _, after in texts.values() for line in _split(after))
    # As often as a line is there more often than before, at the least, it is told.
    counted = Counter(row.text for row in told)
    assert all(counted[line] >= count for line, count in (come - there).items())
    # And what stands in every file as it did is not told.
    if all(before == after for before, after in texts.values()):
        assert not told


@given(lines, lines, st.integers(0, 5))
def test_what_moves_from_one_file_to_another_is_not_new(head: list[str], moved: list[str], at: int) -> None:
    rest = [f"- {line}" for line in head]
    source = [*rest[:at], *moved, *rest[at:]]
    texts = {"from": ("\n".join(source), "\n".join(rest)), "to": ("", "\n".join(moved))}
    assert [row for row in inserted_lines(texts) if row.text in moved and row.text] == []


@given(st.text(st.sampled_from("ab \u202e"), max_size=9), st.text(st.sampled_from("cd "), max_size=9))
def test_of_a_line_that_is_changed_only_the_change_is_new(kept: str, label: str) -> None:
    before, after = f"- [ ] {kept}\n", f"- [x] {kept} #{label}\n"
    for row in inserted_lines({"f": (f"top\n{before}end\n", f"top\n{after}end\n")}):
        assert {row.text[start:end] for start, end in row.spans} <= {"[x]", *f"#{label}".split()}


def _split(text: str) -> list[str]:
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return rows[:-1] if rows[-1] == "" else rows


def test_the_tokens_here_are_taken_for_secrets() -> None:
    assert find_secrets(TOKEN)
    assert find_secrets(OTHER_TOKEN)
