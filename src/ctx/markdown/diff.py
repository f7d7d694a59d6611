"""How a text changed, as a unified diff that `git apply` takes."""

from __future__ import annotations

_UNENDED = "\n\\ No newline at end of file\n"


def unified_diff(path: str, before: str | None, after: str | None) -> str:
    """The diff of a file's text; None stands for no file. Empty where nothing changed.

    Lines end at LF alone, as they do for git: a CR, a form feed or U+2028 is a character of its line.
    """
    import difflib

    rows = difflib.unified_diff(
        _rows(before or ""),
        _rows(after or ""),
        "/dev/null" if before is None else f"a/{path}",
        "/dev/null" if after is None else f"b/{path}",
    )
    return "".join(row if row.endswith("\n") else row + _UNENDED for row in rows)


def _rows(text: str) -> list[str]:
    *full, rest = text.split("\n")
    return [f"{row}\n" for row in full] + ([rest] if rest else [])
