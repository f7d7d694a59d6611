"""What an entry looks like in a packet: nothing twice, nothing for nobody, nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctx.actions.build_packet import Request, build_packet
from tests.cli import ctx, project
from tests.contexts import MemoryReader


def _text(name: str, text: str) -> str:
    packet = build_packet(MemoryReader({f".context/{name}": text}), Request(budget=4000, now="2026-11-21"))
    return packet.text.partition("\n\n")[2]


def test_a_field_that_repeats_the_title_is_left_out_and_so_is_bookkeeping() -> None:
    body = (
        "**Status**: Accepted\n\n**Context**: Sails tear in gales.\n\n**Decision**: Reef at six Beaufort.\n\n"
        "**Rationale**: Canvas is dear.\n\nIt is also slow to sew.\n\n**Marks**: +3 -1\n**Pinned**: yes\n"
        "**Approved by**: Ada\n**Consolidated from**: D-000001, D-000002\n**By**: robot\n**Source**: web\n"
        "**Frame**: a/b\n**Task**: T-1\n**Retry of**: a\n"
    )
    assert _text("DECISIONS.md", f"## [2026-02-03] Reef at six Beaufort\n\n{body}") == (
        "## Decisions\n### 2026-02-03 Reef at six Beaufort (D-436835)\n**Context**: Sails tear in gales.\n\n"
        "**Rationale**: Canvas is dear.\n\nIt is also slow to sew.\n"
    )


@pytest.mark.parametrize(
    "status", ["**Status**: Proposed", "Status: Draft", "- **Status:** Accepted in part"]
)
def test_a_status_that_says_something_stays(status: str) -> None:
    assert status.rsplit(maxsplit=1)[-1] in _text(
        "FACTS.md", f"## Tides\n\n{status}\n\nTwice a day.\n\nNot always.\n"
    )


@pytest.mark.parametrize("status", ["**Status**: Accepted", "Status: accepted", "- **Status:** Accepted."])
def test_an_accepted_status_is_left_out_however_it_is_written(status: str) -> None:
    text = _text("FACTS.md", f"## Tides\n\n{status}\n\nTwice a day.\n\nNot always.\n")
    assert text.endswith("\nTwice a day.\n\nNot always.\n")


def test_code_keeps_what_looks_like_bookkeeping() -> None:
    body = "```\n**Marks**: +1\nStatus: Accepted\n```\n"
    assert body in _text("FACTS.md", f"## Tides\n\n{body}")


def test_what_follows_bookkeeping_stays() -> None:
    text = _text("FACTS.md", "## Tides\n\n**Approved by**: Ada\n\nTwice a day.\n\nNot always.\n")
    assert text.endswith("(F-c85e2a)\nTwice a day.\n\nNot always.\n")


def test_an_entry_of_one_paragraph_is_one_bullet() -> None:
    text = _text("FACTS.md", "## [2026-01-01] Tides\n\nThey come\ntwice a day.\n")
    assert text == "## Facts\n- **Tides** (F-2c3f79): They come twice a day.\n"
    assert _text("FACTS.md", "## Tides\n") == "## Facts\n- **Tides** (F-c85e2a)\n"


@pytest.mark.parametrize(
    "body",
    [
        "- one\n- two",
        "1. one\n2. two",
        "> said",
        "said\n\n| a |\n|---|\n| b |",
        "text\n- item",
        "    code",
        "a\n\nb",
    ],
)
def test_what_is_more_than_a_paragraph_stands_under_its_heading(body: str) -> None:
    assert _text("FACTS.md", f"## Tides\n\n{body}\n").endswith(f"### Tides (F-c85e2a)\n{body}\n")


def test_a_bullet_without_a_name_is_printed_once_with_its_handle() -> None:
    named = "- **Knots**: Tie them twice.\n"
    text = _text(
        "CONVENTIONS.md",
        f"{named}- Coil every rope clockwise, wherever it lies, unless the mate says otherwise before noon.\n"
        "- Stow the oars:\n  - blades aft\n  - looms forward\n",
    )
    assert text.count("Coil every rope") == 1
    assert "otherwise before noon. (C-" in text
    assert "- Stow the oars: (C-" in text
    assert "  - blades aft\n" in text


def test_a_line_break_that_was_meant_to_stay_becomes_a_blank() -> None:
    assert "(F-c85e2a): One. Two." in _text("FACTS.md", "## Tides\n\nOne.  \nTwo.\n")


def test_a_blank_line_stands_between_sections_and_none_at_the_end() -> None:
    files = {
        ".context/CONVENTIONS.md": "- **Knots**: Twice.\n",
        ".context/FACTS.md": "## Tides\n\nTwice a day.\n\nNot always.\n",
        ".context/TASKS.md": "- [ ] Sail\n",
        ".context/sessions/2026-01-01-1200-work.md": "# Work\n\n**Status**: completed\n\n## Summary\nDone.\n",
    }
    text = build_packet(MemoryReader(files), Request(budget=4000, now="2026-11-21")).text
    assert text.endswith("</frame>\n")
    for heading in ("## Facts", "## Tasks", "## Now"):
        assert f"\n\n{heading}\n" in text
    assert "\n\n\n" not in text


def test_a_file_that_is_no_text_is_left_out_and_named(tmp_path: Path) -> None:
    root = project(
        tmp_path,
        {
            "LEARNINGS.md": b"## [2026-01-01] Caf\xe9\n\nlatte\n",
            "FACTS.md": "## Tides\n\nTwice a day.\n",
            "DECISIONS.md": b"## Reef\0\n",
            "TASKS.md": "- [ ] Sail at high tide\n".encode("utf-16"),
            "CONVENTIONS.md": "- **Knots**: Twice.\n",
        },
    )
    for _ in range(2):
        done = ctx("agent", cwd=root)
        assert done.code == 0
        assert "**Tides** (F-c85e2a): Twice a day." in done.out
        assert "**Knots**" in done.out
        for said in (
            "LEARNINGS.md:1: is not UTF-8",
            "DECISIONS.md:1: holds a NUL",
            "TASKS.md:1: is not UTF-8",
        ):
            assert f".context/{said}" in done.err
    strict = ctx("agent", "--strict", cwd=root)
    assert (strict.code, strict.out) == (1, "")
    assert "is not UTF-8" in strict.err or "holds a NUL" in strict.err
    assert ctx("why", "F-c85e2a", cwd=root).out.startswith("F-c85e2a Tides\nIn a packet of 4000 tokens")
    before = (root / ".context" / "LEARNINGS.md").read_bytes()
    assert ctx("learn", "New", "--lesson", "x", cwd=root).code == 1
    assert (root / ".context" / "LEARNINGS.md").read_bytes() == before


def test_a_file_that_becomes_text_again_is_back(tmp_path: Path) -> None:
    root = project(tmp_path, {"FACTS.md": "## Tides\n\nTwice a day.\n", "LEARNINGS.md": "## Caf\u00e9\n"})
    good = ctx("agent", cwd=root)
    (root / ".context" / "LEARNINGS.md").write_bytes("## Caf\u00e9\n".encode("latin-1"))
    bad = ctx("agent", cwd=root)
    assert "Caf" not in bad.out
    (root / ".context" / "LEARNINGS.md").write_text("## Caf\u00e9\n", encoding="utf-8")
    assert ctx("agent", cwd=root) == good
    assert (good.err, good.code) == ("", 0)


def test_an_undecodable_constitution_is_named_in_the_packet(tmp_path: Path) -> None:
    root = project(tmp_path, {"CONSTITUTION.md": b"- caf\xe9\n", "FACTS.md": "## Tides\n"})
    done = ctx("agent", cwd=root)
    assert "## Constitution\n\nThe rules cannot be read" in done.out
    assert "Tides" in done.out


@pytest.mark.parametrize("block", ["```py\n  x = 1\n  ```", "> ~~~py\n  > said\n  > ~~~", "> Py.\n  > Two."])
def test_a_handle_is_no_part_of_a_block_that_an_item_begins_with(block: str) -> None:
    text = _text("CONVENTIONS.md", f"## Style\n\n- **Py**: {block}\n- **Other**: item\n")
    first, _, rest = text.partition("\n  ")
    assert first.startswith("## Conventions\n- (C-")
    assert rest.startswith(block)
