"""No knowledge is invisible: every line of a kind's file is read, or drift names it."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctx.kinds import BUILTIN
from ctx.markdown.document import Document
from ctx.model.file_roles import Holds, Role
from ctx.reading.read_entries import entries_of
from ctx.reading.unread import find_unread
from tests.cli import ctx, project

CONVENTION, DECISION = BUILTIN[0], BUILTIN[1]


def _unread(text: str, kind: str = "decision", page: str = "") -> list[tuple[int, int]]:
    found = next(one for one in BUILTIN if one.name == kind)
    role = Role(Holds.ENTRIES, found, page=bool(page))
    return [(one.line, one.lines) for one in find_unread(Document.parse(text), role, page)]


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("decision", "# Decisions\n\nWe use Postgres.\nAnd Redis.\n\nNo ORM.\n", [(3, 3)]),
        (
            "convention",
            "# C\n\n## Code\n\n- **A**: x\n\nNever commit on Fridays.\n\n- **B**: y\n\nNor here.\n",
            [(7, 1), (11, 1)],
        ),
        ("decision", "# D\n\nPreamble.\n\n1. **One.** x\n\nLost paragraph.\n\n2. **Two.** y\n", [(7, 1)]),
        ("decision", "# D\n\n| Date | Decision |\n|---|---|\n| 2026-01-01 | One |\n\nBelow.\n", [(7, 1)]),
        ("learning", "# L\n\nPreamble.\n\n## [2026-01-01] A\n\nx\n\n---\n", []),
        ("learning", "# L\n\n<!-- guidance -->\n\n## [YYYY-MM-DD] Title\n\n**Lesson**: …\n\n## A\n\nx\n", []),
        ("learning", "# L\n\n<!-- F\n## [2026-01-01] A\nx\n-->\n\n[a]: http://example.org\n", []),
        ("learning", "---\ntitle: L\n---\n\n# L\n", []),
        ("learning", "# L\n\n## Themes\n\n- **A** (learnings/a.md): x\n", []),
        ("learning", "# L\n\n<!-- INDEX:START -->\n| a |\n<!-- INDEX:END -->\n", []),
    ],
)
def test_what_no_entry_holds(kind: str, text: str, found: list[tuple[int, int]]) -> None:
    assert _unread(text, kind) == found


def test_readmes_and_templates_are_no_knowledge() -> None:
    assert _unread("# Template\n\n## Context\n\ntext\n", page="adr-template") == []
    assert _unread("# Title\n\nOne thought.\n", page="0001-x") == []


def test_status_counts_and_drift_shows(tmp_path: Path) -> None:
    text = "# Conventions\n\n- **Tabs**: four blanks\n\nNever on Fridays.\nNor on Mondays.\n"
    root = project(tmp_path, {"CONVENTIONS.md": text})
    for _ in range(2):
        assert "unread: 2 lines in no entry" in ctx("status", cwd=root).out
        assert '"unread": 2' in ctx("status", "--json", cwd=root).out
    told = ctx("drift", cwd=root)
    assert "CONVENTIONS.md:5: no entry holds `Never on Fridays.` and 1 more line" in told.out
    (root / ".context/CONVENTIONS.md").write_text(
        text.replace("\nNever", "\n## Days\n\nNever"), encoding="utf-8"
    )
    assert "unread" not in ctx("status", cwd=root).out
    assert "no entry holds" not in ctx("drift", cwd=root).out


BLOCKS = st.sampled_from(
    [
        "# Title{n}\n",
        "## [2026-01-0{d}-10101{d}] Stamped{n}\n\nword{n}\n",
        "### [2026-01-0{d}] Deeper{n}\n\nword{n}\n",
        "## Plain{n}\n\nword{n}\n",
        "## Empty{n}\n",
        "### Child{n}\n\nword{n}\n",
        "### Context\n\nword{n}\n",
        "## 2026-02-0{d}\n",
        "## 2026-02-0{d}: Dated{n}\n\nword{n}\n",
        "## [YYYY-MM-DD] Pattern{n}\n\nguide{n}\n",
        "paragraph{n}\nof two lines{n}\n",
        "- **Bold{n}**: word{n}\n- plain{n}\n",
        "1. **Bold{n}.** word{n}\n2. 2026-03-0{d}: word{n}\n",
        "* plain{n}\n  more{n}\n",
        "| Date | Decision |\n|---|---|\n| 2026-04-0{d} | Row{n} |\n",
        "Under{n}\n------\n\nword{n}\n",
        "Under{n}\n======\n\nword{n}\n",
        "text{n}\n---\n",
        "---\n",
        "<!-- guide{n} -->\n",
        "<!-- guide{n}\n\n## [2026-05-0{d}] Kept{n}\n\nword{n}\n-->\n",
        "<!-- INDEX:START -->\n| guide{n} |\n<!-- INDEX:END -->\n",
        "```\ncode{n}\n```\n",
        "<!-- never closed guide{n}\n",
        "```\ncode never closed{n}\n",
        "> quote{n}\n",
        "<div>\nhtml{n}\n</div>\n",
    ]
)
# What a reader takes for headings, patterns, comments and index blocks, not for knowledge.
_GUIDANCE = re.compile(
    r"guide|Pattern|Title\d|^\s*#|^(?:Under\d+|\|? ?Date \|.*|[=\-| ]+|<.*>|-->|```)\s*$|<!--"
)


@st.composite
def _files(draw: st.DrawFn) -> str:
    parts = draw(st.lists(BLOCKS, max_size=9))
    blocks = [part.replace("{n}", str(n)).replace("{d}", str(n % 9 + 1)) for n, part in enumerate(parts)]
    return draw(st.sampled_from(["\n", ""])).join(blocks)


@given(_files(), st.sampled_from(["decision", "convention"]), st.booleans())
def test_every_line_is_read_once_or_named(text: str, kind: str, is_page: bool) -> None:
    role = Role(Holds.ENTRIES, next(one for one in BUILTIN if one.name == kind), page=is_page)
    document = Document.parse(text)
    path = ".context/decisions/0001-page.md" if is_page else ".context/FILE.md"
    entries = list(entries_of(document, role, path))
    stretches = find_unread(document, role, "0001-page")
    offsets = document.blocks.offsets
    # In no two entries at once, and every span holds what its entry says.
    for one, other in pairwise(entries):
        assert one.end <= other.start
    unread: set[int] = set()
    for stretch in stretches:
        assert document.blocks.lines[stretch.line - 1].strip() == stretch.text
        unread.add(stretch.line - 1)
    first_entry = min((entry.start for entry in entries), default=0)
    titled = document.sections and document.sections[0].heading.level == 1
    preamble_end = (
        min(first_entry, document.sections[0].end if titled else document.preamble[1]) if entries else 0
    )
    starts = sorted(unread)
    for number, line in enumerate(document.blocks.lines):
        at = offsets[number]
        held = any(entry.start <= at < entry.end for entry in entries)
        if held or at < preamble_end or not line.strip() or _GUIDANCE.search(line):
            continue
        if any(line.strip() == entry.category for entry in entries):
            continue
        if any(one.start <= at < one.end for one in document.blocks.comments):
            continue
        if _in_guidance(document, at):
            continue
        # It is in a stretch: one begins at it, or above it with nothing read between.
        place = bisect_right(starts, number) - 1
        assert place >= 0, (number, line)
        between = range(starts[place], number + 1)
        assert not any(entry.start <= offsets[n] < entry.end for entry in entries for n in between), line


def _in_guidance(document: Document, at: int) -> bool:
    """Whether an offset lies in a section whose heading, or that of one above, is a pattern."""
    level = 0
    for section in document.sections:
        if section.start > at:
            break
        if level and section.heading.level <= level:
            level = 0
        if not level and section.heading.text.startswith("[YYYY"):
            level = section.heading.level
        elif level and re.match(r"\[\d{4}", section.heading.text):
            level = 0
    return level > 0
