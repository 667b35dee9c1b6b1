"""Files that people put on file, and with whom their owner shares them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, one_of
from models.uploads.content import FileState, Purpose


class Upload(Base):
    """One file. Its bytes lie outside the database, under a random name."""

    __tablename__ = "upload"
    __table_args__ = (
        one_of("purpose", Purpose, "purpose_is_known"),
        one_of("state", FileState, "state_is_known"),
        CheckConstraint("size_bytes > 0", name="size_is_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    # By number without a reference: people are less basic than files, and may be deleted.
    uploaded_by: Mapped[int | None]
    purpose: Mapped[str]
    name: Mapped[str]
    content_type: Mapped[str]
    size_bytes: Mapped[int]
    sha256: Mapped[str]
    storage_key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    refusal: Mapped[str | None]
    created_at: Mapped[datetime]


class UploadShare(Base):
    """An organization beside the owner that may read a file."""

    __tablename__ = "upload_share"

    upload_id: Mapped[int] = mapped_column(
        ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True
    )
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id"), primary_key=True, index=True
    )
    created_at: Mapped[datetime]
