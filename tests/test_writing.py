"""The commands that add and change entries, run for real."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest

import ctx as library
from tests.cli import Done, project

LEARNINGS = "LEARNINGS.md"
FILE = f".context/{LEARNINGS}"
TOKEN = "ghp_" + "a1B2" * 9  # made up, in the form of a real one


def ctx(*args: str, cwd: Path, stdin: str = "") -> Done:
    """Run `ctx` here, as `tests.cli.ctx` does in a process of its own, which takes ten times as long."""
    import io
    from contextlib import redirect_stderr, redirect_stdout

    from ctx.cli.app import app_for
    from ctx.cli.errors import run

    out, err, given = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n") for _ in range(3))
    given.buffer.write(stdin.encode())
    given.seek(0)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(cwd)
        patch.setattr(sys, "stdin", given)
        code = run(lambda: app_for(args)(args=list(args), standalone_mode=False, prog_name="ctx"))
        out.flush()
        err.flush()
    return Done(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))


@pytest.fixture
def here(tmp_path: Path) -> Path:
    assert ctx("init", cwd=tmp_path).code == 0
    return tmp_path


def text_of(root: Path, name: str = LEARNINGS) -> str:
    return (root / ".context" / name).read_bytes().decode()


def bare(text: str) -> str:
    """A text without the lines that former handles leave behind."""
    return re.sub(r"(?:\r\n|\n)*\*\*Formerly\*\*: [\w-]+(?:, [\w-]+)*", "", text)


def tree(root: Path) -> dict[str, bytes]:
    """The files of a context, without the lock's folder."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in (root / ".context").rglob("*")
        if path.is_file() and not path.is_symlink() and ".local" not in path.parts
    }


def added(done: Done) -> str:
    """The handle that a command prints; on stderr it may say the title of the entry it took."""
    handle = done.out.strip()
    assert done.code == 0, done
    assert done.err == "" or done.err.startswith(f"{handle.split()[0]} is "), done
    return handle


def stampless(text: str) -> str:
    return re.sub(r"\[\d{4}-\d{2}-\d{2}-\d{6}\]", "[stamp]", text)


def test_a_learning_is_written_as_people_write_it(here: Path) -> None:
    name = added(
        ctx(
            *("learn", "Use UTC everywhere", "--context", "Two time zones", "--lesson", "Convert late"),
            *("--application", "In views", "-f", "Ticket=42", "--tag", "Time Zones", "--summary", "UTC"),
            *("--by", "a test", "--pinned", "--applies-to", "src/**", "--body", "More."),
            cwd=here,
        )
    )
    assert re.fullmatch(r"L-[0-9a-f]{6}", name)
    assert stampless(text_of(here)).partition("-->\n")[2] == (
        "\n## [stamp] Use UTC everywhere\n\n**Context**: Two time zones\n\n**Lesson**: Convert late\n\n"
        "**Application**: In views\n\n**Ticket**: 42\n\n**Tags**: time-zones\n\n**Summary**: UTC\n\n"
        "**By**: a test\n\n**Applies to**: src/**\n\n**Pinned**: yes\n\nMore.\n\n---\n"
    )
    shown = json.loads(ctx("show", name, "--json", cwd=here).out)
    assert (shown["title"], shown["tags"], shown["fields"]["Ticket"]) == (
        "Use UTC everywhere",
        ["time-zones"],
        "42",
    )


def test_a_decision_and_a_kind_without_a_file(here: Path) -> None:
    done = ctx("decide", "Use SQL", "--rationale", "Known", "--status", "Accepted", "--json", cwd=here)
    told = json.loads(done.out)
    assert list(told) == ["id", "path", "line", "status"]
    assert text_of(here, "DECISIONS.md").split("\n")[told["line"] - 1].endswith("] Use SQL")
    assert "**Status**: Accepted\n\n**Rationale**: Known" in text_of(here, "DECISIONS.md")
    name = added(
        ctx("add", "error", "Disk full", "-f", "symptom=No space", "--body", "-", cwd=here, stdin="a\r\nb")
    )
    assert stampless(text_of(here, "ERRORS.md")) == (
        "# Errors\n\n## [stamp] Disk full\n\n**Symptom**: No space\n\na\nb\n\n---\n"
    )
    assert name.startswith("E-")


def test_the_same_again_is_not_added_and_nearly_the_same_is_named(here: Path) -> None:
    first = added(ctx("learn", "Retry with backoff", "--lesson", "Wait longer each time", cwd=here))
    before = text_of(here)
    again = ctx("learn", "Retry  with backoff", "--lesson", "Wait longer\neach time", cwd=here)
    assert (again.code, again.out.strip()) == (0, first)
    assert again.err == f"not added: {first} says the same already\n"
    assert text_of(here) == before
    near = ctx("learn", "Retry with backoffs", "--lesson", "Wait", cwd=here)
    assert near.code == 0
    assert re.fullmatch(rf"much like {first} 'Retry with backoff' \({FILE}:5, \d+%\)\n", near.err)
    assert len(ctx("list", "--ids", cwd=here).out.split()) == 2


def test_a_dry_run_shows_the_change_and_writes_nothing(here: Path) -> None:
    name = added(ctx("learn", "One", cwd=here))
    before = tree(here)
    for command in (
        ("learn", "Two", "--dry-run"),
        ("edit", name, "--title", "Uno", "--dry-run"),
        ("edit", name, "--kind", "fact", "--dry-run"),
        ("mark", name, "helpful", "--dry-run"),
        ("deprecate", name, "--why", "old", "--dry-run"),
        ("remove", name, "--dry-run"),
    ):
        done = ctx(*command, cwd=here)
        assert done.code == 0, done
        assert f"+++ b/{FILE}\n@@" in done.out
        assert tree(here) == before


def test_editing_keeps_every_other_byte_and_links_follow(here: Path) -> None:
    odd = (
        "\ufeff# Learnings\r\n\r\n## [2026-01-01-a] First  title ##\r\n**Source**: one  \r\n\r\n"
        "text \t\r\n***\r\n## Plain\n\n### Context\n\nold\n\nmore\n<!-- kept -->\n## [2026-01-02-b] Last\nend"
    )
    project(here, {LEARNINGS: odd, "FACTS.md": "## [2026-02-02-x] F\n\nsee [2026-01-01-a] and HANDLE\n"})
    first, plain, last = ctx("list", "learning", "--ids", cwd=here).out.split()
    facts = text_of(here, "FACTS.md").replace("HANDLE", first)
    (here / ".context/FACTS.md").write_bytes(facts.encode())

    now = added(ctx("edit", first, "--title", "New title", cwd=here))
    odd = odd.replace("First  title ##", "New title")
    assert bare(text_of(here)) == odd
    assert text_of(here, "FACTS.md") == facts.replace(first, now)
    now = added(ctx("edit", "2026-01-01-a", "--stamp", "2026-01-01-c", "-f", "source=two", cwd=here))
    odd = odd.replace("01-01-a]", "01-01-c]").replace("one  ", "two  ")
    assert bare(text_of(here)) == odd
    assert text_of(here, "FACTS.md") == facts.replace(first, now).replace("01-01-a]", "01-01-c]")
    added(ctx("edit", plain, "-f", "Context=new", cwd=here))
    odd = odd.replace("old\n\nmore", "new")
    assert bare(text_of(here)) == odd
    added(ctx("edit", last, "-t", "A b", cwd=here))
    assert bare(text_of(here)) == odd + "\n\n**Tags**: a-b".replace("\n", "\n")
    added(ctx("edit", last, "-f", "tags=", cwd=here))
    assert bare(text_of(here)) == odd
    added(ctx("edit", last, "--body", "# other", cwd=here))
    assert bare(text_of(here)) == odd.removesuffix("end") + "### other"


def test_moving_to_another_kind_takes_the_links_along(here: Path) -> None:
    name = added(ctx("learn", "Mine", "--lesson", "x", "-t", "tag", cwd=here))
    other = added(ctx("learn", "Other", "--body", f"see {name}", cwd=here))
    moved = added(ctx("edit", name, "--kind", "fact", cwd=here))
    assert moved.startswith("F-")
    assert "**Lesson**: x\n\n**Tags**: tag" in text_of(here, "FACTS.md")
    assert f"see {moved}" in text_of(here)
    assert ctx("list", "--ids", cwd=here).out.split() == [other, moved]


def test_marks_count(here: Path) -> None:
    name = added(ctx("learn", "One", cwd=here))
    for verdict in ("helpful", "helpful", "harmful"):
        assert added(ctx("mark", name[:8].lower(), verdict, cwd=here)) == name
    assert "**Marks**: +2 -1" in text_of(here)
    assert ctx("mark", name, "great", cwd=here).code == 2


def test_retiring_writes_both_links(here: Path) -> None:
    old, new = (added(ctx("decide", title, "--status", "Accepted", cwd=here)) for title in ("Old", "New"))
    assert added(ctx("supersede", old, new, cwd=here)) == old
    text = stampless(text_of(here, "DECISIONS.md"))
    assert f"## [stamp] Old\n\n**Status**: Superseded by {new}\n" in text
    assert f"## [stamp] New\n\n**Status**: Accepted\n\n**Supersedes**: {old}\n" in text
    assert ctx("supersede", new, old, cwd=here).err.startswith("error: .context/DECISIONS.md:5: ")
    assert ctx("supersede", old, old, cwd=here).code == 2
    third = added(ctx("learn", "Third", cwd=here))
    assert added(ctx("deprecate", third, "--why", "no longer\ntrue", cwd=here)) == third
    assert re.search(r"\*\*Status\*\*: Deprecated \(no longer true, \d{4}-\d\d-\d\d\)", text_of(here))
    assert ctx("list", "learning", "--status", "live", "--ids", cwd=here).out == ""


def test_removing_moves_word_for_word(here: Path) -> None:
    text = (
        "# Learnings\r\n\r\n## [2026-01-01-a] One\r\n\r\ntext  \r\n\r\n---\r\n\r\n"
        "## Group\n\n### Alone\n\nx\n\n"
        "## [2026-01-03-c] Three\n\n```\nopen\n"
    )
    project(here, {LEARNINGS: text})
    one, alone, three = ctx("list", "learning", "--ids", cwd=here).out.split()
    done = ctx("list", "learning", "--before", "2026-01-02", "--ids", cwd=here)
    removed = ctx("remove", "-", cwd=here, stdin=done.out)
    archive = next((here / ".context/archive").iterdir())
    assert re.fullmatch(r"learnings-\d{4}-Q[1-4]\.md", archive.name)
    assert removed.out == f"{one} is in .context/archive/{archive.name}\n"
    assert text_of(here) == text[: text.index("## [")] + text[text.index("## Group") :]
    assert "## [2026-01-01-a] One\r\n\r\ntext" in archive.read_bytes().decode()
    removed = ctx("remove", three, alone, cwd=here)
    assert removed.code == 0, removed
    assert text_of(here).strip() == "# Learnings"
    assert set(ctx("list", "learning", "--archived", "--ids", cwd=here).out.split()) == {one, alone, three}
    assert "archived" in ctx("edit", one, "--title", "x", cwd=here).err
    assert ctx("remove", "-", cwd=here).code == 0


def test_all_of_them_are_removed_or_none(here: Path) -> None:
    name = added(ctx("learn", "One", cwd=here))
    before = tree(here)
    done = ctx("remove", name, "L-ffffff", cwd=here)
    assert (done.code, done.out) == (1, "")
    assert tree(here) == before


def test_what_is_wrong_is_one_line_and_a_hint(here: Path) -> None:
    project(here, {"ARCHITECTURE.md": "# A\n\n## Part\n\ntext\n", "TASKS.md": "- [ ] do it\n"})
    before = tree(here)
    part = ctx("list", "reference", "--ids", cwd=here).out.split()[0]
    task = ctx("list", "task", "--ids", cwd=here).out.strip()
    for code, *command in (
        (2, "learn"),
        (2, "learn", " \n "),
        (2, "add", "../../etc/passwd", "x"),
        (2, "add", "lerning", "x"),
        (2, "add", "reference", "x"),
        (2, "learn", "x", "-f", "no value"),
        (2, "learn", "x", "-f", "*=y"),
        (2, "edit", "L-000000"),
        (1, "edit", "L-000000", "--title", "x"),
        (1, "mark", task, "helpful"),
        (1, "edit", part, "--title", "x"),
        (1, "remove", "nothing"),
        (1, "learn", "x", "--body", f"first\n{TOKEN}"),
        (1, "learn", TOKEN),
        (1, "learn", "x", "-f", f"{TOKEN}=y"),
        (1, "learn", "x", "-t", f"{TOKEN}"),
        (1, "learn", "x\x1b[31m"),
        (1, "learn", "x", "--context", "\u202egnihton"),
        (1, "learn", "x", "--by", "a\u200bb"),
    ):
        done = ctx(*command, cwd=here)
        assert (done.code, done.out) == (code, ""), (command, done)
        assert re.fullmatch(r"error: [^\n]+\n(hint: [^\n]+\n)?", done.err), done
        assert TOKEN not in done.err
        assert not re.search("[\x00-\x09\x0b-\x1f\u200b\u202e]", done.err)
    assert tree(here) == before
    done = ctx("learn", "x", "--body", "-", cwd=here, stdin="a\0b")
    assert "control character (U+0000)" in done.err


def test_a_secret_is_written_for_a_reason_that_stays(here: Path) -> None:
    name = added(ctx("learn", "x", "--body", TOKEN, "--allow-secret", "revoked, an example", cwd=here))
    assert f"**Secret allowed**: revoked, an example\n\n{TOKEN}" in text_of(here)
    assert ctx("edit", name, "--title", TOKEN, cwd=here).code == 1


def test_hostile_text_is_harmless(here: Path) -> None:
    first = added(ctx("learn", "One", cwd=here))
    body = "## [2026-01-01-000000] forged\n-->\n---\n<!-- INDEX:START -->\n```\n## [2026-01-02] x"
    second = added(ctx("learn", "a\nb\r\n## [2026-01-01] c", "--context", body, "--body", body, cwd=here))
    big = added(
        ctx(
            "learn",
            "Big",
            "--body",
            "-",
            cwd=here,
            stdin=("# x <!--\n" + "- `y` words\twords " * 40 + "\n") * 1300,
        )
    )
    assert ctx("list", "--ids", cwd=here).out.split() == [first, second, big]
    assert json.loads(ctx("show", second, "--json", cwd=here).out)["title"] == "a b ## [2026-01-01] c"


def test_no_escape_reaches_the_terminal(here: Path) -> None:
    project(here, {LEARNINGS: "## [2026-01-01-a] red \x1b[31m\u202e\n\n\x1b]0;x\x07 \x9b1m\n"})
    name = ctx("list", "--ids", cwd=here).out.strip()
    for command in (("list",), ("show", name), ("search", "red"), ("mark", name, "helpful", "--dry-run")):
        out = ctx(*command, cwd=here).out
        assert "\\x1b" in out
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", out), command


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of POSIX")
def test_what_is_no_file_of_the_project_is_refused(
    here: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path, outside = here / FILE, tmp_path_factory.mktemp("outside") / "file.md"
    outside.write_text("# Mine\n")
    text = path.read_bytes()
    path.chmod(0o444)
    assert "is read-only" in ctx("learn", "x", cwd=here).err
    path.unlink()
    path.symlink_to(outside)
    assert "link to a file outside" in ctx("learn", "x", cwd=here).err
    path.unlink()
    os.mkfifo(path)
    assert "is a pipe" in ctx("learn", "x", cwd=here).err
    path.unlink()
    path.write_bytes(b"# L\n\n\xff\n")
    done = ctx("learn", "x", cwd=here)
    assert (done.code, "LEARNINGS.md:3: is not UTF-8" in done.err) == (1, True)
    path.write_bytes(text)
    assert outside.read_text() == "# Mine\n"
    # What is wrong with one file is no reason to refuse another.
    (here / ".context/DECISIONS.md").write_bytes(b"\xff")
    assert ctx("learn", "x", cwd=here).code == 0


def test_the_library_adds_and_tells(here: Path) -> None:
    context = library.open(here)
    done = context.add("learning", "One", {"lesson": "x"}, ["a"], "text")
    assert (done.path, done.line, done.duplicate) == (FILE, 5, False)
    assert [entry.id for entry in context.entries()] == [done.id]
    assert context.add("learning", "One", {"lesson": "x"}, ["a"], "text").duplicate
