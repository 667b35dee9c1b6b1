"""What happens to papers and to the scales they set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from models.journal.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperEvent(Event):
    """Something happened to a paper of a site."""

    topic: ClassVar[str] = "paper"

    paper_id: int
    site_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFiled(PaperEvent):
    """A site's right to receive may have changed."""

    topic: ClassVar[str] = "paper.filed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperVerified(PaperEvent):
    """The operator has seen the paper and found it good."""

    topic: ClassVar[str] = "paper.verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRefused(PaperEvent):
    """The operator has found something wrong: the paper gives no right."""

    topic: ClassVar[str] = "paper.refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperResubmitted(PaperEvent):
    """The owner asks the operator to look once more."""

    topic: ClassVar[str] = "paper.resubmitted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperEnded(PaperEvent):
    """The owner took the paper off its site: it gives no right any more."""

    topic: ClassVar[str] = "paper.ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaTurned(Event):
    """The yearly scale of a paper was used up, or some of it came free."""

    topic: ClassVar[str] = "quota.turned"

    site_id: int
    year: int
