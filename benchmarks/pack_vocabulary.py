"""Make the vocabulary files of ctx from published ones: `python benchmarks/pack_vocabulary.py FOLDER`.

FOLDER holds `o200k_base.tiktoken` and `cl100k_base.tiktoken`. Prints the checksum of each file it writes,
which has to stand in ctx.tokens.vocabulary.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from zlib import crc32

from ctx.tokens.vocabulary import FOLDER, PUBLISHED, pack


def main(folder: Path) -> None:
    """Check, pack and write both vocabularies."""
    for name, known in PUBLISHED.items():
        published = (folder / f"{name}.tiktoken").read_bytes()
        if hashlib.sha256(published).hexdigest() != known.sha256:
            sys.exit(f"{name}.tiktoken is not what was published")
        data = pack(published)
        (FOLDER / f"{name}.bpe").write_bytes(data)
        print(f"{name}: crc 0x{crc32(data):08X}, {len(data)} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
