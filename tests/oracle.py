"""Token counts that owe nothing to ctx's own counter: tiktoken's published encodings over whole texts."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import tiktoken

import ctx

VOCABULARY = Path(ctx.__file__).parent / "packet" / "vocab"


@cache
def encoding(name: str) -> tiktoken.Encoding:
    """tiktoken's own definition of an encoding, its vocabulary read from our file."""
    published: Any = import_module("tiktoken_ext.openai_public")
    load = published.load_tiktoken_bpe

    def local(_url: str, expected_hash: str) -> dict[bytes, int]:
        del expected_hash
        ranks: dict[bytes, int] = {}
        import base64

        for line in (VOCABULARY / f"{name}.tiktoken").read_bytes().splitlines():
            token, rank = line.split()
            ranks[base64.b64decode(token)] = int(rank)
        return ranks

    published.load_tiktoken_bpe = local
    try:
        return tiktoken.Encoding(**getattr(published, name)())
    finally:
        published.load_tiktoken_bpe = load


def count(text: str, tokenizer: str) -> int:
    """The tokens of a text."""
    if tokenizer == "chars":
        return -(-len(text.encode()) // 4)
    return len(encoding(tokenizer).encode_ordinary(text))
