"""A query becomes scores: a first pass over the postings, then closer looks at the best."""
