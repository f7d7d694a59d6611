"""A summary from a log, for whoever closes a frame without one: what was done and found out."""

from __future__ import annotations

import re

_ITEM = re.compile(r"^[-*+] (?:\d{4}-\d{2}-\d{2} )?(?:\d{2}:\d{2} )?(?P<text>\S.*)$", re.MULTILINE)
_FOUND = re.compile(r"^[ ]{2}- \*\*(?:Problem|Solution|Pattern|Discovered)\*\*: \S.*$", re.MULTILINE)
_MOST = 8


def draft_summary(log: str) -> str:
    """The last items of a log with what was found out in them; says so where there are none."""
    starts = list(_ITEM.finditer(log))
    ends = [*(match.start() for match in starts[1:]), len(log)]
    items = [
        "\n".join([match["text"].strip(), *_FOUND.findall(log, match.end(), end)])
        for match, end in zip(starts, ends, strict=False)
    ]
    if not items:
        return "Nothing was logged." if not log.strip() else log.strip().split("\n", 1)[0]
    shown = items[-_MOST:]
    lead = [f"- ({len(items) - len(shown)} earlier in the log)"] if len(items) > len(shown) else []
    return "\n".join([*lead, *(f"- {text}" for text in shown)])
