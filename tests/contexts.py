"""Contexts for tests: a source held in memory, and strategies that make up whole context folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from ctx.actions.read_context import Reader, Reading, read_context
from ctx.store.workspace import decode


@dataclass(frozen=True)
class Files:
    """A source whose files are a mapping; it lists them in the mapping's order, sorted or not."""

    texts: Mapping[str, str]

    def paths(self, patterns: Sequence[str] = ()) -> list[str]:
        return [path for path in self.texts if path.endswith(".md")]

    def sessions(self) -> list[str]:
        folder = ".context/sessions/"
        below = [path for path in self.paths() if path.startswith(folder)]
        return [path for path in below if "/" not in path[len(folder) :]]

    def read(self, path: str) -> str | None:
        text = self.texts.get(path)
        return None if text is None else decode(text.encode("utf-8"), path)


class MemoryReader(Reader):
    """A reader of files that are nowhere on the disk."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__(Path("/nowhere"))
        self.source = Files(texts)
        self.worktree = self.source  # type: ignore[assignment]
        self._read: dict[bool, Reading] = {}

    def read(self, *, archive: bool = False, at: str | None = None, strict: bool = True) -> Reading:
        if archive not in self._read:
            self._read[archive] = read_context(self.source, archive=archive, strict=strict)
        return self._read[archive]

    def look(self, *, archive: bool = False, at: str | None = None, strict: bool = True) -> Reading:
        return self.read(archive=archive, at=at, strict=strict)

    def revision(self, at: str | None = None) -> str | None:
        return None


WORDS = (
    "lock retry timeout budget hook parser cache index session token merge branch fence heading stamp "
    "queue worker HTTPClient foo_bar.py os.path.join re-run naïve größe 漢字 данные café index.lock"
).split()

words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)
# Nothing a file can hold may break a promise: any text without NUL and lone surrogates.
anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)
lines = st.one_of(
    words,
    anything,
    words.map(lambda text: f"**Context**: {text}"),
    st.sampled_from(
        [
            "",
            "---",
            "```",
            "~~~ py",
            "<!--",
            "-->",
            "### Deeper",
            "# Top",
            "/path/first",
            "- [ ] box",
            "- **Name**: text",
            "   indented",
            "\tTab",
            "> quote",
            "| a | b |",
            "<details>",
            "**Pinned**: yes",
            "**Status**: Superseded",
            "**Summary**: short",
            "**Marks**: +3 -1",
            "**Tags**: one, two",
            " " * 300,
        ]
    ),
)
bodies = st.lists(lines, max_size=8).map("\n".join)
stamps = st.sampled_from(
    ["[2026-11-21-043412] ", "[2026-11-20] ", "[2026-10-01-a] ", "[undated] ", "", "[2026-01-01-000000] "]
)
titles = st.one_of(words, anything.map(lambda text: " ".join(text.split()) or "x"))
entries = st.builds(lambda stamp, title, body: f"## {stamp}{title}\n\n{body}\n", stamps, titles, bodies)
tasks = st.builds(
    lambda mark, text, label, nested: f"- [{mark}] {text}{label}\n{nested}",
    st.sampled_from(" x-"),
    words,
    st.sampled_from(["", " #in-progress", " #blocked", " #priority:high", " #tag"]),
    st.sampled_from(["", "  wrapped\n", "  - [ ] nested\n", "  - [x] nested done\n\n  second paragraph\n"]),
)
breaks = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def contexts(draw: st.DrawFn) -> dict[str, str]:
    """The files of a context: any may be missing, empty, oddly broken into lines or oddly ended."""
    files: dict[str, str] = {}
    sections = st.lists(entries, max_size=5).map("\n".join)
    for name in (
        "DECISIONS",
        "LEARNINGS",
        "CONVENTIONS",
        "FACTS",
        "ARCHITECTURE",
        "archive/learnings-2026-Q1",
    ):
        if draw(st.booleans()):
            files[f".context/{name}.md"] = f"# {name}\n\n{draw(sections)}"
    if draw(st.booleans()):
        files[".context/TASKS.md"] = "# Tasks\n\n" + "".join(draw(st.lists(tasks, max_size=5)))
    if draw(st.booleans()):
        files[".context/CONSTITUTION.md"] = "# Constitution\n\n" + draw(bodies)
    if draw(st.booleans()):
        files[".context/sessions/2026-11-20-1200-some-work.md"] = (
            f"# {draw(titles)}\n\n**Status**: completed\n\n## Summary\n{draw(bodies)}\n"
        )
    newline = draw(breaks)
    return {path: text.replace("\n", newline) for path, text in files.items()}
