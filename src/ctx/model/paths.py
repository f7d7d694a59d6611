"""Path patterns: the globs of `references` and of `**Applies to**` lines."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from ctx.model.entry import Entry


def matches(path: str, pattern: str) -> bool:
    """Whether a relative path matches a glob in which `**` stands for any number of folders."""
    return _match(PurePosixPath(path).parts, PurePosixPath(pattern).parts)


def applies(entry: Entry, path: str) -> bool:
    """Whether an entry competes for work on `path`, a file or folder relative to the root.

    `**Applies to**: src/api/**` limits it to what the pattern matches and to that folder itself.
    """
    patterns = [pattern.strip("/") for pattern in entry.applies_to]
    inside = f"{path}/x" if path else "x"
    return not patterns or any(
        matches(path, pattern) or matches(inside, pattern) or matches(path, f"{pattern}/**")
        for pattern in patterns
    )


def _match(parts: tuple[str, ...], patterns: tuple[str, ...]) -> bool:
    if not patterns:
        return not parts
    if patterns[0] == "**":
        return any(_match(parts[skip:], patterns[1:]) for skip in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], patterns[0]) and _match(parts[1:], patterns[1:])
