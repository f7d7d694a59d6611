"""What the log of a test run comes to: how many passed and failed, and the first that failed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
_COUNT = re.compile(r"(?P<count>\d+) (?P<what>passed|failed|skipped|errors?|todo|xfailed|xpassed|ignored)\b")
_PYTEST = re.compile(
    r"^=+ (?P<counts>[^=\n]*\b(?:passed|failed|errors?)\b[^=\n]*?)(?: in [\d.]+s.*)? =+$", re.MULTILINE
)
_QUIET = re.compile(r"^(?P<counts>\d+ (?:passed|failed|errors?)[^\n]*) in [\d.]+s", re.MULTILINE)
_PYTEST_FAILED = re.compile(r"^(?:FAILED|ERROR) (?P<name>\S+)", re.MULTILINE)
_GO = re.compile(r"^\s*--- (?P<how>PASS|FAIL|SKIP): (?P<name>\S+)", re.MULTILINE)
_CARGO = re.compile(r"^test result: \w+\. (?P<counts>\d+ passed; \d+ failed; \d+ ignored)", re.MULTILINE)
_CARGO_FAILED = re.compile(r"^test (?P<name>\S+) \.\.\. FAILED$", re.MULTILINE)
_JEST = re.compile(r"^Tests:\s+(?P<counts>.*\d+ total)", re.MULTILINE)
_JEST_FAILED = re.compile(r"^\s*● (?P<name>\S.*)$", re.MULTILINE)
_CASE = re.compile(r"<testcase\b(?P<about>[^>]*?)(?:/>|>(?P<inner>.*?)</testcase>)", re.DOTALL)
_NAME = re.compile(r"""\bname=["'](?P<name>[^"']*)""")
_FIRST = 3
_LONGEST = 4_000_000  # characters of a log that are looked at, from its end


class RunResult(NamedTuple):
    """The counts of a run by what became of the tests, and the names of those that failed."""

    counts: dict[str, int]
    failed: Sequence[str]

    def __str__(self) -> str:
        """It in one line."""
        said = ", ".join(f"{count} {what}" for what, count in self.counts.items() if count)
        if not self.failed:
            return said
        more = f" and {len(self.failed) - _FIRST} more" if len(self.failed) > _FIRST else ""
        return f"{said}; first failures: {', '.join(self.failed[:_FIRST])}{more}"


def summarize(log: str) -> str:
    """One line about a log of pytest, go test, cargo, jest or JUnit XML; empty for anything else."""
    text = _ESCAPE.sub("", log[-_LONGEST:]).replace("\r\n", "\n")
    for read in (_junit, _go_json, _cargo, _jest, _pytest, _go):
        found = read(text)
        if found is not None:
            return str(found)
    return ""


def _pytest(text: str) -> RunResult | None:
    lines = [*_PYTEST.finditer(text), *_QUIET.finditer(text)]
    return _run([lines[-1]["counts"]], _names(_PYTEST_FAILED, text)) if lines else None


def _cargo(text: str) -> RunResult | None:
    found = [match["counts"] for match in _CARGO.finditer(text)]
    return _run(found, _names(_CARGO_FAILED, text)) if found else None


def _jest(text: str) -> RunResult | None:
    found = [match["counts"] for match in _JEST.finditer(text)]
    return _run(found, _names(_JEST_FAILED, text)) if found else None


def _go(text: str) -> RunResult | None:
    found = [(match["how"], match["name"]) for match in _GO.finditer(text)]
    return _of_go(found) if found else None


def _go_json(text: str) -> RunResult | None:
    if not text.lstrip().startswith("{"):
        return None
    return _of_go(found) if (found := list(_go_events(text))) else None


def _go_events(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and event.get("Test") and event.get("Action") in {"pass", "fail", "skip"}:
            yield str(event["Action"]).upper(), str(event["Test"])


def _of_go(found: Sequence[tuple[str, str]]) -> RunResult:
    names = {"PASS": "passed", "FAIL": "failed", "SKIP": "skipped"}
    counts = {said: sum(how == one for how, _ in found) for one, said in names.items()}
    return RunResult(counts, [name for how, name in found if how == "FAIL"])


def _junit(text: str) -> RunResult | None:
    if "<testsuite" not in text:
        return None
    cases = [(match["about"], match["inner"] or "") for match in _CASE.finditer(text)]
    failed = [about for about, inner in cases if "<failure" in inner or "<error" in inner]
    skipped = sum("<skipped" in inner for _, inner in cases)
    names = [found["name"] for about in failed if (found := _NAME.search(about))]
    counts = {"passed": len(cases) - len(failed) - skipped, "failed": len(failed), "skipped": skipped}
    return RunResult(counts, names)


def _run(lines: Sequence[str], failed: Sequence[str]) -> RunResult:
    counts: dict[str, int] = {}
    for line in lines:
        for match in _COUNT.finditer(line):
            counts[match["what"]] = counts.get(match["what"], 0) + int(match["count"])
    return RunResult(counts, failed)


def _names(pattern: re.Pattern[str], text: str) -> list[str]:
    return list(dict.fromkeys(match["name"] for match in pattern.finditer(text)))
