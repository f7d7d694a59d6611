"""Entries written in an editor, on a pseudo terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

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


def on_terminal(here: Path, tmp_path: Path, act: str, *command: str) -> tuple[int, str]:
    """Run a command on a pseudo terminal with an editor that does something to the text."""
    import pexpect

    script = tmp_path / "editor.py"
    script.write_text(EDITOR.format(act=act))
    environment = dict(os.environ, VISUAL=f"{sys.executable} {script}", EDITOR="false")
    child = pexpect.spawn(
        sys.executable, ["-m", "ctx", *command], cwd=here, env=environment, encoding="utf-8", timeout=30
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
        assert "## [stamp] Uno\n\n**Lesson**: y\n\n### more\n\n---\n" in text
        assert f"see {said.strip()}" in text
        code, said = on_terminal(here, tmp_path, "", "edit", other)
        assert (code, "left as it is" in said) == (1, True), said
