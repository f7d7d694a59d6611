"""Finding what matters: terms, an inverted index, relevance, recency, scores and coverage."""
