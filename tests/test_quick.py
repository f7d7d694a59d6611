"""The short way to a command: it understands what typer understands, or leaves the arguments to typer."""

from __future__ import annotations

import contextlib
import enum
import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st

from ctx.cli import quick
from ctx.cli.app import MODULES, _commands, app_for, build
from ctx.cli.declare import REQUIRED, Argument, Command, CommandGroup, Option, Parameter, parameters
from ctx.cli.errors import run
from ctx.cli.typed import application
from tests.cli import ctx, project


def _every_command() -> Iterator[tuple[str, Command]]:
    for module in MODULES:
        for name, command in _commands(module).items():
            if isinstance(command, CommandGroup):
                yield from ((f"{name} {word}", one) for word, one in command.commands.items())
            else:
                yield name, command


COMMANDS = dict(_every_command())
HOOKED = ("agent", "search")


@cache
def _recorder(name: str) -> tuple[list[dict[str, Any]], typer.Typer]:
    """A typer application of one command, whose body notes what it is called with."""
    plain: Any = COMMANDS[name]
    seen: list[dict[str, Any]] = []
    space = {**plain.__globals__, "seen": seen}
    exec(f"def body({', '.join(parameters(plain))}): seen.append(dict(locals()))", space)
    body: Any = space["body"]
    body.__defaults__, body.__annotations__ = plain.__defaults__, plain.__annotations__
    return seen, application([{"it": body, "other": body}])


def _by_typer(name: str, arguments: Sequence[str]) -> dict[str, Any] | None:
    """What typer calls the command with, None where it does not call it."""
    seen, app = _recorder(name)
    seen.clear()
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        contextlib.suppress(Exception, SystemExit),
    ):
        app(["it", *arguments], standalone_mode=False, prog_name="ctx")
    return _typed(seen[0]) if seen else None


def _by_quick(name: str, arguments: Sequence[str]) -> dict[str, Any] | None:
    found = quick.find({"it": COMMANDS[name]}, ["it", *arguments])
    return _typed(found.keywords) if found else None


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values with their types, since True equals 1 and a format its name."""
    return {name: (type(value), value) for name, value in values.items()}


def _words(name: str) -> list[str]:
    declared = (one.declared for one in parameters(COMMANDS[name]).values())
    return [word for one in declared if isinstance(one, Option) for word in one.names.split()]


NUMBERS = [
    "0",
    "5",
    "8000",
    "007",
    "-1",
    "+5",
    " 5 ",
    "1_000",
    "5.0",
    "5e3",
    "4k",
    "٣",
    "²",
    "",
    "0x10",
    "9" * 19,
]
TEXTS = (
    ["", " ", "-", "--", "-5", "--json", "-T", "=", "=x", "a=b", "md", "json", "MD", "Json", "text", ".", "/",
     "/etc", "/nowhere", "lock retry", "é", "\udcff", "a\0b", "--help", "-h"]
)  # fmt: skip
STRANGE = st.sampled_from(
    ["-h", "--help", "--version", "--budge", "--jso", "--JSON", "--json=", "--json=yes", "--no-json", "-x",
     "-bT", "-hb5", "---", "--=", "-=", "-b=5", "--budget=", "--install-completion"]
)  # fmt: skip


def _good(one: Parameter) -> st.SearchStrategy[str]:
    """Values that are plainly good for a parameter."""
    if one.type is int:
        return st.integers(1, 10**9).map(str)
    if one.type is Path:
        return st.sampled_from(["/", ".", os.sep + "tmp"])
    if one.type is not str:
        return st.sampled_from([str(member.value) for member in one.type])
    return st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)


def _any(one: Parameter) -> st.SearchStrategy[list[str]]:
    """A parameter with a value, good or bad, in one of the ways to write both, or alone."""
    values = (
        (st.nothing() if one.type is bool else _good(one))
        | st.sampled_from(NUMBERS if one.type is int else TEXTS)
        | st.text(max_size=4)
    )
    if one.type is bool or isinstance(one.declared, Argument):
        alone = values if isinstance(one.declared, Argument) else st.sampled_from(one.declared.names.split())
        return alone.map(lambda word: [word])
    words = st.sampled_from(one.declared.names.split())
    attached = st.builds("{}{}{}".format, words, st.sampled_from(["=", ""]), values)
    return st.tuples(words, values).map(list) | attached.map(lambda one: [one]) | words.map(lambda one: [one])


@st.composite
def _hostile(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A command and arguments that may mean anything or nothing."""
    name = draw(st.sampled_from(HOOKED) | st.sampled_from(sorted(COMMANDS)))
    own = st.one_of([_any(one) for one in parameters(COMMANDS[name]).values()])
    odd = (st.sampled_from(TEXTS) | STRANGE).map(lambda one: [one])
    parts = draw(st.lists(own | own | odd, max_size=6))
    return name, [argument for part in parts for argument in part]


@st.composite
def _plain(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A command and arguments as people and hooks write them, in any order, options repeated or not."""
    name = draw(st.sampled_from(HOOKED) | st.sampled_from(sorted(COMMANDS)))
    takes = parameters(COMMANDS[name]).values()
    parts: list[list[str]] = []
    chosen = draw(st.lists(st.sampled_from(list(takes)), max_size=6))
    # What takes one value is refused when it is given twice, in words that typer has.
    chosen = [one for n, one in enumerate(chosen) if one.many or one.type is bool or one not in chosen[:n]]
    chosen = [one for one in chosen if one.many or one.default is not REQUIRED]
    for one in (*chosen, *(one for one in takes if one.default is REQUIRED)):
        if not isinstance(one.declared, Option):
            continue
        word = draw(st.sampled_from(one.declared.names.split()))
        value = "" if one.type is bool else draw(_good(one))
        if one.type is bool:
            parts.append([word])
        elif draw(st.booleans()) and (value or word.startswith("--")):
            parts.append([f"{word}={value}" if word.startswith("--") else f"{word}{value}"])
        else:
            parts.append([word, value])
    behind: list[str] = []
    for one in takes:
        if isinstance(one.declared, Argument) and (one.default is REQUIRED or draw(st.booleans())):
            behind += draw(st.lists(_good(one), min_size=1, max_size=3 if one.many else 1))
    if draw(st.booleans()) or any(word.startswith("-") for word in behind):
        return name, [*(argument for part in parts for argument in part), "--", *behind]
    order = draw(st.permutations([*parts, *([word] for word in behind)]))
    behind_in_order = iter(behind)
    placed = [part if part in parts else [next(behind_in_order)] for part in order]
    return name, [argument for part in placed for argument in part]


@settings(max_examples=500)
@given(_hostile(), st.sampled_from([None, "", "/", "/nowhere", "-", "a\udcffb"]))
def test_it_understands_as_typer_does_or_not_at_all(
    asked: tuple[str, list[str]], variable: str | None
) -> None:
    with mock.patch.dict(os.environ):
        os.environ.pop("CTX_ROOT", None)
        if variable is not None:
            os.environ["CTX_ROOT"] = variable
        found = _by_quick(*asked)
        assert found in (None, _by_typer(*asked))


@pytest.mark.parametrize("word", _words("agent"))
def test_odd_values_of_each_option(word: str) -> None:
    for value in (*NUMBERS, *TEXTS):
        for line in ([word, value], [f"{word}={value}"], [f"{word}{value}", "0"]):
            assert _by_quick("agent", line) in (None, _by_typer("agent", line))


@settings(max_examples=200)
@given(_plain())
def test_it_understands_what_is_plain(asked: tuple[str, list[str]]) -> None:
    with mock.patch.dict(os.environ):
        os.environ.pop("CTX_ROOT", None)
        found = _by_quick(*asked)
        assert found is not None
        assert found == _by_typer(*asked)


@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("agent", {"budget": None, "task": None, "as_json": False, "root": None}),
        ("agent --budget 8000", {"budget": 8000}),
        ("agent -b8000 --json", {"budget": 8000, "as_json": True}),
        ("agent -T one --task=two -Tthree", {"task": ["one", "two", "three"]}),
        ("agent --task --json", {"task": ["--json"], "as_json": False}),
        ("agent -q=x --root .", {"query": "=x", "root": Path()}),
        ("search lock -n 3 timeout --live", {"words": ["lock", "timeout"], "limit": 3, "live": True}),
        ("search - lock", {"words": ["-", "lock"]}),
        ("search -k learning -- --json -n", {"words": ["--json", "-n"], "kinds": ["learning"]}),
        ("task done T-1 T-2 --undo", {"ids": ["T-1", "T-2"], "undo": True}),
    ],
)
def test_common_lines(line: str, some: dict[str, Any]) -> None:
    arguments = line.split()
    commands = next(_commands(module) for module, names in MODULES.items() if arguments[0] in names)
    found = quick.find(commands, arguments)
    assert found is not None
    assert found.keywords == found.keywords | some


LEFT_TO_TYPER = """
agent --help | agent -h | agent --budge 5 | agent --budget | agent --budget 4k | agent --budget -5 | agent w
agent --budget=1 -b 2 | agent --json=1 | agent --format xml | agent --root /nowhere | search
show A-1 A-2 | deprecate L-1 | task edit T-1 -p low -p high
task | task frob | task --help | task -h add x | --version | --help
"""


@pytest.mark.parametrize("line", ["", *LEFT_TO_TYPER.strip().replace("\n", "|").split("|")])
def test_what_is_left_to_typer(line: str) -> None:
    everything = {name: command for module in MODULES for name, command in _commands(module).items()}
    assert quick.find(everything, line.split()) is None


def test_a_shell_that_completes_asks_typer() -> None:
    with mock.patch.dict(os.environ, {"_CTX_COMPLETE": "complete_bash"}):
        assert quick.find(_commands("packet"), ["agent"]) is None


@pytest.mark.parametrize("name", COMMANDS)
def test_everything_declared_can_be_read(name: str) -> None:
    """Nothing is declared that only typer could read, which would make each of its calls slow."""
    takes = list(parameters(COMMANDS[name]).values())
    for one in takes:
        assert one.type in (str, int, bool, Path) or issubclass(one.type, enum.Enum)
        if one.type is bool:
            assert isinstance(one.declared, Option)
            assert one.default is False
    assert len(set(_words(name))) == len(_words(name))
    assert not any(one.many for one in takes if isinstance(one.declared, Argument) and one is not takes[0])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    learning = "## [2026-01-01] Locks time out\n\n**Lesson**: Retry the lock.\n"
    return project(tmp_path, {"LEARNINGS.md": learning, "TASKS.md": "# Tasks\n\n- [ ] Retry locks\n"})


@pytest.mark.parametrize(
    "line", ["agent --budget 900", "search lock", "why L -b 900", "list", "show L", "status", "task list"]
)
def test_typer_is_not_loaded(root: Path, line: str) -> None:
    program = (
        f"import sys; sys.argv = ['ctx', *{line.split()!r}]\n"
        "from ctx.cli.app import start\n"
        "try: start()\n"
        "finally: print(*sys.modules, file=sys.stderr)\n"
    )
    for _ in range(2):  # without an index and with it
        done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, check=True)
        loaded = {name.partition(".")[0] for name in done.stderr.decode().split()}
        assert "ctx" in loaded
        assert not loaded & {"typer", "click", "argparse", "rich"}
    assert done.stdout


@pytest.mark.parametrize("line", ["agent --budget 900", "search lock --json", "list", "status", "task next"])
def test_both_ways_print_the_same(root: Path, line: str) -> None:
    through_typer = (
        "import sys; from ctx.cli.app import app_for\n"
        f"app_for({line.split()!r})({line.split()!r}, standalone_mode=False)\n"
    )
    done = subprocess.run([sys.executable, "-c", through_typer], cwd=root, capture_output=True, check=True)
    assert ctx(*line.split(), cwd=root).out == done.stdout.decode() != ""


def test_errors_of_typer_are_told_by_their_base(capsys: pytest.CaptureFixture[str]) -> None:
    def fail(error: Exception) -> int:
        def command() -> None:
            raise error

        return run(command)

    assert fail(typer.Abort()) == 130
    assert fail(typer.BadParameter("no good")) == 2
    assert capsys.readouterr().err == (
        "error: interrupted\nerror: Invalid value: no good\nhint: see `ctx --help`\n"
    )
    assert run(lambda: app_for(["agent"])(["agent", "-x"], standalone_mode=False, prog_name="ctx")) == 2
    assert fail(type("Abort", (Exception,), {})()) == 3


def test_every_command_is_in_the_table_that_the_start_path_reads() -> None:
    for module, commands in MODULES.items():
        app = build([module])
        groups = [one.typer_instance.info.name for one in app.registered_groups if one.typer_instance]
        assert {*commands} == {*groups, *(one.name for one in app.registered_commands)}, module
