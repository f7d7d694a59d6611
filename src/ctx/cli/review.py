"""The review on a terminal: each proposal is shown, and carried out at once where a person approves it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ctx.cli.ask import Quit, answer_to, closing_ends_quietly, line_for, tell
from ctx.cli.output import print_out
from ctx.cli.proposals import describe, told, whole
from ctx.cli.wrapping import page, terminal_size
from ctx.errors import CtxError

if TYPE_CHECKING:
    from ctx.actions.read_context import Reader
    from ctx.consolidate.proposal import Draft, Group, Member

_MERGE_QUESTION = "a)pprove e)dit d)rop t)itle c)ontext v)iew k)eep apart s)kip q)uit ? > "
_OTHER_QUESTION = "a)pprove o)ther stays v)iew k)eep apart s)kip q)uit ? > "
_HELP = {
    "a": "approve: carry it out now; `ctx consolidate --undo` takes the whole review back",
    "e": "edit the draft in $EDITOR; first line the title, the rest the body",
    "d": "drop a member: it stays as it is, the others are merged",
    "t": "title: give it another one",
    "c": "context: bring the members' contexts into the draft, or leave them to the archive",
    "o": "the other one stays: of the two, the one that you name holds",
    "v": "view a member whole, or all of them",
    "k": "keep apart: not merged, and nobody is asked about it again",
    "s": "skip: not now; it is asked again next time",
    "q": "quit: what was approved is done",
    "?": "these keys",
}
_WORDS = {
    "approve": "a", "edit": "e", "drop": "d", "title": "t", "context": "c", "other": "o", "view": "v",
    "keep": "k", "keep apart": "k", "skip": "s", "quit": "q", "help": "?", "h": "?",
}  # fmt: skip
_TITLE = "# "
_NAMED = 5  # statements that an edited draft lacks and that are named


def review(reader: Reader, groups: Sequence[Group], approved_by: str, *, keep_context: bool = False) -> None:
    """Ask about each group. What was approved is done by the time the next one is shown."""
    from ctx.actions.apply_plan import new_run

    run = new_run()
    done = 0
    with closing_ends_quietly():
        try:
            for number, group in enumerate(groups, 1):
                desk = _Desk(reader, group, f"{number} of {len(groups)}", approved_by, run, keep_context)
                done += desk.decide()
        except Quit:
            pass
        print_out(
            f"{done} of {len(groups)} proposals carried out"
            + ("; `ctx consolidate --undo` takes them back" if done else "")
        )


class _Desk:
    """One proposal under review, and what the person made of it so far.

    `written` is set once the draft is the person's own text: from then on no key writes another one over it.
    `title` is a title that the person gave.
    """

    def __init__(
        self, reader: Reader, group: Group, place: str, approved_by: str, run: str, keep_context: bool
    ) -> None:
        self.reader, self.group, self.place = reader, group, place
        self.approved_by, self.run, self.keep_context = approved_by, run, keep_context
        self.written = False
        self.title = ""

    def decide(self) -> bool:
        """Show the proposal until it is approved or left; whether it was carried out."""
        keys = self._keys()
        pending = self._show()
        while True:
            answer = pending or answer_to(_MERGE_QUESTION if self._is_merge() else _OTHER_QUESTION)
            pending = ""
            key = _WORDS.get(answer, answer)
            if key == "a":
                if self._approve():
                    return True
            elif key == "k":
                self._keep_apart()
                return False
            elif key == "s":
                return False
            elif key == "q":
                raise Quit
            elif key in keys:
                pending = keys[key]()
            else:
                pending = self._help()

    def _keys(self) -> dict[str, Callable[[], str]]:
        """What the keys do that leave the proposal on the desk; each returns an answer given early."""
        common = {"v": self._view, "?": self._help}
        if self._is_merge():
            return {"e": self._edit, "d": self._drop, "t": self._retitle, "c": self._toggle_context, **common}
        return {"o": self._swap, **common}

    def _is_merge(self) -> bool:
        return not self.group.keep

    def _show(self) -> str:
        columns, height = terminal_size()
        return page(["", *describe(self.group, self.place, columns)], height, print_out, answer_to)

    def _help(self) -> str:
        shown = _MERGE_QUESTION if self._is_merge() else _OTHER_QUESTION
        for key, text in _HELP.items():
            if f"{key})" in shown or key == "?":
                tell(f"- {key}  {text}")
        return ""

    def _view(self) -> str:
        columns, height = terminal_size()
        members = self.group.members
        answer = answer_to(f"which one? [1-{len(members)}, Enter for all] ")
        chosen = self._numbered(answer) if answer else None
        if answer and chosen is None:
            print_out("there is no such member")
            return ""
        lines = [line for one in ([chosen] if chosen else members) for line in whole(one, columns)]
        return page(lines, height, print_out, answer_to)

    def _numbered(self, answer: str) -> Member | None:
        """The member that a person names by its number."""
        members = self.group.members
        if answer.isascii() and answer.isdecimal() and 1 <= int(answer) <= len(members):
            return members[int(answer) - 1]
        return None

    def _approve(self) -> bool:
        """Carry the proposal out; False where that was refused, and the proposal stays on the desk."""
        from ctx.actions.apply_plan import apply_groups
        from ctx.consolidate.approved import Approved, Ending

        if self._is_merge() and not self.written and not self.title:
            self._ask_title()
        outcome = apply_groups(
            self.reader, [Approved.of(self.group)], approved_by=self.approved_by, run=self.run
        )[0]
        tell(f"{told(outcome)}\n")
        return outcome.ending is not Ending.REFUSED

    def _keep_apart(self) -> None:
        from ctx.actions.keep_apart import keep_apart

        tell(f"kept apart, as {keep_apart(self.reader, self.group, self.approved_by)} says now\n")

    def _retitle(self) -> str:
        self._ask_title()
        return self._show()

    def _ask_title(self) -> None:
        """Ask for a better title than the one that stands."""
        tell(f"title: {self.group.draft.title}")
        if text := line_for("a better one, or Enter to keep it > "):
            self.title = text
            self._use(replace(self.group.draft, title=text))

    def _use(self, draft: Draft) -> None:
        """Put a draft of the person's on the desk."""
        from ctx.actions.propose_merges import redraft

        self.group = redraft(self.reader, self.group, draft)

    def _edit(self) -> str:
        """The draft as it comes back from the editor; where that fails it stays as it was."""
        from ctx.cli.editor_templates import write_in_editor

        draft = self.group.draft
        text = f"{_TITLE}{draft.title}\n\n{draft.body}\n"
        try:
            edited = write_in_editor(
                self.reader.root, self.group.id, text, partial(_draft_in, title=draft.title)
            )
        except CtxError as error:
            tell(f"{error}; {error.hint}" if error.hint else str(error))
            return ""
        self.written = True
        self._use(edited)
        pending = self._show()
        self._name_unsaid()
        return pending

    def _name_unsaid(self) -> None:
        """Say what members say and the person's draft does not: that is left to the archive."""
        from ctx.consolidate.coverage import unsaid
        from ctx.consolidate.statements import short

        kind = self.reader.read().config.kinds[self.group.kind]
        found = [
            (member.id, statement)
            for member in self.group.members
            for statement in unsaid(self.group.draft, member.entry, kind)
        ]
        for handle, statement in found[:_NAMED]:
            tell(f"not in your draft: {handle}: {short(statement)}")
        if len(found) > _NAMED:
            print_out(f"and {len(found) - _NAMED} more; the archive keeps them")

    def _drop(self) -> str:
        members = self.group.members
        if len(members) == 2:
            tell("a merge needs two members; skip it, or keep them apart")
            return ""
        chosen = self._numbered(answer_to(f"which one? [1-{len(members)}] "))
        if chosen is None:
            print_out("none dropped")
            return ""
        left = [member for member in members if member is not chosen]
        self._redraw(left)
        if self.written:
            tell(f"your draft stands as you wrote it: take out what only {chosen.id} says with `e`")
        return self._show()

    def _toggle_context(self) -> str:
        if self.written:
            tell("the draft is your own text by now: contexts stay as you wrote them; `e` edits it")
            return ""
        self.keep_context = not self.keep_context
        self._redraw(self.group.members)
        return self._show()

    def _redraw(self, members: Sequence[Member]) -> None:
        """The group of some members: with a new draft, or with the person's own where there is one."""
        from ctx.actions.propose_merges import merge_members

        own = self.group.draft
        entries = [member.entry for member in members]
        self.group = merge_members(self.reader, self.group, entries, keep_context=self.keep_context)
        if self.written:
            self._use(own)
        elif self.title:
            self._use(replace(self.group.draft, title=self.title))

    def _swap(self) -> str:
        """Let another member stay than the one that was proposed."""
        others = [member for member in self.group.members if member.id != self.group.keep]
        chosen = others[0] if len(others) == 1 else self._numbered(answer_to("which one stays? "))
        if chosen is None:
            print_out("nothing changed")
            return ""
        from ctx.consolidate.proposal import Draft

        draft = Draft(chosen.title, chosen.entry.body.strip("\r\n"))
        self.group = replace(self.group, keep=chosen.id, draft=draft, note=f"you said that {chosen.id} stays")
        return self._show()


def _draft_in(text: str, title: str) -> Draft:
    """The first line is the title, the rest the body; without a title the one before stays."""
    from ctx.consolidate.proposal import Draft

    first, _, body = text.replace("\r\n", "\n").lstrip("\ufeff\n").partition("\n")
    return Draft(first.removeprefix(_TITLE.strip()).strip() or title, body.strip("\n"))
