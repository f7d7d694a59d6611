"""Only `ctx.store` changes anything on the disk: no other module even holds a call that could."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import ctx

SOURCE = Path(ctx.__file__).parent
ALLOWED = "store"
# What of `os` only looks or computes; anything else is refused, so that a new name must be thought about.
OS_READS = frozenset(
    {"PathLike", "access", "cpu_count", "devnull", "environ", "fsdecode", "fsencode", "fspath", "getcwd"}
    | {"get_terminal_size", "getenv", "geteuid", "getpid", "getuid", "isatty", "linesep", "listdir", "lstat"}
    | {"R_OK", "name", "path", "pathsep", "scandir", "sep", "stat", "walk"}
    | {"dup2", "_exit"}  # move a stream and end the process, never a file
)
WRITING_MODULES = frozenset({"shutil", "tempfile", "filelock", "fileinput", "mmap", "fcntl"})
# Names that only paths and files have; `replace` is a text's too and told apart below.
PATH_WRITES = frozenset(
    {"write_text", "write_bytes", "touch", "mkdir", "unlink", "rename", "rmdir", "chmod", "lchmod"}
    | {"symlink_to", "hardlink_to", "truncate", "copy_into", "move_into", "makedirs", "removedirs"}
)
OS_WRITES = (
    *("replace", "rename", "renames", "remove", "removedirs", "unlink", "mkdir", "makedirs", "rmdir", "link"),
    *("symlink", "truncate", "chmod", "mkfifo", "fdopen", "write", "utime", "creat"),
)


def findings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The calls and imports that could change the disk, with their lines."""
    aliases = dict(_os_aliases(tree))
    harmless = set(_opening_nothing(tree))
    for node in ast.walk(tree):
        if node in harmless:
            continue
        if isinstance(node, ast.Import):
            for name in node.names:
                if name.name.partition(".")[0] in WRITING_MODULES:
                    yield node.lineno, f"import {name.name}"
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from _from_import(node)
        elif isinstance(node, ast.Attribute):
            yield from _attribute(node, aliases)
        elif isinstance(node, ast.Call):
            yield from _call(node)


def _opening_nothing(tree: ast.AST) -> Iterator[ast.AST]:
    """What belongs to opening the null device."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node).startswith("os.open(os.devnull, "):
            yield from ast.walk(node)


def _os_aliases(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                if name.name in {"os", "io"}:
                    yield name.asname or name.name, name.name


def _from_import(node: ast.ImportFrom) -> Iterator[tuple[int, str]]:
    module = (node.module or "").partition(".")[0]
    for name in node.names:
        writes = module in WRITING_MODULES or (node.module == "os" and name.name not in OS_READS)
        if writes or (module == "io" and name.name in {"open", "FileIO", "open_code"}):
            yield node.lineno, f"from {node.module} import {name.name}"


def _attribute(node: ast.Attribute, aliases: dict[str, str]) -> Iterator[tuple[int, str]]:
    owner = aliases.get(node.value.id) if isinstance(node.value, ast.Name) else None
    if owner == "os":
        if node.attr not in OS_READS:
            yield node.lineno, f"os.{node.attr}"
    elif owner == "io" and node.attr == "FileIO":
        yield node.lineno, "io.FileIO"
    elif node.attr in PATH_WRITES:
        yield node.lineno, f".{node.attr}"


def _call(node: ast.Call) -> Iterator[tuple[int, str]]:
    function = node.func
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    if name == "open":
        method = isinstance(function, ast.Attribute) and not (
            isinstance(function.value, ast.Name) and function.value.id in {"io", "builtins"}
        )
        own = method and ast.unparse(function).startswith("self.")  # not every `open` opens a file
        if _mode_writes(node, 0 if method else 1, unclear=not own):
            yield node.lineno, "open(…) for writing"
    elif name == "replace" and isinstance(function, ast.Attribute) and _takes_one_target(node):
        yield node.lineno, ".replace(target)"


def _takes_one_target(node: ast.Call) -> bool:
    """Path.replace does; a text's takes two arguments, a date's keywords."""
    return len(node.args) == 1 and not node.keywords and not isinstance(node.args[0], ast.Starred)


def _mode_writes(node: ast.Call, position: int, *, unclear: bool) -> bool:
    given = [keyword.value for keyword in node.keywords if keyword.arg == "mode"]
    if len(node.args) > position:
        given.append(node.args[position])
    for mode in given:
        if not isinstance(mode, ast.Constant):
            return unclear  # a mode that is not plain to see is suspect
        if isinstance(mode.value, str) and set(mode.value) & set("wax+"):
            return True
    return False


def modules() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py") if path.relative_to(SOURCE).parts[0] != ALLOWED)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_other_module_can_change_the_disk(path: Path) -> None:
    found = [f"{path}:{line}: {what}" for line, what in findings(ast.parse(path.read_bytes()))]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "open('f', 'w')",
        "open('f', mode='ab')",
        "open('f', 'r+')",
        "open('f', 'x')",
        "open('f', mode)",
        "io.open('f', 'w')",
        "import io\nio.FileIO('f', 'w')",
        "from io import FileIO",
        "path.open('w')",
        "path.open(mode='a')",
        "path.open(mode)",
        "self.path.open('w')",
        "Path('f').write_text('')",
        "path.write_bytes(b'')",
        "path.touch()",
        "path.mkdir()",
        "path.unlink()",
        "path.rmdir()",
        "path.rename(other)",
        "path.replace(other)",
        "path.chmod(0)",
        "path.symlink_to(other)",
        "list(map(Path.unlink, paths))",
        "import os\nos.open('f', os.O_RDONLY)",
        *(f"import os\nos.{name}('f')" for name in OS_WRITES),
        "import os as system\nsystem.remove('f')",
        "from os import replace",
        "from os import remove as look",
        "import shutil",
        "import shutil as s",
        "from shutil import rmtree",
        "import tempfile",
        "def f():\n    from tempfile import NamedTemporaryFile",
        "import filelock",
    ],
)
def test_what_could_change_the_disk_is_caught(code: str) -> None:
    assert list(findings(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "open('f')",
        "open('f', 'rb')",
        "open('f', encoding='utf-8')",
        "path.open()",
        "path.open('rb')",
        "text.replace('a', 'b')",
        "date.replace(day=1)",
        "items.remove(item)",
        "import os\nos.environ, os.path.join('a', 'b'), os.scandir('.')",
        "path.read_text()",
        "stream.write('x')",
        "self.items.open(line, marker)",
        "import os\nos.open(os.devnull, os.O_WRONLY)",
    ],
)
def test_what_only_looks_is_let_through(code: str) -> None:
    assert not list(findings(ast.parse(code)))


def test_the_writing_package_itself_would_be_caught() -> None:
    caught = [
        path.name for path in (SOURCE / ALLOWED).glob("*.py") if list(findings(ast.parse(path.read_bytes())))
    ]
    assert {"lock.py", "publish.py", "system.py"} <= set(caught)
