"""Terms become postings that are searched."""
