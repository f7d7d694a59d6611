"""Random sequences of commands, legal and illegal, against a small model of the tree."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ctx.actions.active_frame import active_frame, tree_of
from ctx.actions.changes import change
from ctx.actions.frame_close import Closing, pop_frame
from ctx.actions.frame_edit import drop_frame, move_frame
from ctx.actions.frame_open import NewFrame, open_session, plan_frame, push_frame, start_frame
from ctx.actions.init_context import init_context
from ctx.actions.read_context import Reader
from ctx.actions.session_end import Ending, end_session
from ctx.actions.session_update import Update, update_session
from ctx.errors import CtxError
from ctx.model.frame_states import CLOSED, MOVES
from ctx.model.frame_tree import parent_of
from ctx.packet.frame_view import Part, Seen, view_of

NOW = datetime(2026, 11, 21, 4, 34, tzinfo=UTC)
Step = tuple[str, str, int, str]
AGENTS = ("", "one", "two")
STEPS = st.tuples(
    st.sampled_from(["session", "push", "plan", "start", "pop", "drop", "move", "end", "log"]),
    st.sampled_from(AGENTS),
    st.integers(0, 7),
    st.sampled_from([*MOVES, "carry", "invalidate"]),
)


class RefusedError(Exception):
    """The model does not allow it."""


class Model:
    """The statuses of frames by their ids, and what each agent works on."""

    def __init__(self) -> None:
        self.status: dict[str, str] = {}
        self.pointer: dict[str, str] = {}

    def pick(self, number: int) -> str:
        """A frame by a number."""
        names = sorted(self.status)
        if not names:
            raise RefusedError
        return names[number % len(names)]

    def below(self, name: str) -> list[str]:
        """The open frames below one."""
        return [n for n in sorted(self.status) if n.startswith(f"{name}/") and self.status[n] not in CLOSED]

    def active(self, who: str) -> str | None:
        """What an agent works on."""
        told = self.pointer.get(who, self.pointer.get("", ""))
        if not told:
            return None
        if told in self.status and self.status[told] not in CLOSED:
            return told
        above = parent_of(told)
        while above and self.status.get(above) != "in_progress":
            above = parent_of(above)
        return above

    def require(self, who: str) -> str:
        """The same, of which there must be one."""
        found = self.active(who)
        if found is None:
            raise RefusedError
        return found

    def move_to(self, name: str, status: str) -> None:
        """Another status, if that is legal."""
        if status not in MOVES[self.status[name]]:
            raise RefusedError
        self.status[name] = status

    def settle(self, name: str, status: str, children: str) -> None:
        """What becomes of the open frames below one that ends."""
        if status not in MOVES[self.status[name]]:
            raise RefusedError
        below = self.below(name) if status != "blocked" else []
        if status == "invalidated" and not children:
            below = [one for one in below if self.status[one] == "planned"]
        elif below and not children:
            raise RefusedError
        for one in below:
            self.status[one] = "invalidated"
        self.status[name] = status


def apply_to_model(model: Model, step: Step, name: str) -> None:  # noqa: PLR0915 - a command each
    """What a command does to the model; `name` is what a new frame is called. Raises RefusedError."""
    verb, who, number, word = step
    children = word if word in {"carry", "invalidate"} else ""
    status = word if word in MOVES else "completed"
    if verb == "session":
        if model.active(who) is not None:
            raise RefusedError
        model.status[name] = "in_progress"
        model.pointer[who] = name
    elif verb in {"push", "plan"}:
        parent = model.require(who)
        if verb == "push" and model.status[parent] != "in_progress":
            raise RefusedError
        model.status[f"{parent}/{name}"] = "in_progress" if verb == "push" else "planned"
        if verb == "push":
            model.pointer[who] = f"{parent}/{name}"
    elif verb == "start":
        chosen = model.pick(number)
        if model.status[chosen] not in {"planned", "blocked", "in_progress"}:
            raise RefusedError
        above = parent_of(chosen)
        if above and model.status[above] != "in_progress":
            raise RefusedError
        model.status[chosen] = "in_progress"
        model.pointer[who] = chosen
    elif verb == "pop":
        chosen = model.require(who)
        if "/" not in chosen:
            raise RefusedError
        model.settle(chosen, status, children)
        above = parent_of(chosen)
        while above and model.status[above] != "in_progress":
            above = parent_of(above)
        if above:
            model.pointer[who] = above
        else:
            model.pointer.pop(who, None)
    elif verb == "drop":
        chosen = model.pick(number)
        gone = [chosen, *model.below(chosen)]
        if any(model.status[one] != "planned" for one in gone):
            raise RefusedError
        for one in [n for n in model.status if n == chosen or n.startswith(f"{chosen}/")]:
            del model.status[one]
    elif verb == "move":
        chosen, under = model.pick(number), model.pick(number + 3)
        if "/" not in chosen or f"{under}/".startswith(f"{chosen}/") or under == parent_of(chosen):
            raise RefusedError
        if model.status[under] in CLOSED:
            raise RefusedError
        new = f"{under}/{chosen.rpartition('/')[2]}"
        moved = {n: new + n[len(chosen) :] for n in model.status if n == chosen or n.startswith(f"{chosen}/")}
        model.status = {moved.get(n, n): status for n, status in model.status.items()}
        model.pointer = {who: moved.get(n, n) for who, n in model.pointer.items()}
    elif verb == "end":
        root = model.require(who).partition("/")[0]
        model.settle(root, status, children)
        model.pointer = {
            one: told for one, told in model.pointer.items() if not f"{told}/".startswith(f"{root}/")
        }
    else:
        model.require(who)


def apply_for_real(reader: Reader, model: Model, step: Step, name: str, now: datetime) -> None:
    """The same by the actions. Raises CtxError."""
    verb, who, number, word = step
    children = word if word in {"carry", "invalidate"} else ""
    status = word if word in MOVES else "completed"
    names = sorted(model.status)
    chosen = names[number % len(names)] if names else "none"
    new = NewFrame(f"Goal {name}", name=name)
    calls: dict[str, Callable[[], object]] = {
        "push": lambda: push_frame(reader, new, now, who),
        "plan": lambda: plan_frame(reader, new, who),
        "start": lambda: start_frame(reader, chosen, now, who),
        "pop": lambda: pop_frame(reader, Closing(status, "s", "", (), children), now, who),
        "drop": lambda: drop_frame(reader, chosen),
        "move": lambda: move_frame(reader, chosen, names[(number + 3) % len(names)] if names else "none"),
        "end": lambda: end_session(reader, Ending(Closing(status, "s", "", (), children)), now, who),
        "log": lambda: update_session(reader, Update(f"log {name}"), now, who),
    }
    if verb == "session":
        if active_frame(reader, who)[1].id is not None:
            raise CtxError("one is under way")
        change(reader, lambda changes: open_session(changes, new, now, who))
    else:
        calls[verb]()


def as_named(name: str) -> str:
    """An id as the model has it: without the stamp of its session."""
    root, slash, below = name.partition("/")
    return root[len("2026-11-21-0434-") :] + slash + below


@settings(max_examples=60)
@given(st.lists(STEPS, min_size=6, max_size=24))
def test_the_tree_is_as_its_model(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        init_context(root)
        reader, model = Reader(root), Model()
        for number, step in enumerate(steps):
            name, now = f"f{number:02}", NOW + timedelta(seconds=number % 50)
            try:
                apply_for_real(reader, model, step, name, now)
                done = True
            except CtxError:
                done = False
            try:
                apply_to_model(model, step, name)
                allowed = True
            except RefusedError:
                allowed = False
            assert done == allowed, step
            check(reader, model)


def check(reader: Reader, model: Model) -> None:
    """The files say what the model says, to every agent."""
    tree = tree_of(reader.worktree)
    assert {as_named(name): tree.frame(name).status for name in tree.ids} == model.status
    assert not any(tree.frame(name).problem for name in tree.ids)
    for who in AGENTS:
        _, active = active_frame(reader, who)
        assert (as_named(active.id) if active.id else None) == model.active(who)
        if active.id:
            seen = view_of(tree, active.id)
            require_the_rule(seen.root, active.id)


def require_the_rule(seen: Seen, current: str) -> None:
    """Of a frame around the active one, of it and of what is closed or planned beside or below: no other."""
    name = seen.frame.id
    if seen.part in {Part.AROUND, Part.CURRENT}:
        assert f"{current}/".startswith(f"{name}/")
    else:
        assert f"{current}/".startswith(f"{parent_of(name)}/")
        assert not seen.inner
    for inner in seen.inner:
        require_the_rule(inner, current)
