"""Made-up TASKS.md files: every marker, nested items, wrapped lines, fences, comments, odd line endings."""

from __future__ import annotations

from hypothesis import strategies as st

LEADS = (
    "Fix the parser",
    "Fix the parser",
    "Write docs",
    "Größe prüfen",
    "Handle `#tags` in code",
    "漢字 support",
    "",
)
LABELS = ("", "", " #in-progress", " #blocked", " #priority:high", " #added:2026-01-02 #ui")
NESTED = (
    "",
    "",
    "{i}wrapped on\n{i}two lines #late\n",
    "{i}- a note\n",
    "\n{i}a second paragraph\n",
    "{i}```\n{i}- [ ] fenced\n{i}```\n",
    "{i}> - [ ] quoted\n",
    "{i}---\n",
)
BETWEEN = (
    "",
    "",
    "\n",
    "\n\n",
    "\nSome words.\n\n",
    "\n## Phase 2 #blocked\n\n",
    "\n## Phase 1\n\n",
    "### Deep\n",
    "\n```\n- [ ] code\n# no heading\n```\n",
    "\n<!-- - [ ] hidden\n-->\n\n",
    "- a plain bullet\n  - [x] done below it\n",
    "\n---\n\n",
)


@st.composite
def items(draw: st.DrawFn, depth: int = 0, indent: str = "") -> str:
    """An item with what is nested in it."""
    marker = draw(st.sampled_from(["-", "-", "*", "+", "1.", "10)"]))
    gap = draw(st.sampled_from([" ", " ", "  ", "\t"])) if depth == 0 else " "
    mark = draw(st.sampled_from(" xX-"))
    lead = draw(st.sampled_from(LEADS)) + draw(st.sampled_from(LABELS))
    inner = indent + ("    " if gap == "\t" else " " * len(marker + gap))
    own = draw(st.sampled_from(NESTED)).format(i=inner)
    text = f"{indent}{marker}{gap}[{mark}] {lead}".rstrip() + "\n" + own
    if depth < 3:
        for _ in range(draw(st.integers(0, 2 - (depth > 0)))):
            text += draw(items(depth + 1, inner))
    return text


@st.composite
def task_files(draw: st.DrawFn) -> str:
    """A whole file."""
    parts = [draw(st.sampled_from(["# Tasks\n\n", "", "\n", "Words first.\n\n", "<!-- hint -->\n"]))]
    for _ in range(draw(st.integers(0, 5))):
        parts += [draw(items()), draw(st.sampled_from(BETWEEN))]
    text = "".join(parts)
    if draw(st.booleans()):
        text = text.rstrip("\n")
    text = text.replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n", "\r"])))
    return draw(st.sampled_from(["", "", "\ufeff"])) + text
