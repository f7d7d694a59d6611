"""The nouns: entries, tasks, frames, their identity, status and place."""
