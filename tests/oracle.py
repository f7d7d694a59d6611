"""Token counts that owe nothing to ctx's own counter: tiktoken's published encodings over whole texts."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import tiktoken

import ctx
from ctx.tokens.vocabulary import Vocabulary

VOCABULARY = Path(ctx.__file__).parent / "tokens" / "vocab"


def unpack(data: bytes) -> bytes:
    """The published vocabulary that our file was made from."""
    ranks = sorted(Vocabulary(data).ranks().items(), key=lambda row: row[1])
    return b"".join(b"%s %d\n" % (base64.b64encode(token), rank) for token, rank in ranks)


@cache
def encoding(name: str) -> tiktoken.Encoding:
    """tiktoken's own definition of an encoding, its vocabulary written out of our file, checked."""
    published: Any = import_module("tiktoken_ext.openai_public")
    load = published.load_tiktoken_bpe

    def local(_url: str, expected_hash: str) -> dict[bytes, int]:
        written = unpack((VOCABULARY / f"{name}.bpe").read_bytes())
        assert hashlib.sha256(written).hexdigest() == expected_hash
        rows = (line.split() for line in written.splitlines())
        return {base64.b64decode(token): int(rank) for token, rank in rows}

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
