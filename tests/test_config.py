"""Laws of `.contextrc`: it is read whole or refused whole, and what is wrong is named with its line."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctx.config import (
    DEFAULT,
    Config,
    ConfigError,
    describe,
    effective,
    example,
    fingerprint,
    parse,
    reference,
    show,
)
from ctx.config.key_lines import key_lines
from ctx.config.toml_text import dotted, literal
from ctx.kinds import BUILTIN

ROOT = Path(__file__).parent.parent
FIXED = [option for option in describe() if option.path[0] not in ("kinds", "synonyms")]
RUNBOOK = '[kinds.runbook]\nfile = "RUNBOOKS.md"\nprefix = "R"\n'


def good_values(expected: str) -> st.SearchStrategy[object]:
    """Values that a shape accepts, found by its words."""
    if expected.startswith("a whole"):
        return st.integers(0, 10**6)
    if expected == "a number from 0 to 1":
        return st.floats(0, 1)
    if expected.startswith("a number"):
        return st.floats(1e-9, 1e9) | st.integers(1, 1000)
    if expected.startswith("one of "):
        return st.sampled_from(expected.removeprefix("one of ").split(", "))
    if expected == "true or false":
        return st.booleans()
    if expected == "the first word of a branch":
        return st.sampled_from(["feat", "fix", "team/feature", "work-on"])
    return st.lists(st.text("abc*", min_size=1), unique=True)


@st.composite
def given_options(draw: st.DrawFn) -> dict[tuple[str, ...], object]:
    options = draw(st.lists(st.sampled_from(FIXED), unique_by=lambda option: option.path))
    return {option.path: draw(good_values(option.shape.expected)) for option in options}


def toml(values: dict[tuple[str, ...], object]) -> str:
    return "".join(f"{dotted(path)} = {literal(value)}\n" for path, value in values.items())


def value_at(tree: dict[str, Any], path: tuple[str, ...]) -> object:
    for name in path:
        tree = tree[name]
    return tree


def problems(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    return [(problem.line, problem.key) for problem in caught.value.problems]


def said(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    return str(caught.value)


@given(given_options())
def test_what_is_set_is_in_force_and_the_rest_is_default(values: dict[tuple[str, ...], object]) -> None:
    config = parse(toml(values))
    assert config.set_keys == {dotted(path) for path in values}
    for option in FIXED:
        expected = values.get(option.path, option.default)
        expected = list(expected) if isinstance(expected, tuple) else expected
        assert value_at(effective(config), option.path) == expected


@given(given_options())
def test_show_reads_back_as_the_same_configuration(values: dict[tuple[str, ...], object]) -> None:
    extra = RUNBOOK + '[synonyms]\n"c++" = ["cpp"]\n'
    config = parse(toml(values) + extra)
    again = parse(show(config))
    assert again == config
    assert fingerprint(again) == fingerprint(config)
    assert hash(again) == hash(config)


@given(
    given_options(),
    st.sampled_from(FIXED),
    st.sampled_from(["inf", "nan", "{}", "[[]]", "1979-05-27", '""', "-1", '["../x", 5]', "[5]"]),
)
def test_one_corrupted_key_is_one_problem_on_its_line(
    values: dict[tuple[str, ...], object], bad: Any, found: str
) -> None:
    values.pop(bad.path, None)
    assert problems(toml(values) + f"{bad.key} = {found}\n") == [(len(values) + 1, bad.key)]


@given(given_options(), st.integers(0, 5))
def test_an_unknown_key_is_named_and_nothing_is_applied(
    values: dict[tuple[str, ...], object], above: int
) -> None:
    text = "\n" * above + toml({("zzqx",): 1, **values})
    assert problems(text) == [(above + 1, "zzqx")]


@settings(max_examples=300)
@given(
    st.text()
    | st.binary().map(lambda data: data.decode("utf-8", "replace"))
    | st.text("[]{}=,.\"'\\#\n \t\rab1-_u0")
    | st.lists(
        st.sampled_from(
            ["[kinds.a]", "[weights]", "budget", "=", "1", '"x"', "\n", "'''", "{", "}", ".", "[", "]"]
        )
    ).map("".join)
)
def test_any_text_is_a_config_or_a_config_error(text: str) -> None:
    try:
        config = parse(text)
    except ConfigError as error:
        assert error.problems  # noqa: PT017 - a text may also be right
        rendered = str(error).split("\n")
        assert len(rendered) == len(error.problems)  # noqa: PT017
    else:
        assert isinstance(config, Config)


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 5000,
        "budget = " + "9" * 5000,
        "budget = 0x" + "f" * 5000,
        "threshold = 1e999",
        "a = {" * 900,
    ],
    ids=["deep", "digits", "hex", "overflow", "tables"],
)
def test_monstrous_values_are_refused(text: str) -> None:
    assert len(said(text)) < 200


names = st.text("ab-_1", min_size=1, max_size=3) | st.text(min_size=1, max_size=3)


@st.composite
def toml_with_lines(draw: st.DrawFn) -> tuple[str, dict[tuple[str, ...], int]]:
    """A valid TOML text of one-key tables, with strings full of what looks like keys, and its keys' lines."""
    text = ""
    lines: dict[tuple[str, ...], int] = {}
    for number, name in enumerate(draw(st.lists(names, unique=True, max_size=6))):
        head = (f"t{number}", name)
        text += draw(st.sampled_from(["", "# [x] # y = 1\n", "\n\n", "\r\n"]))
        lines[head] = text.count("\n") + 1
        text += f"[ {dotted(head[:1])} . {dotted(head[1:])} ]\n"
        for at, value in enumerate(draw(st.lists(st.sampled_from(VALUES), max_size=4))):
            lines[*head, f"k{at}"] = text.count("\n") + 1
            text += f"k{at} = {value}" + draw(st.sampled_from(["\n", " # k9 = '''\n", "\r\n"]))
    return text, lines


VALUES = [
    '"a = 1 # \\" ]"',
    "'[x]'",
    '"""\n[x]\nk0 = 1\n"quoted\\""""""',
    "'''\nk1 = 2\n''''",
    "[\n  1, # ]\n  { k0 = 1 },\n  '''\n]''',\n]",
    "{ a = { b = [1, { c = 2 }], d = {} } }",
    "1979-05-27 07:32:00.5",
    "-1.5e3",
]


@given(toml_with_lines())
def test_every_key_is_found_on_its_line(case: tuple[str, dict[tuple[str, ...], int]]) -> None:
    text, lines = case
    tomllib.loads(text)  # the case itself is sound
    found = key_lines(text)
    assert {path: found.get(path) for path in lines} == lines


def test_keys_of_inline_tables_and_quoted_keys_have_lines() -> None:
    text = 'a = {b = 1, "c.d" = {e = 2}}\n\'f\'."g\\u0041".h = [\n{x = 1},\n]\n[[i.j]]\nk = 1\n'
    assert key_lines(text) == {
        ("a",): 1,
        ("a", "b"): 1,
        ("a", "c.d"): 1,
        ("a", "c.d", "e"): 1,
        ("f",): 2,
        ("f", "gA"): 2,
        ("f", "gA", "h"): 2,
        ("i",): 5,
        ("i", "j"): 5,
        ("i", "j", "k"): 6,
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\ntreshold = 1", ".contextrc:2: unknown key 'treshold' (did you mean 'threshold'?)"),
        (
            "half_life_sessions = 1",
            ".contextrc:1: unknown key 'half_life_sessions' (did you mean 'recency.half_life_sessions'?)",
        ),
        (
            "[weights]\nlerning = 1",
            ".contextrc:2: unknown key 'weights.lerning' (did you mean 'weights.learning'?)",
        ),
        (
            'budget = "4k"',
            '.contextrc:1: budget: expected a whole number of tokens ≥ 0, found "4k"',
        ),
        ("budget = true", ".contextrc:1: budget: expected a whole number of tokens ≥ 0, found true"),
        ("threshold = true", ".contextrc:1: threshold: expected a number from 0 to 1, found true"),
        (
            'tokenizer = "o200k"',
            (
                '.contextrc:1: tokenizer: expected one of o200k_base, cl100k_base, chars, found "o200k" '
                "(did you mean 'o200k_base'?)"
            ),
        ),
        ("weights = 3", ".contextrc:1: weights: expected a table, found 3"),
        ("[budget]", ".contextrc:1: budget: expected a whole number of tokens ≥ 0, found a table"),
        ('synonyms = {db = "x"}', '.contextrc:1: synonyms.db: expected a list of words, found "x"'),
        (
            'references = ["../b"]',
            '.contextrc:1: references: expected a list of globs inside the project, found "../b" in it',
        ),
        ("a = 1\nb 2", ".contextrc:2: not TOML: Expected '=' after a key in a key/value pair (column 3)"),
        ("[kinds.a]\nfile = 'A.md'", ".contextrc:1: kinds.a.prefix: missing; expected 1 to 3 letters A–Z"),
    ],
)  # fmt: skip
def test_messages(text: str, message: str) -> None:
    assert said(text) == message


def test_a_text_that_breaks_off_is_wrong_on_its_last_line() -> None:
    assert re.fullmatch(r"\.contextrc:2: not TOML: .* \(end of the file\)", said("budget = 1\na = ["))


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = "budget = -1\n[weights]\nfact = nan\n[shares]\ntasks = 2\n[own]\nx = 1\n"
    assert problems(text) == [(1, "budget"), (3, "weights.fact"), (5, "shares.tasks"), (6, "own")]


def test_the_error_says_where_the_first_problem_is() -> None:
    with pytest.raises(ConfigError) as caught:
        parse("\nbudget = -1\nepisodes = -1", source="x/.contextrc")
    assert (caught.value.path, caught.value.line) == ("x/.contextrc", 2)
    assert str(caught.value).split("\n")[0].startswith("x/.contextrc:2: budget:")


def test_own_kinds_come_after_the_others_with_weights_and_caps_applied() -> None:
    config = parse(
        RUNBOOK + 'fields = ["When"]\nweight = 2\n[caps]\nrunbook = 5\nlearning = 0\n[weights]\nfact = 0.9'
    )
    own = config.kinds["runbook"]
    assert (own.file, own.prefix, own.layer, own.weight, own.cap, own.fields) == (
        "RUNBOOKS.md",
        "R",
        "semantic",
        2.0,
        5,
        ("When",),
    )
    assert config.kinds.names == (*(kind.name for kind in BUILTIN), "runbook", "reference")
    assert config.kinds["learning"].cap == 0
    assert config.kinds["fact"].weight == 0.9
    assert "kinds.runbook.cap" in config.set_keys


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        (RUNBOOK.replace('"R"', '"T"'), 3, "kinds.runbook.prefix"),
        (RUNBOOK.replace('"R"', '"X"'), 3, "kinds.runbook.prefix"),
        (RUNBOOK.replace('"R"', '"L"'), 3, "kinds.runbook.prefix"),
        (RUNBOOK.replace('"R"', '"r"'), 3, "kinds.runbook.prefix"),
        (RUNBOOK.replace('"R"', '"RUNB"'), 3, "kinds.runbook.prefix"),
        (RUNBOOK.replace('"R"', '"É"'), 3, "kinds.runbook.prefix"),
        *(
            (RUNBOOK.replace("RUNBOOKS.md", file), 2, "kinds.runbook.file")
            for file in ("", ".md", "a/b.md", "../b.md", "a.txt", "tasks.md", "Learnings.md", "GLOSSARY.md",
                         "CONSTITUTION.md", "sessions.md", ".x.md", "a\\\\b.md", "C:x.md")
        ),
        (RUNBOOK.replace("runbook", "learning"), 1, "kinds.learning"),
        (RUNBOOK.replace("runbook", "reference"), 1, "kinds.reference"),
        (RUNBOOK.replace("runbook", "tags"), 1, "kinds.tags"),
        (RUNBOOK.replace("runbook", "Run"), 1, "kinds.Run"),
        (RUNBOOK.replace("runbook", '""'), 1, 'kinds.""'),
        (RUNBOOK + 'fields = ["a:b"]\n', 4, "kinds.runbook.fields"),
        (RUNBOOK + "weight = 1\n[weights]\nrunbook = 2", 6, "weights.runbook"),
        (RUNBOOK + '[kinds.b]\nfile = "runbooks.md"\nprefix = "RB"', 5, "kinds.b.file"),
        (RUNBOOK + '[kinds.b]\nfile = "B.md"\nprefix = "R"', 6, "kinds.b.prefix"),
        ("[kinds]\na = 3", 2, "kinds.a"),
        ('[synonyms]\n"" = ["a"]', 2, 'synonyms.""'),
    ],
)  # fmt: skip
def test_one_wrong_thing_about_a_kind_is_one_problem(text: str, line: int, key: str) -> None:
    assert problems(text) == [(line, key)]


def test_no_file_an_empty_one_and_the_defaults_are_the_same() -> None:
    assert parse("") == parse("\ufeff# nothing\r\n") == Config() == DEFAULT
    assert fingerprint(parse("budget = 4000")) == fingerprint(DEFAULT)
    assert fingerprint(parse("budget = 4001")) != fingerprint(DEFAULT)


def test_the_fingerprint_ignores_how_a_file_is_written() -> None:
    one = "[synonyms]\na = ['b']\nc = ['d']\n[shares]\ntasks = 1\n"
    other = 'shares.tasks = 1.0\nsynonyms = {c = ["d"], a = ["b"]}\n'
    assert fingerprint(parse(one)) == fingerprint(parse(other))


def test_effective_is_plain_data() -> None:
    tree = effective(parse(RUNBOOK + '[synonyms]\ndb = ["postgres"]'))
    assert json.loads(json.dumps(tree)) == tree
    assert tree["kinds"]["runbook"]["file"] == "RUNBOOKS.md"
    assert tree["synonyms"] == {"db": ["postgres"]}


def test_show_marks_defaults() -> None:
    lines = show(parse("budget = 4000")).splitlines()
    assert lines[0] == "budget = 4000"
    assert all(line.endswith("  # default") for line in lines[1:])
    assert show(DEFAULT, frozenset({"episodes"})).splitlines()[3] == "episodes = 3"


def test_the_example_is_inert_and_uncommented_holds_the_defaults() -> None:
    assert parse(example()) == DEFAULT
    uncommented = parse(re.sub(r"(?m)^#(?=\S)", "", example()))
    assert uncommented == DEFAULT
    assert uncommented.set_keys == {option.key for option in FIXED}


def test_every_option_is_documented() -> None:
    for option in describe():
        assert option.doc.endswith(".")
        assert f"`{option.path[-1]}`" in reference()


@pytest.mark.parametrize(
    ("path", "text"), [(".contextrc.example", example()), ("docs/configuration.md", reference())]
)
def test_generated_files_are_up_to_date(path: str, text: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == text, "write it again with `python -m ctx.config`"
