"""The metadata with every table in it, whoever asks for it."""

from __future__ import annotations

import models.accounts.tables
import models.catalogue.tables
import models.compliance.tables
import models.demands.tables
import models.journal.tables
import models.matchmaking.tables
import models.places.tables
import models.streams.tables
import models.uploads.tables  # noqa: F401  (imported for what it declares)
from models.base import Base

metadata = Base.metadata
