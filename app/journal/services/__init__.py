"""Use cases of the journal."""

from app.journal.services.audit import (
    chain_audit,
    chain_waiting_entries,
    forget_audit_persons,
    forget_person_in_audit,
    write_audit,
)
from app.journal.services.events import Projection, Reaction, Subscriptions, record
from app.journal.services.jobs import (
    claim_job,
    enqueue,
    enqueue_due_schedules,
    fail_job,
    finish_job,
    purge_journal,
    renew_lease,
    revive_dead_job,
    set_schedules,
)
from app.journal.services.messages import (
    delete_messages_of,
    erase_messages,
    note_message_sent,
    send_message,
)
from app.journal.services.senders import FileSender, Sender, SmtpSender, senders_for
from app.journal.services.witness import RefusalWitness
from models.journal.audit import AuditNote, Outcome

__all__ = [
    "AuditNote",
    "FileSender",
    "Outcome",
    "Projection",
    "Reaction",
    "RefusalWitness",
    "Sender",
    "SmtpSender",
    "Subscriptions",
    "chain_audit",
    "chain_waiting_entries",
    "claim_job",
    "delete_messages_of",
    "enqueue",
    "enqueue_due_schedules",
    "erase_messages",
    "fail_job",
    "finish_job",
    "forget_audit_persons",
    "forget_person_in_audit",
    "note_message_sent",
    "purge_journal",
    "record",
    "renew_lease",
    "revive_dead_job",
    "send_message",
    "senders_for",
    "set_schedules",
    "write_audit",
]
