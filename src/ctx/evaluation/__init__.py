"""What `ctx bench` measures: rankings against what is known to be relevant."""
