"""Characters that could steer a terminal or turn text around, and mean nothing to a reader."""

from __future__ import annotations

import re

# C0 and C1 controls other than tab and line feed, and bidirectional marks, overrides and isolates.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
