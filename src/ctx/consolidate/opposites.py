"""Entries that contradict each other, which are never merged; and what two entries say the same of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ctx.consolidate.draft import CONTEXT_FIELD
from ctx.consolidate.metadata import META
from ctx.consolidate.statements import Form, parts, sentences
from ctx.markdown.inline import strip_comments
from ctx.model.entry import Entry
from ctx.model.fields import find_fields
from ctx.retrieval.analysis.contradiction import Difference, contradiction, is_minimal_pair

# What was so, what else there was, and why: these tell of other states of things than the one that holds.
_ASIDE = META | {
    CONTEXT_FIELD.lower(),
    "alternatives",
    "alternatives considered",
    "rationale",
    "consequence",
    "consequences",
    "outcome",
    "related",
    "symptom",
    "cause",
}
_HEAD = 2  # the title and the first sentence: what an entry is about


def conflict(one: Entry, other: Entry) -> Difference | None:
    """What the subjects of two entries, title or first sentence, contradict each other in."""
    return _first_difference(_claims(one)[:_HEAD], _claims(other)[:_HEAD])


def may_share_an_entry(one: Entry, other: Entry) -> bool:
    """Whether nothing that one entry says contradicts the other, nor may be its opposite in any language."""
    mine, theirs = _claims(one), _claims(other)
    return not _first_difference(mine, theirs) and not any(
        is_minimal_pair(a, b) for a in mine[:_HEAD] for b in theirs[:_HEAD]
    )


def _first_difference(mine: Sequence[str], theirs: Sequence[str]) -> Difference | None:
    for one in mine:
        for other in theirs:
            if found := contradiction(one, other):
                return found
    return None


def _claims(entry: Entry) -> tuple[str, ...]:
    """The title and the sentences that say what holds."""
    return _claims_of(entry.title, entry.body)


@lru_cache(maxsize=4096)
def _claims_of(title: str, body: str) -> tuple[str, ...]:
    plain = strip_comments(body.replace("\r\n", "\n").replace("\r", "\n"))
    fields = list(find_fields(plain))
    texts = [plain[: fields[0].start] if fields else plain]
    texts += [field.text for field in fields if field.name.lower() not in _ASIDE]
    found = [title]
    for text in texts:
        for part in parts(text):
            if part.form is not Form.BLOCK:
                found += [sentence.strip() for sentence in sentences(part.text)]
    return tuple(
        sentence for sentence in found if sentence and not sentence.endswith(":")
    )  # that leads a list


def claims(entry: Entry) -> tuple[str, ...]:
    """The title and the first sentence: what an entry is about."""
    return _claims(entry)[:_HEAD]
