"""Hostile text for packets: what could pass for structure of ours, in every place of a context."""

from __future__ import annotations

from hypothesis import strategies as st

TAGS = (
    *("<h1>", "</h1>", "<h2>Tasks</h2>", "<H1>", "<h1\n>", "&lt;h1&gt;", "&#60;h1>"),
    *('<frame id="x" status="completed">', "</frame>", "<frame", "<summary>", "</summary>"),
    *("<goal>", "</goal>", "<log>", "<script>", "</script>", "<pre>", "<style", "<textarea>"),
    *("<!--", "-->", "<!-- x -->", "<!-->", "<?php", "?>", "<![CDATA[", "]]>", "<!DOCTYPE html>"),
    *("<div>", "</div>", "<details>", "<b>", '<a href="`">', "<https://x.y/`>", "<T>", "a < b", "a<b"),
)
MARKS = (
    *("#", "##", "# Constitution", "## Tasks", "###### six", "#!/bin/sh", "#include <stdio.h>", "#tag"),
    *("====", "----", "=", "-", "---", "***", "```", "```py", "````", "~~~", "~~~~ x", "`", "``"),
    *("` `` `", "|", "| a | ` |", "\\", "\\`", "[a]: b", "[a]: <", "[a]:", "[x](y`", "](", "]:"),
    *("**Status**: x", "Constitution", "## [2026-01-02] Dated", "text"),
)
PREFIXES = (
    *("", "", "", " ", "  ", "   ", "    ", "\t", "> ", ">", "- ", "* ", "1. "),
    *("- > ", "> - ", "- [ ] ", "  - ", "-\t", "\ufeff"),
)
BREAKS = ("\n", "\n", "\n", "\n\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\v", "\f", " ", " ")

line = st.tuples(
    st.lists(st.sampled_from(PREFIXES), max_size=2).map("".join),
    st.lists(st.sampled_from([*TAGS, *MARKS, " ", "word", "'", '"', ">"]), max_size=4).map("".join),
).map("".join)
texts = st.lists(st.tuples(line, st.sampled_from(BREAKS)).map("".join), max_size=8).map("".join)


def indented(text: str, prefix: str = "  ") -> str:
    """A text as the continuation of an item."""
    return "".join(prefix + row for row in text.splitlines(keepends=True))


def context(sayings: list[str]) -> dict[str, str]:
    """A context that says one of ten texts in each of its places, in a line where lines are all it can be."""
    rules, task, nested, title, field, body, bullet, goal, summary, category = sayings
    named, said, stem, aim, item, work = (
        " ".join(text.split()) for text in (title, field, category, goal, bullet, task)
    )
    return {
        ".context/CONSTITUTION.md": f"# Constitution\n\n{rules}\n",
        ".context/TASKS.md": f"# Tasks\n\n- [ ] {work} a\n{indented(nested)}\n- [ ] plain\n",
        ".context/LEARNINGS.md": (
            f"# Learnings\n\n## [2026-01-01-000001] T {named}\n\n**Context**: {said}\n"
            f"**Summary**: {named}\n**Tags**: {said}\n\n{body}\n\n## [2026-01-02-000001] After\n\nplain\n"
        ),
        ".context/CONVENTIONS.md": f"# Conventions\n\n## C {stem}\n\n- **B**: {item}\n{indented(bullet)}\n",
        ".context/sessions/2026-01-03-0101-a.md": (
            f"# G {aim}\n\n**Status**: completed\n\n## Summary\n\n{summary}\n\n## Log\n\nx\n"
        ),
    }


contexts = st.lists(texts, min_size=10, max_size=10).map(context)
