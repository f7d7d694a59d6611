"""An entry's Markdown as it reads on a terminal: headings, lists, tables and code, wrapped to the width."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

_Node = Mapping[str, Any]
_RESET = "\x1b[0m"
_STYLES = {
    "heading": "1;4",
    "strong": "1",
    "emphasis": "3",
    "codespan": "36",
    "strikethrough": "9",
    "link": "4",
}
_PLAIN = {"codespan": "`{}`"}
_SGR = re.compile(r"\x1b\[[\d;]*m")
_NARROWEST = 20


def render(text: str, *, width: int, colour: bool) -> str:
    """Markdown as lines of at most `width` columns where words allow it; `colour` adds a terminal's styles.

    The text must hold no control characters: what it says of colours is only ever ours.
    """
    import mistune

    parse = mistune.create_markdown(renderer="ast", plugins=["table", "strikethrough", "task_lists"])
    nodes = parse(text)
    lines = _Page(max(width, _NARROWEST), colour=colour).blocks(nodes if isinstance(nodes, list) else [])
    return "\n".join(lines).strip("\n")


class _Page:
    """Renders nodes of mistune's tree for one width."""

    def __init__(self, width: int, *, colour: bool) -> None:
        self.width = width
        self.colour = colour

    def blocks(self, nodes: Sequence[_Node], *, tight: bool = False) -> list[str]:
        """The lines of some blocks, a blank line between them unless they are `tight`."""
        lines: list[str] = []
        for node in nodes:
            made = list(self._block(node))
            if made:
                lines += [""] if lines and not tight else []
                lines += made
        return lines

    def _block(self, node: _Node) -> Iterator[str]:
        kind, children = node["type"], node.get("children", [])
        if kind in {"paragraph", "block_text"}:
            yield from self._wrapped(self._inline(children))
        elif kind == "heading":
            yield from (self._styled("heading", line) for line in self._wrapped(self._inline(children)))
        elif kind == "list":
            yield from self._list(node)
        elif kind == "block_quote":
            yield from self._inside("│ ", "│ ", children)
        elif kind == "block_code":
            yield from (
                f"    {self._styled('codespan', line, plain=True)}" for line in node["raw"].splitlines()
            )
        elif kind == "table":
            yield from self._table(node)
        elif kind == "thematic_break":
            yield "─" * min(self.width, 40)
        elif kind == "block_html":
            yield from node["raw"].rstrip("\n").splitlines()

    def _list(self, node: _Node) -> Iterator[str]:
        attrs = node["attrs"]
        number = attrs.get("start", 1)
        for place, item in enumerate(node["children"]):
            mark = f"{number + place}. " if attrs["ordered"] else "• "
            if item["type"] == "task_list_item":
                mark = "☑ " if item["attrs"]["checked"] else "☐ "
            if place and not node.get("tight"):
                yield ""
            yield from self._inside(mark, " " * len(mark), item["children"], tight=bool(node.get("tight")))

    def _inside(
        self, first: str, others: str, nodes: Sequence[_Node], *, tight: bool = False
    ) -> Iterator[str]:
        """Blocks behind a mark, further lines behind another one of the same width."""
        page = _Page(max(self.width - len(first), _NARROWEST), colour=self.colour)
        for number, line in enumerate(page.blocks(nodes, tight=tight) or [""]):
            yield f"{others if number else first}{line}".rstrip()

    def _table(self, node: _Node) -> Iterator[str]:
        head, *bodies = node["children"]
        rows = [head["children"], *(row["children"] for body in bodies for row in body["children"])]
        cells = [[self._inline(cell["children"]) for cell in row] for row in rows]
        widths = [max(map(_columns, column)) for column in zip_longest(*cells, fillvalue="")]
        for number, row in enumerate(cells):
            line = "  ".join(
                f"{cell}{' ' * (w - _columns(cell))}" for cell, w in zip(row, widths, strict=False)
            )
            yield line.rstrip()
            if not number:
                yield "  ".join("─" * size for size in widths)

    def _inline(self, nodes: Sequence[_Node]) -> str:
        return "".join(map(self._span, nodes))

    def _span(self, node: _Node) -> str:
        kind = node["type"]
        if kind == "softbreak":
            return " "
        if kind == "linebreak":
            return "\n"
        said = self._inline(node["children"]) if "children" in node else str(node.get("raw", ""))
        if kind in {"link", "image"}:
            url = node["attrs"]["url"]
            return self._styled("link", said) + ("" if said == url or not url else f" ({url})")
        return self._styled(kind, said)

    def _styled(self, kind: str, text: str, *, plain: bool = False) -> str:
        if not self.colour:
            return text if plain else _PLAIN.get(kind, "{}").format(text)
        style = _STYLES.get(kind)
        # What is inside ends its own style with a reset, and this one goes on behind it.
        begin = f"\x1b[{style}m"
        return f"{begin}{text.replace(_RESET, _RESET + begin)}{_RESET}" if style else text

    def _wrapped(self, text: str) -> Iterator[str]:
        for line in text.split("\n"):
            yield from _fill(line, self.width) or [""]


def _columns(text: str) -> int:
    """How wide a text is; styles take no room, wide characters take two columns."""
    from unicodedata import combining, east_asian_width

    bare = _SGR.sub("", text)
    return sum(0 if combining(char) else 1 + (east_asian_width(char) in "WF") for char in bare)


def _fill(text: str, width: int) -> list[str]:
    """A text broken at blanks into lines of a width; a word that is longer stands on a line of its own."""
    lines, line = list[str](), ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if line and _columns(longer) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line] if line else lines
