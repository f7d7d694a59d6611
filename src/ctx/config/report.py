"""What is in force and what could be: `ctx config show`, the example file, the reference page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from ctx.config import options as declared
from ctx.config.options import TABLES, Config, Option, Path
from ctx.config.toml_text import dotted, literal
from ctx.kinds import BUILTIN

WIDTH = 100  # of the comments in the example file

EXAMPLES = {
    "kinds": '[kinds.runbook]\nfile = "RUNBOOKS.md"\nprefix = "R"\nfields = ["When", "Steps"]',
    "synonyms": 'db = ["database", "postgres"]',
}


def describe() -> list[Option]:
    """Every option in the order it is documented; keys a user names have NAME or WORD in their place."""
    return [*declared.options(), *declared.kind_options("NAME"), declared.synonym_option("WORD")]


def in_force(config: Config) -> Iterator[tuple[Path, object]]:
    """Every key and its value, in the order of the documentation; own kinds and synonyms come last."""
    attributes = declared.attributes()
    for option in declared.options():
        table, name = option.path[0], option.path[-1]
        if option.path in attributes:
            yield option.path, getattr(config, attributes[option.path])
        else:
            kind = config.kinds[name]
            yield option.path, kind.weight if table == "weights" else kind.cap
    for kind in config.kind_table[len(BUILTIN) :]:
        for option in declared.kind_options(kind.name):
            yield option.path, getattr(kind, option.path[-1])
    for word, others in config.synonyms.items():
        yield (declared.SYNONYMS, word), others


def effective(config: Config) -> dict[str, Any]:
    """Every key's value in force as nested plain dicts, lists, texts, numbers and booleans."""
    result: dict[str, Any] = {table: {} for table in ("", *TABLES)}
    result.pop("")
    for path, value in in_force(config):
        table = result
        for name in path[:-1]:
            table = table.setdefault(name, {})
        table[path[-1]] = list(value) if isinstance(value, tuple) else value
    return result


def fingerprint(config: Config) -> str:
    """The sha256, in hex, of the values in force: the same however they were written."""
    import hashlib
    import json

    pairs = [[list(path), value] for path, value in in_force(config)]
    return hashlib.sha256(json.dumps(pairs).encode("ascii")).hexdigest()


def show(config: Config, set_keys: frozenset[str] | None = None) -> str:
    """Every key in force as a line of TOML; those not in ``set_keys`` (the file's) are marked as defaults."""
    given = config.set_keys if set_keys is None else set_keys
    lines = []
    for path, value in in_force(config):
        key = dotted(path)
        lines.append(f"{key} = {literal(value)}" + ("" if key in given else "  # default"))
    return "\n".join(lines) + "\n"


def _by_table() -> Iterator[tuple[str, list[Option]]]:
    for table, group in groupby(describe(), key=lambda option: ".".join(option.path[:-1])):
        yield table, list(group)


def example() -> str:
    """The text of `.contextrc.example`: every key with its default and meaning, all of it commented out."""
    parts = ["# Copy to .contextrc and take the # from what you want to change. All keys are optional.\n"]
    for table, group in _by_table():
        name = table.partition(".")[0]
        if table:
            parts.append(f"\n{_comment(TABLES[name])}{_example_of(name)}[{name}]\n")
        if name in EXAMPLES:
            continue
        parts += [f"\n{_comment(option.doc)}#{_assignment(option)}\n" for option in group]
    return "".join(parts)


def _assignment(option: Option) -> str:
    return f"{option.path[-1]} = {literal(option.default)}"


def _comment(text: str) -> str:
    import textwrap

    plain = text.replace("`", "")
    return "".join(f"# {line}\n" for line in textwrap.wrap(plain, WIDTH, break_on_hyphens=False))


def _example_of(table: str) -> str:
    return "".join(f"#   {line}\n" for line in EXAMPLES.get(table, "").splitlines())


def reference() -> str:
    """The Markdown of `docs/configuration.md`."""
    parts = [INTRODUCTION]
    for table, group in _by_table():
        if table:
            name = table.partition(".")[0]
            parts.append(f"\n## `[{table}]`\n\n{TABLES[name]}\n")
        parts.append("\n| key | default | may be | meaning |\n|---|---|---|---|\n")
        parts += [_row(option) for option in group]
        if table.partition(".")[0] in EXAMPLES:
            parts.append(f"\n```toml\n{_whole_example(table.partition('.')[0])}\n```\n")
    return "".join(parts)


def _row(option: Option) -> str:
    required = option.path[0] == declared.OWN_KINDS
    default = (
        f"`{literal(option.default)}`" if option.default is not None else "required" if required else "–"
    )
    return f"| `{option.path[-1]}` | {default} | {option.shape.expected} | {option.doc} |\n"


def _whole_example(table: str) -> str:
    return EXAMPLES[table] if EXAMPLES[table].startswith("[") else f"[{table}]\n{EXAMPLES[table]}"


INTRODUCTION = """\
# Configuration

`.contextrc` is a TOML file beside `.context/`. It is optional, and so is each key; `ctx config example`
prints one that holds them all with their defaults, which is `.contextrc.example` in ctx's repository.
`ctx config show` prints what is in force and `ctx config check` what is wrong.

A file with a mistake is not applied at all: every problem is named with its line, as in
`.contextrc:12: unknown key 'tresholt' (did you mean 'threshold'?)`.

This page is written by `python -m ctx.config reference`.
"""
