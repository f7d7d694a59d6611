"""Changing frames that are there: what they say, where in the tree they are, and taking them out of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ctx.actions.active_frame import pointer_paths, pointing_at, tree_of
from ctx.actions.changes import Staging, change
from ctx.actions.frame_open import at_work
from ctx.actions.read_context import Reader
from ctx.errors import CtxError, UsageError
from ctx.model.file_roles import in_context
from ctx.model.frame import SESSIONS, Frame, frame_path, read_frame
from ctx.model.frame_states import PLANNED
from ctx.model.frame_tree import FrameTree, parent_of
from ctx.writing.frames.new import free_name
from ctx.writing.frames.revise import change_frame

_ARCHIVE = in_context("archive/sessions/")


class FrameChange(NamedTuple):
    """What is to change; None leaves a part as it is, a field with an empty text is taken out."""

    goal: str | None = None
    summary: str | None = None
    fields: Mapping[str, str] = {}


class Changed(NamedTuple):
    """The frame, its name, where its file is now, and what changed as a unified diff."""

    frame: Frame
    name: str
    path: str
    diff: str


def edit_frame(
    reader: Reader, reference: str, edition: FrameChange, session: str, *, sessions_only: bool = False
) -> Changed:
    """Change what a frame says; the active one where none is named.

    Raises CtxError for one whose file a person has to mend, and where nothing is to change.
    """
    if edition.goal is None and edition.summary is None and not edition.fields:
        raise UsageError("nothing is to change", hint='say what: --goal "…", --summary "…", --done-when "…"')

    def act(changes: Staging) -> Changed:
        tree = tree_of(changes)
        frame = _named(changes, tree, reference, session)
        if sessions_only:
            _require_session(tree, frame)
        text = change_frame(frame, goal=edition.goal, fields=dict(edition.fields), summary=edition.summary)
        if text != frame.text:
            changes.write(frame.path, text)
        return Changed(read_frame(text, frame.path), tree.short(frame.id), frame.path, changes.diff())

    return change(reader, act)


def move_frame(reader: Reader, reference: str, under: str) -> Changed:
    """Put a frame, with all below it, under another one; what names it goes on doing so.

    Raises CtxError for a session, and for a place in the frame itself or below a closed one.
    """
    pointers = pointer_paths(reader)

    def act(changes: Staging) -> Changed:
        tree = tree_of(changes)
        frame, target = tree.require_found(reference), tree.require_found(under)
        if frame.is_session:
            raise CtxError(
                f"{tree.short(frame.id)} is a session, which stands below nothing",
                path=frame.path,
                hint="`ctx session edit` changes what it says",
            )
        if f"{target.id}/".startswith(f"{frame.id}/") or target.closed or target.id == parent_of(frame.id):
            why = "closed" if target.closed else "where it is already"
            why = "in the frame itself" if f"{target.id}/".startswith(f"{frame.id}/") else why
            raise CtxError(
                f"{tree.short(frame.id)} cannot go under {tree.short(target.id)}: that is {why}",
                path=target.path,
                hint="`ctx frame tree` shows where it could go",
            )
        taken = tree.names_below(target.id)
        new = f"{target.id}/{free_name(frame.id.rpartition('/')[2], taken.__contains__)}"
        _rename(changes, tree, frame.id, new, pointers)
        moved = tree_of(changes).frame(new)
        return Changed(moved, tree.short(new), moved.path, changes.diff())

    return change(reader, act, guarded=False)


def drop_frame(reader: Reader, reference: str) -> Changed:
    """Take a frame that was only planned, and what is planned below it, into the archive.

    Raises CtxError for one that was begun: that is closed, not dropped.
    """

    def act(changes: Staging) -> Changed:
        tree = tree_of(changes)
        frame = tree.require_found(reference)
        for one in (frame, *tree.open_below(frame.id)):
            if one.status != PLANNED:
                raise CtxError(
                    f"{tree.short(one.id)} is {one.status}: only what is planned is dropped",
                    path=one.path,
                    hint=f"`ctx frame pop --session {tree.short(one.id)} --status invalidated` closes it",
                )
        return _archive(changes, tree, frame)

    return change(reader, act, guarded=False)


def remove_session(reader: Reader, reference: str) -> Changed:
    """Move a closed session, with all its frames, into the archive. Raises CtxError for one that is open."""

    def act(changes: Staging) -> Changed:
        tree = tree_of(changes)
        frame = tree.find(reference)
        _require_session(tree, frame)
        if not frame.closed and not frame.problem:
            raise CtxError(
                f"{tree.short(frame.id)} is {frame.status}",
                path=frame.path,
                hint="`ctx session end` closes it first",
            )
        return _archive(changes, tree, frame)

    return change(reader, act, guarded=False)


def _named(changes: Staging, tree: FrameTree, reference: str, session: str) -> Frame:
    if not reference:
        return at_work(changes, tree, session)[0]
    return tree.require_found(reference)


def _require_session(tree: FrameTree, frame: Frame) -> None:
    if not frame.is_session:
        raise CtxError(
            f"{tree.short(frame.id)} is a frame in a session",
            path=frame.path,
            hint="`ctx frame edit` changes it, `ctx frame drop` takes out what is only planned",
        )


def _archive(changes: Staging, tree: FrameTree, frame: Frame) -> Changed:
    """Stage the move of a frame and all below it: to the archive first."""
    names = [frame.id, *tree.descendants(frame.id)]
    texts = {name: changes.read(frame_path(name)) for name in names}
    for name, text in texts.items():
        changes.write(f"{_ARCHIVE}{name}.md", text or "")
    for name in names:
        changes.remove(frame_path(name))
    return Changed(frame, tree.short(frame.id), f"{_ARCHIVE}{frame.id}.md", changes.diff())


def _rename(changes: Staging, tree: FrameTree, old: str, new: str, pointers: Sequence[str]) -> None:
    """Stage the move of a frame and all below it, and let what names one of them follow."""
    names = {name: new + name[len(old) :] for name in [old, *tree.descendants(old)]}
    follow = _following(names)
    texts = {now: changes.read(frame_path(was)) or "" for was, now in names.items()}
    for now, text in texts.items():
        changes.write(frame_path(now), follow(text))
    done = {frame_path(name) for both in names.items() for name in both}
    for path in changes.paths():
        if path in done or (path.startswith(SESSIONS) and not _is_beside(path, old)):
            continue
        found = changes.read(path) or ""
        if (now := follow(found)) != found:
            changes.write(path, now)
    for pointer, told in pointing_at(changes.read, pointers).items():
        if told in names:
            changes.write(pointer, names[told] + "\n")
    for was in names:
        changes.remove(frame_path(was))


def _is_beside(path: str, name: str) -> bool:
    """Whether a frame's file is of the same session."""
    return path.startswith(frame_path(name.partition("/")[0]).removesuffix(".md"))


def _following(names: Mapping[str, str]) -> Callable[[str], str]:
    """A function that lets the fields of a text which name frames name them as they are called now."""
    longest = sorted(names, key=len, reverse=True)
    pattern = re.compile(
        r"(?m)^(?P<lead>[ ]{0,3}\*\*(?:Frame|Retry of)\*\*:[ \t]*)(?P<name>"
        + "|".join(map(re.escape, longest))
        + r")(?=[ \t]*$)"
    )
    return lambda text: pattern.sub(lambda match: match["lead"] + names[match["name"]], text)
