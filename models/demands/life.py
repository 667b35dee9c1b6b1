"""The life of a demand: that of every listing, under the capability that manages demands."""

from __future__ import annotations

from typing import Final

from models.permissions import Capability
from models.streams.life import moves_with

DEMAND_MOVES: Final = moves_with(Capability.MANAGE_DEMANDS)
