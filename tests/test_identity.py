"""What names an entry: ids of the team's own, handles that stay, and those of before a change."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctx.errors import CtxError
from ctx.reading.links import find_entry
from tests.cli import ctx, project
from tests.contexts import MemoryReader


def _entries(**files: str) -> dict[str, str]:
    """The handles of a context's entries by category and title."""
    texts = {f".context/{name}.md": text for name, text in files.items()}
    found = MemoryReader(texts).read().memory.entries
    return {f"{entry.category}/{entry.date or ''}/{entry.title}": entry.id for entry in found}


def _find(reference: str, *, whole: bool = False, **files: str) -> str:
    texts = {f".context/{name.replace('__', '/')}.md": text for name, text in files.items()}
    return find_entry(MemoryReader(texts).read().memory.entries, reference, whole=whole).title


TWENTY = "# Decisions\n\n" + "".join(f"## D-{n:02}: Use tool {n}\n\nText {n}.\n\n" for n in range(1, 21))


@pytest.mark.parametrize("number", range(1, 21))
def test_an_id_of_the_teams_own_goes_before_the_prefix_of_a_handle(number: int) -> None:
    for reference in (f"D-{number:02}", f"d-{number}", f"D{number:02}", f"D {number}"):
        for whole in (False, True):
            assert _find(reference, whole=whole, DECISIONS=TWENTY) == f"D-{number:02}: Use tool {number}"


@pytest.mark.parametrize(
    ("title", "references"),
    [
        ("ADR-0007 Use Argo", ["ADR-0007", "adr-7", "ADR 7", "ADR7"]),
        ("[ADR-7] Use Argo", ["ADR-0007", "adr-7"]),
        ("RFC 12", ["RFC 12", "rfc-12", "RFC12"]),
        ("~~RFC-12: Use Argo~~", ["RFC 12"]),
        ("Adr-3. Use Argo", ["ADR-3", "adr-0003"]),
        ("DEC_004 — Use Argo", ["dec-4", "DEC_004"]),
    ],
)
def test_ids_in_every_form(title: str, references: list[str]) -> None:
    for reference in references:
        text = f"# Decisions\n\n## {title}\n\nText.\n\n## ADR-70 Other\n\nx\n\n## RFC 120: More\n\ny\n"
        assert _find(reference, whole=True, DECISIONS=text) == title


def test_ids_of_pages_and_rows() -> None:
    page = "# Use Argo\n\n## Context\n\nx\n\n## Decision\n\ny\n"
    files = {"decisions__0007-use-argo": page, "decisions__0070-other": page.replace("Argo", "Helm")}
    for reference in ("ADR-0007", "adr-7", "0007", "7"):
        assert _find(reference, whole=True, **files) == "Use Argo"
    table = "# Decisions\n\n| ID | Decision |\n|---|---|\n| D-1 | One |\n| D-11 | Eleven |\n"
    assert _find("D-11", whole=True, DECISIONS=table) == "Eleven"
    assert _find("D-1", whole=True, DECISIONS=table) == "One"


@pytest.mark.parametrize(
    "title", ["UTF-8 everywhere", "Use D-11 again", "Version 2 is out", "3 retries", "No ADR-7 yet"]
)
def test_a_number_elsewhere_is_no_id(title: str) -> None:
    for reference in ("D-11", "ADR-7", "3", "2"):
        with pytest.raises(CtxError):
            _find(reference, DECISIONS=f"# Decisions\n\n## {title}\n\nText.\n")


def test_one_id_for_two_entries_is_refused_with_both() -> None:
    text = "# D\n\n## D-1: One\n\na\n\n## D-01: Also one\n\nb\n"
    with pytest.raises(CtxError, match=r"One.*Also one"):
        _find("D-1", whole=True, DECISIONS=text)


@pytest.mark.parametrize(
    "command",
    [
        ("edit", "{}", "--title", "Other"),
        ("mark", "{}", "helpful"),
        ("deprecate", "{}", "--why", "old"),
        ("supersede", "{}", "D-02"),
        ("remove", "{}"),
    ],
)
def test_what_changes_an_entry_wants_six_digits_and_says_what_it_took(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    root = project(tmp_path, {"DECISIONS.md": TWENTY})
    handle = next(line.split()[0] for line in ctx("list", "decision", "--ids", cwd=root).out.splitlines())
    before = (root / ".context/DECISIONS.md").read_bytes()
    short = ctx(*(part.format(handle[:6]) for part in command), cwd=root)
    assert short.code == 1
    assert "Use tool 1" in short.err
    assert handle in short.err
    assert (root / ".context/DECISIONS.md").read_bytes() == before
    done = ctx(*(part.format("D-11") for part in command), cwd=root)
    assert done.code == 0, done.err
    assert ("Other" if command[0] == "edit" else "Use tool 11") in done.err
    after = (root / ".context/DECISIONS.md").read_text(encoding="utf-8")
    assert "D-18: Use tool 18" in after
    assert "Text 18." in after


DAYS = "".join(
    f"## 2026-05-0{day}\n\n### Gotchas\n\nOf day {day}.\n\n### Alone {day}\n\nx\n\n" for day in (3, 2, 1)
)
GROUPS = "".join(
    f"## {name}\n\n### Gotchas of it\n\nOf {name}.\n\n### Alone in {name}\n\nx\n\n"
    for name in ("Hooks", "Caches")
)
OTHERS = {
    DAYS: "## 2026-05-09\n\n### Gotchas\n\nNew.\n\n### Alone 9\n\nx\n\n",
    GROUPS: "## Queues\n\n### Gotchas of it\n\nNew.\n\n### Alone in queues\n\nx\n\n",
    "## Hooks\n\n- **Order**: a\n\n## Caches\n\n- **Order**: b\n": "## Queues\n\n- **Order**: c\n\n",
}


@pytest.mark.parametrize("text", OTHERS)
def test_handles_stay_when_others_with_the_same_title_come_and_go(text: str) -> None:
    file = "CONVENTIONS" if "**" in text else "LEARNINGS"
    before = _entries(**{file: f"# Title\n\n{text}"})
    after = _entries(**{file: f"# Title\n\n{OTHERS[text]}{text}"})
    assert len(set(before.values())) == len(before)
    assert before.items() <= after.items()
    assert not any("." in handle for handle in after.values())


def test_a_handle_given_before_another_came_finds_the_entry_or_is_refused() -> None:
    one = "# T\n\n## Hooks\n\n- **Order**: a\n"
    plain = _entries(CONVENTIONS=one)["Hooks//Order"]
    both = f"{one}\n## Caches\n\n- **Order**: b\n"
    with pytest.raises(CtxError, match="could be"):
        _find(plain, whole=True, CONVENTIONS=both)
    apart = _entries(CONVENTIONS=both)["Hooks//Order"]
    assert apart != plain
    assert _find(apart, whole=True, CONVENTIONS=one) == "Order"


SHAPES = {
    "LEARNINGS.md": "# Learnings\n\n## [2026-01-01-101010] Old name\n\n**Lesson**: x\n\n---\n",
    "FACTS.md": "# Facts\n\n| Fact | Value |\n|---|---|\n| Old name | 8080 |\n",
    "CONVENTIONS.md": "# Conventions\n\n- **Old name**: x\n- **Other**: y\n",
    "DECISIONS.md": "# Decisions\n\n1. **Old name**: x\n2. **Other**: y\n",
    "procedures/one.md": "# Old name\n\nText alone.\n",
    "decisions/1.md": "---\ndate: 2026-01-04\n---\n# Old name\n\n## Context\n\nx\n\n## Decision\n\ny\n",
}


@pytest.mark.parametrize("file", SHAPES)
def test_the_handle_of_before_goes_on_finding_the_entry(tmp_path: Path, file: str) -> None:
    link = "# Errors\n\n## [2026-01-01-111111] Links\n\nSee {}.\n"
    root = project(tmp_path, {file: SHAPES[file]})
    old = next(
        line.split()[0]
        for line in ctx("list", "--ids", cwd=root).out.splitlines()
        if "Old name" in ctx("show", line.split()[0], cwd=root).out
    )
    (root / ".context/ERRORS.md").write_text(link.format(old), encoding="utf-8")
    first = ctx("edit", old, "--title", "New name", cwd=root)
    assert first.code == 0, first.err
    new = first.out.strip()
    assert new != old
    assert old in first.err
    assert new in first.err
    assert (root / ".context/ERRORS.md").read_text(encoding="utf-8") == link.format(new)
    second = ctx("edit", old, "--title", "Newest name", cwd=root)
    assert second.code == 0, second.err
    for handle in (old, new, second.out.strip()):
        assert "Newest name" in ctx("show", handle, cwd=root).out
    assert f"{old}, {new}" in (root / ".context" / file).read_text(encoding="utf-8")
    drift = ctx("drift", cwd=root).out
    assert old not in drift
    back = ctx("edit", new, "--title", "Old name", cwd=root)
    assert back.out.strip() == old
