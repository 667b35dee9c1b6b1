"""Put files on file, share them, hear what the virus scanner says, and sweep up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import lock_name
from app.journal.services import enqueue, record
from app.settings import UploadPolicy
from app.uploads.inputs import InspectedFile, ScanUpload
from app.uploads.queries import bytes_kept
from app.uploads.services.storage import remove_stray, shards_before
from models.errors import Conflict, NotFound
from models.permissions import Actor, Capability, require, require_organization, require_owner
from models.uploads.content import CONTENT_TYPES, FileState, FileStep, next_file_state
from models.uploads.events import UploadJudged, UploadShared, UploadStored
from models.uploads.tables import Upload, UploadShare

# A form is sent within minutes after its file was inspected; what has no row by then never will.
STRAY_AFTER: Final = timedelta(hours=1)


def store_upload(
    session: Session,
    inspected: InspectedFile,
    *,
    actor: Actor,
    now: datetime,
    policy: UploadPolicy,
) -> Upload:
    """Write the row of a file that was inspected; it belongs to the actor's organization.

    With a virus scanner it waits in quarantine until the scanner has answered.
    """
    owner_id = require_organization(actor, Capability.MANAGE_UPLOADS)
    lock_name(session, f"uploads:{owner_id}")
    kept = bytes_kept(session, owner_id)
    if kept + inspected.size_bytes > policy.organization_max_bytes:
        raise Conflict("uploads-full", "Your organization has no room left for files.")
    upload = Upload(
        organization_id=owner_id,
        uploaded_by=actor.user_id,
        purpose=inspected.purpose.value,
        name=inspected.name,
        content_type=CONTENT_TYPES[inspected.kind],
        size_bytes=inspected.size_bytes,
        sha256=inspected.sha256,
        storage_key=inspected.storage_key,
        state=(FileState.QUARANTINED if policy.clamd else FileState.CLEAN).value,
        created_at=now,
    )
    session.add(upload)
    session.flush()
    if policy.clamd:
        enqueue_scan(session, upload.id, now=now)
    record(session, UploadStored(upload_id=upload.id), now=now, actor=actor)
    return upload


def share_upload(
    session: Session,
    upload_id: int,
    organization_ids: Collection[int],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Let other organizations read a file of the actor's. Those that may already stay."""
    upload = lock_upload(session, upload_id)
    require_owner(actor, Capability.MANAGE_UPLOADS, upload.organization_id)
    present = select(UploadShare.organization_id).where(UploadShare.upload_id == upload_id)
    readers = set(organization_ids) - set(session.scalars(present)) - {upload.organization_id}
    if not readers:
        return
    session.add_all(
        UploadShare(upload_id=upload_id, organization_id=reader, created_at=now)
        for reader in sorted(readers)
    )
    session.flush()
    event = UploadShared(upload_id=upload_id, organization_ids=tuple(sorted(readers)))
    record(session, event, now=now, actor=actor)


def judge_upload(
    session: Session, upload_id: int, refusal: str | None, *, actor: Actor, now: datetime
) -> Upload:
    """What the virus scanner said of a file: nothing, or the name of what it found."""
    require(actor, Capability.KEEP_JOURNAL)
    upload = lock_upload(session, upload_id)
    step = FileStep.PASS if refusal is None else FileStep.REFUSE
    upload.state = next_file_state(FileState(upload.state), step).value
    upload.refusal = refusal
    session.flush()
    event = UploadJudged(upload_id=upload_id, refusal=refusal or "")
    record(session, event, now=now, actor=actor)
    return upload


def rescan_uploads(session: Session, *, actor: Actor, now: datetime) -> int:
    """Ask once a day about files whose scan was given up: else they would wait for ever."""
    require(actor, Capability.KEEP_JOURNAL)
    waiting = select(Upload.id).where(
        Upload.state == FileState.QUARANTINED.value, Upload.created_at < now - STRAY_AFTER
    )
    found = list(session.scalars(waiting.order_by(Upload.id)))
    for upload_id in found:
        enqueue_scan(session, upload_id, now=now)
    return len(found)


def remove_strays(
    session: Session, *, actor: Actor, now: datetime, policy: UploadPolicy
) -> tuple[str, ...]:
    """Remove the files that have no row, and the bytes of refused ones; return their names.

    A form that was refused after its file was inspected leaves one behind. Writes nothing into
    the database: the rows say what stays.
    """
    require(actor, Capability.KEEP_JOURNAL)
    removed: list[str] = []
    for names in shards_before(policy.folder, (now - STRAY_AFTER).timestamp()):
        wanted = set(
            session.scalars(
                select(Upload.storage_key).where(
                    Upload.storage_key.in_(names), Upload.state != FileState.REFUSED.value
                )
            )
        )
        strays = [name for name in names if name not in wanted]
        for name in strays:
            remove_stray(policy.folder, name)
        removed += strays
    return tuple(removed)


def lock_upload(session: Session, upload_id: int) -> Upload:
    upload = session.scalar(select(Upload).where(Upload.id == upload_id).with_for_update())
    if upload is None:
        raise NotFound("upload-unknown", "There is no such file.")
    return upload


def enqueue_scan(session: Session, upload_id: int, *, now: datetime) -> None:
    """At most one scan a day for a file: each has its own attempts with back-off."""
    key = f"scan:{upload_id}:{now.date().isoformat()}"
    enqueue(session, ScanUpload(upload_id=upload_id), run_at=now, dedupe_key=key)
