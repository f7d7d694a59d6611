"""The main job: files → entries → index → score against each task → cover → pack → render."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from ctx.actions.asking import Goal, asked_again, find_asked, goals_of, queries_of, unanswered
from ctx.actions.cache_session import open_session
from ctx.actions.read_context import Reader, Reading
from ctx.actions.retry_without_cache import retry_without_cache
from ctx.errors import UsageError
from ctx.kinds import CONSTITUTION
from ctx.model.paths import applies
from ctx.model.task import open_tasks
from ctx.packet.content import Content, FrameStyle, Shares
from ctx.packet.pack import Limits, Packed, Packer
from ctx.packet.packet import Packet, write_packet
from ctx.retrieval.ranking.recency import Recency
from ctx.retrieval.ranking.score import Weights, score
from ctx.store.local import names_in
from ctx.tokens.counting import CHARS, counter

if TYPE_CHECKING:
    from ctx.model.frame import Frame
    from ctx.packet.frame_view import FrameView


class Request(NamedTuple):
    """What a packet is asked for; what is None comes from the configuration.

    `tasks`, texts or handles of tasks, replaces the tasks of TASKS.md as what entries are scored against;
    `query` is one more. `now` is an ISO date, today when None; `path` is relative to the root, with `/`.
    `session` names the agent's session whose active frame is seen, None none; `frames` is how frames are
    written, `goals` are other things asked for. With `strict` a file that is no text is an error.
    """

    budget: int | None = None
    max_chars: int | None = None
    max_bytes: int | None = None
    tasks: Sequence[str] | None = None
    query: str | None = None
    tokenizer: str | None = None
    path: str = ""
    at: str | None = None
    now: str | None = None
    goals: Sequence[Goal] = ()
    session: str | None = None
    frames: FrameStyle = FrameStyle.xml
    strict: bool = False


@retry_without_cache
def build_packet(reader: Reader, request: Request) -> Packet:
    """Build the packet of a context. Raises BudgetError where the constitution does not fit."""
    counter(request.tokenizer or CHARS)  # refuses an unknown one before anything is read
    reading = reader.look(at=request.at, strict=request.strict)
    limits = _limits(reading, request)
    now = request.now or datetime.now(tz=UTC).date().isoformat()
    todo, blocked = open_tasks(reading.memory.tasks)
    asked = find_asked(reading, request.tasks, request.query)
    view = _view(reader, request)
    queries = queries_of(reading.config, asked, todo, [*request.goals, *goals_of(view)])
    session = open_session(reader, reading, request.tokenizer, _competing(reading, request.path))
    answers = session.ask([query.question for query in queries])
    relevance = [answer.relevance for answer in answers]
    ranking = score(session.entry_columns, relevance, _recency(reading, now), _weights(reading))
    episodes = reading.sessions.latest_closed(reading.config.episodes)
    content = Content(
        rules=_rules(reading),
        asked=asked.shown,
        tasks=asked.without(todo),
        blocked=asked.without(blocked),
        frames=episodes,
        view=view,
        style=request.frames,
        scored=ranking,
        headings={kind.name: kind.heading for kind in reading.config.kinds},
        queries=queries,
        something_asked=bool(asked),
    )
    shares = _shares(reading)
    packer = Packer(content, session.block_counter, shares, reading.config.threshold, session.sizes())
    packed = Packed(packer, limits, partial(session.evidence, answers))
    packet = write_packet(
        packed,
        now=now,
        manifest=_manifest(reading, request, now, session.block_counter.counter.name, _shown(view, episodes)),
        remarks=[*_unread(reading), *unanswered(queries, answers), *_uncounted(packed.choice.uncounted)],
        revision=partial(reader.revision, request.at),
    )
    session.keep(asked_again(asked, queries))
    return packet


def _competing(reading: Reading, path: str) -> Sequence[int]:
    """The live entries that apply to what is worked on."""
    limited, live = reading.entry_columns.limited, reading.live
    every = range(len(live))
    return [n for n in every if n not in limited or applies(live[n], path)] if limited else every


def _limits(reading: Reading, request: Request) -> Limits:
    budget = reading.config.budget if request.budget is None else request.budget
    for what, limit in (("tokens", budget), ("characters", request.max_chars), ("bytes", request.max_bytes)):
        if limit is not None and limit < 0:
            raise UsageError(f"a budget of {limit} {what} is negative", hint="give a whole number from 0 up")
    return Limits(budget, request.max_chars, request.max_bytes)


def _recency(reading: Reading, now: str) -> Recency:
    return Recency(
        reading.sessions.dates(),
        (date for date in set(reading.entry_columns.dates) if date),
        half_life=reading.config.half_life_sessions,
        now=now,
    )


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
    return Shares(
        tasks=config.tasks_share,
        asked_tasks=config.asked_tasks_share,
        in_progress=config.in_progress_share,
        pinned=config.pinned_share,
        frames=config.frames_share,
        lines=config.lines_share,
        floors=(config.conventions_floor, config.decisions_floor, config.rest_floor),
    )


def _view(reader: Reader, request: Request) -> FrameView | None:
    """What the active frame sees; of files as they were once there is none."""
    if request.session is None or request.at is not None or not names_in(reader.root, "frames"):
        return None
    from ctx.actions.active_frame import active_frame  # most packets have no frame
    from ctx.packet.frame_view import view_of

    tree, active = active_frame(reader, request.session)
    return view_of(tree, active.id) if active.id is not None else None


def _rules(reading: Reading) -> str:
    """The constitution; where it cannot be read, whoever gets the packet has to know that there is one."""
    lost = next((error for error in reading.unread if str(error.path).endswith(f"/{CONSTITUTION}")), None)
    return f"The rules cannot be read: {lost}." if lost else reading.memory.constitution


def _unread(reading: Reading) -> Iterator[str]:
    """What is to be said of the files that were left out."""
    for error in sorted(reading.unread, key=str):
        yield f"{error}; the packet is without this file ({error.hint})"


def _uncounted(tasks: int) -> list[str]:
    """What is to be said of tasks that the packet cannot even count."""
    if not tasks:
        return []
    what = "1 open or blocked task has" if tasks == 1 else f"{tasks} open and blocked tasks have"
    return [f"{what} no room in this packet, not even to be counted; `ctx task list` prints them"]


def _shown(view: FrameView | None, episodes: Sequence[Frame]) -> Iterator[str]:
    """The texts of the frames that a packet is made from."""
    yield from (frame.text for frame in [*(view.frames if view else []), *episodes])


def _manifest(reading: Reading, request: Request, now: str, tokenizer: str, frames: Iterable[str]) -> str:
    """A sha256 over all that the packet was made from."""
    wanted = request._asdict() | {"now": now, "tokenizer": tokenizer, "at": None, "strict": None}
    parts = [
        reading.digest,
        *map(_digest, frames),
        *(f"{key}={value!r}" for key, value in sorted(wanted.items())),
    ]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
