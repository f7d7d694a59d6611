"""What the cache holds of a context, so that a run reads, indexes and counts only what changed since.

`signature` tells which files changed, `snapshot` is what was read of them, and `renew` brings that up to date
with a patch; `layers` puts the lists of now in terms of those before. `recall` remembers what was made of
them: the index (`indexing`), what a packet shows (`sizes`), answers and token counts.
"""
