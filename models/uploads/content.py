"""What may be uploaded, and the states of a file until it may be read."""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """What a file is evidence of."""

    IDENTITY = "identity"  # of an organization
    PERMIT = "permit"
    ASSAY = "assay"
    EVIDENCE = "evidence"
    PHOTO = "photo"


class FileState(StrEnum):
    QUARANTINED = "quarantined"
    CLEAN = "clean"
    REFUSED = "refused"
