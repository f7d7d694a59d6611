"""Pages that are printed from declarations, and what every command owes to those who read its help."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from ctx.cli.app import MODULES
from ctx.cli.declare import Command, CommandGroup, parameters
from ctx.cli.reference import commands_page
from tests.cli import ctx

ROOT = Path(__file__).parent.parent


def _commands() -> Iterator[tuple[str, Command]]:
    for module in MODULES:
        for name, command in import_module(f"ctx.cli.{module}").COMMANDS.items():
            inner = command.commands if isinstance(command, CommandGroup) else {"": command}
            yield from ((f"{name} {word}".strip(), one) for word, one in inner.items())


# git calls the merge driver; people do not.
COMMANDS = {name: command for name, command in _commands() if name != "merge-driver"}


def test_the_page_of_commands_is_up_to_date() -> None:
    assert (ROOT / "docs/commands.md").read_text(encoding="utf-8") == commands_page(), "run `make docs`"


def test_the_page_of_commands_has_each_command_once() -> None:
    headings = [line for line in commands_page().splitlines() if line.startswith("## ")]
    assert headings == [f"## ctx {name}" for name in COMMANDS]


@pytest.mark.parametrize("name", COMMANDS)
def test_everything_that_can_be_typed_is_explained(name: str) -> None:
    assert (COMMANDS[name].__doc__ or "").strip()
    for parameter in parameters(COMMANDS[name]).values():
        assert len(parameter.declared.help) > 3


def test_the_sample_of_the_readme_is_what_comes_out() -> None:
    """Each line of it, in its order; `…` stands for lines that are left out."""
    sample = (
        (ROOT / "README.md").read_text(encoding="utf-8").partition('$ ctx agent --budget 800 --task "')[2]
    )
    task, _, rest = sample.partition('"\n')
    wanted = [line for line in rest.partition("```")[0].splitlines() if line not in {"", "…"}]
    lines = iter(
        ctx("agent", "--budget", "800", "--task", task, "--now", "2026-11-26", cwd=ROOT).out.splitlines()
    )
    assert [line for line in wanted if line not in lines] == []
