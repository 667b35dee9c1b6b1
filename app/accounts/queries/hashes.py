"""What is kept of a secret that we made."""

from __future__ import annotations

from hashlib import sha256


def hash_of(secret: str) -> str:
    """What is kept of a random secret: with 256 bits in it a fast hash gives nothing away."""
    return sha256(secret.encode()).hexdigest()
