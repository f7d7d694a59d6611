"""Reading: each shape in `fixtures/reading`, and what a careful reader finds in it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ctx.actions.read_context import Reader
from ctx.model.entry import Entry
from ctx.model.task import Task

FIXTURES = Path(__file__).parent.parent / "fixtures" / "reading"
SHAPES = sorted(folder.name for folder in FIXTURES.iterdir() if folder.is_dir())


def _expected(shape: str) -> dict[str, Any]:
    return tomllib.loads((FIXTURES / shape / "expected.toml").read_text("utf-8"))


def _told(entry: Entry, wanted: dict[str, Any]) -> dict[str, Any]:
    """The entry in the words of its expectation."""
    told: dict[str, Any] = {key: getattr(entry, key) for key in wanted if key not in {"field", "tags"}}
    if "tags" in wanted:
        told["tags"] = list(entry.tags)
    if "field" in wanted:
        told["field"] = {name: entry.fields.get(name) for name in wanted["field"]}
    return told


@pytest.mark.parametrize("shape", SHAPES)
def test_entries_of_each_shape(shape: str) -> None:
    entries = Reader(FIXTURES / shape).read().memory.entries
    wanted = _expected(shape).get("entry", [])
    for one in wanted:
        if "body" in one:
            one["body"] = one["body"].strip("\n")
    found = [_told(entry, one) for entry, one in zip(entries, wanted, strict=False)]
    assert [entry.title for entry in entries] == [one["title"] for one in wanted]
    assert found == wanted


@pytest.mark.parametrize("shape", SHAPES)
def test_undated_and_unstamped_is_said_so(shape: str) -> None:
    entries = Reader(FIXTURES / shape).read().memory.entries
    wanted = _expected(shape).get("entry", [])
    assert [entry.date for entry in entries] == [one.get("date") for one in wanted]
    assert [entry.stamp for entry in entries] == [one.get("stamp") for one in wanted]
    assert [entry.live for entry in entries] == [one.get("live", True) for one in wanted]


def _task(task: Task, wanted: dict[str, Any]) -> dict[str, Any]:
    told = {key: getattr(task, key) for key in wanted if key not in {"labels", "tags"}}
    if "labels" in wanted:
        told["labels"] = {name: task.label(name) for name in wanted["labels"]}
    if "tags" in wanted:
        told["tags"] = list(task.tags)
    return told


@pytest.mark.parametrize("shape", SHAPES)
def test_tasks_of_each_shape(shape: str) -> None:
    tasks = Reader(FIXTURES / shape).read().memory.tasks
    wanted = _expected(shape).get("task", [])
    found = [_task(task, one) for task, one in zip(tasks, wanted, strict=False)]
    assert [task.lead for task in tasks] == [one["lead"] for one in wanted]
    assert found == wanted


@pytest.mark.parametrize("shape", SHAPES)
def test_spans_point_at_their_source(shape: str) -> None:
    """An entry's span begins at its heading or marker, ends inside the file, and holds its body."""
    reader = Reader(FIXTURES / shape)
    for entry in reader.read().memory.entries:
        text = reader.worktree.read(entry.path) or ""
        span = text[entry.start : entry.end]
        before = text[: entry.start].replace("\r\n", "\n").replace("\r", "\n")
        assert before.count("\n") + 1 == entry.line
        for line in entry.body.splitlines():
            if span.lstrip().startswith("|") or " | " in span:  # a row: the name is its column's
                assert re.sub(r"^\*\*[^*]+\*\*: ", "", line) in span.replace("\\|", "|")
            else:
                assert line.strip() in span


def test_equal_entries_take_ordinals() -> None:
    first, second, third = Reader(FIXTURES / "retold").read().memory.entries[:3]
    assert second.id == f"{first.id}.2"
    assert third.id.partition(".")[0] != first.id
