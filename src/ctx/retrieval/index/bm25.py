"""BM25, the formula and nothing else (Robertson and Zaragoza 2009, The Probabilistic Relevance Framework)."""

from __future__ import annotations

import math


def idf(documents: int, containing: int) -> float:
    """The weight of a term found in `containing` of `documents`; never negative: log(1 + (N-n+.5)/(n+.5))."""
    return math.log(1.0 + (documents - containing + 0.5) / (containing + 0.5))


def length_norm(length: float, average: float, b: float) -> float:
    """The factor that makes frequencies in a document of some length those in one of average length."""
    return 1.0 / (1.0 - b + b * length / average)


def saturation(frequency: float, k1: float) -> float:
    """How much a normalised frequency counts: it rises from 0 and never reaches k1 + 1."""
    return frequency * (k1 + 1.0) / (frequency + k1)
