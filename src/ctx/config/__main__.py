"""`python -m ctx.config example` and `… reference`: the generated texts, on stdout."""

import sys

from ctx.config.report import example, reference

if __name__ == "__main__":
    texts = {"example": example, "reference": reference}
    if len(sys.argv) != 2 or sys.argv[1] not in texts:
        sys.exit("usage: python -m ctx.config example|reference")
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write(texts[sys.argv[1]]())
