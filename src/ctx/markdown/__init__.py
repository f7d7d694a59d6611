"""Markdown as it stands in the file: text in, exact spans out, edits back in."""
