"""Text of others made fit to stand in a packet: it opens nothing, closes nothing and steers no terminal."""

from __future__ import annotations

from ctx.markdown.controls import CONTROLS

# A line is read at a glance: it is no longer than most titles are.
LINE = 120


def clean(text: str) -> str:
    """The text with line feeds only and no control characters, bidirectional overrides among them."""
    return CONTROLS.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """The text on one line."""
    return " ".join(clean(text).split())


def clipped(text: str, most: int = LINE) -> str:
    """A line of so many characters at most, cut between words where it is longer."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    end = cut.rfind(" ", most // 2)
    return f"{(cut[:end] if end > 0 else cut).rstrip(' ,;:')} …"


def closed(text: str) -> str:
    """The text with what it leaves open closed; most leave nothing open, and need no scan to tell."""
    if not any(mark in text for mark in ("```", "~~~", "<")):
        return text
    from ctx.markdown.headings import close_open

    return close_open(text)


def below(text: str, level: int) -> str:
    """The text with its headings at a level or below."""
    if "#" not in text:
        return text
    from ctx.markdown.headings import demote_to

    return demote_to(text, level)


def without_comments(text: str) -> str:
    """The text without comments."""
    if "<!--" not in text:
        return text
    from ctx.markdown.inline import strip_comments

    return strip_comments(text)


def block(text: str, level: int) -> str:
    """Markdown of others as a part of the packet, its headings at a level or below."""
    return closed(below(text, level)).strip("\n")
