"""`ctx inbox`: what waits for a person, and what they say to it."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from ctx.cli.declare import Commands, Option
from ctx.cli.entry_options import handles_of
from ctx.cli.frame_options import moment_now
from ctx.cli.options import Json, Root, open_reader
from ctx.cli.output import print_err, print_out, table, write_json
from ctx.errors import CtxError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ctx.actions.inbox import Settled, Waiting
    from ctx.actions.read_context import Reader
    from ctx.model.suggestion import Suggestion

_Ids = list[str] | None
_QUESTION = "a)ccept e)dit m)erge r)eject s)kip q)uit ? > "
_HELP = {
    "a": "accept: it becomes an entry as it is shown",
    "e": "edit it in $EDITOR, then it becomes an entry",
    "m": "merge: the entry shown opens in $EDITOR with this below it; what you save is the entry",
    "r": "reject: it is not asked again",
    "s": "skip: it waits",
    "q": "quit: what was answered is done",
    "?": "these keys",
}
_WORDS = {"accept": "a", "edit": "e", "merge": "m", "reject": "r", "skip": "s", "quit": "q", "help": "?"}


def inbox(
    accept: Annotated[_Ids, Option("--accept", metavar="ID", help="Make an entry of it; repeatable.")] = None,
    reject: Annotated[_Ids, Option("--reject", metavar="ID", help="Never ask again; repeatable.")] = None,
    share: Annotated[
        _Ids, Option("--share", metavar="ID", help="Put it into git, for others to answer; repeatable.")
    ] = None,
    as_json: Json = False,
    root: Root = None,
) -> None:
    """Show what was suggested and waits for a person.

    On a terminal each item is asked about; without one they are listed. Nothing of it is in any packet before
    it is accepted. Items lie in .context/.local/inbox/, for this checkout alone, until they are shared.
    """
    from ctx.actions.inbox import list_inbox

    reader = open_reader(root)
    if accept or reject or share:
        _settle(reader, accept or [], reject or [], share or [], as_json=as_json)
        return
    waiting = list_inbox(reader)
    if as_json:
        write_json([_as_json(one) for one in waiting])
    elif not waiting:
        print_err("the inbox is empty")
    elif sys.stdin.isatty() and sys.stdout.isatty():
        _walk(reader, waiting)
    else:
        print_out(table([_row(one) for one in waiting]))


def _settle(
    reader: Reader, accepted: list[str], rejected: list[str], shared: list[str], *, as_json: bool
) -> None:
    from ctx.actions.inbox import accept, reject, share

    done = [accept(reader, one, moment_now()) for one in handles_of(accepted)]
    done += reject(reader, handles_of(rejected)) if rejected else []
    done += share(reader, handles_of(shared)) if shared else []
    if as_json:
        write_json(
            [
                {"id": o.item.id, "status": o.status, "entry": o.entry or None, "path": o.item.path}
                for o in done
            ]
        )
    else:
        print_out("\n".join(map(_told, done)))


def _told(done: Settled) -> str:
    if done.entry:
        return f"{done.item.id} is {done.entry}" + (", which was there" if done.status == "known" else "")
    return f"{done.item.id} is {done.status}" + (f" in {done.item.path}" if done.status == "open" else "")


def _row(one: Waiting) -> tuple[str, ...]:
    suggestion, judged = one.item.suggestion, one.judged
    about = f" {judged.entry.id}" if judged.entry else ""
    place = "git" if one.item.shared else "here"
    return (
        one.item.id,
        f"{judged.verdict.value}{about}",
        suggestion.kind,
        suggestion.origin,
        place,
        suggestion.title,
    )


def _as_json(one: Waiting) -> dict[str, Any]:
    suggestion, judged = one.item.suggestion, one.judged
    return {
        "id": one.item.id,
        "kind": suggestion.kind,
        "title": suggestion.title,
        "fields": dict(suggestion.fields),
        "body": suggestion.body,
        "tags": list(suggestion.tags),
        "source": suggestion.source,
        "from": suggestion.origin,
        "found": one.item.found,
        "shared": one.item.shared,
        "path": one.item.path,
        "verdict": judged.verdict.value,
        "entry": judged.entry.id if judged.entry else None,
    }


def _walk(reader: Reader, waiting: Sequence[Waiting]) -> None:
    """Ask about each item; what was answered is done by the time the next one is shown."""
    from ctx.cli.ask import Quit, closing_ends_quietly

    done = 0
    with closing_ends_quietly():
        try:
            for number, one in enumerate(waiting, 1):
                done += _Desk(reader, one, f"{number} of {len(waiting)}").decide()
        except Quit:
            pass
        print_out(f"{done} of {len(waiting)} answered")


class _Desk:
    """One item and a person who looks at it."""

    def __init__(self, reader: Reader, one: Waiting, place: str) -> None:
        self.reader, self.one, self.place = reader, one, place

    def decide(self) -> bool:
        """Show the item until it is answered or left; whether it was answered."""
        from ctx.cli.ask import Quit, answer_to, tell

        keys: dict[str, Callable[[], bool]] = {
            "a": self._accept,
            "e": self._edit,
            "m": self._merge,
            "r": self._reject,
        }
        self._show()
        while True:
            answer = answer_to(_QUESTION)
            key = _WORDS.get(answer, answer)
            if key == "s":
                return False
            if key == "q":
                raise Quit
            if key not in keys:
                for name, text in _HELP.items():
                    tell(f"- {name}  {text}")
                continue
            try:
                if keys[key]():
                    return True
            except CtxError as error:
                tell(f"{error}; {error.hint}" if error.hint else str(error))

    def _show(self) -> None:
        from ctx.cli.ask import answer_to
        from ctx.cli.wrapping import page, terminal_size, wrapped

        item, judged = self.one.item, self.one.judged
        suggestion = item.suggestion
        columns, height = terminal_size()
        lead = f"[{self.place}] {item.id} · {suggestion.kind} · from {suggestion.origin}"
        lines = ["", f"{lead} · {suggestion.source}" if suggestion.source else lead]
        lines += wrapped(f"  {suggestion.title}", columns)
        for name, text in suggestion.fields.items():
            lines += wrapped(f"  {name}: {text}", columns)
        lines += [
            row for line in suggestion.body.split("\n") if line for row in wrapped(f"  {line}", columns)
        ]
        if judged.entry:
            said = {"near": "much like", "contradicts": "contradicts", "same": "says what is said by"}
            near = judged.entry
            lines += wrapped(
                f"  {said.get(judged.verdict.value, 'see')} {near.id} {near.title} ({near.path}:{near.line})",
                columns,
            )
            lines += [
                row for line in near.body.split("\n") if line for row in wrapped(f"    {line}", columns)
            ]
        page(lines, height, print_out, answer_to)

    def _accept(self, instead: Suggestion | None = None) -> bool:
        from ctx.actions.inbox import accept
        from ctx.cli.ask import tell

        tell(f"{_told(accept(self.reader, self.one.item.id, moment_now(), instead=instead))}\n")
        return True

    def _reject(self) -> bool:
        from ctx.actions.inbox import reject
        from ctx.cli.ask import tell

        tell(f"{_told(reject(self.reader, [self.one.item.id])[0])}\n")
        return True

    def _edit(self) -> bool:
        from ctx.actions.propose import as_entry
        from ctx.cli.editor_templates import text_of_entry, write_in_editor

        item = self.one.item
        text = text_of_entry(as_entry(item.suggestion))
        return write_in_editor(self.reader.root, item.id, text, self._use)

    def _use(self, text: str) -> bool:
        return self._accept(_edited(self.one.item.suggestion, text))

    def _merge(self) -> bool:
        from ctx.cli.ask import tell
        from ctx.cli.editor_templates import write_in_editor

        near = self.one.judged.entry
        if near is None:
            tell("there is no entry beside it to merge it into")
            return False
        suggestion = self.one.item.suggestion
        text = f"{near.body.rstrip()}\n\n{suggestion.text.strip() or suggestion.title}\n"
        return write_in_editor(self.reader.root, self.one.item.id, text, partial(self._merge_text, near.id))

    def _merge_text(self, entry: str, text: str) -> bool:
        from ctx.actions.inbox import merge_into
        from ctx.cli.ask import tell

        if not text.strip():
            raise UsageError("the entry would be empty", hint="leave what it is to say")
        tell(f"{_told(merge_into(self.reader, self.one.item.id, entry, text, moment_now()))}\n")
        return True


def _edited(suggestion: Suggestion, text: str) -> Suggestion:
    """The suggestion in the words of a person: the first line is the title. Raises UsageError without one."""
    from dataclasses import replace

    from ctx.model.fields import parts_of

    first, _, rest = text.replace("\r\n", "\n").lstrip("\ufeff\n").partition("\n")
    title = first.lstrip("#").strip()
    if not title:
        raise UsageError("nothing was written: the text has no title", hint="write the title behind the ##")
    fields, body = parts_of(rest.strip("\n"))
    return replace(suggestion, title=title, fields=dict(fields), body=body)


COMMANDS: Commands = {"inbox": inbox}
