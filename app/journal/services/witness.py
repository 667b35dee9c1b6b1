"""Notes refusals in a transaction of their own: what was refused is rolled back, the note stays."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final

from app.database import Origin, SessionFactory, note_origin, write_transaction
from app.journal.services.audit import write_audit
from models.journal.audit import AuditNote, Outcome
from models.permissions import Actor

_QUIET_FOR: Final = timedelta(seconds=10)
_NOTES_PER_SECOND: Final = 10
_KEYS_MAX: Final = 10_000


@dataclass(slots=True)
class Patience:
    """Lets a note pass, or counts it to the next one: whoever hammers must not fill the disk.

    The same refusal of the same person or address passes once in ten seconds, and no more than
    ten a second in all. One of these belongs to each process.
    """

    _lock: Lock = field(default_factory=Lock)
    _passed: OrderedDict[Hashable, tuple[datetime, int]] = field(default_factory=OrderedDict)
    _second: datetime | None = None
    _in_second: int = 0

    def ask(self, key: Hashable, now: datetime) -> int | None:
        """How many like it were passed over before; None: this one is passed over too."""
        with self._lock:
            passed_at, missed = self._passed.get(key, (None, 0))
            if passed_at is not None and now - passed_at < _QUIET_FOR:
                self._passed[key] = (passed_at, missed + 1)
                return None
            if not self._has_room(now):
                return None
            self._passed[key] = (now, 0)
            self._passed.move_to_end(key)
            if len(self._passed) > _KEYS_MAX:
                self._passed.popitem(last=False)
            return missed

    def _has_room(self, now: datetime) -> bool:
        second = now.replace(microsecond=0)
        if second != self._second:
            self._second, self._in_second = second, 0
        self._in_second += 1
        return self._in_second <= _NOTES_PER_SECOND


@dataclass(frozen=True, slots=True)
class RefusalWitness:
    """What the edge knows of the audit trail; see `app.edge.Witness`."""

    sessions: SessionFactory
    patience: Patience = field(default_factory=Patience)

    def note_refusal(
        self,
        topic: str,
        facts: Mapping[str, Any],
        *,
        subject: tuple[str, int | None],
        actor: Actor,
        origin: Origin,
        now: datetime,
    ) -> None:
        """Write that something was refused. The caller holds no transaction."""
        who = actor.user_id if actor.user_id is not None else origin.address
        missed = self.patience.ask((topic, subject, who), now)
        if missed is None:
            return
        kind, subject_id = subject
        note = AuditNote(
            topic=topic,
            subject_kind=kind,
            subject_id=subject_id,
            after=dict(facts) | ({"alike_before": missed} if missed else {}),
            outcome=Outcome.REFUSED,
        )
        with write_transaction(self.sessions) as session:
            note_origin(session, origin)
            write_audit(session, note, actor=actor, now=now)
