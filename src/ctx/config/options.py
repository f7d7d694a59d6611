"""Every option of `.contextrc`, declared once: its key, type, default, meaning and what it may be."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from ctx.config.shapes import Shape, above_zero, at_least_zero, choice, flag, share, text, texts, whole
from ctx.kinds import BUILTIN, CONSTITUTION, REFERENCE, REFERENCE_FILES, TASK_PREFIX, TASKS, Kind, Kinds

Path = tuple[str, ...]


class Option(NamedTuple):
    """One key: where it stands, what it may be, and what it means. A required one has the default None."""

    path: Path
    shape: Shape
    doc: str
    default: object = None

    @property
    def key(self) -> str:
        """The dotted key: ``shares.tasks``."""
        return ".".join(self.path)


def _option(default: object, key: str, shape: Shape, doc: str) -> Any:
    """What stands for the value in the class; each Config has values of its own."""
    return Option(tuple(key.split(".")), shape, doc, default)


def is_line(value: str) -> bool:
    """Whether a text says something and stays on its line."""
    return bool(value.strip()) and value.isprintable()


def _is_glob(value: str) -> bool:
    parts = value.split("/")
    return (
        is_line(value) and "\\" not in value and ":" not in parts[0] and parts[0] != "" and ".." not in parts
    )


def _is_branch(value: str) -> bool:
    return value.isascii() and all(part.replace("-", "").isalnum() for part in value.split("/"))


def _branch(kind: str, default: str, doc: str) -> Any:
    """What the branch of a session begins with whose goal is of a kind."""
    return _option(default, f"branches.{kind}", text("the first word of a branch", _is_branch), doc)


class Config:
    """The options in force. ``set_keys`` are the dotted keys a file gave; the rest are defaults."""

    budget: int = _option(
        4000, "budget", whole("tokens"), "The most tokens a packet may have when `--budget` is not given."
    )
    tokenizer: str = _option(
        "o200k_base",
        "tokenizer",
        choice("o200k_base", "cl100k_base", "chars"),
        "How tokens are counted. `chars` takes four bytes for a token, for models whose tokenizer is not "
        "public.",
    )
    threshold: float = _option(
        0.1, "threshold", share(), "The relevance, from 0 to 1, from which an entry competes to go in whole."
    )
    episodes: int = _option(
        3,
        "episodes",
        whole("sessions"),
        "How many closed sessions a packet shows, newest first, when none is active.",
    )
    references: tuple[str, ...] = _option(
        (),
        "references",
        texts("globs inside the project", _is_glob),
        "Pages whose sections compete like facts, as globs from the project's root such as "
        "`docs/**/*.md`. ARCHITECTURE.md and GLOSSARY.md in `.context/` always do.",
    )
    relevance_weight: float = _option(
        1.0, "weights.relevance", at_least_zero(), "How much relevance to the tasks counts in a score."
    )
    recency_weight: float = _option(
        0.02, "weights.recency", at_least_zero(), "How much recency counts in a score."
    )
    marks_weight: float = _option(
        0.05, "weights.marks", at_least_zero(), "How much helpful and harmful marks shift a score."
    )
    tags_weight: float = _option(
        0.1, "weights.tags", at_least_zero(), "How much each tag that an entry shares with a task counts."
    )
    half_life_sessions: float = _option(
        20.0,
        "recency.half_life_sessions",
        above_zero("sessions"),
        "After how many sessions an entry's recency is halved.",
    )
    asked_attention: float = _option(
        16.0,
        "attention.asked",
        at_least_zero(),
        "How much what is asked for counts: `--task`, `--query`.",
    )
    frame_attention: float = _option(
        12.0, "attention.frame", at_least_zero(), "How much the goal of the active frame counts."
    )
    in_progress_attention: float = _option(
        8.0, "attention.in_progress", at_least_zero(), "How much a task in progress counts."
    )
    critical_attention: float = _option(
        5.0, "attention.critical", at_least_zero(), "How much a task of critical priority counts."
    )
    ancestor_attention: float = _option(
        4.0,
        "attention.ancestor",
        at_least_zero(),
        "How much the goal of a frame around the active one counts.",
    )
    high_attention: float = _option(
        3.0, "attention.high", at_least_zero(), "How much a task of high priority counts."
    )
    medium_attention: float = _option(
        1.0, "attention.medium", at_least_zero(), "How much a task of medium priority, or of none, counts."
    )
    low_attention: float = _option(
        0.5, "attention.low", at_least_zero(), "How much a task of low priority counts."
    )
    tasks_share: float = _option(
        0.25, "shares.tasks", share(), "The share of what the constitution leaves that tasks take at most."
    )
    asked_tasks_share: float = _option(
        0.1,
        "shares.asked_tasks",
        share(),
        "The same share where something is asked for, for the tasks that are not.",
    )
    in_progress_share: float = _option(
        0.5,
        "shares.in_progress",
        share(),
        "The share of what the constitution leaves in which tasks asked for and in progress stand whole; "
        "it comes before that of the others.",
    )
    pinned_share: float = _option(
        0.25,
        "shares.pinned",
        share(),
        "The share of what is left after the tasks that pinned entries take at most; the rest are lines.",
    )
    frames_share: float = _option(
        0.25,
        "shares.frames",
        share(),
        "The share of what is left after the pinned entries that sessions take at most.",
    )
    lines_share: float = _option(
        0.125,
        "shares.lines",
        share(),
        "The share of what remains after constitution, tasks and sessions that is kept for one-line entries.",
    )
    conventions_floor: float = _option(
        0.1, "shares.conventions", share(), "The share of the same remainder kept for conventions."
    )
    decisions_floor: float = _option(
        0.1, "shares.decisions", share(), "The share of the same remainder kept for decisions."
    )
    rest_floor: float = _option(
        0.1, "shares.rest", share(), "The share of the same remainder kept for learnings and all other kinds."
    )
    archive_tracked: bool = _option(
        True,
        "archive.tracked",
        flag(),
        "Whether git tracks the archive; false has `.context/.gitignore` name it.",
    )
    drift_ignore: tuple[str, ...] = _option(
        (), "drift.ignore", texts("rule names", is_line), "Rules of `ctx drift` that are not run."
    )
    task_age_days: int = _option(
        30,
        "drift.task_age_days",
        whole("days"),
        "After how many days a task in progress is reported as in progress too long.",
    )
    oversized_tokens: int = _option(
        800,
        "drift.oversized_tokens",
        whole("tokens"),
        "From how many tokens an entry is reported as oversized.",
    )
    constitution_share: float = _option(
        0.5,
        "drift.constitution_share",
        share(),
        "From what share of the budget the constitution is reported as too large.",
    )
    feature_branch: str = _branch("feature", "feat", "What is new: `add`, `build` and the like.")
    fix_branch: str = _branch("fix", "bugfix", "What is mended: `fix`, `repair` and the like.")
    docs_branch: str = _branch("docs", "docs", "What is written: `document` and the like.")
    refactor_branch: str = _branch(
        "refactor", "refactor", "What is built anew: `refactor`, `rename` and the like."
    )
    test_branch: str = _branch("test", "test", "What is tested: `test`, `cover` and the like.")
    chore_branch: str = _branch("chore", "chore", "Upkeep: `update`, `release` and the like.")
    synonyms: Mapping[str, tuple[str, ...]]
    kind_table: tuple[Kind, ...]
    set_keys: frozenset[str]
    kinds: Kinds

    def __init__(
        self,
        synonyms: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
        kind_table: tuple[Kind, ...] = BUILTIN,
        set_keys: frozenset[str] = frozenset(),
        **given: Any,
    ) -> None:
        for name, option in declared().items():
            setattr(self, name, given.pop(name, option.default))
        if given:
            raise TypeError(f"no options: {', '.join(given)}")
        self.synonyms, self.kind_table, self.set_keys = synonyms, kind_table, set_keys
        self.kinds = Kinds(kind_table)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Config) and self._compared() == other._compared()

    def __hash__(self) -> int:
        return hash(tuple(getattr(self, name) for name in declared()))

    def _compared(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if name not in {"set_keys", "kinds"}}


TABLES = MappingProxyType(
    {
        "weights": "What counts in a score: the weight of each kind and of each part of a score.",
        "caps": "Soft caps: with more entries of a kind, `ctx drift` suggests to consolidate; 0 never does.",
        "recency": "Recency is counted in sessions, not in days: old is not stale.",
        "attention": "How much each thing counts that entries are chosen for; the greatest counts as 1.",
        "shares": "How the budget is divided; what one part leaves goes to the others.",
        "branches": "What the branch of a session begins with, by the first word of its goal.",
        "archive": "Where `ctx consolidate` moves originals.",
        "drift": "What `ctx drift` reports.",
        "kinds": "Kinds of one's own, each a table of its own under a lower-case name.",
        "synonyms": "Words that widen a query: each word with the words that are searched as well.",
    }
)
OWN_KINDS = "kinds"
SYNONYMS = "synonyms"

# Names and pages' folders that mean something else already.
RESERVED_NAMES = frozenset(
    {*(kind.name for kind in (*BUILTIN, REFERENCE)), "relevance", "recency", "marks", "tags", "task", "frame"}
)
RESERVED_FILES = frozenset({CONSTITUTION, TASKS, *REFERENCE_FILES, REFERENCE.file, "README.md", "INDEX.md"})
RESERVED_STEMS = frozenset({"sessions", "archive", "artifacts", "inbox"})
RESERVED_PREFIXES = frozenset({TASK_PREFIX, REFERENCE.prefix})


def is_kind_name(name: str) -> bool:
    """Whether a kind of one's own could have this name, were it free: lower-case ASCII, hyphens, digits."""
    return name.isascii() and name[:1].islower() and name.replace("-", "").isalnum() and name.islower()


def _is_file_name(name: str) -> bool:
    return (
        name.endswith(".md") and name[0] != "." and name.isprintable() and not set(name) & set('/\\<>:"|?*')
    )


def _is_prefix(value: str) -> bool:
    return 1 <= len(value) <= 3 and value.isascii() and value.isalpha() and value.isupper()


def _is_field_name(value: str) -> bool:
    return is_line(value) and value == value.strip() and not set(value) & set(":*")


def weight_option(kind: Kind) -> Option:
    """The key under ``[weights]`` of a kind."""
    return Option(
        ("weights", kind.name),
        at_least_zero(),
        f"Multiplies the score of each entry of {kind.file}.",
        kind.weight,
    )


def cap_option(kind: Kind) -> Option:
    """The key under ``[caps]`` of a kind."""
    return Option(
        ("caps", kind.name), whole("entries"), f"The soft cap of {kind.file}, in entries.", kind.cap
    )


def kind_options(name: str) -> tuple[Option, ...]:
    """The keys under ``[kinds.NAME]``; those without a default are required."""
    at = (OWN_KINDS, name)
    return (
        Option(
            (*at, "file"),
            text('a plain file name such as "RUNBOOKS.md"', _is_file_name),
            "Its file in `.context/`.",
        ),
        Option((*at, "prefix"), text("1 to 3 letters A–Z", _is_prefix), "What its handles begin with."),
        Option(
            (*at, "layer"),
            choice("semantic", "procedural"),
            "Which layer of memory it belongs to: what is so, or how things are done.",
            "semantic",
        ),
        Option(
            (*at, "weight"),
            at_least_zero(),
            "Multiplies the score of its entries; `[weights]` may say it instead.",
            0.5,
        ),
        Option((*at, "cap"), whole("entries"), "Its soft cap; `[caps]` may say it instead.", 30),
        Option(
            (*at, "fields"),
            texts("field names", _is_field_name),
            "The names of its `**Field**:` lines, in the order they are written.",
            (),
        ),
    )


def synonym_option(word: str) -> Option:
    """The key under ``[synonyms]`` of a word."""
    return Option((SYNONYMS, word), texts("words", is_line), "The words that are searched as well.")


def declared() -> dict[str, Option]:
    """The fixed keys of :class:`Config` by attribute."""
    return {name: value for name, value in vars(Config).items() if isinstance(value, Option)}


def attributes() -> dict[Path, str]:
    """The attribute of :class:`Config` that each fixed key of its own fills."""
    return {option.path: name for name, option in declared().items()}


def options() -> tuple[Option, ...]:
    """Every key whose name is fixed, table by table, in the order they are documented."""
    own = declared().values()
    kinds = [*map(weight_option, BUILTIN), *map(cap_option, BUILTIN)]
    tables = ["", *TABLES]
    return tuple(sorted((*kinds, *own), key=lambda option: tables.index("".join(option.path[:-1]))))
