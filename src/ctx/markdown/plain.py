"""Markdown to plain text on one line, for summaries and snippets."""

import re
from html import unescape
from typing import Any

from ctx.markdown.inline import strip_comments

_TAG = re.compile(r"<[^<>]*>")
_INLINE = frozenset(
    ("text", "codespan", "emphasis", "strong", "link", "image", "strikethrough", "inline_html", "linebreak")
)
_HTML = frozenset(("block_html", "inline_html"))


def plain(text: str) -> str:
    """Return what a reader sees of a Markdown text: code kept, links as their text, tags gone."""
    import mistune

    parse = mistune.create_markdown(renderer=None, plugins=["table", "strikethrough"])
    try:
        tokens = parse(strip_comments(text))
    except RecursionError:  # nesting that no page shows
        return " ".join(text.split())
    parts: list[str] = []
    stack: list[Any] = [tokens]
    while stack:
        token = stack.pop()
        if isinstance(token, str):
            parts.append(token)
        elif isinstance(token, list):
            stack += reversed(token)
        else:
            _open_token(token, parts, stack)
    return " ".join("".join(parts).split())


def _open_token(token: dict[str, Any], parts: list[str], stack: list[Any]) -> None:
    """Put what a token says onto the text, or what it holds onto the stack."""
    kind = token["type"]
    if kind not in _INLINE:
        parts.append(" ")
        stack.append(" ")
    elif kind == "linebreak":
        parts.append(" ")
    if "children" in token:
        stack.append(token["children"])
    elif kind in _HTML:
        stack.append(unescape(_TAG.sub("", token["raw"])))
    elif "raw" in token:
        stack.append(unescape(token["raw"]) if kind == "text" else token["raw"])
