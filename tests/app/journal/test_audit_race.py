"""Many write while many chain: no entry is skipped, none has two links, the chain holds."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

from sqlalchemy import func, select

from app.database import write_transaction
from app.journal.queries.audit import unchained_entry, verify_chain
from app.journal.services import AuditNote, chain_audit, write_audit
from models.journal.tables import AuditEntry, AuditLink, AuditPending
from models.permissions import Actor, Role

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TRADER = Actor(user_id=5, organization_id=7, role=Role.TRADER)
WRITERS, CHAINERS, EACH = 5, 3, 12


def test_writers_and_chainers_at_once_leave_one_whole_chain(sessions):
    start = Barrier(WRITERS + CHAINERS)

    def write(number):
        start.wait()
        for turn in range(EACH):
            note = AuditNote(topic="brick.laid", after={"writer": number, "turn": turn})
            with write_transaction(sessions) as session:
                write_audit(session, note, actor=TRADER, now=NOON)
                if turn % 4 == 3:
                    session.rollback()  # on PostgreSQL its number is gone for good

    def chain(_):
        start.wait()
        for _ in range(EACH):
            with write_transaction(sessions) as session:
                chain_audit(session, now=NOON, at_once=7)

    with ThreadPoolExecutor(WRITERS + CHAINERS) as pool:
        jobs = [pool.submit(write, n) for n in range(WRITERS)]
        jobs += [pool.submit(chain, n) for n in range(CHAINERS)]
        for job in jobs:
            job.result()
    with write_transaction(sessions) as session:
        while chain_audit(session, now=NOON):
            pass
        written = WRITERS * EACH * 3 // 4
        for table in (AuditEntry, AuditLink):
            assert session.scalar(select(func.count()).select_from(table)) == written
        assert session.scalar(select(func.count()).select_from(AuditPending)) == 0
        assert unchained_entry(session) is None
        verdict = verify_chain(session)
    assert (verdict.length, verdict.fault) == (written, "")


def test_an_entry_committed_after_later_ones_were_chained_is_not_lost(sessions, database_url):
    if database_url.startswith("sqlite"):
        return  # one writer at a time: numbers are committed in order
    with sessions() as slow:
        early = write_audit(slow, AuditNote(topic="brick.laid"), actor=TRADER, now=NOON)
        with write_transaction(sessions) as session:
            late = write_audit(session, AuditNote(topic="brick.laid"), actor=TRADER, now=NOON)
        with write_transaction(sessions) as session:
            assert chain_audit(session, now=NOON) == 1
        slow.commit()
    with write_transaction(sessions) as session:
        assert early < late
        assert chain_audit(session, now=NOON) == 1
        order = select(AuditLink.entry_id).order_by(AuditLink.position)
        assert session.scalars(order).all() == [late, early]
        assert verify_chain(session).fault == ""
