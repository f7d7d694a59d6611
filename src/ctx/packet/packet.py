"""The packet: the chosen parts put together in the order they are printed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ctx.packet import render
from ctx.packet.blocks import LINE_BREAK, Block
from ctx.packet.content import FULL, SUMMARY, Choice
from ctx.packet.pack import Packed, Packer

if TYPE_CHECKING:
    from ctx.packet.explanation import Receipt, Section, TaskReceipt


class Packet:
    """What `ctx agent` prints, and the account of it, which is worked out when it is asked for.

    `tokens` counts `text` with `tokenizer` exactly; `manifest` is a sha256 over all it was made from.
    `remarks` are what whoever asked should know besides: what was left out because it cannot be read, what
    was asked for and found nothing.
    """

    def __init__(
        self,
        text: str,
        sizes: Sequence[tuple[str, int]],
        packed: Packed,
        *,
        now: str,
        manifest: str,
        remarks: Sequence[str],
        revision: Callable[[], str | None],
    ) -> None:
        self.text, self.now, self.manifest, self.remarks = text, now, manifest, tuple(remarks)
        counter = packed.packer.block_counter.counter
        self.budget, self.tokenizer = packed.limits.tokens, counter.name
        self.tokens = counter.tokens(sum(units for _, units in sizes))
        self._sizes, self._packed, self._revision = sizes, packed, revision

    @cached_property
    def revision(self) -> str | None:
        """The git commit the files were read from or lie on, if any."""
        return self._revision()

    @cached_property
    def sections(self) -> Sequence[Section]:
        """The sections in the order they are printed."""
        from ctx.packet.explanation import Section

        tokens = self._packed.packer.block_counter.counter.tokens
        return [Section(name, tokens(units)) for name, units in self._sizes]

    @cached_property
    def tasks(self) -> Sequence[TaskReceipt]:
        """What became of each task, most urgent first, then of the blocked ones."""
        from ctx.packet.explanation import TaskExplanation

        return TaskExplanation(self._packed)

    @cached_property
    def entries(self) -> Sequence[Receipt]:
        """What became of each entry that competes, in file order."""
        from ctx.packet.explanation import Explanation

        return Explanation(self._packed)

    def to_json(self) -> dict[str, Any]:
        """The JSON object of `ctx agent --json`."""
        keys = ("budget", "tokens", "tokenizer", "now", "revision", "manifest", "text")
        return {
            **{key: getattr(self, key) for key in keys},
            "sections": [section._asdict() for section in self.sections],
            "tasks": [task._asdict() for task in self.tasks],
            "entries": [receipt.to_json() for receipt in self.entries],
        }


def write_packet(
    packed: Packed, *, now: str, manifest: str, remarks: Sequence[str], revision: Callable[[], str | None]
) -> Packet:
    """Put the chosen parts together and count them."""
    packer, choice = packed.packer, packed.choice
    sections = _ended([*_entry_sections(choice, packer), *_work_sections(choice, packer)], packer)
    text = "".join(block.text for _, blocks in sections for block in blocks)
    sizes = [(name, sum(block.size.units for block in blocks)) for name, blocks in sections]
    return Packet(text, sizes, packed, now=now, manifest=manifest, remarks=remarks, revision=revision)


_Section = tuple[str, list[Block]]


def _entry_sections(choice: Choice, packer: Packer) -> list[_Section]:
    """The constitution, the entries by kind, and their lines; within a section in file order."""
    content, block_counter = packer.content, packer.block_counter
    sections = [("constitution", [block_counter(choice.head)])] if choice.head else []
    for kind, heading in content.headings.items():
        members = [n for n in sorted(choice.whole) if content.scored.kinds[n] == kind]
        if members:
            rows = [packer.forms.entry(number, FULL) for number in members]
            sections.append((heading.lower(), [block_counter(render.section_heading(heading)), *rows]))
    known = [packer.forms.entry(number, SUMMARY) for number in sorted(choice.lines)]
    if choice.left_out:
        known.append(block_counter(render.more_entries(choice.left_out)))
    if known:
        sections.append(("also known", [block_counter(render.ALSO_KNOWN), *known]))
    return sections


def _work_sections(choice: Choice, packer: Packer) -> list[_Section]:
    """What changes most, and so stands last: tasks and sessions."""
    block_counter, sections = packer.block_counter, []
    rows = [*choice.rows, *([choice.counted] if choice.counted else [])]
    if rows:
        sections.append(("tasks", [block_counter(render.TASKS), *map(block_counter, rows)]))
    if choice.frames:
        sections.append(("now", [block_counter(render.NOW), *map(block_counter, choice.frames)]))
    return sections


def _ended(sections: list[_Section], packer: Packer) -> list[_Section]:
    """The sections with a blank line between two of them, and none behind the last.

    A line break more may cost what was set aside for it, one less nothing; what would cost more stays.
    """
    for place, (_, blocks) in enumerate(sections, 1):
        last, is_last = blocks[-1], place == len(sections)
        text = last.text.rstrip("\n") + ("\n" if is_last else "\n\n")
        if text != last.text:
            other = packer.block_counter(text)
            most = last.size.units + (0 if is_last else LINE_BREAK.units)
            blocks[-1] = other if other.size.units <= most else last
    return sections
