"""Handles: the short names of entries and tasks, derived from what they say and stored nowhere."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

_SHORTEST = 6


def digest(*parts: str) -> str:
    """The hex digest a handle is cut from; `parts` are kind, stamp and title, or a task's text."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def assign(identities: Sequence[tuple[str, str]], taken: Iterable[tuple[str, str, str]] = ()) -> list[str]:
    """Give each identity, a (prefix, digest) pair in file order, its handle.

    A handle is the prefix and the first six digits of the digest, longer where two would collide; equal
    identities take an ordinal from the second on. `taken` are (prefix, digest, handle) triples that were
    named before, such as the live entries when archived ones follow; they keep their handles.
    """
    used: dict[str, tuple[str, str]] = {}
    ordinals: Counter[tuple[str, str]] = Counter()
    for prefix, full, handle in taken:
        used[handle.partition(".")[0]] = (prefix, full)
        ordinals[prefix, full] += 1
    named = _bases(identities, used)
    result = []
    for identity in identities:
        ordinals[identity] += 1
        base = named[identity]
        result.append(base if ordinals[identity] == 1 else f"{base}.{ordinals[identity]}")
    return result


def _assign_first(identities: Sequence[tuple[str, str]]) -> list[str]:
    """What `assign` gives where nothing is taken; most handles are short, and theirs alone."""
    short = [f"{prefix}-{full[:_SHORTEST]}" for prefix, full in identities]
    claims = Counter(short)
    if len(claims) == len(short):
        return short
    shared = [identity for identity, base in zip(identities, short, strict=True) if claims[base] > 1]
    longer = iter(assign(shared))
    return [base if claims[base] == 1 else next(longer) for base in short]


def assign_all(
    identities: Sequence[tuple[str, str]], live: int, context: Callable[[int], str] | None = None
) -> list[str]:
    """Handles of the first `live` ones, which do not depend on the archive, then of the archived ones.

    `context` gives, by its number, the category of one that is equal to another.
    """
    told = distinguish(identities[:live], context)
    first = _assign_first(told)
    if live == len(identities):
        return first
    taken = [(*identity, name) for identity, name in zip(told, first, strict=False)]
    return first + assign(distinguish(identities, context)[live:], taken)


def distinguish(
    identities: Sequence[tuple[str, str]], context: Callable[[int], str] | None
) -> list[tuple[str, str]]:
    """The identities; of equal ones the category goes into the digest, so that others may come and go."""
    counts = Counter(identities)
    if context is None or len(counts) == len(identities):
        return list(identities)
    return [
        (prefix, in_context(full, context(number))) if counts[prefix, full] > 1 else (prefix, full)
        for number, (prefix, full) in enumerate(identities)
    ]


def in_context(full: str, category: str) -> str:
    """The digest of one that shares its identity with others; without a category it stays as it is."""
    return digest(full, category) if category else full


def names_digest(reference: str, prefix: str, full: str) -> bool:
    """Whether a reference is a handle, of six digits at least, that is cut from a digest."""
    letters, _, digits = reference.partition("-")
    digits = digits.partition(".")[0].lower()
    return letters.upper() == prefix and len(digits) >= _SHORTEST and full.startswith(digits)


def is_whole(reference: str) -> bool:
    """Whether a reference has as many digits as a handle has at least."""
    return len(reference.partition("-")[2].partition(".")[0]) >= _SHORTEST


def _bases(
    identities: Sequence[tuple[str, str]], used: dict[str, tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """The shortest handle of each distinct identity that no other one could be taken for."""
    kept = {identity: base for base, identity in used.items()}
    pending = [identity for identity in dict.fromkeys(identities) if identity not in kept]
    size = _SHORTEST
    while pending:
        claims: dict[str, list[tuple[str, str]]] = {}
        for identity in pending:
            claims.setdefault(f"{identity[0]}-{identity[1][:size]}", []).append(identity)
        pending = []
        for base, claimants in claims.items():
            if len(claimants) == 1 and base not in used:
                kept[claimants[0]] = base
                used[base] = claimants[0]
            else:
                pending += claimants
        size += 1
    return kept
