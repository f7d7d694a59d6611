"""Any sequence of commands leaves in the files what a model of the commands says, told by another reader."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from ctx.actions.add_entry import NewEntry, add_entry
from ctx.actions.edit_entry import EntryChange, edit_entry
from ctx.actions.init_context import init_context
from ctx.actions.mark_entry import mark_entry
from ctx.actions.read_context import Reader
from ctx.actions.remove_entry import remove_entries
from ctx.actions.supersede_entry import deprecate_entry, supersede_entry
from ctx.errors import CtxError
from tests.contexts import WORDS

NOW = datetime(2026, 11, 21, 4, 34, 12, tzinfo=UTC)
FILES = {"learning": "LEARNINGS", "decision": "DECISIONS", "fact": "FACTS"}

plain = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
texts = st.one_of(
    plain,
    st.lists(plain, min_size=2, max_size=3).map("\n".join),
    plain.map(lambda words: f"```\n## [2026-01-01] {words}\n```"),
)


@dataclass
class Known:
    """An entry as the model has it."""

    kind: str
    title: str
    fields: dict[str, str] = field(default_factory=dict)
    body: str = ""
    archived: bool = False

    def told(self) -> tuple[object, ...]:
        fields = tuple(sorted((name, text) for name, text in self.fields.items() if text))
        return (FILES[self.kind], self.archived, self.title, fields, self.body)


def read_files(root: Path) -> Iterator[tuple[object, ...]]:
    """What the files say to someone who knows only their form: stamped headings, fields, separators."""
    for path in sorted((root / ".context").rglob("*.md")):
        name = path.name.removesuffix(".md").split("-")[0].upper()
        if name not in FILES.values():
            continue
        sections: list[list[str]] = []
        fenced = False
        for line in path.read_text("utf-8").split("\n"):
            fenced ^= line.startswith("```")
            if not fenced and line.startswith("## ["):
                sections.append([line])
            elif sections:
                sections[-1].append(line)
        for heading, *lines in sections:
            text = re.sub(r"\n+---\n*\Z", "", "\n".join(lines)).strip("\n")
            yield name, path.parent.name == "archive", heading.partition("] ")[2], *_content(text)


def _content(text: str) -> tuple[tuple[tuple[str, str], ...], str]:
    fields: dict[str, str] = {}
    free: list[str] = []
    inside = ""
    for block in re.split(r"\n\n(?!\+)", text):
        match = re.match(r"\*\*(.+?)\*\*:[ \n]*(.*)", block, re.DOTALL)
        if match:
            inside = match[1]
            fields[inside] = match[2]
        elif inside in {"Context", "Lesson"} and block and not fields[inside]:
            fields[inside] = block  # a fence stands below its field's name
        elif block:
            free.append(block)
    return tuple(sorted(fields.items())), "\n\n".join(free)


class Commands(RuleBasedStateMachine):
    """Commands on a context, and what they should have done."""

    entries = Bundle("entries")

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.root = Path(self._folder.name)
        self.model: dict[str, Known] = {}

    def teardown(self) -> None:
        self._folder.cleanup()

    @initialize()
    def begin(self) -> None:
        init_context(self.root)
        self.reader = Reader(self.root)

    def _live(self, names: list[str]) -> bool:
        return all(name in self.model and not self.model[name].archived for name in names)

    @rule(
        target=entries,
        kind=st.sampled_from(sorted(FILES)),
        title=plain,
        context=st.one_of(st.just(""), texts),
        body=st.one_of(st.just(""), texts),
    )
    def add(self, kind: str, title: str, context: str, body: str) -> str:
        fields = {"Context": context, "Source": "a test"}
        added = add_entry(self.reader, NewEntry(kind, title, fields, (), body), NOW)
        known = Known(kind, title, fields, body)
        same = [one for one in self.model.values() if not one.archived and one.told() == known.told()]
        assert added.duplicate == bool(same)
        if not added.duplicate:
            assert added.id not in self.model
            self.model[added.id] = known
        return added.id

    @rule(target=entries, kind=st.sampled_from(sorted(FILES)), title=plain, other=entries)
    def add_with_link(self, kind: str, title: str, other: str) -> str:
        body = f"see {other} and [{NOW:%Y-%m-%d}]"
        added = add_entry(self.reader, NewEntry(kind, title, {}, (), body), NOW)
        if not added.duplicate:
            self.model[added.id] = Known(kind, title, {}, body)
        return added.id

    @rule(target=entries, name=consumes(entries), title=plain)
    def retitle(self, name: str, title: str) -> str:
        if not self._live([name]):
            return name
        now = edit_entry(self.reader, name, EntryChange(title=title), NOW).id
        known = self.model.pop(name)
        known.title = title
        self._rename(name, now)
        self._leave_alias(known, name, now)
        self.model[now] = known
        return now

    @rule(target=entries, name=consumes(entries), kind=st.sampled_from(sorted(FILES)))
    def move(self, name: str, kind: str) -> str:
        if not self._live([name]):
            return name
        now = edit_entry(self.reader, name, EntryChange(kind=kind), NOW).id
        known = self.model.pop(name)
        known.kind = kind
        self._rename(name, now)
        self._leave_alias(known, name, now)
        self.model[now] = known
        return now

    @staticmethod
    def _leave_alias(known: Known, old: str, now: str) -> None:
        if now != old:
            former = known.fields.get("Formerly", "").split(", ")
            known.fields["Formerly"] = ", ".join([*(n for n in former if n and n not in {old, now}), old])

    def _rename(self, old: str, now: str) -> None:
        """What links to an entry follows it, and its former handle stays behind."""
        for one in self.model.values():
            one.body = re.sub(rf"\b{re.escape(old)}(?![\w.])", now, one.body)
            one.fields = {
                key: re.sub(rf"\b{re.escape(old)}(?![\w.])", now, text) for key, text in one.fields.items()
            }

    @rule(name=entries, text=st.one_of(st.just(""), texts))
    def set_field(self, name: str, text: str) -> None:
        if self._live([name]):
            edit_entry(self.reader, name, EntryChange(fields={"context": text}), NOW)
            self.model[name].fields["Context"] = text

    @rule(name=entries, body=texts)
    def set_body(self, name: str, body: str) -> None:
        if self._live([name]):
            edit_entry(self.reader, name, EntryChange(body=body), NOW)
            self.model[name].body = body

    @rule(name=entries, verdicts=st.lists(st.sampled_from(["helpful", "harmful"]), min_size=1, max_size=2))
    def mark(self, name: str, verdicts: list[str]) -> None:
        if self._live([name]):
            for verdict in verdicts:
                mark_entry(self.reader, name, verdict)
                counts = dict(re.findall(r"([+-])(\d+)", self.model[name].fields.get("Marks", "")))
                sign = "+" if verdict == "helpful" else "-"
                counts[sign] = str(int(counts.get(sign, "0")) + 1)
                self.model[name].fields["Marks"] = " ".join(s + counts[s] for s in "+-" if s in counts)

    @rule(old=entries, new=entries)
    def supersede(self, old: str, new: str) -> None:
        if old != new and self._live([old, new]) and not self.model[new].fields.get("Status"):
            status = f"Superseded by {new}"
            if self.model[old].fields.get("Status", status) != status:
                with pytest.raises(CtxError, match="is retired already"):
                    supersede_entry(self.reader, old, new)
                return
            supersede_entry(self.reader, old, new)
            self.model[old].fields["Status"] = status
            names = [name for name in self.model[new].fields.get("Supersedes", "").split(", ") if name]
            if old not in names:
                self.model[new].fields["Supersedes"] = ", ".join([*names, old])

    @rule(name=entries, why=plain)
    def deprecate(self, name: str, why: str) -> None:
        if self._live([name]) and self.model[name].fields.get("Status"):
            with pytest.raises(CtxError, match="is retired already"):
                deprecate_entry(self.reader, name, why, date(2026, 11, 21))
        elif self._live([name]):
            deprecate_entry(self.reader, name, why, date(2026, 11, 21))
            self.model[name].fields["Status"] = f"Deprecated ({why}, 2026-11-21)"

    @rule(names=st.lists(entries, min_size=1, max_size=3, unique=True))
    def remove(self, names: list[str]) -> None:
        if self._live(names):
            remove_entries(self.reader, names, date(2026, 11, 21))
            for name in names:
                self.model[name].archived = True

    @invariant()
    def the_files_say_what_the_model_says(self) -> None:
        assert sorted(map(repr, read_files(self.root))) == sorted(
            repr(one.told()) for one in self.model.values()
        )

    @invariant()
    def the_handles_name_the_entries(self) -> None:
        if self.model:
            found = {
                entry.id: (entry.kind, entry.title, entry.archived)
                for entry in Reader(self.root).read(archive=True).memory.entries
            }
            assert found == {name: (one.kind, one.title, one.archived) for name, one in self.model.items()}


TestCommands = Commands.TestCase
TestCommands.settings = settings(
    max_examples=15, stateful_step_count=12, suppress_health_check=list(HealthCheck)
)
