"""Nouns become edits: new text and changed text, so that every other byte stays."""
