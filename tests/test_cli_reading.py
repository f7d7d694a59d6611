"""Commands that read: transcripts of real runs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli import ctx, project
from tests.oracle import count

FILES: dict[str, str | bytes] = {
    "CONSTITUTION.md": "# Constitution\n\n<!-- guidance -->\n- Never guess. <!-- aside -->\n",
    "TASKS.md": "# Tasks\n\n- [ ] Add rate limiting to the\n  public API #in-progress\n"
    "- [ ] Later #blocked\n",
    "CONVENTIONS.md": "# Conventions\n\n- **Timestamps are UTC**: always.\n",
    "DECISIONS.md": "# Decisions\n\n## [2026-11-02-101112] Rate limits live in Redis\n\n"
    "**Status**: Accepted\n"
    "**Decision**: Count requests in Redis.\n\n## [2026-10-01] Old limits\n\n**Status**: Superseded\n",
    "LEARNINGS.md": "# Learnings\n\n## [2026-11-03] The API retries\n\n**Lesson**: Clients retry at once.\n\n"
    "## [2026-11-04] Colours\n\nBlue is nice.\n",
    "archive/learnings-2025-Q4.md": "## [2025-12-01] Archived limits\n\nAn old lesson on limits.\n",
}
PACKET = """\
# Project context

## Constitution

- Never guess.

## Conventions
- **Timestamps are UTC** (C-a15d18): always.

## Decisions
- **Rate limits live in Redis** (D-a66f24): **Decision**: Count requests in Redis.

## Learnings
- **The API retries** (L-76911d): **Lesson**: Clients retry at once.
- **Colours** (L-9a1ece): Blue is nice.

## Tasks
- [ ] Add rate limiting to the
  public API #in-progress (T-8e7ce6)
- 1 blocked; `ctx task list` prints them.
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path, FILES)


def test_the_packet(root: Path) -> None:
    done = ctx("agent", "--budget", "4000", cwd=root)
    assert (done.code, done.err) == (0, "")
    assert done.out == PACKET


def test_the_packet_as_json(root: Path) -> None:
    told = json.loads(ctx("agent", "--budget", "4000", "--json", "--now", "2026-11-21", cwd=root).out)
    assert told["text"] == PACKET
    assert told["tokens"] == count(PACKET, "o200k_base")
    assert (told["budget"], told["tokenizer"], told["now"], told["revision"]) == (
        4000,
        "o200k_base",
        "2026-11-21",
        None,
    )
    assert [section["name"] for section in told["sections"]] == [
        "constitution",
        "conventions",
        "decisions",
        "learnings",
        "tasks",
    ]
    assert told["tasks"] == [
        {"id": "T-8e7ce6", "form": "full", "reason": "in progress"},
        {"id": "T-15f3ce", "form": "omitted", "reason": "blocked"},
    ]
    first = next(entry for entry in told["entries"] if entry["kind"] == "decision")
    assert set(first) == {
        *("id", "kind", "title", "path", "line", "date", "form", "tokens", "reason", "admitted_at", "score")
    }
    assert (first["path"], first["line"], first["form"]) == (".context/DECISIONS.md", 3, "full")
    assert set(first["score"]) == {*("total", "relevance", "recency", "weight", "marks", "terms", "tasks")}
    assert first["score"]["tasks"] == ["T-8e7ce6"]
    assert {"rate", "limit"} <= set(first["score"]["terms"])
    assert "Old limits" not in [entry["title"] for entry in told["entries"]]


def test_the_account_goes_to_stderr(root: Path) -> None:
    done = ctx("agent", "--explain", cwd=root)
    assert done.out == PACKET
    assert f"{count(PACKET, 'o200k_base')} of 4000 tokens (o200k_base)" in done.err
    assert "the best entry for T-8e7ce6" in done.err
    assert re.search(r"full +T-8e7ce6 +in progress\n", done.err)


def test_why(root: Path) -> None:
    done = ctx("why", "2026-11-03", cwd=root)
    assert "goes in whole" in done.out
    assert "It serves T-" in done.out
    small = ctx("why", "2026-11-03", "--budget", "60", cwd=root).out
    admitting = re.search(r"A budget of (\d+) tokens admits it whole", small)
    assert admitting
    assert "goes in whole" in ctx("why", "2026-11-03", "--budget", admitting[1], cwd=root).out
    assert "It is superseded" in ctx("why", "2026-10-01", cwd=root).out
    assert "It is archived" in ctx("why", "2025-12-01", cwd=root).out
    assert "it goes in whole: in progress." in ctx("why", "T-8e7ce6", cwd=root).out
    assert "it is only counted: blocked." in ctx("why", "T-15f3ce", cwd=root).out
    told = json.loads(ctx("why", "2026-11-03", "--task", "clients", "--json", cwd=root).out)
    assert (told["form"], told["score"]["tasks"]) == ("full", ["task 1"])


@pytest.mark.parametrize(
    "asked",
    [
        (),
        ("--query", "colours"),
        ("--task", "clients", "--max-chars", "160"),
        ("--task", "T-8e7ce6", "--max-bytes", "180"),
        ("--tokenizer", "chars", "--budget", "60", "--now", "2026-11-05"),
    ],
)
def test_why_tells_of_the_packet_that_agent_prints(root: Path, asked: tuple[str, ...]) -> None:
    packet = json.loads(ctx("agent", *asked, "--json", cwd=root).out)
    tasks = [one for one in packet["tasks"] if one["id"].startswith("T-")]
    for one in [*packet["entries"], *tasks]:
        told = json.loads(ctx("why", one["id"], *asked, "--json", cwd=root).out)
        assert {key: told[key] for key in one} == one
    assert len(packet["text"]) <= (160 if "--max-chars" in asked else 4000)


def test_a_small_budget_leaves_lines_and_a_count(root: Path) -> None:
    facts = "".join(f"## Fact {n}\n\n{'Rate limits are about the API. ' * 6}\n\n" for n in range(30))
    (root / ".context" / "FACTS.md").write_text(facts)
    done = ctx("agent", "--budget", "200", cwd=root)
    assert 190 <= count(done.out, "o200k_base") <= 200
    assert "## Also known\n" in done.out
    assert "`ctx search WORDS` finds them." in done.out


def test_tasks_and_queries_steer(root: Path) -> None:
    told = json.loads(ctx("agent", "--task", "colours", "-q", "blue", "--json", cwd=root).out)
    scores = {entry["title"]: entry["score"] for entry in told["entries"]}
    assert scores["Colours"]["tasks"] == ["query", "task 1"]
    assert scores["The API retries"]["relevance"] == 0


def test_entries_that_apply_to_paths(root: Path) -> None:
    facts = root / ".context" / "FACTS.md"
    facts.write_text("# Facts\n\n## Only for the API\n\n**Applies to**: src/api/**\n")
    (root / "src" / "api").mkdir(parents=True)
    assert "Only for the API" not in ctx("agent", cwd=root).out
    assert "Only for the API" in ctx("agent", "--path", "src/api/x.py", cwd=root).out
    assert "Only for the API" in ctx("agent", cwd=root / "src" / "api").out
    assert "Only for the API" not in ctx("agent", "--path", "src/web", cwd=root).out


def test_as_of_a_revision(root: Path) -> None:
    def git(*args: str) -> str:
        command = ["git", "-c", "user.name=n", "-c", "user.email=e@x", "-C", str(root), *args]
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()

    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "first")
    first = git("rev-parse", "HEAD")
    (root / ".context" / "LEARNINGS.md").write_text("# Learnings\n\n## [2026-12-01] Newer\n\nText.\n")
    assert ctx("agent", "--at", first[:8], cwd=root).out == PACKET
    assert "Newer" in ctx("agent", cwd=root).out
    assert json.loads(ctx("agent", "--at", "HEAD", "--json", cwd=root).out)["revision"] == first
    assert "no git revision" in ctx("agent", "--at", "nope", cwd=root).err


def test_list(root: Path) -> None:
    done = ctx("list", cwd=root)
    assert done.out.splitlines() == [
        "C-a15d18  convention  -           Timestamps are UTC",
        "D-a66f24  decision    2026-11-02  Rate limits live in Redis [accepted]",
        "D-6733a2  decision    2026-10-01  Old limits [superseded]",
        "L-76911d  learning    2026-11-03  The API retries",
        "L-9a1ece  learning    2026-11-04  Colours",
    ]
    assert ctx("list", "learning", "--ids", "--limit", "1", cwd=root).out == "L-76911d\n"
    assert ctx("list", "--status", "superseded", "--ids", cwd=root).out == "D-6733a2\n"
    assert ctx("list", "--before", "2026-11-03", "--ids", cwd=root).out == "D-a66f24\nD-6733a2\n"
    assert ctx("list", "--field", "Decision=redis", "--ids", cwd=root).out == "D-a66f24\n"
    assert "Archived limits [archived]" in ctx("list", "--archived", cwd=root).out
    row = json.loads(ctx("list", "convention", "--json", cwd=root).out)[0]
    assert row == {
        "id": "C-a15d18",
        "kind": "convention",
        "title": "Timestamps are UTC",
        "path": ".context/CONVENTIONS.md",
        "line": 3,
        "date": None,
        "snippet": "always.",
        "archived": False,
    }


def test_show(root: Path) -> None:
    assert ctx("show", "D-a6", cwd=root).out == (
        "Rate limits live in Redis [accepted]\n"
        "D-a66f24 · decision · 2026-11-02 · .context/DECISIONS.md:3\n\n"
        "**Status**: Accepted\n**Decision**: Count requests in Redis.\n"
    )
    assert ctx("show", "2026-11-03", cwd=root).out.startswith("The API retries\n")
    told = json.loads(ctx("show", "D-a6", "--json", cwd=root).out)
    assert told["fields"] == {"Status": "Accepted", "Decision": "Count requests in Redis."}
    assert (told["status"], told["tags"], told["links"]) == ("accepted", [], [])
    ambiguous = ctx("show", "D", cwd=root)
    assert ambiguous.code == 1
    assert "D-a66f24" in ambiguous.err
    assert "D-6733a2" in ambiguous.err


def test_search(root: Path) -> None:
    hits = json.loads(ctx("search", "limits", "--json", cwd=root).out)
    assert {hit["title"] for hit in hits} == {"Rate limits live in Redis", "Old limits", "Archived limits"}
    assert [hit["archived"] for hit in hits if hit["title"] == "Archived limits"] == [True]
    assert set(hits[0]) == {*("id", "kind", "title", "path", "line", "date", "score", "snippet", "archived")}
    assert "[archived]" in ctx("search", "limits", cwd=root).out
    assert ctx("search", "zzzz", cwd=root).out == ""


def test_status(root: Path) -> None:
    done = ctx("status", cwd=root)
    assert "LEARNINGS.md    2  of 30\n" in done.out
    assert "tasks: 2 open, 1 active, 1 in progress, 1 blocked\n" in done.out
    told = json.loads(ctx("status", "--json", cwd=root).out)
    assert told["tasks"]["blocked"] == 1
    assert told["constitution"] is True


def test_init_changes_nothing_that_is_there(root: Path) -> None:
    before = {path: path.read_bytes() for path in root.rglob("*.md")}
    assert ctx("init", cwd=root).out == "created .context/.gitignore\n"
    assert {path: path.read_bytes() for path in root.rglob("*.md")} == before
    assert ctx("init", cwd=root).out == "nothing to do: every core file is there\n"


def test_init_in_an_empty_folder(tmp_path: Path) -> None:
    told = json.loads(ctx("init", "--json", cwd=tmp_path).out)
    assert ".context/LEARNINGS.md" in told["created"]
    assert ctx("agent", cwd=tmp_path).out == "# Project context\n"
    assert ctx("agent", "--budget", "0", cwd=tmp_path).out == ""


def test_init_below_a_context_says_that_it_hides_it(root: Path) -> None:
    inner = root / "package"
    inner.mkdir()
    told = f"no longer the one in {root.resolve()}"
    assert told in ctx("init", cwd=inner).err
    (inner / ".context" / "TASKS.md").unlink()
    assert told not in ctx("init", cwd=inner).err


def test_config(root: Path) -> None:
    (root / ".contextrc").write_text("budget = 123\n")
    assert "budget = 123\n" in ctx("config", "show", cwd=root).out
    assert json.loads(ctx("config", "show", "--json", cwd=root).out)["budget"] == 123
    assert ctx("config", "check", cwd=root).out == "ok: 1 option set\n"
    assert json.loads(ctx("agent", "--json", cwd=root).out)["budget"] == 123


def test_the_printed_example_is_a_contextrc_that_changes_nothing(root: Path) -> None:
    before = ctx("config", "show", "--json", cwd=root).out
    printed = ctx("config", "example", cwd=root).out
    assert json.loads(ctx("config", "example", "--json", cwd=root).out) == {"text": printed}
    (root / ".contextrc").write_text(printed)
    assert "#budget = 4000\n" in printed
    assert ctx("config", "check", cwd=root).out == "ok: 0 options set\n"
    assert ctx("config", "show", "--json", cwd=root).out == before


def test_a_wrong_contextrc_leads_to_the_example(root: Path) -> None:
    (root / ".contextrc").write_text("tresholt = 1\n")
    assert "hint: `ctx config example` explains every key" in ctx("agent", cwd=root).err
    assert ctx("config", "example", cwd=root).code == 0


def test_root_and_environment(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    assert ctx("agent", "--root", str(root), cwd=elsewhere).out == PACKET
    assert ctx("agent", cwd=elsewhere, env={"CTX_ROOT": str(root)}).out == PACKET


def test_an_escape_never_reaches_the_terminal(root: Path) -> None:
    path = root / ".context" / "FACTS.md"
    path.write_text("# Facts\n\n## Red \x1b[31m and \u202e reversed\n\nBody \x1b]0;title\x07.\n")
    for command in (("list",), ("show", "F"), ("search", "red"), ("agent",), ("agent", "--explain")):
        done = ctx(*command, cwd=root)
        assert "Red" in done.out
        for character in "\x1b\x07\u202e":
            assert character not in done.out + done.err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_knows_no_unicode(root: Path, encoding: str) -> None:
    path = root / ".context" / "FACTS.md"
    path.write_text("# Facts\n\n## Größe 漢字\n\nText.\n", "utf-8")
    env = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", "LC_ALL": "C"}
    packet = ctx("agent", cwd=root, env=env)
    assert "Größe 漢字" in packet.out
    command = [sys.executable, "-m", "ctx", "list", "fact"]
    listed = subprocess.run(command, cwd=root, capture_output=True, env=os.environ | env, check=True).stdout
    assert "\\u6f22\\u5b57" in listed.decode(encoding)


def test_a_reader_that_goes_away(root: Path) -> None:
    facts = "".join(f"## Fact {number}\n\n{'word ' * 200}\n\n" for number in range(400))
    (root / ".context" / "FACTS.md").write_text(facts)
    for args in ("agent --budget 100000", "list --json", "search word --limit 400"):
        shell = f"'{sys.executable}' -m ctx {args} | head -1"
        done = subprocess.run(["sh", "-c", shell], cwd=root, capture_output=True, check=True)
        assert done.stderr == b""
        assert len(done.stdout.splitlines()) == 1


def test_shell_completion(root: Path) -> None:
    """What a shell asks when the tab key is pressed."""
    typed = {"_CTX_COMPLETE": "complete_bash", "COMP_WORDS": "ctx sea", "COMP_CWORD": "1"}
    assert ctx(cwd=root, env=typed).out.split() == ["search"]
    typed |= {"COMP_WORDS": "ctx agent --bud", "COMP_CWORD": "2"}
    assert ctx(cwd=root, env=typed).out.split() == ["--budget"]


def test_every_command_has_help(root: Path) -> None:
    helped = ctx("--help", cwd=root).out
    for command in ("init", "agent", "status", "list", "show", "search", "config"):
        assert f"  {command} " in helped
        assert ctx(command, "--help", cwd=root).out.startswith(f"Usage: ctx {command}")


def test_the_start_path_is_light(root: Path) -> None:
    heavy = {"numpy", "requests", "mcp", "mistune", "rapidfuzz", "rank_bm25", "tomli_w", "filelock", "rich"}
    for args, also in (("--help", {"tiktoken", "tomllib", "snowballstemmer"}), ("agent", set[str]())):
        code = (
            "import sys; from ctx.cli.app import app_for\n"
            f"try: app_for(['{args}'])(['{args}'], standalone_mode=False)\nexcept SystemExit: pass\n"
            "print('\\n' + ' '.join(sys.modules), file=sys.stderr)"
        )
        done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True)
        loaded = {name.partition(".")[0] for name in done.stderr.decode().split()}
        assert not loaded & (heavy | also)
