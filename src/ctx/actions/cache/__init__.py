"""What the cache holds of a context, so that a run reads, indexes and counts only what changed since.

`signature` tells which files changed, `memories` keeps what was read of them, `indexing` the indexes of it.
`session` is what a packet asks: best entries for texts (`answers`), texts and sizes (`sizes`), token counts.
`retry` does without a damaged cache, `refresh` makes it ready after a command that wrote.
"""
