"""Reads of the journal."""

from app.journal.queries.audit import is_entry_pending, verify_chain
from app.journal.queries.queue import (
    ClaimedJob,
    DeadJob,
    QueueHealth,
    dead_jobs,
    hold_lease,
    is_job_due,
    is_schedule_due,
    lock_due_job,
    lock_due_schedules,
    queue_health,
)

__all__ = [
    "ClaimedJob",
    "DeadJob",
    "QueueHealth",
    "dead_jobs",
    "hold_lease",
    "is_entry_pending",
    "is_job_due",
    "is_schedule_due",
    "lock_due_job",
    "lock_due_schedules",
    "queue_health",
    "verify_chain",
]
