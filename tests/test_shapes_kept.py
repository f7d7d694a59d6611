"""Writing into a file keeps its shape: a diff shows the row, item, page or heading meant, and no more."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

import pytest

from tests.cli import ctx, project

NUMBERED = "# Decisions\n\nIn order.\n\n1. **Use Postgres.** For the queue.\n2. **No ORM.** In the core.\n"
TABLE = (
    "# Decisions\n\n| ID | Date | Decision | Why |\n|---|---|---|---|\n"
    "| D-01 | 2026-05-01 | Use Postgres | It is there. |\n"
)
DATED = "# Decisions\n\n- 2026-05-01: Use Postgres for the queue\n- 2026-05-02: **No ORM** in the core\n"
UNDERLINED = "Decisions\n=========\n\nUse Postgres\n------------\n\nFor the queue.\n"
NEWEST_FIRST = "# Decisions\n\n* **2026-05-02** — No ORM\n* **2026-05-01** — Use Postgres\n"


def _changed(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [re.sub(r"\d{4}-\d{2}-\d{2}(-\d{6})?", "DATE", line) for line in lines if line[0] in "+-"]


def _run(root: Path, *command: str) -> list[str]:
    path = root / ".context/DECISIONS.md"
    before = path.read_text(encoding="utf-8")
    done = ctx(*command, cwd=root)
    assert done.code == 0, done.err
    return _changed(before, path.read_text(encoding="utf-8"))


def _handle(root: Path, title: str) -> str:
    for line in ctx("list", "decision", cwd=root).out.splitlines():
        if title in line and (found := re.search(r"D-[0-9a-f]{6,}", line)):
            return found[0]
    raise AssertionError(title)


ADDED = {
    NUMBERED: ["+ 3. **Use Argo**: To deploy."],
    NUMBERED.replace("2. ", "1. "): ["+ 1. **Use Argo**: To deploy."],
    NUMBERED.replace("1. ", "- ").replace("2. ", "- "): ["+ - **Use Argo**: To deploy."],
    TABLE: ["+ | D-02 | DATE | Use Argo | To deploy. |"],
    TABLE.replace("| Why ", "").replace("---|---|---|---", "---|---|---").replace("| It is there. ", ""): [
        "+ | D-02 | DATE | Use Argo<br>To deploy. |"
    ],
    "# Decisions\n\nDecision | Date\n--- | ---\n": ["+ Use Argo<br>To deploy. | DATE"],
    DATED: ["+ - DATE: **Use Argo**: To deploy."],
    NEWEST_FIRST: ["+ * **DATE** — **Use Argo**: To deploy."],
    UNDERLINED: ["+ ---", "+ [DATE] Use Argo", "+ " + "-" * 28, "+ To deploy."],
}


@pytest.mark.parametrize("text", ADDED)
def test_a_new_entry_has_the_shape_of_the_others(tmp_path: Path, text: str) -> None:
    root = project(tmp_path, {"DECISIONS.md": text})
    count = len(ctx("list", "decision", "--ids", cwd=root).out.split())
    changed = _run(root, "add", "decision", "Use Argo", "--body", "To deploy.")
    assert [line for line in changed if line.strip("+ ")] == ADDED[text]
    assert len(ctx("list", "decision", "--ids", cwd=root).out.split()) == count + 1
    assert len(ctx("list", "decision", "--since", "2026-05-20", "--ids", cwd=root).out.split()) == (
        "DATE" in "".join(ADDED[text])
    )
    assert "To deploy." in ctx("show", _handle(root, "Use Argo"), cwd=root).out


def test_the_newest_stands_where_the_newest_stand(tmp_path: Path) -> None:
    root = project(tmp_path, {"DECISIONS.md": NEWEST_FIRST})
    _run(root, "add", "decision", "Use Argo", "--body", "To deploy.")
    text = (root / ".context/DECISIONS.md").read_text(encoding="utf-8")
    assert text.index("Use Argo") < text.index("No ORM")


RETITLED = {
    NUMBERED: ["- 1. **Use Postgres.** For the queue.", "+ 1. **Use MySQL** For the queue."],
    TABLE: [
        "- | D-01 | DATE | Use Postgres | It is there. |",
        "+ | D-01 | DATE | Use MySQL | It is there. |",
    ],
    DATED: [
        "- - DATE: Use Postgres for the queue",
        "+ - DATE: **Use MySQL**: Use Postgres for the queue",
    ],
    UNDERLINED: ["- Use Postgres", "- ------------", "+ Use MySQL", "+ ---------"],
    "# Decisions\n\n## 2026-05-01: Use Postgres\n\nFor it.\n": [
        "- ## DATE: Use Postgres",
        "+ ## DATE: Use MySQL",
    ],
}


@pytest.mark.parametrize("text", RETITLED)
def test_a_new_title_leaves_the_date_and_the_rest_as_they_are(tmp_path: Path, text: str) -> None:
    root = project(tmp_path, {"DECISIONS.md": text})
    changed = _run(root, "edit", _handle(root, "Use Postgres"), "--title", "Use MySQL")
    changed = [re.sub(r"<br>\*\*Formerly\*\*: [\w-]+", "", line) for line in changed]
    changed = [line for line in changed if "Formerly" not in line and line.strip("+ ")]
    assert sorted(changed) == sorted(RETITLED[text])


DEPRECATED = {
    NUMBERED: ["+    **Status**: Deprecated (old, DATE)"],
    TABLE: [
        "- | D-01 | DATE | Use Postgres | It is there. |",
        "+ | D-01 | DATE | Use Postgres<br>**Status**: Deprecated (old, DATE) | It is there. |",
    ],
    TABLE.replace("Why", "Status").replace("It is there.", "Accepted"): [
        "- | D-01 | DATE | Use Postgres | Accepted |",
        "+ | D-01 | DATE | Use Postgres | Deprecated (old, DATE) |",
    ],
    UNDERLINED: ["+ **Status**: Deprecated (old, DATE)"],
}


@pytest.mark.parametrize("text", DEPRECATED)
def test_a_status_goes_where_the_shape_has_it(tmp_path: Path, text: str) -> None:
    root = project(tmp_path, {"DECISIONS.md": text})
    changed = _run(root, "deprecate", _handle(root, "Use Postgres"), "--why", "old")
    assert [line for line in changed if line.strip("+ ")] == DEPRECATED[text]
    live = ctx("list", "decision", "--status", "live", cwd=root).out
    assert "Use Postgres" not in live


@pytest.mark.parametrize("text", [NUMBERED, TABLE, DATED, UNDERLINED, NEWEST_FIRST])
def test_an_entry_taken_out_is_whole_in_the_archive(tmp_path: Path, text: str) -> None:
    root = project(tmp_path, {"DECISIONS.md": text})
    handle = _handle(root, "Use Postgres")
    body = ctx("show", handle, "--json", cwd=root)
    changed = _run(root, "remove", handle)
    assert all(line.startswith("- ") for line in changed)
    assert "Use Postgres" not in ctx("list", "decision", cwd=root).out
    again = ctx("show", handle, "--json", cwd=root)
    assert again.code == 0, again.err
    assert re.search(r'"body": "(.*)"', again.out)[1] == re.search(r'"body": "(.*)"', body.out)[1]  # type: ignore[index]


def test_the_body_of_a_row_is_replaced_in_its_cells(tmp_path: Path) -> None:
    root = project(tmp_path, {"DECISIONS.md": TABLE})
    handle = _handle(root, "Use Postgres")
    assert _run(root, "edit", handle, "-f", "Why=One | two\nthree") == [
        "- | D-01 | DATE | Use Postgres | It is there. |",
        "+ | D-01 | DATE | Use Postgres | One \\| two<br>three |",
    ]
    assert _run(root, "edit", handle, "--tag", "db") == [
        "- | D-01 | DATE | Use Postgres | One \\| two<br>three |",
        "+ | D-01 | DATE | Use Postgres<br>**Tags**: db | One \\| two<br>three |",
    ]
    assert "One | two" in ctx("show", handle, cwd=root).out


PAGE = "# Use Postgres\n\n{}## Context\n\nA queue.\n\n## Decision\n\nPostgres.\n\n## Consequences\n\nNone.\n"


@pytest.mark.parametrize(
    ("front", "status", "wanted"),
    [
        (
            "---\nstatus: accepted\ndate: 2026-01-04\n---\n\n",
            "",
            ["- status: accepted", "+ status: Deprecated (old, DATE)"],
        ),
        (
            "---\ndate: 2026-01-04\nstatus: 'proposed' # by all\n---\n\n",
            "",
            ["- status: 'proposed' # by all", "+ status: Deprecated (old, DATE) # by all"],
        ),
        ("---\ndate: 2026-01-04\n---\n\n", "", ["+ status: Deprecated (old, DATE)"]),
        ("", "## Status\n\nAccepted\n\n", ["- Accepted", "+ Deprecated (old, DATE)"]),
        ("", "Status: Accepted\n\n", ["- Status: Accepted", "+ Status: Deprecated (old, DATE)"]),
        ("", "## Estado\n\nAceptado\n\n", ["- Aceptado", "+ Deprecated (old, DATE)"]),
    ],
)
def test_a_page_keeps_its_front_matter_and_headings(
    tmp_path: Path, front: str, status: str, wanted: list[str]
) -> None:
    text = front + PAGE.format(status)
    root = project(tmp_path, {"decisions/0001-x.md": text})
    done = ctx("deprecate", _handle(root, "Use Postgres"), "--why", "old", cwd=root)
    assert done.code == 0, done.err
    after = (root / ".context/decisions/0001-x.md").read_text(encoding="utf-8")
    assert [line for line in _changed(text, after) if "2026-01-04" not in line] == wanted
    assert "Use Postgres" not in ctx("list", "decision", "--status", "live", cwd=root).out


DEPLOY = (
    "## How we deploy\n\nNever on Fridays.\n\n### Rollback\n\nThe red button.\n\n### Canary\n\nA tenth.\n"
)
OWN_TEXTS = {
    DEPLOY: "Never",
    "## A\n\n### One\n\nx\n\n## Style\n\nOwn.\nTwo lines.\n\n### Two\n\ny\n": "Own",
    f"## [2026-01-01] Stamped\n\nx\n\n{DEPLOY}\n## [2026-01-02] Another\n\ny\n": "Never",
}


@pytest.mark.parametrize("text", OWN_TEXTS)
def test_the_text_of_a_category_goes_without_its_heading(tmp_path: Path, text: str) -> None:
    gone = OWN_TEXTS[text]
    root = project(tmp_path, {"DECISIONS.md": f"# Decisions\n\n{text}"})
    handle = next(
        line.split()[0]
        for line in ctx("list", "decision", "--ids", cwd=root).out.splitlines()
        if gone in ctx("show", line.split()[0], cwd=root).out
    )
    changed = _run(root, "remove", handle)
    assert not any(line.startswith("- #") for line in changed)
    assert all(line.startswith("- ") for line in changed)
    assert gone in ctx("show", handle, cwd=root).out


@pytest.mark.parametrize("front", ["", "---\nstatus: accepted\ndate: 2026-01-04\n---\n\n"])
def test_a_page_is_one_entry_in_the_archive_too(tmp_path: Path, front: str) -> None:
    page = front + PAGE.format("")
    root = project(
        tmp_path, {"decisions/0001-x.md": page, "decisions/0002-y.md": page.replace("Postgres", "Argo")}
    )
    for title in ("Use Postgres", "Use Argo"):
        handle = _handle(root, title)
        done = ctx("remove", handle, cwd=root)
        assert done.code == 0, done.err
        assert f"{handle} is in" in done.out
    assert not (root / ".context/decisions/0001-x.md").exists()
    found = ctx("list", "decision", "--archived", "--ids", cwd=root)
    assert len(found.out.split()) == 2, found
    for handle in found.out.split():
        assert "## Consequences" in ctx("show", handle, cwd=root).out


@pytest.mark.parametrize("text", [NUMBERED, TABLE, DATED])
def test_what_is_archived_stays_read_when_more_follows(tmp_path: Path, text: str) -> None:
    headed = "# Learnings\n\n## [2026-01-01-101010] Headed\n\nText.\n"
    root = project(tmp_path, {"DECISIONS.md": text, "LEARNINGS.md": headed})
    first = _handle(root, "Use Postgres")
    assert ctx("remove", first, cwd=root).code == 0
    (root / ".context/DECISIONS.md").write_text(headed.replace("Learnings", "Decisions"), encoding="utf-8")
    assert ctx("remove", _handle(root, "Headed"), cwd=root).code == 0
    found = ctx("list", "decision", "--archived", cwd=root).out
    assert "Use Postgres" in found
    assert "Headed" in found
    assert ctx("show", first, cwd=root).code == 0
