"""The list items of a scan: opened at their marker, closed where their last line is known."""

from ctx.markdown.spans import Item


class OpenItems:
    """Items in the order of their markers; only those outside quotes are given to it.

    `used` is the line after the last one that was not blank.
    """

    __slots__ = ("_heads", "_lasts", "_offsets", "_open", "used")

    def __init__(self, offsets: list[int]) -> None:
        self._offsets = offsets
        self._heads: list[tuple[int, int, int | None, str, int, int]] = []
        self._lasts: list[int] = []
        self._open: list[int] = []
        self.used = 0

    def open(self, line: int, marker: str, content: int, start: int) -> None:
        """Begin an item inside the innermost open one."""
        parent = self._open[-1] if self._open else None
        self._open.append(len(self._heads))
        self._heads.append((line, len(self._open) - 1, parent, marker, content, start))
        self._lasts.append(0)

    def close(self) -> None:
        """End the innermost open item at the last line used."""
        self._lasts[self._open.pop()] = self.used

    def found(self) -> list[Item]:
        """Return all items, once every one is closed."""
        offsets = self._offsets
        return [
            Item(first, last, depth, parent, marker, content, start, offsets[last])
            for (first, depth, parent, marker, content, start), last in zip(
                self._heads, self._lasts, strict=True
            )
        ]
