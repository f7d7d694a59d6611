"""Frames as text: new ones, and changes to one that is there, of which every other byte stays."""
