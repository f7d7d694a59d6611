"""What a packet's structure is to others: markdown-it-py's reading of it, and our own scanner's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ctx.markdown.blocks import scan
from ctx.packet.packet import Packet

_PARSER = MarkdownIt("commonmark", {"maxNesting": 10_000})
# Tags that make up a packet, that make headings, or that swallow what follows.
_TAGS = re.compile(
    r"<(?:/?(?:frame|goal|summary|log|artifacts|h[1-6]|script|style|pre|textarea)(?![\w-])|!\[|\?)",
    re.IGNORECASE,
)
_LOOKALIKE = re.compile(r"[ \t>]*(?:[-*+] |[0-9]+[.)] )*#{1,2}(?:[ \t]|$)")


def faults(packet: Packet, frames: int = 0) -> list[str]:
    """What looks like a part of ctx's own and is none, or was swallowed."""
    tokens = _PARSER.parse(packet.text)
    return [
        *_wrong_headings(packet, tokens),
        *_wrong_html(tokens, frames),
        *_wrong_lines(packet.text, tokens),
        *_wrong_to_us(packet),
    ]


def _headings(tokens: list[Token]) -> list[tuple[int, int, str]]:
    """Level, depth and source of all headings, at any depth."""
    return [
        (int(token.tag[1]), token.level, tokens[at + 1].content)
        for at, token in enumerate(tokens)
        if token.type == "heading_open"
    ]


def _wrong_headings(packet: Packet, tokens: list[Token]) -> Iterator[str]:
    found = _headings(tokens)
    names = [section.name for section in packet.sections]
    if names[:1] == ["constitution"] and "\n## Constitution\n" not in packet.text:
        names = names[1:]
    wanted = [(1, 0, "project context")] * bool(packet.text) + [(2, 0, name) for name in names]
    ours = [(level, depth, text.lower()) for level, depth, text in found if level <= 2]
    if ours != wanted:
        yield f"headings {ours} instead of {wanted}"
    places = [text for level, depth, text in found if level == 3 and depth == 0] + _items(tokens)
    for receipt in packet.entries:
        if receipt.form == "full" and not any(f"({receipt.id})" in text for text in places):
            yield f"no place of {receipt.id}"


def _items(tokens: list[Token]) -> list[str]:
    """The sources of the first text in each item of the lists that stand in nothing else."""
    starts = [at for at, token in enumerate(tokens) if token.type == "list_item_open" and token.level == 1]
    texts = (next((one for one in tokens[at:] if one.type == "inline"), None) for at in starts)
    return [text.content for text in texts if text]


def _wrong_html(tokens: list[Token], frames: int) -> Iterator[str]:
    found: list[str] = []
    for token in tokens:
        parts = [token, *(token.children or ())]
        found += [part.content for part in parts if part.type in {"html_block", "html_inline"}]
    ours = [html for html in found if html.startswith("<frame id=")]
    if sum(html.count("<frame id=") for html in ours) != frames:
        yield f"{len(ours)} blocks of frames instead of {frames} frames"
    for html in found:
        if html not in ours and _TAGS.search(html):
            yield f"a tag: {html!r}"
    for html in ours:
        # A session that is one line has no log.
        wholes = html.count("<frame ") - html.count("</goal></frame>")
        numbers = {"<frame id=": html.count("<frame "), "<log>": wholes, "</log>": wholes}
        for tag in ("<frame id=", "</frame>", "<goal>", "</goal>", "<log>", "</log>"):
            if html.count(tag) != numbers.get(tag, html.count("<frame ")):
                yield f"{tag} in {html!r}"


def _wrong_lines(text: str, tokens: list[Token]) -> Iterator[str]:
    """Lines that look like headings of the first two levels to a reader who knows of fences alone."""
    lines = text.split("\n")
    code = {
        line
        for token in tokens
        if token.type in {"fence", "code_block"} and token.map
        for line in range(*token.map)
    }
    ours = {
        token.map[0] for token in tokens if token.type == "heading_open" and token.level == 0 and token.map
    }
    for number, line in enumerate(lines):
        if (
            number not in code
            and number not in ours
            and _LOOKALIKE.match(line)
            and not line.startswith("    ")
        ):
            yield f"line {number} looks like a heading: {line!r}"


def _wrong_to_us(packet: Packet) -> Iterator[str]:
    blocks = scan(packet.text)
    ours = [heading.text.lower() for heading in blocks.headings if heading.level <= 2]
    if len(ours) > 1 + len(packet.sections):
        yield f"headings to our scanner: {ours}"
    if blocks.closer:
        yield f"left open: {blocks.closer!r}"
    yield from (f"fence open at line {fence.first}" for fence in blocks.fences if not fence.closed)
    if any(separator in packet.text for separator in "\r\v\f\u0085\u2028\u2029"):
        yield "a line break that is none to Markdown"
