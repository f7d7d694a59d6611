"""Entries written in an editor, on a pseudo terminal."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import ctx as ctx_package
from ctx.errors import CtxError
from ctx.store.editor import open_draft
from tests.test_writing import added, ctx, stampless, text_of, tree


@pytest.fixture
def here(tmp_path: Path) -> Path:
    assert ctx("init", cwd=tmp_path).code == 0
    return tmp_path


EDITOR = """
import pathlib, sys
path = pathlib.Path(sys.argv[1])
text = path.read_text("utf-8")
{act}
path.write_text(text, "utf-8")
"""


# A token in the form of a real one, put together here so that no scanner takes it for one.
TOKEN = "AKIA" + "Z7Q4" * 4

# What is typed is another text each time, and refused each time.
CHANGING = f"text = '## Title\\n\\n**Lesson**: typed' + ' x' * (text.count('x') + 1) + ' {TOKEN}'"


def on_terminal(here: Path, tmp_path: Path, act: str, *command: str) -> tuple[int, str]:
    """Run a command on a pseudo terminal with an editor that does something to the text."""
    import pexpect

    script = tmp_path / "editor.py"
    script.write_text(EDITOR.format(act=act))
    environment = dict(os.environ, VISUAL=f"{sys.executable} {script}", EDITOR="false")
    child = pexpect.spawn(
        sys.executable, ["-m", "ctx", *command], cwd=here, env=environment, encoding="utf-8", timeout=120
    )
    said = child.read()
    child.close()
    return child.exitstatus, said


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo terminals")
class TestEditor:
    def test_a_learning_is_written_in_it(self, here: Path, tmp_path: Path) -> None:
        act = (
            "text = text.replace('## ', '## From the editor', 1).replace('**Lesson**: ', '**Lesson**: a\\nb')"
            ".replace('**Tags**: ', '**Tags**: x, Y z\\n\\nfree text')"
        )
        code, said = on_terminal(here, tmp_path, act, "learn")
        assert code == 0, said
        assert stampless(text_of(here)).partition("-->\n")[2] == (
            "\n## [stamp] From the editor\n\n**Lesson**: a\nb\n\n**Tags**: x, y-z\n\nfree text\n\n---\n"
        )

    @pytest.mark.parametrize("act", ["", "text = ''", "text = text.replace('**Lesson**: ', '**Lesson**: x')"])
    def test_without_a_title_nothing_is_written(self, here: Path, tmp_path: Path, act: str) -> None:
        before = tree(here)
        code, said = on_terminal(here, tmp_path, act, "learn")
        assert (code, "nothing was written" in said) == (1, True), said
        assert tree(here) == before

    def test_an_editor_that_fails_is_named(self, here: Path, tmp_path: Path) -> None:
        before = tree(here)
        code, said = on_terminal(here, tmp_path, "sys.exit(3)", "decide")
        assert (code, "ended with 3; nothing was written" in said) == (1, True), said
        assert tree(here) == before

    def test_an_entry_is_changed_in_it(self, here: Path, tmp_path: Path) -> None:
        name = added(ctx("learn", "One", "--lesson", "x", cwd=here))
        other = added(ctx("learn", "Two", "--body", f"see {name}", cwd=here))
        code, said = on_terminal(
            here, tmp_path, "text = text.replace('One', 'Uno').replace('x', 'y\\n\\n# more')", "edit", name
        )
        assert code == 0, said
        text = stampless(text_of(here))
        assert f"## [stamp] Uno\n\n**Lesson**: y\n\n**Formerly**: {name}\n\n### more\n\n---\n" in text
        assert f"see {said.split()[0]}" in text
        code, said = on_terminal(here, tmp_path, "", "edit", other)
        assert (code, "left as it is" in said) == (1, True), said

    def test_a_refused_text_is_opened_again_with_the_reason_and_written_once_mended(
        self, here: Path, tmp_path: Path
    ) -> None:
        act = (
            f"text = text.replace('-- >', '').replace({TOKEN!r}, 'the vault') if 'AWS Access Key' in text"
            f" else text.replace('## ', '## Title', 1).replace('**Lesson**: ', '**Lesson**: {TOKEN}')"
        )
        code, said = on_terminal(here, tmp_path, act, "learn")
        assert code == 0, said
        assert "## [stamp] Title\n\n**Lesson**: the vault\n\n---\n" in stampless(text_of(here))
        assert "ctx:" not in text_of(here)
        assert drafts(here) == []

    @pytest.mark.parametrize(
        ("act", "reason"),
        [
            (f"text = '## Title\\n\\n{TOKEN}\\n'", "looks like it holds a secret"),
            ("text = '## Title\\n\\na\\u202eb\\n'", "holds a bidirectional control"),
            ("text = 'typed without a heading\\n'", "the text has no title"),
            (CHANGING, "looks like it holds a secret"),
        ],
    )
    def test_a_text_that_stays_refused_is_kept_for_its_owner_and_named(
        self, here: Path, tmp_path: Path, act: str, reason: str
    ) -> None:
        before = tree(here)
        code, said = on_terminal(here, tmp_path, act, "learn")
        assert code == 1, said
        assert reason in said
        assert TOKEN not in said
        (kept,) = drafts(here)
        assert f"your text is kept in {kept.relative_to(here).as_posix()}" in said.replace("\r\n", "")
        assert "itle" in kept.read_text("utf-8") or "typed" in kept.read_text("utf-8")
        assert tree(here) == before
        check_private(here, kept)

    def test_an_entry_that_was_changed_meanwhile_is_not_overwritten_and_the_text_is_kept(
        self, here: Path, tmp_path: Path
    ) -> None:
        name = added(ctx("learn", "One", "--lesson", "x", cwd=here))
        act = (
            "import subprocess; text = text.replace('x', 'typed');"
            f"subprocess.run([sys.executable, '-m', 'ctx', 'edit', {name!r}, '-f', 'Lesson=meanwhile'],"
            f" cwd={str(here)!r}, check=True)"
        )
        code, said = on_terminal(here, tmp_path, act, "edit", name)
        assert code == 1, said
        assert "was changed meanwhile; nothing was written; your text is kept in" in said.replace("\r\n", "")
        assert "**Lesson**: meanwhile" in text_of(here)
        (kept,) = drafts(here)
        assert "**Lesson**: typed" in kept.read_text("utf-8")

    def test_an_edit_that_is_refused_is_kept(self, here: Path, tmp_path: Path) -> None:
        name = added(ctx("learn", "One", "--lesson", "x", cwd=here))
        before = tree(here)
        for number, act in enumerate((f"text += {TOKEN!r}", "text = 'One\\nno heading'"), 1):
            code, said = on_terminal(here, tmp_path, act, "edit", name)
            assert code == 1, said
            assert len(drafts(here)) == number
        assert tree(here) == before

    def test_what_was_typed_before_the_editor_failed_is_kept(self, here: Path, tmp_path: Path) -> None:
        act = "path.write_text(text + 'typed', 'utf-8'); sys.exit(3)"
        code, said = on_terminal(here, tmp_path, act, "decide")
        assert (code, "ended with 3" in said) == (1, True), said
        (kept,) = drafts(here)
        assert kept.read_text("utf-8").endswith("typed")

    @pytest.mark.parametrize("act", ["", "text = ''", "sys.exit(3)"])
    def test_where_nothing_was_typed_nothing_is_kept(self, here: Path, tmp_path: Path, act: str) -> None:
        code, said = on_terminal(here, tmp_path, act, "learn")
        assert code == 1, said
        assert drafts(here) == []

    def test_a_reason_lets_a_secret_through_from_the_editor_too(self, here: Path, tmp_path: Path) -> None:
        act = f"text = '## Title\\n\\n{TOKEN}\\n'"
        code, said = on_terminal(here, tmp_path, act, "learn", "--allow-secret", "a made-up one")
        assert code == 0, said
        assert "**Secret allowed**: a made-up one" in text_of(here)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"VISUAL": "one -w", "EDITOR": "two"}, ["one", "-w"]),
        ({"EDITOR": "two"}, ["two"]),
        ({"VISUAL": "", "EDITOR": ""}, ["notepad" if os.name == "nt" else "vi"]),
    ],
)
def test_the_editor_is_the_same_one_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: list[str]
) -> None:
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", str(tmp_path))
    with open_draft(tmp_path, "any") as draft, pytest.raises(CtxError, match=f"cannot start .*{expected[0]}"):
        draft.edit("text")
    assert drafts(tmp_path) == []


def test_only_one_module_starts_an_editor() -> None:
    source = Path(ctx_package.__file__).parent
    found = [path.name for path in source.rglob("*.py") if "VISUAL" in path.read_text("utf-8")]
    assert found == ["editor.py"]


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_where_the_context_cannot_be_written_to_the_text_is_kept_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".context").write_text("in the way")
    monkeypatch.setenv(
        "VISUAL", f"{sys.executable} -c \"import sys; open(sys.argv[-1], 'w').write('typed')\""
    )
    with open_draft(tmp_path, "a/kind") as draft:
        assert draft.edit("text") == "typed"
        assert draft.is_kept
    kept = Path(draft.shown)
    assert kept.read_text() == "typed"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    shutil.rmtree(kept.parent)


def drafts(here: Path) -> list[Path]:
    """The texts that are kept."""
    return sorted((here / ".context/.local/drafts").glob("*/*.md"))


def check_private(here: Path, kept: Path) -> None:
    """Nobody else can read it, and git would never take it, whatever the project ignores."""
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    (here / ".context/.gitignore").write_text("!*\n!.local\n!*.md\n")
    (here / ".context/.local/.gitignore").write_text("!*\n")
    (here / ".gitignore").write_text("!*\n")
    subprocess.run(["git", "init", "-q"], cwd=here, check=True)
    subprocess.run(["git", "add", "-A"], cwd=here, check=True)
    done = subprocess.run(["git", "ls-files"], cwd=here, check=True, capture_output=True, text=True)
    assert "LEARNINGS.md" in done.stdout
    assert "drafts" not in done.stdout
