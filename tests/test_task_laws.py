"""Laws of the task commands, on made-up files: what they change, and that nothing else does."""

from __future__ import annotations

from collections import Counter

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ctx.errors import CtxError
from ctx.markdown.edits import apply
from ctx.markdown.lines import split_lines
from ctx.model.task import DONE, OPEN, Task
from ctx.writing.tasks import state_changes
from ctx.writing.tasks.archive import archive_finished, archive_path
from ctx.writing.tasks.new import compose_task, insertion, place_below, place_by_default
from ctx.writing.tasks.page import TaskPage, verify
from tests.task_files import task_files

TODAY = "2026-11-21"
ARCHIVE = archive_path(TODAY)


def pick(data: st.DataObject, page: TaskPage, *, only_open: bool = False) -> Task:
    found = [task for task in page.tasks if not only_open or task.state == OPEN]
    assume(found)
    return data.draw(st.sampled_from(found))


@settings(max_examples=60)
@given(task_files(), st.data())
def test_done_changes_the_box_and_appends_the_date_and_no_other_byte(text: str, data: st.DataObject) -> None:
    page = TaskPage(text)
    task = pick(data, page)
    edits = state_changes.finish(page, task, TODAY)
    if task.state == DONE:
        assert edits == []
        return
    box, *label = edits
    assert (text[box.start : box.end], box.replacement) == (text[task.mark], "x")
    assert [(edit.start == edit.end, edit.replacement) for edit in label] == [(True, f" #done:{TODAY}")]
    after = TaskPage(apply(text, edits))
    verify(page, after, {task.position})
    assert after.tasks[task.position].state == DONE
    assert after.tasks[task.position].label("done") == TODAY
    assert after.tasks[task.position].id == task.id


@settings(max_examples=60)
@given(task_files(), st.data())
def test_done_and_undone_is_the_same_file(text: str, data: st.DataObject) -> None:
    page = TaskPage(text)
    task = pick(data, page, only_open=True)
    done = TaskPage(apply(text, state_changes.finish(page, task, TODAY)))
    assert apply(done.text, state_changes.reopen(done, done.tasks[task.position])) == text


@settings(max_examples=60)
@given(task_files(), st.data(), st.sampled_from(["no key", "# heading\n- [ ] forged", "`x", "<!-- y"]))
def test_blocked_and_unblocked_is_the_same_file(text: str, data: st.DataObject, why: str) -> None:
    page = TaskPage(text)
    task = pick(data, page, only_open=True)
    assume(not task.blocked)
    blocked = TaskPage(apply(text, state_changes.block(page, task, why)))
    verify(page, blocked, {task.position})
    now = blocked.tasks[task.position]
    assert now.blocked
    assert " ".join(why.split()) in now.text
    assert apply(blocked.text, state_changes.unblock(blocked, now)) == text


@settings(max_examples=60)
@given(task_files(), st.data())
def test_started_tasks_are_in_progress_and_no_longer_blocked_by_themselves(
    text: str, data: st.DataObject
) -> None:
    page = TaskPage(text)
    task = pick(data, page, only_open=True)
    after = TaskPage(apply(text, state_changes.start(page, task)))
    verify(page, after, {task.position})
    started = after.tasks[task.position]
    assert started.in_progress
    assert started.blocked == ("#blocked" in task.heading)


@settings(max_examples=60)
@given(task_files(), st.data(), st.booleans())
def test_a_new_task_is_one_insertion_read_back_where_it_was_meant(
    text: str, data: st.DataObject, below: bool
) -> None:
    page = TaskPage(text)
    place = place_below(page, pick(data, page)) if below else place_by_default(page)
    edit = insertion(
        place, compose_task("Brand new\nand more", ["ui"], indent=place.indent, newline=page.newline)
    )
    after = TaskPage(apply(text, [edit]))
    new = [task for task in after.tasks if task.lead == "Brand new and more"]
    try:
        assert len(new) == 1
        verify(page, after, (), added=new[0].position)
    except CtxError:
        assume(False)  # refused, which the command does as well: nothing is written
    assert edit.start == edit.end
    assert (new[0].state, new[0].tags, bool(new[0].parent is not None)) == (OPEN, ("ui",), below)
    if text.strip("\ufeff \r\n"):
        assert after.text.endswith(("\n", "\r")) == text.endswith(("\n", "\r"))


@settings(max_examples=60)
@given(task_files())
def test_archiving_moves_every_finished_item_once_and_keeps_the_rest(text: str) -> None:
    page = TaskPage(text)
    result = archive_finished(page, None, ARCHIVE)
    left = TaskPage(apply(text, result.edits))
    assert all(edit.replacement == "" for edit in result.edits)
    before, after = Counter(_lines(text)), Counter(_lines(left.text))
    assert before - after == Counter(line for one in result.moved for line in _lines(one.source))
    assert after - before == Counter()
    archived = TaskPage(result.archive, ARCHIVE)
    found = Counter(_lines(result.archive))
    assert not Counter(line for one in result.moved for line in _lines(one.source)) - found
    states = Counter((t.digest, t.state) for t in page.tasks)
    assert states == Counter((t.digest, t.state) for t in (*left.tasks, *archived.tasks))
    assert all(task.state != OPEN for task in archived.tasks)


@settings(max_examples=60)
@given(task_files())
def test_archiving_twice_is_archiving_once_and_an_interrupted_run_is_healed(text: str) -> None:
    page = TaskPage(text)
    once = archive_finished(page, None, ARCHIVE)
    again = archive_finished(TaskPage(apply(text, once.edits)), once.archive, ARCHIVE)
    assert (again.archive, again.moved) == (once.archive, [])
    assume(once.moved)
    healed = archive_finished(page, once.archive, ARCHIVE)
    assert sorted(_lines(healed.archive)) == sorted(_lines(once.archive))
    assert healed.edits == once.edits


@settings(max_examples=60)
@given(task_files(), task_files())
def test_an_archive_only_grows(text: str, archive: str) -> None:
    result = archive_finished(TaskPage(text), archive, ARCHIVE)
    rest = iter(result.archive)
    assert all(char in rest for char in archive)


def _lines(text: str) -> list[str]:
    return [line.rstrip("\r\n") for line in split_lines(text.removeprefix("\ufeff")) if line.strip()]
