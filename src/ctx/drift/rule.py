"""What every rule is: a name, a severity, and a search through the facts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from ctx.drift.facts import Facts
from ctx.drift.finding import Finding, Fix, Severity


class Rule(ABC):
    """One question about a context's health. Its docstring says what it finds and what it does not."""

    name: ClassVar[str]
    severity: ClassVar[Severity]

    @abstractmethod
    def find(self, facts: Facts) -> Iterator[Finding]:
        """Everything this rule has to say, in any order."""

    def finding(
        self,
        path: str,
        line: int | None,
        message: str,
        hint: str = "",
        *,
        severity: Severity | None = None,
        certain: bool = True,
        fix: Fix | None = None,
    ) -> Finding:
        """A finding of this rule, of its own severity unless another is given."""
        return Finding(self.name, severity or self.severity, path, line, message, hint, certain, fix)
