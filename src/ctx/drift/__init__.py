"""Drift: is the context still healthy? A rule a module, findings as data, reporters that only format."""
