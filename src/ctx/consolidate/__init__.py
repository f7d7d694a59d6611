"""Consolidation: related entries, a merged draft that keeps every statement, a plan a person approves."""
