"""The main job: files → entries → index → score against each task → cover → pack → render."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from ctx.actions.cache.retry import retry_without_cache
from ctx.actions.cache.session import open_session
from ctx.actions.read_context import Reader, Reading
from ctx.errors import UsageError
from ctx.memory.frame import Frame
from ctx.memory.paths import applies
from ctx.memory.roster import Roster
from ctx.memory.task import active
from ctx.packet.pack import Packer
from ctx.packet.parts import Content, Shares
from ctx.packet.receipt import Packet, Receipts, write_packet
from ctx.packet.tokens import CHARS, counter
from ctx.retrieval.ask import Question, Tags
from ctx.retrieval.recency import Recency
from ctx.retrieval.score import Ranking, Weights, score

# So many tasks are asked about at most, most urgent first.
_MOST_QUERIES = 64


class Request(NamedTuple):
    """What a packet is asked for; what is None comes from the configuration.

    `tasks` replaces the tasks of TASKS.md as what entries are scored against; `query` is one more. `now`
    is an ISO date, today when None; `path` is relative to the root, with `/`.
    """

    budget: int | None = None
    max_chars: int | None = None
    tasks: Sequence[str] | None = None
    query: str | None = None
    tokenizer: str | None = None
    path: str = ""
    at: str | None = None
    now: str | None = None


@retry_without_cache
def build_packet(reader: Reader, request: Request) -> Packet:
    """Build the packet of a context. Raises BudgetError where the constitution does not fit."""
    counter(request.tokenizer or CHARS)  # refuses an unknown one before anything is read
    reading = reader.look(at=request.at)
    budget = _checked(reading.config.budget if request.budget is None else request.budget)
    now = request.now or datetime.now(tz=UTC).date().isoformat()
    session = open_session(reading, request.tokenizer or reading.config.tokenizer, may_fork=reader.may_fork)

    queries = _queries(reading, request)
    numbers = _competing(reading, request.path)
    roster = reading.roster.choose(numbers)
    answers = session.answers(queries, numbers, _tags(reading, roster, queries))
    relevance = [answer.relevance for answer in answers]
    scored = score(roster, relevance, _recency(reading, now), _weights(reading))

    content, press = _content(reading, scored, len(queries)), session.press
    packer = Packer(content, press, _shares(reading), reading.config.threshold, session.sizes(numbers))
    choice = packer.pack(budget, request.max_chars)
    receipts = Receipts(packer, choice, budget, request.max_chars, partial(session.evidence, answers))
    packet = write_packet(
        packer,
        receipts,
        now=now,
        manifest=_manifest(reading, request, now, press.counter.name),
        revision=partial(reader.revision, request.at),
    )
    session.keep(task.words for task in active(reading.memory.tasks))
    return packet


def _tags(reading: Reading, roster: Roster, queries: Sequence[Question]) -> Tags:
    """The tags of the entries, where a task has any to share."""
    weight = reading.config.tags_weight
    return Tags(roster.tags if weight and any(query.tags for query in queries) else {}, weight)


def _recency(reading: Reading, now: str) -> Recency:
    return Recency(
        (frame.date for frame in reading.memory.frames if frame.date and frame.is_session),
        (date for date in set(reading.roster.dates) if date),
        half_life=reading.config.half_life_sessions,
        now=now,
    )


def _content(reading: Reading, scored: Ranking, asked: int) -> Content:
    memory, config = reading.memory, reading.config
    return Content(
        rules=memory.constitution,
        tasks=active(memory.tasks),
        frames=_episodes(memory.frames, config.episodes),
        scored=scored,
        headings={kind.name: kind.heading for kind in config.kinds},
        asked=asked,
    )


def _competing(reading: Reading, path: str) -> Sequence[int]:
    """The live entries that apply to what is worked on."""
    limited, live = reading.roster.limited, reading.live
    every = range(len(live))
    return [n for n in every if n not in limited or applies(live[n], path)] if limited else every


def _checked(budget: int) -> int:
    if budget < 0:
        raise UsageError(f"a budget of {budget} tokens is negative", hint="give a whole number from 0 up")
    return budget


def _queries(reading: Reading, request: Request) -> list[Question]:
    """Each active task is a query of its own, and so is what was asked for; never one long text."""
    if request.tasks is not None:
        queries = [Question(f"task {n}", text) for n, text in enumerate(request.tasks, 1)]
    else:
        queries = [Question(task.id, task.words, task.tags) for task in active(reading.memory.tasks)]
    if request.query:
        queries = [Question("query", request.query), *queries]
    return [query for query in queries if query.text.strip()][:_MOST_QUERIES]


def _weights(reading: Reading) -> Weights:
    config = reading.config
    return Weights(
        kinds={kind.name: kind.weight for kind in config.kinds},
        relevance=config.relevance_weight,
        recency=config.recency_weight,
        marks=config.marks_weight,
    )


def _shares(reading: Reading) -> Shares:
    config = reading.config
    floors = (config.conventions_floor, config.decisions_floor, config.rest_floor)
    return Shares(tasks=config.tasks_share, summaries=config.summaries_share, floors=floors)


def _episodes(frames: Sequence[Frame], count: int) -> list[Frame]:
    """The last closed sessions, latest first."""
    closed = [frame for frame in frames if frame.is_session and frame.closed]
    return sorted(closed, key=lambda frame: (frame.date or "", frame.id), reverse=True)[:count]


def _manifest(reading: Reading, request: Request, now: str, tokenizer: str) -> str:
    """A sha256 over all that the packet was made from."""
    asked = request._asdict() | {"now": now, "tokenizer": tokenizer, "at": None}
    parts = [reading.digest, *(f"{key}={value!r}" for key, value in sorted(asked.items()))]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
