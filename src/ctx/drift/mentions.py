"""Paths that texts speak of: in backticks or as the target of a Markdown link."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from ctx.drift.facts import RULES_FILE, Facts
from ctx.drift.gone_words import says_gone
from ctx.drift.prose import code_spans, prose
from ctx.model.entry import Entry
from ctx.model.file_roles import CONTEXT, Holds
from ctx.model.task import OPEN, Task

_LINK = re.compile(r"\]\((?:<(?P<angled>[^<>\r\n]+)>|(?P<bare>[^()\s<>]+))(?:[ \t]+[\"'(][^)\r\n]{0,400})?\)")
_ANCHOR = re.compile(r"(?:#[\w.~%-]*|::[\w:.\[\]-]+|:\d+(?:[-:,–]\d+)*|:L\d+(?:-L?\d+)?)$")
_PATH = re.compile(r"(?:\.{1,2}/)*\.?[^\W_][\w.@+-]*(?:/[\w.@+-]+)*/?|_[\w.@+-]+(?:/[\w.@+-]+)*/?")
_SUFFIX = re.compile(r"\.[a-z][a-z0-9]{0,9}$")  # lower case: `desc.Text` is code
# Names that stand for any name: `foo.go`, `path/to/file.py`, `your-module/`, `YYYY-MM-DD.md`, `NNN-title.md`.
_STAND_INS = re.compile(
    r"(?:^|/)(?:foo|bar|baz|qux|quux|foobar|xxx+|example|sample|placeholder|some[-_]?\w*|your?[-_]\w+|my[-_]\w+)"
    r"(?:[._-][\w.-]*)?(?:/|$)|(?:^|/)path/to(?:/|$)|YYYY|NNN",
)
_LONGEST = 400  # characters of a path; the patterns that tell what is one take the square of its length


class Mention(NamedTuple):
    """A path as written at `start`..`end` of a file's text, and the places it can mean, likeliest first."""

    file: str
    start: int
    end: int
    path: str
    candidates: tuple[str, ...]
    owner: Entry | Task | None


def find_mentions(facts: Facts) -> Iterator[Mention]:
    """Each path that the constitution, a live entry or an open task speaks of, by file and in file order."""
    for path in sorted(facts.roles):
        role = facts.roles[path]
        if path not in facts.texts or role.archived or role.holds is Holds.FRAME:
            continue
        text = facts.texts[path]
        if "`" in text or "](" in text:
            yield from _in_file(facts, path)


def _in_file(facts: Facts, file: str) -> Iterator[Mention]:
    text = prose(facts.document(file))
    found = [(span.at, span.code, False) for span in code_spans(text)]
    found += [(match.start(group), match[group], True) for match, group in _links(text)]
    for start, written, link in sorted(found):
        path = path_of(written, link=link)
        if not path or says_gone(text, start, start + len(written)):
            continue
        owner = facts.owner(file, start)
        if _holds(owner) or (owner is None and file == RULES_FILE):
            places = candidates(path, file, facts.places.prefix, link=link)
            if places:
                yield Mention(file, start, start + len(path), path, places, owner)


def _links(text: str) -> Iterator[tuple[re.Match[str], str]]:
    for match in _LINK.finditer(text):
        yield match, "angled" if match["angled"] else "bare"


def _holds(owner: Entry | Task | None) -> bool:
    if isinstance(owner, Entry):
        return owner.live
    return owner is not None and owner.state == OPEN and not owner.archived


def path_of(written: str, *, link: bool = False) -> str:
    """The path in a code span or link target, without anchor or line numbers; empty where it is none.

    Commands, globs, URLs, placeholders, identifiers and bare words are none.
    """
    if len(written) > _LONGEST:
        return ""
    path = _ANCHOR.sub("", written)
    if "%" in path and link:
        path = unquote(path)
        if path != written:
            return ""  # its span cannot be told from its text
    if not _PATH.fullmatch(path) or ".." in path.lstrip("./") or _STAND_INS.search(path):
        return ""
    if "/" not in path and not (_SUFFIX.search(path) or link):
        return ""
    return path


def candidates(path: str, file: str, prefix: str = "", *, link: bool = False) -> tuple[str, ...]:
    """Where a path may lie, relative to the root: below the root, its file's folder, the context folder.

    A link is meant from its file's folder first. `prefix` is the root's place in its repository, in which
    people write paths too.
    """
    folder = posixpath.dirname(file)
    bases = [folder, "", CONTEXT] if link else ["", folder, CONTEXT]
    joined = [posixpath.normpath(posixpath.join(base, path)) for base in bases]
    if prefix and path.startswith(prefix):
        joined.append(posixpath.normpath(path[len(prefix) :]))
    inside = (place for place in joined if place != "." and not place.startswith(".."))
    return tuple(dict.fromkeys(inside))


def rewritten(mention: Mention, at: str, to: str) -> str:
    """How a mention is written once the file it named `at` a place is at another one."""
    path = mention.path
    if posixpath.normpath(path) == at:
        new = to
    elif posixpath.normpath(posixpath.join(CONTEXT, path)) == at and to.startswith(f"{CONTEXT}/"):
        new = posixpath.relpath(to, CONTEXT)
    else:
        new = posixpath.relpath(to, posixpath.dirname(mention.file) or ".")
    lead = "./" if path.startswith("./") and not new.startswith(".") else ""
    return lead + new + ("/" if path.endswith("/") else "")
