"""The only package that touches the disk or runs git."""
