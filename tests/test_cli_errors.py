"""Bad input, each as a new user would give it: one line, a hint, the right exit code, nothing written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ctx import cli
from ctx.cli.errors import run
from ctx.errors import CtxError
from ctx.store.workspace import Worktree
from tests.cli import Done, ctx, project

GOOD: dict[str, str | bytes] = {
    "CONSTITUTION.md": "# Constitution\n\n- Rules are rules.\n" + "- A rule of some length.\n" * 40,
    "LEARNINGS.md": "# Learnings\n\n## [2026-01-01] One\n\nText.\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path, GOOD)


def _snapshot(root: Path) -> dict[str, bytes]:
    """Every file but those of the index, which may be there or not."""
    found = (path for path in sorted(root.rglob("*")) if ".cache" not in path.parts)
    return {str(path): path.read_bytes() for path in found if path.is_file()}


def _is_error(done: Done, code: int, said: str) -> None:
    lines = done.err.splitlines()
    assert (done.code, done.out) == (code, ""), done
    assert lines[0].startswith("error: ")
    assert said in lines[0]
    assert lines[1].startswith("hint: ")
    assert len(lines) == 2
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("agent", "--budget", "-5"), "--budget"),
        (("agent", "--budget", "many"), "--budget"),
        (("agent", "--tokenizer", "gpt2"), "unknown tokenizer 'gpt2'"),
        (("agent", "--now", "yesterday"), "is not a date"),
        (("agent", "--format", "xml"), "--format"),
        (("agent", "--colour"), "No such option"),
        (("list", "lerning"), "unknown kind 'lerning'"),
        (("list", "--since", "soon"), "is not a date"),
        (("list", "--field", "Context"), "is not KEY=VALUE"),
        (("search", "word", "--kind", "thing"), "unknown kind 'thing'"),
        (("show",), "Missing argument"),
        (("agnet",), "No such command"),
    ],
)
def test_usage_errors(root: Path, args: tuple[str, ...], said: str) -> None:
    before = _snapshot(root)
    _is_error(ctx(*args, cwd=root), 2, said)
    assert _snapshot(root) == before


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("agent", "--budget", "10"), "the constitution alone needs"),
        (("agent", "--max-chars", "10"), "characters"),
        (("agent", "--max-bytes", "10"), "bytes"),
        (("agent", "--at", "no-such-rev"), "git"),
        (("show", "L-ffffff"), "there is no entry"),
    ],
)
def test_requests_that_fail(root: Path, args: tuple[str, ...], said: str) -> None:
    before = _snapshot(root)
    _is_error(ctx(*args, cwd=root), 1, said)
    assert _snapshot(root) == before


@pytest.mark.parametrize("group", [(), ("task",), ("config",), ("install",)])
def test_a_group_without_a_command_shows_its_help(root: Path, group: tuple[str, ...]) -> None:
    alone, helped = ctx(*group, cwd=root), ctx(*group, "--help", cwd=root)
    assert (alone.code, alone.out) == (2, "")
    assert alone.err.strip() == helped.out.strip()


def test_a_budget_with_a_unit_is_told_what_a_budget_is(root: Path) -> None:
    _is_error(ctx("agent", "--budget", "4k", cwd=root), 2, "'4k' is not a whole number")


def test_no_context_folder(tmp_path: Path) -> None:
    _is_error(ctx("agent", cwd=tmp_path), 1, "no .context/")
    _is_error(ctx("agent", "--root", str(tmp_path), cwd=tmp_path), 1, "no .context/")
    (tmp_path / ".context").write_text("a file")
    _is_error(ctx("list", cwd=tmp_path), 1, "no .context/")


def test_a_folder_where_a_file_should_be(root: Path) -> None:
    (root / ".context" / "DECISIONS.md").mkdir()
    _is_error(ctx("agent", cwd=root), 1, ".context/DECISIONS.md: is a folder")


def test_a_pipe_where_a_file_should_be(root: Path) -> None:
    os.mkfifo(root / ".context" / "DECISIONS.md")
    _is_error(ctx("agent", cwd=root), 1, ".context/DECISIONS.md: is a pipe")


def test_an_unreadable_file(root: Path) -> None:
    """Root may read everything, so the child gives that right up before it reads."""
    (root / ".context" / "LEARNINGS.md").chmod(0)
    for folder in (root, *root.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        if os.geteuid() == 0:
            os.setuid(65534)
        try:
            said = str(Worktree(root).read(".context/LEARNINGS.md"))
        except CtxError as error:
            said = str(error)
        os.write(writing, said.encode())
        os._exit(0)
    os.waitpid(child, 0)
    said = os.read(reading, 1000).decode()
    assert said == ".context/LEARNINGS.md: cannot be read: Permission denied"


def test_a_file_that_cannot_be_opened(root: Path) -> None:
    """What root meets too: a link that leads in a circle."""
    (root / ".context" / "FACTS.md").symlink_to("FACTS.md")
    _is_error(ctx("agent", cwd=root), 1, ".context/FACTS.md: cannot be read")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"# Facts\n\n## caf\xe9\n", ".context/FACTS.md:3: is not UTF-8: byte 0xe9"),
        (b"# Facts\r\r## a\0b\r", ".context/FACTS.md:3: holds a NUL byte"),
    ],
)
def test_bytes_that_are_no_text(root: Path, data: bytes, said: str) -> None:
    (root / ".context" / "FACTS.md").write_bytes(data)
    for command in (("agent", "--strict"), ("list",), ("search", "one"), ("status",), ("show", "L")):
        _is_error(ctx(*command, cwd=root), 1, said)


def test_a_link_out_of_the_project(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.md"
    secret.write_text("## [2026-01-01] Not yours\n")
    (root / ".context" / "FACTS.md").symlink_to(secret)
    _is_error(ctx("agent", cwd=root), 1, ".context/FACTS.md: is a link to a file outside the project")


def test_a_bad_configuration(root: Path) -> None:
    (root / ".contextrc").write_text("budget = 4000\nthreshold = = 2\n")
    _is_error(ctx("agent", cwd=root), 1, ".contextrc:2:")
    (root / ".contextrc").write_text('budget = "4k"\n[shares]\ntask = 0.4\n')
    for command in (("agent",), ("config", "check"), ("config", "show")):
        done = ctx(*command, cwd=root)
        assert (done.code, done.out) == (1, "")
        assert "error: .contextrc:1: budget" in done.err
        assert ".contextrc:3: unknown key 'shares.task' (did you mean 'shares.tasks'?)" in done.err


@pytest.mark.parametrize("command", ["agent", "status", "init", "learn"])
def test_a_path_that_the_system_refuses(root: Path, command: str) -> None:
    before, words = _snapshot(root), ["Two"] if command == "learn" else []
    _is_error(ctx(command, *words, "--root", "a" * 300, cwd=root), 1, "File name too long")
    assert _snapshot(root) == before


def test_a_path_that_leads_in_a_circle(root: Path) -> None:
    (root / "circle").symlink_to("circle")
    (root / ".context/FACTS.md").write_text(
        "# Facts\n\n## [2026-02-01] Here\n\n**Applies to**: circle/**\n\n## [2026-02-02] Elsewhere\n\n"
        "**Applies to**: docs/**\n"
    )
    done = ctx("agent", "--path", "circle/file.py", cwd=root)
    assert (done.code, done.err) == (0, "")
    assert "Here" in done.out
    assert "Elsewhere" not in done.out
    assert ctx("why", "2026-02-01", "--path", "circle", cwd=root).code == 0
    _is_error(ctx("init", "--root", "circle", cwd=root), 1, "cannot lock the context")


@pytest.mark.skipif(os.name == "nt", reason="a folder in use cannot be removed there")
@pytest.mark.parametrize("command", ["agent", "list", "init", "agent --root /"])
def test_a_working_directory_that_is_gone(tmp_path: Path, command: str) -> None:
    script = f'mkdir gone; cd gone; rmdir ../gone; "{sys.executable}" -m ctx {command}'
    # A relative path to the modules would lead nowhere from there.
    env = os.environ | {"PYTHONPATH": str(Path(cli.__file__).parents[2])}
    done = subprocess.run(
        script, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False, env=env
    )
    _is_error(Done(done.returncode, done.stdout, done.stderr), 1, "the working directory is gone")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("list 2>/dev/full", 0),
        ("agent --explain 2>/dev/full", 0),
        ("show X-1 2>/dev/full", 1),
        ("frobnicate 2>/dev/full", 2),
        ("list >/dev/full 2>/dev/full", 1),
        ("--help >/dev/full", 1),
    ],
)
def test_a_full_device_changes_no_exit_code(root: Path, line: str, code: int) -> None:
    script = f'"{sys.executable}" -m ctx {line}'
    done = subprocess.run(script, shell=True, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert "a bug in ctx" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("module", ["ctx.cli", "ctx.cli.quick", "ctx.cli.read", "ctx.actions.find_entries"])
def test_an_interrupt_while_modules_are_loaded(root: Path, tmp_path: Path, module: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}: raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupt())\n"
    )
    done = ctx(
        "list", cwd=root, env={"PYTHONPATH": f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    )
    assert done == Done(130, "", "error: interrupted\n")


def test_an_interrupt_while_a_class_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    class Part:
        def __set_name__(self, owner: type, name: str) -> None:
            raise KeyboardInterrupt

    assert run(lambda: type("Whole", (), {"part": Part()})) == 130
    assert capsys.readouterr().err == "error: interrupted\n"


def test_a_bug_is_a_report_and_no_traceback(root: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import ctx.reading.read_memory as m\n"
        "def fail(*a, **k): raise KeyError('boom')\n"
        "m.read_memory = fail\n"
    )
    done = ctx(
        "agent", cwd=root, env={"PYTHONPATH": f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    )
    assert done.code == 3
    assert "a bug in ctx: KeyError" in done.err
    assert "Traceback" not in done.err
