"""What the task commands change in TASKS.md."""
