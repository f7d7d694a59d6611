"""From the text of a `.contextrc` to a :class:`Config`, or to everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ctx.config import options as declared
from ctx.config.options import Config, Option, Path
from ctx.config.problems import ConfigError, Problem, nearest
from ctx.config.toml_text import cut, dotted, found
from ctx.kinds import BUILTIN, Kind

Raw = dict[str, Any]


def parse(text: str, source: str = ".contextrc") -> Config:
    """The options a TOML text sets, over the defaults.

    Raises :class:`ConfigError` naming every problem by key and line; nothing is applied by halves.
    ``source`` is the name of the file in messages.
    """
    text = text.removeprefix("\ufeff")
    raw = _load(text, source) if text.strip() else {}
    reading = _Reading(raw)
    if reading.problems:
        raise ConfigError(_placed(reading.problems, text), source)
    return reading.config()


def _load(text: str, source: str) -> Raw:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problem = _syntax_problem(str(error), text)
    except RecursionError:
        problem = Problem(None, "", "not TOML: nested too deeply")
    except ValueError:  # what int() says about thousands of digits
        problem = Problem(None, "", "not TOML: a number with too many digits")
    raise ConfigError([problem], source) from None


def _syntax_problem(said: str, text: str) -> Problem:
    import re

    at = re.search(r" \(at line (\d+), column (\d+)\)$", said)
    if at:
        return Problem(int(at[1]), "", f"not TOML: {said[: at.start()]} (column {at[2]})")
    last = text.count("\n") + (not text.endswith("\n"))
    return Problem(
        max(last, 1), "", f"not TOML: {said.removesuffix(' (at end of document)')} (end of the file)"
    )


class _Reading:
    """One pass over the raw tables: the values read, and what was wrong on the way, by path."""

    def __init__(self, raw: Raw) -> None:
        self.own = _subtables(raw, declared.OWN_KINDS)
        self.words = _subtables(raw, declared.SYNONYMS)
        self.known = {option.path: option for option in _known(self.own, self.words)}
        self.tables = {path[:end] for path in self.known for end in range(1, len(path))}
        self.tables |= {(name,) for name in declared.TABLES} | {
            (declared.OWN_KINDS, name) for name in self.own
        }
        self.values: dict[Path, Any] = {}
        self.problems: list[tuple[Path, str, str]] = []
        self._table((), raw)
        self._check_kinds()

    def refuse(self, path: Path, message: str, hint: str = "") -> None:
        self.problems.append((path, message, hint))

    def _table(self, at: Path, raw: Raw) -> None:
        for name, value in raw.items():
            path = (*at, name)
            if path in self.known:
                self._leaf(self.known[path], value)
            elif path not in self.tables:
                self.refuse(path, f"unknown key '{_shown(path)}'", self._nearest(path))
            elif isinstance(value, dict):
                self._table(path, value)
            else:
                self.refuse(path, f"{_shown(path)}: expected a table, found {found(value)}")

    def _leaf(self, option: Option, value: object) -> None:
        try:
            self.values[option.path] = option.shape.read(value)
        except ValueError as error:
            what = str(error) or found(value)
            near = nearest(value, option.shape.choices) if isinstance(value, str) else ""
            hint = f"did you mean '{near}'?" if near else ""
            self.refuse(
                option.path, f"{_shown(option.path)}: expected {option.shape.expected}, found {what}", hint
            )

    def _nearest(self, path: Path) -> str:
        """Another table's key of this name, or the nearest one of the same table."""
        everything = sorted({*self.known, *self.tables})
        elsewhere = [other for other in everything if other[-1] == path[-1]]
        if elsewhere:
            return f"did you mean '{dotted(elsewhere[0])}'?"
        beside = {other[-1]: other for other in everything if other[:-1] == path[:-1]}
        near = nearest(path[-1], beside)
        return f"did you mean '{dotted(beside[near])}'?" if near else ""

    def _check_kinds(self) -> None:
        taken = {kind.file.casefold(): kind.name for kind in BUILTIN}
        taken |= {kind.prefix: kind.name for kind in BUILTIN}
        for name in (name for name, table in self.own.items() if isinstance(table, dict)):
            at = (declared.OWN_KINDS, name)
            self._check_name(at, name)
            for key in ("file", "prefix"):
                self._check_required((*at, key))
            self._check_free((*at, "file"), name, taken, declared.RESERVED_FILES)
            self._check_free((*at, "prefix"), name, taken, declared.RESERVED_PREFIXES)
            for table, key in (("weights", "weight"), ("caps", "cap")):
                self._check_once((*at, key), (table, name))

    def _check_name(self, at: Path, name: str) -> None:
        if name in declared.RESERVED_NAMES:
            hint = "a kind of ctx's own takes its weight and cap under [weights] and [caps]"
            self.refuse(at, f"{_shown(at)}: the name is taken", hint)
        elif not declared.is_kind_name(name):
            self.refuse(at, f"{_shown(at)}: expected a name in a–z, 0–9 and hyphens")

    def _check_required(self, path: Path) -> None:
        if path not in self.values and all(path != refused for refused, _, _ in self.problems):
            self.refuse(path, f"{_shown(path)}: missing; expected {self.known[path].shape.expected}")

    def _check_free(self, path: Path, name: str, taken: dict[str, str], reserved: Iterable[str]) -> None:
        value = self.values.get(path)
        if value is None:
            return
        folded = value.casefold() if path[-1] == "file" else value
        if folded in {word.casefold() if path[-1] == "file" else word for word in reserved} or (
            folded.removesuffix(".md") in declared.RESERVED_STEMS
        ):
            self.refuse(path, f"{_shown(path)}: {found(value)} has a meaning of its own in ctx")
        elif folded in taken:
            self.refuse(path, f"{_shown(path)}: {found(value)} belongs to the kind '{taken[folded]}'")
        taken.setdefault(folded, name)

    def _check_once(self, path: Path, alias: Path) -> None:
        """``[weights] runbook`` is another way to write ``[kinds.runbook] weight``: it becomes that key."""
        if alias not in self.values:
            return
        if path in self.values:
            self.refuse(alias, f"{_shown(alias)}: already set as {_shown(path)}")
        self.values[path] = self.values.pop(alias)

    def config(self) -> Config:
        values = self.values
        given = {name: values[path] for path, name in declared.attributes().items() if path in values}
        builtin = tuple(_weighed(kind, values) for kind in BUILTIN)
        own = tuple(_own_kind(name, values) for name in self.own)
        words = {word: values[declared.SYNONYMS, word] for word in sorted(self.words)}
        return Config(
            **given,
            synonyms=words,
            kind_table=builtin + own,
            set_keys=frozenset(map(dotted, values)),
        )


def _subtables(raw: Raw, table: str) -> Raw:
    value = raw.get(table)
    return value if isinstance(value, dict) else {}


def _known(own: Iterable[str], words: Iterable[str]) -> Iterable[Option]:
    """Every key this file may hold: the fixed ones, and those that its own kinds and words bring."""
    yield from declared.options()
    for name in own:
        yield from declared.kind_options(name)
        if name not in declared.RESERVED_NAMES:
            like = Kind(name, "", "", "semantic", 0.5, 30)
            yield from (declared.weight_option(like), declared.cap_option(like))
    yield from (declared.synonym_option(word) for word in words if declared.is_line(word))


def _weighed(kind: Kind, values: Mapping[Path, Any]) -> Kind:
    weight, cap = values.get(("weights", kind.name), kind.weight), values.get(("caps", kind.name), kind.cap)
    return kind._replace(weight=weight, cap=cap)


def _own_kind(name: str, values: Mapping[Path, Any]) -> Kind:
    given = {
        option.path[-1]: values.get(option.path, option.default) for option in declared.kind_options(name)
    }
    return Kind(name, **given)


def _shown(path: Path) -> str:
    return cut(dotted(path))


def _placed(problems: Iterable[tuple[Path, str, str]], text: str) -> list[Problem]:
    """The problems in the order of the file, each with the line of its key or of the table lacking it."""
    from ctx.config.key_lines import key_lines

    lines = key_lines(text)
    placed = []
    for path, message, hint in problems:
        ends = range(len(path), 0, -1)
        line = next((lines[path[:end]] for end in ends if path[:end] in lines), None)
        placed.append(Problem(line, dotted(path), message, hint))
    return sorted(placed, key=lambda problem: (problem.line or 0, problem.key))
