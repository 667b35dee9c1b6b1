"""The demonstration scenario: real sites, estimated masses, invented prices and qualities."""

from app.demonstration.scenario.build import (
    DEFAULT_REGIONS,
    Scenario,
    build_scenario,
    known_regions,
)
from app.demonstration.scenario.drafts import (
    ClosureDraft,
    CodeDraft,
    DemandDraft,
    LimitDraft,
    PaperDraft,
    PlantSite,
    RecoveryDraft,
    StreamDraft,
)

__all__ = [
    "DEFAULT_REGIONS",
    "ClosureDraft",
    "CodeDraft",
    "DemandDraft",
    "LimitDraft",
    "PaperDraft",
    "PlantSite",
    "RecoveryDraft",
    "Scenario",
    "StreamDraft",
    "build_scenario",
    "known_regions",
]
