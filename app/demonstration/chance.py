"""Chance that depends on a seed and a name alone, so that nothing else can move a drawn value."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

STEPS: Final = 2**64


@dataclass(frozen=True, slots=True)
class Chance:
    """Draws named by a label. The same seed, key and label give the same draw, in any order."""

    seed: int
    key: str

    def share(self, label: str) -> Fraction:
        """Draw from [0, 1), exactly."""
        name = f"{self.seed}|{self.key}|{label}".encode()
        return Fraction(int.from_bytes(hashlib.sha256(name).digest()[:8], "big"), STEPS)

    def between(self, label: str, lowest: int, highest: int) -> int:
        """Draw a whole number, both ends included."""
        assert lowest <= highest
        return lowest + int(self.share(label) * (highest - lowest + 1))

    def happens(self, label: str, percent: int) -> bool:
        return self.share(label) < Fraction(percent, 100)
