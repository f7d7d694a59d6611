"""Stems: what the forms of a word have in common, by Snowball's algorithm for the script it is written in."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

# The last letter of each script that has a stemmer here, and the language that is taken for all that use it.
_LANGUAGES = (("greek", "\u0370", "\u03ff"), ("russian", "\u0400", "\u052f"), ("arabic", "\u0600", "\u06ff"))
# What is longer is no word of a language but names put together; it takes long, and stems nothing.
_LONGEST = 18
# No English suffix that is taken off ends in these.
_FINAL = frozenset("abfhjkopquvwxz")


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The stem of a lower-case word; Latin letters are taken for English. Names with digits have none."""
    if len(word) > _LONGEST or not word.isalpha() or word[-1] in _FINAL:
        return word
    return _stemmer(_language(word))(word)


def _language(word: str) -> str:
    if not word.isascii():
        for language, first, last in _LANGUAGES:
            if first <= word[0] <= last:
                return language
    return "english"


@lru_cache(maxsize=4)
def _stemmer(language: str) -> Callable[[str], str]:
    # Snowball's own class, so that PyStemmer being installed or not makes no difference.
    from importlib import import_module

    with _without_init("snowballstemmer"):
        module = import_module(f"snowballstemmer.{language}_stemmer")
    return getattr(module, f"{language.title()}Stemmer")().stemWord  # type: ignore[no-any-return]


@contextmanager
def _without_init(package: str) -> Iterator[None]:
    """Let a module of a package be imported without all that the package itself imports: every language."""
    from importlib.util import find_spec, module_from_spec

    spec = None if package in sys.modules else find_spec(package)
    if spec is not None:
        sys.modules[package] = module_from_spec(spec)
    try:
        yield
    finally:
        if spec is not None:
            del sys.modules[package]
