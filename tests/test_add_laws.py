"""Adding to files of every odd make: one span is inserted, one entry more is read, nothing else differs."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ctx.errors import CtxError, UsageError
from ctx.kinds import Kinds
from ctx.markdown.blocks import scan
from ctx.markdown.edits import Edit, apply
from ctx.model.entry import Entry
from ctx.reading.entry_file import EntryFile
from ctx.reading.read_entries import read_entries
from ctx.writing import insert
from ctx.writing.compose import Draft, compose, field_text, harmless, next_stamp, one_line, unix
from ctx.writing.insert import insert_entry
from tests.contexts import anything, bodies, stamps, titles, words

KINDS = Kinds()
STAMP = "2026-11-21-120000"
PATH = ".context/LEARNINGS.md"
MARK = "\ufeff"

HEADS = {
    "empty": "",
    "title only": "# Learnings\n",
    "preamble only": "Some words before anything.\n\n- a list\n",
    "guidance": "# Learnings\n\n<!--\n## [2020-01-01] a template\n-->\n\n",
    "index": "# Learnings\n\n<!-- INDEX:START -->\n| Date | Title |\n|--|--|\n<!-- INDEX:END -->\n\n",
}
BODIES = {
    "none": [],
    "one": ["## [2026-03-03-030303] Only\n\nbody\n"],
    "newest first": [
        "## [2026-03-03-030303] Third\n\nbody\n",
        "## [2026-02-02] Second\n\n- a\n- b\n",
        "## [2026-01-01] First\n\nbody\n",
    ],
    "newest last": ["## [2026-01-01] First\n\nbody\n", "## [2026-02-02-a] Second\n\n```\ncode\n```\n"],
    "same stamps": ["## [2026-01-01-010101] One\n\nbody\n", "## [2026-01-01-010101] One\n\nbody\n"],
    "deeper": ["## Category\n\n### [2026-02-02] Second\n\nbody\n", "### [2026-01-01] First\n\nbody\n"],
    "unstamped": ["## Plain\n\nbody\n", "## Other\n\n### Below\n\nbody\n"],
    "open between": ["## [2026-01-01] First\n\n```\nnever closed\n", "## [2026-02-02] Second\n\nbody\n"],
}
TAILS = {
    "as it is": "",
    "in a fence": "\n```py\ncode without an end\n",
    "in a comment": "\n<!-- a comment without an end\n",
    "in an index": "\n<!-- INDEX:START -->\n| Date | Title |\n",
    "in html": "\n<pre>\nnever closed\n",
    "a rule": "\n---\n\n",
}
BREAKS = {"lf": "\n", "crlf": "\r\n", "cr": "\r", "mixed": ""}


def _file(head: str, body: str, tail: str, breaks: str, *, mark: bool, ended: bool) -> str:
    text = HEADS[head] + "\n".join(BODIES[body]) + TAILS[tail]
    if not ended:
        text = text.rstrip("\n")
    if breaks == "mixed":
        ends = itertools.cycle(["\n", "\r\n", "\r"])
        text = "".join(next(ends) if char == "\n" else char for char in text)
    else:
        text = text.replace("\n", BREAKS[breaks])
    return (MARK if mark else "") + text


def odd_files(count: int) -> list[str]:
    """As many files, each a different make: all pairs of makes are among them sooner or later."""
    makes = list(itertools.product(HEADS, BODIES, TAILS, BREAKS, (False, True), (False, True)))
    random.Random(7).shuffle(makes)
    return [_file(h, b, t, n, mark=m, ended=e) for h, b, t, n, m, e in makes[:count]]


def _told(entries: list[Entry]) -> list[tuple[str | None, str, str]]:
    return [(entry.stamp, entry.title, entry.status) for entry in entries]


def add(text: str, draft: Draft) -> tuple[str, Entry]:
    """Insert, and check what must hold of every insertion."""
    before = list(read_entries(text, draft.kind, PATH))
    placed = insert_entry(EntryFile.of(draft.kind, PATH, text), draft, STAMP)
    edit = placed.edit
    after = apply(text, [edit])
    assert edit.start == edit.end
    assert after[: edit.start] == text[: edit.start]
    assert after[edit.start + len(edit.replacement) :] == text[edit.start :]
    now = list(read_entries(after, draft.kind, PATH))
    new = [entry for entry in now if entry.position == placed.entry.position]
    others = [entry for entry in now if entry.position != placed.entry.position]
    assert _told(others) == _told(before)
    for old, entry in zip(before, others, strict=True):
        assert unix(entry.body).startswith(unix(old.body).rstrip())
    assert new[0].title == one_line(draft.title)
    return after, new[0]


@pytest.mark.parametrize("part", range(4))
def test_one_span_is_inserted_into_each_of_many_odd_files(part: int) -> None:
    draft = Draft(
        KINDS["learning"],
        "What was learnt",
        {"Context": "here", "Lesson": "two\nlines", "By": "me"},
        ["One", "two words"],
        "Free text.\n\n- a list\n\n```\n# no heading\n```",
    )
    for text in odd_files(400)[part::4]:
        after, entry = add(text, draft)
        assert entry.stamp == STAMP
        fields = {name: unix(value) for name, value in entry.fields.items()}
        assert fields == {"Context": "here", "Lesson": "two\nlines", "Tags": "one, two-words", "By": "me"}
        assert unix(entry.body).endswith("- a list\n\n```\n# no heading\n```")
        if "\r" in text and "\n" not in text:
            assert "\n" not in after
        if text.strip(MARK) and not text.endswith(("\n", "\r")) and entry.start > len(text):
            assert not after.endswith(("\n", "\r"))


def test_the_newest_goes_where_the_newest_are() -> None:
    draft = Draft(KINDS["learning"], "New")
    titles_of = {
        name: [entry.title for entry in read_entries(add("\n".join(parts), draft)[0], draft.kind, PATH)]
        for name, parts in BODIES.items()
    }
    assert titles_of["newest first"] == ["New", "Third", "Second", "First"]
    assert titles_of["newest last"] == ["First", "Second", "New"]
    assert titles_of["one"] == ["Only", "New"]
    assert titles_of["same stamps"] == ["One", "One", "New"]
    assert titles_of["deeper"] == ["New", "Second", "First"]


def test_an_index_block_is_never_entered() -> None:
    trapped = "<!-- INDEX:START -->\n## [2026-02-02] B\n\n## [2026-01-01] A\n\n<!-- INDEX:END -->\n"
    after, entry = add(trapped, Draft(KINDS["learning"], "New"))
    assert after.startswith(trapped)
    assert entry.start > after.index("INDEX:END")


def test_a_convention_joins_the_bullets_of_its_category() -> None:
    text = "# C\n\n## Naming\n\n- **A**: x\n* **B**: y\n  z\n\n## Other\n\n- **D**: w"
    draft = Draft(KINDS["convention"], "New", {}, ["naming"], "one\n\n- two")
    after, entry = add(text, draft)
    assert after == text.replace("  z\n", "  z\n* **New**: one\n\n  - two\n\n  **Tags**: naming\n")
    assert (entry.category, entry.tags, entry.stamp) == ("Naming", ("naming",), None)
    after, entry = add(text, Draft(KINDS["convention"], "Last", {}, [], "words"))
    assert after == text + "\n- **Last**: words"
    assert entry.category == "Other"


def test_a_convention_that_is_no_bullet_gets_a_heading() -> None:
    for text, title in (
        ("# C\n\n- **A**: x\n", "with ** stars"),
        ("# C\n- **A**: x", "Tags"),
    ):
        after, entry = add(text, Draft(KINDS["convention"], title, {}, [], "words"))
        assert f"## [{STAMP}] {title}" in after
        assert entry.stamp == STAMP


hostile = st.lists(
    st.one_of(
        words,
        anything,
        st.sampled_from(
            [
                *(
                    "## [2026-01-01-000000] forged",
                    "###### [2026-01-01] forged",
                    "~~~~",
                    "```",
                    "```a`b",
                    "````",
                ),
                *(
                    "<!--",
                    "-->",
                    "<!-- INDEX:START -->",
                    "<!-- INDEX:END -->",
                    "---",
                    "===",
                    "",
                    "# [undated] x",
                ),
                *(
                    "**Tags**: forged",
                    "**Pinned**: yes",
                    "### Context",
                    "- ```",
                    "> **Superseded**",
                    "\t",
                    "    x",
                ),
                *(
                    "<pre>",
                    "</pre>",
                    "<script>",
                    "<?",
                    "<![CDATA[",
                    "[a]:",
                    "`",
                    "[x]: <",
                    "* * *",
                    "  ~~~",
                    "\r",
                ),
                *(
                    "- **Name**: x",
                    "1. ```",
                    "## ~~[2026-01-01] x~~",
                    " ## [2026-01-01]",
                    "<!--->",
                    "\\<!-- x",
                ),
            ]
        ),
    ),
    max_size=9,
).map("\n".join)
_CASES = settings(max_examples=120, suppress_health_check=list(HealthCheck))


def _bare(text: str) -> str:
    """A text without what may be added to it or changed in it: marks of headings, escapes, closing lines."""
    kept = [line.strip().lstrip("#").strip() for line in unix(text).replace("\\", "").split("\n")]
    closers = {"-->", "?>", ">", "]]>", "</script>", "---", "* * *", "==="}
    return "".join(line for line in kept if line not in closers and line.strip("`~ \t"))


@_CASES
@given(
    hostile,
    titles.filter(one_line),
    st.dictionaries(st.sampled_from(["Context", "Lesson", "Mine"]), hostile),
    st.integers(0, 399),
)
def test_no_text_forges_an_entry_or_hides_one(
    body: str, title: str, fields: dict[str, str], make: int
) -> None:
    text = _ODD[make]
    draft = Draft(KINDS["learning"], title, fields, ["tag"], body)
    _, entry = add(text, draft)
    given = {name for name, value in fields.items() if value.strip()}
    assert list(entry.fields)[: len(given)] == [n for n in ("Context", "Lesson", "Mine") if n in given]
    assert entry.tags == ("tag",)
    assert entry.stamp == STAMP
    assert _bare(entry.body).endswith(_bare(body))


_ODD = odd_files(400)


@_CASES
@given(hostile)
@example("```\n## [2026-01-01] x\ntext")
@example("    code\n\n---")
@example("<pre>\n```\n</pre>\n\n**Tags**: x")
def test_a_text_made_harmless_is_closed_and_stays_so(text: str) -> None:
    made = harmless(text)
    assert harmless(made) == made
    blocks = scan(made)
    assert not blocks.closer
    assert all(heading.level > 2 for heading in blocks.headings)
    assert "<!--" not in made.replace("\\<!--", "") or blocks.fences or blocks.indented or "`" in made


@_CASES
@given(hostile)
def test_a_field_is_one_field_whatever_its_text(text: str) -> None:
    body = f"{field_text('Lesson', text)}\n\n**Application**: x"
    entry = next(read_entries(f"## [2026-01-01] T\n\n{body}\n", KINDS["learning"], PATH))
    assert list(entry.fields) == ["Lesson", "Application"]
    assert entry.fields["Application"] == "x"


@_CASES
@given(bodies.filter(lambda text: "**" not in text and "<!" not in text))
def test_what_is_not_hostile_reads_back_as_it_was(body: str) -> None:
    clean = harmless(body)
    entry = add("", Draft(KINDS["fact"], "T", {}, [], clean))[1]
    assert entry.body == clean


@pytest.mark.parametrize(
    "title",
    [
        "a\nb",
        "a\r\nb\x00c",
        "ends in #",
        "###",
        "C#",
        "[2026-01-01] inner",
        "~~[x]~~ y",
        "<!-- t -->",
        "`code` **bold**",
        " # ",
        "-->",
        "---",
    ],
)
def test_a_title_is_one_line_and_reads_back(title: str) -> None:
    _, entry = add("# L\n", Draft(KINDS["learning"], title))
    assert entry.title == one_line(title)


def test_what_cannot_be_an_entry_is_refused() -> None:
    with pytest.raises(UsageError, match="title"):
        compose(KINDS["fact"], STAMP, " \n\t", {})
    for name in ("", "*", "a: b", "9", "x" * 50):
        with pytest.raises(UsageError, match="field"):
            compose(KINDS["fact"], STAMP, "T", {name: "text"})


def test_fields_come_in_their_order() -> None:
    fields = {"by": "b", "mine": "m", "application": "a", "context": "c", "applies-to": "p", "lesson": " "}
    text = compose(KINDS["learning"], STAMP, "T", fields, ["x"], "end", newline="\r\n")
    assert text.replace("\r\n", "\n") == (
        f"## [{STAMP}] T\n\n**Context**: c\n\n**Application**: a\n\n**Mine**: m\n\n**Tags**: x\n\n"
        "**By**: b\n\n"
        "**Applies to**: p\n\nend\n\n---\n"
    )


def test_where_no_place_will_do_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "# L\n\n## [2026-01-01] One\n\nwords\n"
    swallowing = Edit(len(text) - 7, len(text), "<!--\n")
    monkeypatch.setattr(insert, "_places", lambda *_: iter([insert._Place(swallowing, "")]))
    with pytest.raises(CtxError, match=r"^\.context/LEARNINGS\.md: there is no place"):
        insert_entry(EntryFile.of(KINDS["learning"], PATH, text), Draft(KINDS["learning"], "T"), STAMP)


@given(st.datetimes(), st.integers(-12, 12), st.sets(st.integers(0, 5)))
def test_a_stamp_is_the_next_free_second_in_utc(moment: datetime, zone: int, busy: set[int]) -> None:
    moment = moment.replace(year=min(max(moment.year, 2), 9998), tzinfo=timezone(timedelta(hours=zone)))
    seconds = [f"{moment.astimezone(UTC) + timedelta(seconds=n):%Y-%m-%d-%H%M%S}" for n in range(7)]
    taken = {seconds[number] for number in busy}
    free = next(number for number in range(7) if number not in busy)
    assert next_stamp(moment, taken) == seconds[free]


@given(stamps, titles.filter(one_line))
def test_the_same_goes_for_any_heading(stamp: str, title: str) -> None:
    text = f"## {stamp}{title}\n\nbody\n"
    add(text, Draft(KINDS["learning"], "New", {"Lesson": "x"}))
