"""Text from files made harmless to the structure of a packet, with as little change as that takes.

Whatever a rule, a task, an entry or a session says, the headings of the packet's own levels, its frames and
the ends of its fences are ctx's alone. Headings are lowered, setext ones too and those in quotes and items;
fences that nothing closes are closed; the `<` of tags that make up a packet, that make headings of HTML or
that swallow what follows becomes `&lt;`. Code stays code. What was changed is read again until nothing is
left to change.
"""

from __future__ import annotations

import re

# Escaping can turn a line from one thing into another: so often a text is looked at again.
_PASSES = 4
# Patterns are compiled when they are needed: a start that finds all texts in the cache needs none.
#
# Without any of these a text has no structure to escape.
_SUSPECT = r"(?m)<[A-Za-z/!?]|```|~~~|^[ \t>*+\-0-9.)]*+#|[=\-][ \t]*$"
# A line that looks like a heading of the first two levels.
_HIGH_MARKS = r"(?m)^([ \t*+\-0-9.)]*+)#{1,2}(?=[ \t]|$)"


def escape_block(text: str, level: int) -> str:
    """A text of several lines that end in line feeds, its headings at a level or below.

    Where reading it again comes to no end the text is shown as code, in a fence longer than any in it.
    """
    text = text.lstrip("\ufeff")
    if not re.search(_SUSPECT, text):
        return text
    from ctx.markdown.edits import apply
    from ctx.packet.structure_edits import structure_edits

    ended = text.endswith("\n")
    escaped = text if ended else text + "\n"
    for _ in range(_PASSES):
        edits = [*structure_edits(escaped, level)]
        if not edits:
            return escaped if ended else escaped.removesuffix("\n")
        escaped = apply(escaped, edits)
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}\n{text if ended else text + chr(10)}{fence}" + ("\n" if ended else "")


def escape_line(text: str) -> str:
    """A text that stands in a line of ours, without line breaks."""
    if "<" not in text:
        return text
    from ctx.markdown.edits import apply
    from ctx.packet.structure_edits import tag_edits

    return apply(text, tag_edits(text))


def escape_xml(text: str) -> str:
    """A text in an element or an attribute of a frame."""
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(character, entity)
    return text


def escape_prose(text: str, level: int) -> str:
    """Prose in an element of a frame, without blank lines: one would end the HTML that the frame is.

    No fence makes code of lines there, so that their number signs are no comments either.
    """
    lines = (line for line in text.split("\n") if line.strip())
    escaped = escape_block(escape_xml("\n".join(lines)), level)
    return re.sub(_HIGH_MARKS, r"\1" + "#" * level, escaped) if "#" in escaped else escaped
