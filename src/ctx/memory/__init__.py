"""What the files mean: entries, tasks, frames, their identity, status and links."""
