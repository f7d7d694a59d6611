"""Text of others made fit to stand in a packet: it opens nothing, closes nothing and steers no terminal."""

from __future__ import annotations

from ctx.markdown.controls import CONTROLS
from ctx.packet.escape_structure import escape_block, escape_line, escape_prose, escape_xml

# Where headings of rules, and of tasks, entries and sessions begin.
IN_RULES, IN_ITEMS = 3, 4
# A line is read at a glance: it is no longer than most titles are.
LINE = 120


def clean(text: str) -> str:
    """The text with line feeds only and no control characters, bidirectional overrides among them."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # These two break lines for other readers than those of Markdown.
    return CONTROLS.sub("\ufffd", text.replace("\u2028", " ").replace("\u2029", " "))


def unbroken(text: str) -> str:
    """The text on one line; it may still hold tags, for a line is escaped when it is whole."""
    return " ".join(clean(text).split())


def one_line(text: str) -> str:
    """The text on one line of ours."""
    return escape_line(unbroken(text))


def clipped_line(text: str, most: int = LINE) -> str:
    """The text on one line of ours, cut where it is longer than so many characters."""
    return escape_line(clipped(unbroken(text), most))


def clipped(text: str, most: int = LINE) -> str:
    """A line of so many characters at most, cut between words where it is longer."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    end = cut.rfind(" ", most // 2)
    return f"{(cut[:end] if end > 0 else cut).rstrip(' ,;:')} …"


def block(text: str, level: int) -> str:
    """Markdown of others as a part of the packet, its headings at a level or below."""
    return escape_block(text, level).strip("\n")


def xml_line(text: str) -> str:
    """A name or a path in an element or an attribute of a frame."""
    return escape_xml(unbroken(text))


def xml_prose(text: str) -> str:
    """Prose in an element of a frame."""
    return escape_prose(clean(text).strip(), IN_ITEMS)


def without_comments(text: str) -> str:
    """The text without comments."""
    if "<!--" not in text:
        return text
    from ctx.markdown.inline import strip_comments

    return strip_comments(text)
