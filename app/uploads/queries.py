"""Reads of files: their rows to be shown beside what they prove, and one to be handed out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import conditions
from models.errors import NotFound
from models.permissions import Actor
from models.uploads.content import FileState, check_readable
from models.uploads.reading import may_read
from models.uploads.tables import Upload, UploadShare


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRow:
    id: int
    name: str
    content_type: str
    size_bytes: int
    state: FileState
    created_at: datetime


def upload_rows(session: Session, upload_ids: Collection[int]) -> dict[int, UploadRow]:
    """Files by their id, to be named on a page. Whoever asks has settled who may see them."""
    found: dict[int, UploadRow] = {}
    for wanted in conditions(Upload.id, upload_ids):
        for upload in session.scalars(select(Upload).where(wanted)):
            found[upload.id] = UploadRow(
                id=upload.id,
                name=upload.name,
                content_type=upload.content_type,
                size_bytes=upload.size_bytes,
                state=FileState(upload.state),
                created_at=upload.created_at,
            )
    return found


def readable_upload(session: Session, upload_id: int, *, actor: Actor) -> Upload:
    """A file to be handed to the actor now. One that is not theirs does not exist for them."""
    upload = session.get(Upload, upload_id)
    if upload is None or not may_read(
        actor, owner_id=upload.organization_id, shared_with=_readers(session, upload_id)
    ):
        raise NotFound("upload-unknown", "There is no such file.")
    check_readable(FileState(upload.state))
    return upload


def waiting_key(session: Session, upload_id: int) -> str | None:
    """Where a file lies that waits to be scanned; None once it was."""
    query = select(Upload.storage_key).where(
        Upload.id == upload_id, Upload.state == FileState.QUARANTINED.value
    )
    return session.scalar(query)


def bytes_kept(session: Session, organization_id: int) -> int:
    """How much the files of an organization take."""
    query = select(func.coalesce(func.sum(Upload.size_bytes), 0)).where(
        Upload.organization_id == organization_id, Upload.state != FileState.REFUSED.value
    )
    return int(session.scalar(query) or 0)


def _readers(session: Session, upload_id: int) -> frozenset[int]:
    query = select(UploadShare.organization_id).where(UploadShare.upload_id == upload_id)
    return frozenset(session.scalars(query))
