"""Exact token counts, without a network."""
