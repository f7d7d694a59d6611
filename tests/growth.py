"""How the time of each command grows with each sort of text at each place of a context.

`python -m tests.growth [SIZE [SORT…]]` measures every command for every sort of text at every place alone,
and prints what grows too fast; `tests/test_growth.py` measures each sort at many places at once.

A test may not depend on the time it has, and no counter sees the steps that a pattern takes. So what is
judged is a *ratio of processor times*: of one command, in one process, on a text and on one twice as long.
How fast the machine is cancels out, and what other processes do is not counted. What is linear doubles at
most, for the start adds a constant to both times; what is quadratic takes four times as long once it
outweighs the rest. The bound lies between the two. Noise can only lengthen a measurement, so the least of
several is taken, and only where a first look finds a time that could hold a quadratic part at all.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from ctx import open as open_context
from ctx.cli.app import call
from ctx.errors import CtxError
from tests.cli import project

Make = Callable[[int], str]
Files = dict[str, str]


def _repeated(piece: str) -> Make:
    """As many of a piece as make up a size."""
    return lambda size: piece * (size // len(piece))


def _rising(char: str) -> Make:
    """Runs of a character of rising length, a blank between two."""

    def make(size: int) -> str:
        runs, length = [], 1
        while length * (length + 3) // 2 < size:
            runs.append(char * length)
            length += 1
        return " ".join(runs)

    return make


def _numbered(piece: str) -> Make:
    """Different pieces, each with its number in it."""
    return lambda size: "".join(piece.format(n) for n in range(size // len(piece.format(10_000))))


def _nested(size: int) -> str:
    """Tasks, each nested in the one before; the indentation alone grows as the square of their number."""
    depth = int(size**0.5)
    return "\n" + "".join(f"{'  ' * level}- [ ] nested {level}\n" for level in range(1, depth))


# Sorts of text that patterns and loops stumble over.
SORTS: Mapping[str, Make] = {
    "blanks": lambda size: " " * size + "x",
    "tabs": lambda size: "\t" * size + "x",
    "no-break blanks": lambda size: "\xa0" * size + "x",
    "blank lines": lambda size: "\n" * size + "x",
    "lines of blanks": lambda size: "    \n" * (size // 5) + "x",
    "carriage returns": lambda size: "\r" * size + "x",
    "carriage returns and line feeds": _repeated("word\r\n"),
    "short lines": _repeated("a\n"),
    "backticks": _repeated("`"),
    "rising backticks": _rising("`"),
    "backtick pairs": _repeated("`a` "),
    "lone backticks": _repeated("a` b`` c``` "),
    "fences": _repeated("\n```\n"),
    "open fences": lambda size: "".join(f"\n{'`' * (3 + n % 7)}a\n" for n in range(size // 9)),
    "tildes": _repeated("~"),
    "opening brackets": _repeated("["),
    "closing brackets": _repeated("]"),
    "bracket pairs": _repeated("[]"),
    "links": _repeated("[a](b/c.md) "),
    "half links": _repeated("](a "),
    "half links with titles": _repeated('](a "'),
    "boxes": _repeated("[ ] "),
    "definitions": _repeated("[a]: /b 'c\n"),
    "opening parentheses": _repeated("("),
    "closing parentheses": _repeated(")"),
    "asterisks": _repeated("*"),
    "bold": _repeated("**a** "),
    "half bold": _repeated("**a "),
    "colons in bold": _repeated("**a:** "),
    "fields": _numbered("\n**Name**: text {}\n"),
    "one field again and again": _repeated("\n**Tags**: a\n"),
    "asterisks apart": _repeated("* "),
    "underscores": _repeated("_"),
    "emphasis": _repeated("_a_ "),
    "less-than": _repeated("<"),
    "tags": _repeated("<a "),
    "attributes": lambda size: "<a" + " b=''" * (size // 5),
    "open comments": _repeated("<!-- "),
    "closed comments": _repeated("<!-- a --> "),
    "comments on lines": _repeated("\n<!-- a -->\n"),
    "comment ends": _repeated("--> "),
    "ignores": _repeated("<!-- ctx: ignore "),
    "ignores closed": _repeated("<!-- ctx: ignore soft-cap why -->\n"),
    "index marks": _repeated("\n<!-- INDEX:START -->\n"),
    "index blocks": _repeated("\n<!-- INDEX:START -->\na\n<!-- INDEX:END -->\n"),
    "quotes": _repeated(">"),
    "quotes apart": _repeated("> "),
    "quoted lines": _repeated("> a\n"),
    "hashes": _repeated("#"),
    "labels": _repeated("#a "),
    "different labels": _numbered("#a{}:b "),
    "headings": _numbered("\n## Heading {}\n"),
    "equal headings": _repeated("\n### a\n"),
    "stamped headings": _numbered("\n## [2026-11-01] Entry {}\n\nText {}.\n".replace("Text {}", "Text")),
    "underlined headings": _repeated("\na\n===\n"),
    "digits": _repeated("1"),
    "digits apart": _repeated("1. "),
    "stamps": _repeated("[2026-11-01-120000] "),
    "dashes": _repeated("-"),
    "dashes apart": _repeated("- "),
    "long dashes": _repeated(" — "),
    "pipes": _repeated("|"),
    "table rows": _repeated("| a | b |\n"),
    "combining marks": lambda size: "a" + "\u0301" * size,
    "letters with marks": _repeated("e\u0301"),
    "variation selectors": lambda size: "a" + "\ufe0f" * size,
    "joiners": _repeated("\u200d"),
    "Chinese": _repeated("漢字"),
    "Chinese apart": _repeated("漢字。"),
    "emoji": _repeated("😀"),
    "emoji families": _repeated("👨\u200d👩\u200d👧"),
    "one long word": _repeated("a"),
    "one long capital word": _repeated("A"),
    "camel case": _repeated("aB"),
    "different words": _numbered("word{} "),
    "equal words": _repeated("word "),
    "sentences": _repeated("A word. "),
    "long path": _repeated("a/"),
    "paths": _numbered("`a/b{}.md` "),
    "dots": _repeated("."),
    "dotted word": _repeated("a."),
    "slashes": _repeated("/"),
    "backslashes": _repeated("\\"),
    "apostrophes": _repeated("a'"),
    "double quotes": _repeated('"'),
    "at signs": _repeated("a@"),
    "addresses": _repeated("http://a.b/c "),
    "addresses run together": _repeated("http://"),
    "colons": _repeated(":"),
    "handles": _repeated("L-33e21b "),
    "half keys": _repeated("AKIA"),
    "plus signs": _repeated("+"),
    "equals signs": _repeated("="),
    "list items": _numbered("\n- item {}\n"),
    "bold items": _numbered("\n- **Item {}**: text\n"),
    "nested items": lambda size: "\n".join("  " * n + "- a" for n in range(int(size**0.5))),
    "tasks": _numbered("\n- [ ] task {}\n"),
    "done tasks": _numbered("\n- [x] task {} #done:2026-01-01\n"),
    "equal tasks": _repeated("\n- [ ] again\n"),
    "nested tasks": _nested,
    "zero-width": _repeated("\u200b"),
    "line separators": _repeated("a\u2028"),
    "controls": _repeated("\x01"),
}

_HEAD = "# {}\n\n"
_PLAIN = "## [2026-11-02-120000] Plain entry\n\nIts text is short.\n\n**Tags**: one\n\n"
_FIXED: Files = {
    "CONSTITUTION.md": "# Constitution\n\n- One rule.\n",
    "TASKS.md": "# Tasks\n\n- [ ] alpha beta #added:2026-01-01\n",
    "LEARNINGS.md": _HEAD.format("Learnings") + _PLAIN,
    "DECISIONS.md": _HEAD.format("Decisions") + _PLAIN.replace("Plain", "Decided"),
    "CONVENTIONS.md": "# Conventions\n\n## Code\n\n- **Name**: text\n",
}


def _entry(title: str, body: str) -> str:
    return f"## [2026-11-01-120000] {title}\n\n{body}\n\n"


def _on_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")


# Where a text may stand: file and contents.
PLACES: Mapping[str, Callable[[str], tuple[str, str]]] = {
    "task": lambda text: ("TASKS.md", f"# Tasks\n\n- [ ] alpha {text} omega\n- [ ] other\n"),
    "done task": lambda text: ("TASKS.md", f"# Tasks\n\n- [x] alpha {text} omega\n- [ ] other\n"),
    "section of tasks": lambda text: ("TASKS.md", f"# Tasks\n\n## {_on_line(text)}\n\n- [ ] alpha\n"),
    "entry title": lambda text: (
        "FACTS.md",
        f"# Facts\n\n## [2026-11-01-120000] A {_on_line(text)} b\n\nBody.\n\n{_PLAIN}",
    ),
    "entry body": lambda text: (
        "LEARNINGS.md",
        f"# Learnings\n\n## [2026-11-01-120000] Title\n\n{text}\n\n{_PLAIN}",
    ),
    "two bodies alike": lambda text: (
        "ERRORS.md",
        f"# Errors\n\n{_entry('Title', f'alpha {text} one')}{_entry('Again', f'alpha {text} two')}{_PLAIN}",
    ),
    "field": lambda text: (
        "DECISIONS.md",
        f"# Decisions\n\n## [2026-11-01-120000] Title\n\n**Rationale**: a {text} b\n\n**Status**: Accepted\n",
    ),
    "tags": lambda text: (
        "PROCEDURES.md",
        f"# Procedures\n\n## [2026-11-01-120000] Title\n\nBody.\n\n**Tags**: a, {_on_line(text)}\n",
    ),
    "bullet": lambda text: (
        "CONVENTIONS.md",
        f"# Conventions\n\n## Code\n\n- **Name**: a {text} b\n- **B**: b\n",
    ),
    "name of a bullet": lambda text: (
        "CONVENTIONS.md",
        f"# Conventions\n\n- **Name {text}**: a\n- **B**: b\n",
    ),
    "category": lambda text: ("CONVENTIONS.md", f"# Conventions\n\n## {_on_line(text)}\n\n- **Name**: a\n"),
    "rule": lambda text: ("CONSTITUTION.md", f"# Constitution\n\n- Rule {text} end.\n"),
    "session": lambda text: ("sessions/2026-11-01-120000-work.md", f"# Session\n\n## Did\n\n{text}\n"),
    "comment": lambda text: ("SNIPPETS.md", f"# Snippets\n\n<!-- {text} -->\n\n{_PLAIN}"),
    "index": lambda text: (
        "LEARNINGS.md",
        f"# Learnings\n\n<!-- INDEX:START -->\n{text}\n<!-- INDEX:END -->\n\n{_PLAIN}",
    ),
    "front of a file": lambda text: ("LEARNINGS.md", f"{text}\n\n{_PLAIN}"),
    "end of a file": lambda text: ("LEARNINGS.md", f"# Learnings\n\n{_PLAIN}{text}"),
    "page of a reference": lambda text: ("GLOSSARY.md", f"# Glossary\n\n- **Term**: a {text} b\n"),
    "page": lambda text: ("decisions/one.md", f"# A decision\n\n{text}\n"),
    "archive": lambda text: (
        "archive/learnings-2026-Q4.md",
        f"# Archive\n\n## [2026-10-01-120000] Old\n\n{text}\n",
    ),
    "archived tasks": lambda text: ("archive/tasks-2026-Q4.md", f"# Archive\n\n- [x] alpha {text} omega\n"),
}


class Command(NamedTuple):
    """A command line.

    TEXT stands for a text of the size measured, FIRST for the handle of an entry; BASE, OURS, THEIRS and PATH
    for what git gives a merge driver.
    """

    name: str
    words: Sequence[str]


COMMANDS = tuple(
    Command(" ".join(word for word in words[:2] if word[:2] != "--"), words)
    for words in (
        ("agent", "--budget", "3000", "--now", "2026-11-20"),
        ("search", "alpha", "text"),
        ("list",),
        ("show", "FIRST"),
        ("why", "FIRST"),
        ("status",),
        ("drift", "--now", "2026-11-20"),
        ("consolidate",),
        ("task", "list", "--all"),
        ("task", "archive", "--dry-run", "--now", "2026-11-20"),
        ("task", "add", "one more", "--dry-run"),
        ("learn", "One more", "--lesson", "Short.", "--dry-run"),
        ("edit", "FIRST", "--title", "Another", "--dry-run"),
        ("edit", "FIRST", "--body", "Another.", "--dry-run"),
        ("deprecate", "FIRST", "--why", "Gone.", "--dry-run"),
        ("remove", "FIRST", "--dry-run"),
        ("merge-driver", "BASE", "OURS", "THEIRS", "PATH"),
    )
)
MOST = 3.0  # the ratio that nothing may reach when a text is doubled
WORTH_A_LOOK = 0.15  # seconds; below that no quadratic part can hide that matters at this size
# Consolidation compares each entry with each other one of its kind (docs/consolidation.md). These sorts are
# many entries: there its time grows with the square of their number, not of the length of a text.
_MANY_ENTRIES = {
    *("headings", "equal headings", "stamped headings", "underlined headings", "list items", "bold items"),
    *("nested items", "tasks", "done tasks", "equal tasks", "nested tasks"),
}
PAIRWISE = frozenset((sort, "consolidate") for sort in _MANY_ENTRIES)
# What is given as an argument is looked at as well as what stands in files.
GIVEN = tuple(
    Command(f"{words[0]} of TEXT", words)
    for words in (
        ("agent", "--task", "TEXT", "--budget", "3000"),
        ("search", "--", "TEXT"),
        ("task", "add", "--dry-run", "--", "TEXT"),
        ("learn", "Title", "--body", "TEXT", "--dry-run"),
        ("learn", "--lesson", "a", "--dry-run", "--", "TEXT"),
        ("learn", "Title", "--lesson", "TEXT", "--dry-run"),
        ("learn", "Title", "--tag", "TEXT", "--dry-run"),
        ("edit", "FIRST", "--body", "TEXT", "--dry-run"),
        ("edit", "FIRST", "--title", "TEXT", "--dry-run"),
        ("deprecate", "FIRST", "--why", "TEXT", "--dry-run"),
    )
)


def contexts() -> list[list[str]]:
    """The places in groups that one context can hold: no two of a group are in one file."""
    groups: list[dict[str, str]] = []
    for place, make in PLACES.items():
        path = make("")[0]
        group = next((group for group in groups if path not in group), None)
        if group is None:
            groups.append(group := {})
        group[path] = place
    return [list(group.values()) for group in groups]


def measure(command: Command, sort: str, places: Sequence[str], size: int) -> float:
    """The processor time of a command for a text of a sort and size at some places, with nothing kept."""
    text = SORTS[sort](size)
    files = dict(PLACES[place]("" if command in GIVEN else text) for place in places)
    with tempfile.TemporaryDirectory() as folder:
        root = project(Path(folder), {**_FIXED, **files})
        words = [text if word == "TEXT" else word for word in command.words]
        if "FIRST" in words:
            words = [_first(root, files) if word == "FIRST" else word for word in words]
        if "PATH" in words:
            words = _versions(root, next(iter(files)), words)
        return _seconds(root, words)


def _first(root: Path, files: Files) -> str:
    """The handle of the first entry of some files, else of any."""
    entries = open_context(root).entries()
    own = [entry for entry in entries if entry.path.removeprefix(".context/") in files]
    shutil.rmtree(root / ".context/.cache", ignore_errors=True)
    return (own or entries)[0].id


def _versions(root: Path, path: str, words: Sequence[str]) -> list[str]:
    text = (root / ".context" / path).read_bytes().decode()
    versions = {"BASE": text, "OURS": text.replace("alpha", "gamma"), "THEIRS": text + "\n- [ ] more\n"}
    for name, version in versions.items():
        (root / name).write_bytes(version.encode())
    return [f".context/{path}" if word == "PATH" else word for word in words]


def _seconds(root: Path, words: Sequence[str]) -> float:
    """The processor time of one command, which may refuse what it is given."""
    shown = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="replace")
    gc.collect()
    with (
        contextlib.chdir(root),
        contextlib.redirect_stdout(shown),
        contextlib.redirect_stderr(shown),
        # Else a part of the work is done in a process whose time is not counted here.
        patch("ctx.store.child_process._processors", return_value=1),
    ):
        before = time.process_time()
        with contextlib.suppress(CtxError, SystemExit):
            call(words)
        return time.process_time() - before


def too_fast(command: Command, sort: str, places: Sequence[str], size: int) -> str:
    """How a command's time grows with a text, if that is faster than a text may; else an empty string."""
    if (sort, command.name) in PAIRWISE or measure(command, sort, places, 2 * size) < WORTH_A_LOOK:
        return ""
    once, twice = (min(measure(command, sort, places, n) for _ in range(3)) for n in (size, 2 * size))
    if twice < MOST * once:
        return ""
    where = places[0] if len(places) == 1 else f"{len(places)} places"
    return f"{command.name}: {sort}, {where}: {once:.2f} s for {size}, {twice:.2f} s for twice as much"


def main(size: int, sorts: Sequence[str]) -> int:
    """Print what grows too fast; 1 where anything does."""
    pairs = [(command, [place]) for place in PLACES for command in COMMANDS]
    pairs += [(command, ["entry body"]) for command in GIVEN]
    found = 0
    for sort in sorts or SORTS:
        for command, places in pairs:
            if said := too_fast(command, sort, places, size):
                found += 1
                sys.stdout.write(f"{said}\n")
                sys.stdout.flush()
    sys.stdout.write(
        f"{len(sorts or SORTS)} sorts of text, {len(pairs)} places and commands, {found} too fast\n"
    )
    return int(bool(found))


if __name__ == "__main__":
    os.environ["GIT_CONFIG_GLOBAL"] = os.devnull
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000, sys.argv[2:]))
