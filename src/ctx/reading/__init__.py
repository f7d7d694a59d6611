"""Text becomes nouns: which parts of a file are entries, tasks and frames, and what they say."""
